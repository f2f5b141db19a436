"""The memory of a training step, item by item, as PyTorch needs it.

The forward pass keeps tensors for the backward pass, which frees them from the last layer to the first while it makes
the gradients. So the peak is somewhere on the way back, or at the optimizer's step, when every gradient is there.

Each layer is one step of a timeline, from 1 on, and step 0 is the inputs'.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from archsum.language.spec.training import Training
from archsum.layers.shapes import known
from archsum.memory.backward import WayBack
from archsum.memory.kept import Declarations, input_itemsizes, kept_tensors, separate
from archsum.memory.optimizers import OPTIMIZERS
from archsum.memory.precision import PRECISIONS, Batch
from archsum.memory.reached import reached_by_gradients
from archsum.memory.storage import held_by_caller, insides, made_of_nothing, owners, storages
from archsum.memory.timeline import Alive, timeline
from archsum.summary import LayerSummary, Summary


class Turn(NamedTuple):
    """What is in memory at a layer's turn, in bytes."""

    layer: LayerSummary
    always: int
    """Weights, their copies that are still to be used, buffers and the optimizer's state."""
    kept: int
    """For the backward pass."""
    gradients: int
    """Those of weights that are there already."""
    passing: int
    """Forward, what is there for later layers, and kept by none so far, and what is between the operations of the
    layer. Backward, gradients of tensors: the layer's own, and those that wait for other parts; the network's inputs
    and outputs; what checkpointing has computed again.
    """

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.always + self.kept + self.gradients + self.passing


@dataclass(frozen=True, kw_only=True)
class TrainingMemory:
    """What a training step needs, in bytes."""

    weights: int
    buffers: int
    """Weights that training does not change by gradients: batch normalization's statistics."""
    copies: int
    """Of weights in lower precision, with which layers compute."""
    gradients: int
    optimizer_state: int
    forward: tuple[Turn, ...]
    backward: tuple[Turn, ...]
    """From the last layer to the first: one for each of its operations, and for each sum of gradients it adds to."""
    optimizer_step: int
    outputs: Mapping[str, int]
    """Of the network's outputs, by the layers that give them, those that none keeps: they are there till the end."""

    def __repr__(self) -> str:
        return f"<TrainingMemory: peak={self.peak:,}, kept_for_backward={self.kept_for_backward:,}>"

    @property
    def kept_for_backward(self) -> int:
        """What the forward pass leaves for the backward pass."""
        return self.forward[-1].kept if self.forward else 0

    @property
    def kept_by_layer(self) -> list[tuple[LayerSummary, int]]:
        """What each layer is the first to keep for the backward pass, without what checkpointing computes again."""
        kept = pairwise([0, *(turn.kept for turn in self.forward)])
        return [(turn.layer, after - before) for turn, (before, after) in zip(self.forward, kept, strict=True)]

    @property
    def backward_by_layer(self) -> list[Turn]:
        """The turn of the backward pass at which each layer takes the most, from the last layer to the first."""
        by_layer = groupby(self.backward, key=lambda turn: turn.layer.name)
        return [max(turns, key=lambda turn: turn.bytes) for _, turns in by_layer]

    @property
    def items_at_step(self) -> tuple[int, int, int, int]:
        """What is in memory at the optimizer's step, item by item as a Turn has it."""
        always = self.weights + self.buffers + self.optimizer_state
        return always, 0, self.gradients, self.optimizer_step - always - self.gradients

    @property
    def needs(self) -> tuple[int, ...]:
        """What is in memory at each layer's turn, and at the optimizer's step."""
        return (*(turn.bytes for turn in (*self.forward, *self.backward)), self.optimizer_step)

    @property
    def peak(self) -> int:
        """The most memory that the step needs at once."""
        return max(self.needs)

    @property
    def at(self) -> LayerSummary | None:
        """The layer at whose turn the peak is; None where it is the optimizer's step."""
        peak = self.peak
        return next((turn.layer for turn in (*self.forward, *self.backward) if turn.bytes == peak), None)

    @property
    def in_pass(self) -> str | None:
        """Whether that is the forward or the backward pass; None where it is neither."""
        passes = {"forward": self.forward, "backward": self.backward}
        return next((name for name, turns in passes.items() if self.peak in (turn.bytes for turn in turns)), None)


def training_memory(summary: Summary, options: Training, declared: Declarations) -> TrainingMemory:
    """Compute the memory of a training step. What is kept must be known, and all sizes of inputs and weights."""
    item, optimizer = PRECISIONS[options.precision], OPTIMIZERS[options.optimizer]
    trained = [
        weight for layer in summary.layers if layer.layer.trainable for weight in layer.weights if weight.trainable
    ]
    buffers = sum(known(weight.size) for layer in summary.layers for weight in layer.weights if not weight.trainable)
    params, learned = known(summary.params), known(summary.trainable_params)
    copies, gradients = learned * item.copies, learned * item.gradients
    state = sum(optimizer.state(tuple(map(known, weight.shape))) for weight in trained) * item.state
    always = params * item.weights + state
    step = _Step(summary, options, declared, always)
    return TrainingMemory(
        weights=(params - buffers) * item.weights,
        buffers=buffers * item.weights,
        copies=copies,
        gradients=gradients,
        optimizer_state=state,
        forward=tuple(step.forward()),
        backward=tuple(step.backward()),
        outputs={name: size for name, size in step.held_besides.items() if name not in summary.inputs},
        optimizer_step=always + sum(step.held.values()) + gradients * (2 if optimizer.copies else 1),
    )


class _Step:
    """A training step's two passes."""

    held: dict[str, int]
    """The bytes of what is there until the step is done, by its name: the network's inputs and outputs."""

    def __init__(self, summary: Summary, options: Training, declared: Declarations, always: int) -> None:
        """Find what is kept and held; `always` is what else is in memory throughout."""
        self._summary, self._always = summary, always
        self._item = item = PRECISIONS[options.precision]
        self._batch = batch = Batch(options.batch, item.activations)
        self._owner = owner = owners(summary, training=True)
        words = input_itemsizes(summary, declared, owner)
        self._storages = storages(summary, owner, training=True)
        itemsizes = {**dict.fromkeys(summary.inputs, item.inputs), **words}
        names = held_by_caller(summary, owner)
        self.held = {
            tensor.name: tensor.bytes(batch, itemsizes.get(tensor.name))
            for tensor in self._storages
            if tensor.name in names
        }
        self._reached = reached_by_gradients(summary)
        blocks = frozenset(options.checkpointing or ())
        self._kept, self._again = separate(kept_tensors(summary, declared, owner, batch, self._reached, blocks))
        self._copied = summary.inputs.keys() - words.keys() if item.copies_inputs else set()
        self._kept_from = {tensor.storage: tensor.step for tensor in self._kept if tensor.storage not in self._copied}

    @property
    def held_besides(self) -> Mapping[str, int]:
        """What is held and kept by no layer."""
        return {name: size for name, size in self.held.items() if name not in self._kept_from}

    def forward(self) -> Iterator[Turn]:
        """Yield the turns from the first layer to the last."""
        end = len(self._summary.layers)
        lives = [Alive(tensor.step, end, tensor.bytes) for tensor in self._kept]
        waiting = [
            Alive(
                tensor.first,
                min(tensor.last, self._kept_from.get(tensor.name, end + 1) - 1),
                self.held.get(tensor.name) or tensor.bytes(self._batch),
            )
            for tensor in self._storages
        ]
        columns = (timeline(end + 1, part)[1:] for part in (lives, [*waiting, *self._inside()]))
        copies = known(self._summary.trainable_params) * self._item.copies
        for layer, kept, passing in zip(self._summary.layers, *columns, strict=True):
            yield Turn(layer, self._always + copies, kept, 0, passing)

    def _inside(self) -> Iterator[Alive]:
        """Yield what is between the operations of a layer, less what is kept of it: most often the same tensors."""
        kept: Counter[int] = Counter()
        for tensor in self._kept:
            if tensor.storage is None:
                kept[tensor.step] += tensor.bytes
        once, made = made_of_nothing(self._summary), {tensor.name for tensor in self._storages}
        for layer, inside in insides(self._summary, self._storages):
            batch = self._batch.once if layer.name in once else self._batch
            size = batch.bytes((inside.elements,))
            if not inside.with_output and layer.name in made:
                size -= batch.bytes(layer.output_shape)
            yield Alive(inside.step, inside.step, max(size - kept[inside.step], 0))

    def backward(self) -> Iterator[Turn]:
        """Yield the turns from the last layer to the first."""
        layers, always = self._summary.layers, self._always
        held_besides = sum(self.held_besides.values())
        again = timeline(len(layers) + 1, self._again)
        held = self.held.keys() - self._copied
        way_back = WayBack(self._summary, self._batch, self._item, self._owner, self._reached, self._kept, held)
        for moment in way_back.moments():
            passing = moment.of_tensors + again[moment.step] + held_besides
            yield Turn(layers[moment.step - 1], always + moment.copies, moment.kept, moment.of_weights, passing)
