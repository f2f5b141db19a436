"""What is in memory at each layer's turn, in the forward pass and in the backward pass of a training step.

Each layer is one step of a timeline, from 1 on, and step 0 is the inputs'. The backward pass takes them from the last.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archsum.language.spec.training import Training
from archsum.memory.batch import Batch
from archsum.memory.gradients import reached_by_gradients, tensor_gradients, weight_gradients
from archsum.memory.kept import Declarations, kept_tensors, separate
from archsum.memory.precision import PRECISIONS
from archsum.memory.storage import storages
from archsum.memory.timeline import Alive, Timeline
from archsum.summary import LayerSummary, Summary


class Turn(NamedTuple):
    """What is in memory at a layer's turn, in bytes."""

    layer: LayerSummary
    always: int
    """Weights, their copies, buffers and the optimizer's state."""
    kept: int
    """For the backward pass."""
    gradients: int
    """Those of weights that are there already."""
    passing: int
    """Forward, what is there for later layers, and kept by none so far. Backward, the gradients of the layer's own
    output and inputs, and what checkpointing has computed again."""

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.always + self.kept + self.gradients + self.passing


def passes(
    summary: Summary, options: Training, declared: Declarations, always: int
) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
    """Return the turns of the forward pass and, from the last layer to the first, those of the backward pass.

    `always` is what is in memory throughout. What every layer keeps must be known.
    """
    item, end = PRECISIONS[options.precision], len(summary.layers)
    batch, reached = Batch(options.batch, item.activations), reached_by_gradients(summary)
    tensors, again = separate(kept_tensors(summary, declared, batch, reached, options.checkpointing or ()))
    inputs, outputs = _waiting(summary, batch, {tensor.storage: tensor.step for tensor in tensors})
    kept = [Alive(tensor.step, end, tensor.bytes) for tensor in tensors]

    def turns(gradients: Iterable[Alive], passing: Iterable[Alive]) -> tuple[Turn, ...]:
        columns = (Timeline(end + 1, part).bytes[1:] for part in (kept, gradients, passing))
        return tuple(Turn(layer, always, *items) for layer, *items in zip(summary.layers, *columns, strict=True))

    forward = turns([], [*inputs, *outputs])
    of_tensors = tensor_gradients(summary, batch, reached)
    backward = turns(weight_gradients(summary, item.gradients), [*inputs, *again, *of_tensors])
    return forward, backward[::-1]


def _waiting(summary: Summary, batch: Batch, kept_from: Mapping[str | None, int]) -> tuple[list[Alive], list[Alive]]:
    """Return the network's inputs, and the outputs of layers, while they are not kept.

    The inputs are there to the end, outputs until the last layer has taken them.
    """
    inputs: list[Alive] = []
    outputs: list[Alive] = []
    end = len(summary.layers)
    for name, shape, first, last in storages(summary, training=True):
        until = kept_from.get(name, end + 1) - 1
        if name in summary.inputs:
            inputs.append(Alive(first, until, batch.bytes(shape)))
        else:
            outputs.append(Alive(first, min(last, until), batch.bytes(shape)))
    return inputs, outputs
