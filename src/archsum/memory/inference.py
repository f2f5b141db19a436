"""The memory of a forward pass alone: a tensor is freed when the last layer has taken it, in the file's order."""

from dataclasses import dataclass
from itertools import accumulate

from archsum.layers.shapes import product
from archsum.memory.precision import PRECISIONS
from archsum.memory.storage import Storage, storages
from archsum.summary import LayerSummary, Summary


@dataclass(frozen=True)
class InferenceMemory:
    """What a forward pass needs, in bytes."""

    batch: int
    precision: str
    weights: int
    steps: tuple[int, ...]
    """What the tensors alive at each layer take, in the file's order."""
    at: LayerSummary
    """The layer at which they take the most."""
    alive: tuple[tuple[Storage, int], ...]
    """The tensors that are alive there, and their bytes, the largest first."""

    @property
    def needs(self) -> tuple[int, ...]:
        """What is in memory at each layer."""
        return tuple(self.weights + step for step in self.steps)

    @property
    def activations(self) -> int:
        """The most that the tensors alive at once take."""
        return max(self.steps)

    @property
    def peak(self) -> int:
        """The weights and those tensors."""
        return self.weights + self.activations


def inference_memory(summary: Summary, batch: int, precision: str) -> InferenceMemory | None:
    """Compute the memory of a forward pass on a batch; None where a size is unknown."""
    item = PRECISIONS[precision]
    tensors = storages(summary)
    sizes = {tensor.name: product(tensor.shape) for tensor in tensors}
    bytes_of = {name: size * batch * item.activations for name, size in sizes.items() if size is not None}
    if len(bytes_of) < len(tensors):
        return None
    changes = [0] * (len(summary.layers) + 2)
    for tensor in tensors:
        changes[tensor.first] += bytes_of[tensor.name]
        changes[tensor.last + 1] -= bytes_of[tensor.name]
    steps = tuple(accumulate(changes))[1:-1]
    step = steps.index(max(steps)) + 1
    alive = [(tensor, bytes_of[tensor.name]) for tensor in tensors if tensor.first <= step <= tensor.last]
    alive.sort(key=lambda part: -part[1])
    weights = summary.params * item.weights + summary.trainable_params * item.copies
    return InferenceMemory(batch, precision, weights, steps, summary.layers[step - 1], tuple(alive))
