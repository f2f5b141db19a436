"""The memory of a forward pass alone: a tensor is freed when the last layer has taken it, in the file's order.

A layer can be several operations, one after another, such as a convolution and its activation. While it runs, what one
of them takes and what it gives is in memory beside the layer's inputs; what the last gives is the output.
"""

from dataclasses import dataclass

from archsum.language.spec.training import Training
from archsum.layers.shapes import product, total
from archsum.memory.kept import Declarations, input_itemsizes
from archsum.memory.precision import PRECISIONS, Batch
from archsum.memory.storage import Storage, owners, storages, with_insides
from archsum.memory.timeline import Alive, timeline
from archsum.summary import LayerSummary, Summary


@dataclass(frozen=True, kw_only=True)
class InferenceMemory:
    """What a forward pass needs, in bytes."""

    weights: int | None
    """None where the size of one is unknown: that changes nothing of the activations."""
    steps: tuple[int, ...]
    """What the tensors alive at each layer take at most, in the file's order; without layers, what the inputs take."""
    at: LayerSummary | None
    """The layer at which they take the most; None where there are no layers."""
    alive: tuple[tuple[Storage, int], ...]
    """The tensors that are alive there, and their bytes, the largest first; what is inside the layer is one of them."""

    def __repr__(self) -> str:
        peak = "unknown" if self.peak is None else f"{self.peak:,}"
        return f"<InferenceMemory: peak={peak}, activations={self.activations:,}>"

    @property
    def needs(self) -> tuple[int, ...] | None:
        """What is in memory at each layer; None where it is unknown what the weights take."""
        return None if self.weights is None else tuple(self.weights + step for step in self.steps)

    @property
    def activations(self) -> int:
        """The most that the tensors alive at once take."""
        return max(self.steps)

    @property
    def peak(self) -> int | None:
        """The weights and those tensors; None where it is unknown what the weights take."""
        return total((self.weights, self.activations))


def inference_memory(summary: Summary, options: Training, declared: Declarations) -> InferenceMemory | None:
    """Compute the memory of a forward pass on a batch; None where a size of a tensor is unknown."""
    item = PRECISIONS[options.precision]
    tensors = storages(summary, owners(summary))
    if any(None in tensor.shape for tensor in tensors):
        return None
    batch = Batch(options.batch, item.activations)
    tensors = tuple(with_insides(summary, tensors))
    words = input_itemsizes(summary, declared, owners(summary, training=True))
    sizes = [tensor.bytes(batch, words.get(tensor.name)) for tensor in tensors]
    lives = [Alive(tensor.first, tensor.last, size) for tensor, size in zip(tensors, sizes, strict=True)]
    before, *at_layers = timeline(1 + len(summary.layers), lives)
    steps = at_layers or [before]
    most = steps.index(max(steps))
    step = most + bool(at_layers)
    alive = [(tensor, size) for tensor, size in zip(tensors, sizes, strict=True) if tensor.first <= step <= tensor.last]
    alive.sort(key=lambda part: -part[1])
    return InferenceMemory(
        weights=total((product((summary.params, item.weights)), product((summary.trainable_params, item.copies)))),
        steps=tuple(steps),
        at=summary.layers[most] if at_layers else None,
        alive=tuple(alive),
    )
