"""What is in memory at each layer's turn, in the forward pass and in the backward pass of a training step.

Each layer is one step of a timeline, from 1 on, and step 0 is the inputs'. The backward pass takes them from the last.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archsum.language.spec.document import Training
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


class Passes(NamedTuple):
    """The turns of a training step."""

    forward: tuple[Turn, ...]
    backward: tuple[Turn, ...]
    """From the last layer to the first."""


def passes(summary: Summary, options: Training, declared: Declarations, always: int) -> Passes:
    """Compute the turns, given the bytes of what is always there."""
    item, end = PRECISIONS[options.precision], len(summary.layers)
    batch, reached = Batch(options.batch, item.activations), reached_by_gradients(summary)
    kept, again = separate(kept_tensors(summary, declared, batch, reached, options.checkpointing or ()))
    inputs, others = _waiting(summary, batch, {tensor.storage: tensor.step for tensor in kept})

    def by_layer(tensors: Iterable[Alive]) -> list[int]:
        return Timeline(end + 1, tensors).bytes[1:]

    of_both = by_layer(Alive(tensor.step, end, tensor.bytes) for tensor in kept)
    forward = zip(summary.layers, of_both, by_layer([*inputs, *others]), strict=True)
    backward = zip(
        summary.layers,
        of_both,
        by_layer(weight_gradients(summary, item.gradients)),
        by_layer([*inputs, *again, *tensor_gradients(summary, batch, reached)]),
        strict=True,
    )
    return Passes(
        tuple(Turn(layer, always, kept, 0, passing) for layer, kept, passing in forward),
        tuple(Turn(layer, always, *there) for layer, *there in backward)[::-1],
    )


def _waiting(summary: Summary, batch: Batch, kept_from: Mapping[str | None, int]) -> tuple[list[Alive], list[Alive]]:
    """Return the network's inputs and the outputs of layers before they are kept.

    Outputs wait only until the last layer has taken them.
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
