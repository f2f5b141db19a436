"""The memory of a training step, item by item, as PyTorch needs it.

The forward pass keeps tensors for the backward pass, which frees them from the last layer to the first while it makes
the gradients. So the peak is somewhere on the way back, or at the optimizer's step, when every gradient is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from archsum.graph import Path
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape, product
from archsum.memory.optimizers import OPTIMIZERS
from archsum.memory.precision import PRECISIONS, Precision
from archsum.memory.storage import WEIGHTS, owners, storages
from archsum.summary import LayerSummary, Summary


class Step(NamedTuple):
    """Bytes of a layer."""

    layer: LayerSummary
    bytes: int


class Turn(NamedTuple):
    """What is in memory at a layer's turn, in bytes."""

    layer: LayerSummary
    always: int
    """Weights, their copies, buffers and the optimizer's state."""
    kept: int
    """For the backward pass."""
    gradients: int = 0
    """Those of weights that are there already."""
    passing: int = 0
    """Forward, what is there for later layers, and kept by none so far. Backward, the gradients of the layer's own
    output and inputs, and what checkpointing has computed again."""

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.always + self.kept + self.gradients + self.passing


@dataclass(frozen=True)
class TrainingMemory:
    """What a training step needs, in bytes."""

    batch: int
    optimizer: str
    precision: str
    weights: int
    buffers: int
    """Weights that training does not change by gradients: batch normalization's statistics."""
    copies: int
    """Of weights in lower precision, with which layers compute."""
    gradients: int
    optimizer_state: int
    kept: tuple[Step, ...]
    """What each layer is the first to keep for the backward pass, but for what checkpointing computes again."""
    forward: tuple[Turn, ...]
    backward: tuple[Turn, ...]
    """From the last layer to the first."""
    optimizer_step: int

    @property
    def kept_for_backward(self) -> int:
        """What the forward pass leaves for the backward pass."""
        return sum(step.bytes for step in self.kept)

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
        return next((turn.layer for turn in (*self.backward, *self.forward) if turn.bytes == peak), None)

    @property
    def in_pass(self) -> str | None:
        """Whether that is the forward or the backward pass; None where it is neither."""
        passes = {"backward": self.backward, "forward": self.forward}
        return next((name for name, turns in passes.items() if self.peak in (turn.bytes for turn in turns)), None)


class _Kept(NamedTuple):
    """A tensor that is kept: from which layer's forward pass to its backward pass; recomputed ones only in between."""

    storage: str | None
    """Whose output it is; None where it is the layer's own."""
    first: int
    bytes: int
    until: int | None = None


def unknown_layers(summary: Summary) -> list[LayerSummary]:
    """Return the layers of which it is not known what they keep, or how large it is."""
    return [layer for layer in summary.layers if not _is_known(layer)]


def _is_known(layer: LayerSummary) -> bool:
    kept = layer.layer.kept(*layer.input_shapes)
    if kept is None or layer.has_unknown_size:
        return False
    return not any(None in tensor.shape for tensor in kept)


def training_memory(
    summary: Summary, batch: int, optimizer: str, precision: str, checkpointing: Sequence[str] = ()
) -> TrainingMemory:
    """Compute the memory of a training step on a batch; the blocks of `checkpointing` compute their insides again.

    Every layer must be known, see `unknown_layers`.
    """
    item, method = PRECISIONS[precision], OPTIMIZERS[optimizer]
    trained = [
        weight for layer in summary.layers if layer.layer.trainable for weight in layer.weights if weight.trainable
    ]
    buffers = _bytes((w for layer in summary.layers for w in layer.weights if not w.trainable), item.weights)
    weights = sum(layer.params for layer in summary.layers) * item.weights - buffers
    gradients = _bytes(trained, item.gradients)
    state = sum(method.state(weight.shape) for weight in trained) * item.state
    copies = _bytes(trained, item.copies)
    constant = weights + buffers + state + copies

    reached = _reached_by_gradients(summary)
    kept = list(_kept(summary, batch, item, checkpointing, reached))
    count = len(summary.layers)
    by_layer = _by_first([tensor for tensor in kept if tensor.until is None], count)
    forward = [Turn(layer, constant, held) for layer, held in zip(summary.layers, accumulate(by_layer), strict=True)]
    backward = _backward(forward, summary, batch, item, kept, reached)
    inputs, others = _waiting(summary, batch, item, kept)
    given = sum(_size(shape) for shape in summary.inputs.values()) * batch * item.activations
    return TrainingMemory(
        batch,
        optimizer,
        precision,
        weights,
        buffers,
        copies,
        gradients,
        state,
        tuple(map(Step, summary.layers, by_layer)),
        tuple(map(_with, forward, map(sum, zip(inputs, others, strict=True)))),
        tuple(map(_with, backward, reversed(inputs))),
        constant + gradients + given + _bytes(trained, item.gradients) * method.copies,
    )


def _kept(
    summary: Summary, batch: int, item: Precision, checkpointing: Sequence[str], reached: set[str]
) -> Iterator[_Kept]:
    """Yield what the forward pass keeps, each storage once, by the first layer that keeps it.

    What a checkpointed block gives to others that keep it is not computed again.
    """
    kept = list(_kept_by_layers(summary, batch, item, checkpointing, reached))
    lasting = {tensor.storage for tensor in kept if tensor.until is None}
    seen = {WEIGHTS}
    for tensor in kept:
        if tensor.storage is None:
            yield tensor
        elif tensor.storage not in seen:
            seen.add(tensor.storage)
            yield tensor._replace(until=None) if tensor.storage in lasting else tensor


def _kept_by_layers(
    summary: Summary, batch: int, item: Precision, checkpointing: Sequence[str], reached: set[str]
) -> Iterator[_Kept]:
    """Yield what each layer keeps."""
    owner = owners(summary, training=True)
    shapes = {**summary.inputs, **{layer.name: layer.output_shape for layer in summary.layers}}
    checkpoints = _checkpoints(summary, checkpointing, reached)

    def storage(name: str, index: int, until: int | None, itemsize: int = item.activations) -> _Kept:
        size = 0 if owner[name] == WEIGHTS else _size(shapes[owner[name]])
        return _Kept(owner[name], index, size * batch * itemsize, until)

    for index, layer in enumerate(summary.layers):
        if layer.name not in reached:
            continue
        checkpoint = checkpoints.get(layer.path)
        if checkpoint and checkpoint.first == index:
            for name in checkpoint.inputs:
                yield storage(name, index, None)
        until = checkpoint.last if checkpoint else None
        for tensor in layer.layer.kept(*layer.input_shapes) or ():
            if tensor.for_weights and not _trains(layer):
                continue
            itemsize = tensor.itemsize or item.activations
            if tensor.name == "input":
                yield storage(layer.node.inputs[tensor.number], index, until, itemsize)
            elif tensor.name == "output":
                yield storage(layer.name, index, until)
            else:
                size = _size(tensor.shape) * itemsize
                yield _Kept(None, index, size if tensor.per_batch else size * batch, until)


def _waiting(summary: Summary, batch: int, item: Precision, kept: Sequence[_Kept]) -> tuple[list[int], list[int]]:
    """Return for each layer's turn what is there and not kept so far: of the network's inputs, and of other tensors.

    The inputs are there to the end; the others, on the way forward, until the last layer has taken them.
    """
    count = len(summary.layers)
    kept_from = {tensor.storage: tensor.first + 1 for tensor in kept if tensor.until is None}
    of_inputs, of_others = [0] * (count + 2), [0] * (count + 2)
    for name, shape, first, last in storages(summary, training=True):
        changes, end = (of_inputs, count + 1) if name in summary.inputs else (of_others, last + 1)
        size = _size(shape) * batch * item.activations
        changes[first] += size
        changes[min(kept_from.get(name, end), end)] -= size
    return list(accumulate(of_inputs))[1:-1], list(accumulate(of_others))[1:-1]


def _with(turn: Turn, passing: int) -> Turn:
    return turn._replace(passing=turn.passing + passing)


class _Checkpoint(NamedTuple):
    """A block whose insides are computed again: its first layer that gradients reach, its last, and what it takes."""

    first: int
    last: int
    inputs: tuple[str, ...]


def _checkpoints(summary: Summary, kinds: Sequence[str], reached: set[str]) -> Mapping[Path, _Checkpoint]:
    """Return the outermost blocks of the given kinds, or names, by the path of each layer in them."""
    found: dict[Path, list[int]] = {}
    for index, layer in enumerate(summary.layers):
        for level in range(1, len(layer.path)):
            block = layer.path[:level]
            if summary.groups[block].kind in kinds or "/".join(block) in kinds:
                found.setdefault(block, []).append(index)
                break
    checkpoints: dict[Path, _Checkpoint] = {}
    for indices in found.values():
        layers = [summary.layers[index] for index in indices]
        names = {layer.name for layer in layers}
        inputs = dict.fromkeys(name for layer in layers for name in layer.node.inputs if name not in names)
        first = next((index for index in indices if summary.layers[index].name in reached), indices[0])
        checkpoint = _Checkpoint(first, indices[-1], tuple(inputs))
        checkpoints |= {layer.path: checkpoint for layer in layers}
    return checkpoints


def _reached_by_gradients(summary: Summary) -> set[str]:
    """Return the layers that have weights to train, or stand behind such a one."""
    reached: set[str] = set()
    for layer in summary.layers:
        if _trains(layer) or not reached.isdisjoint(layer.node.inputs):
            reached.add(layer.name)
    return reached


def _trains(layer: LayerSummary) -> bool:
    """Whether the layer has weights to train, be they another's."""
    weights = layer.layer.weights(*layer.input_shapes) if layer.shared_with else layer.weights
    return layer.layer.trainable and any(weight.trainable for weight in weights)


def _backward(
    forward: Sequence[Turn],
    summary: Summary,
    batch: int,
    item: Precision,
    kept: Sequence[_Kept],
    reached: set[str],
) -> Iterator[Turn]:
    """Yield the layers' turns on the way back, from the last to the first."""
    count = len(summary.layers)
    again = [0] * (count + 1)
    for tensor in kept:
        if tensor.until is not None:
            again[tensor.first] += tensor.bytes
            again[tensor.until + 1] -= tensor.bytes
    recomputed = list(accumulate(again))
    owners_of_weights = [layer.node.shared_with or layer.name for layer in summary.layers]
    last_use = {owner: index for index, owner in enumerate(owners_of_weights)}
    made = [0] * count
    for layer, owner in zip(summary.layers, owners_of_weights, strict=True):
        made[last_use[owner]] += layer.trainable_params * item.gradients
    gradients = 0
    for index in range(count - 1, -1, -1):
        layer = summary.layers[index]
        gradients += made[index]
        passing = recomputed[index]
        if layer.name in reached:
            passing += _gradients_passing(layer, summary, reached) * batch * item.activations
        yield forward[index]._replace(gradients=gradients, passing=passing)


def _gradients_passing(layer: LayerSummary, summary: Summary, reached: set[str]) -> int:
    """Return the elements of the gradients of a layer's output and inputs. A network's output has one given to it."""
    output = 0 if layer.name in summary.outputs else _size(layer.output_shape)
    if layer.layer.reuse.gradient:
        return output
    inputs = zip(layer.node.inputs, layer.input_shapes, strict=True)
    return output + sum(_size(shape) for name, shape in dict(inputs).items() if name in reached)


def _by_first(kept: Sequence[_Kept], count: int) -> list[int]:
    """Return the bytes that each layer is the first to keep."""
    result = [0] * count
    for tensor in kept:
        result[tensor.first] += tensor.bytes
    return result


def _bytes(weights: "Iterator[Weight] | Sequence[Weight]", itemsize: int) -> int:
    return sum(weight.size for weight in weights) * itemsize


def _size(shape: Shape) -> int:
    size = product(shape)
    assert size is not None  # `unknown_layers` has found none
    return size
