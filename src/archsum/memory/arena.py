"""What a network needs on a microcontroller: the arena for its tensors, and flash for its weights.

TensorFlow Lite Micro gives each tensor a place in one arena, before the first inference. It goes from the largest to
the smallest; each gets the first gap that is wide enough among those placed already that are alive at the same time.
Nothing works in place: what an operator takes and what it makes are both alive while it runs.

The head of the arena depends on the network alone, except for the order of tensors of one size, see `TieBreak`. What
the runtime keeps behind it, such as an LSTM's state, and the buffers of optimized kernels such as CMSIS-NN's, are not
in it; those of the reference kernels are.

Source: https://github.com/tensorflow/tflite-micro, tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc and
micro_allocation_info.cc.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import prod
from typing import NamedTuple

from archsum.layers.shapes import Shape, product, total
from archsum.memory.conversion import ITEMSIZES, Conversion, Tensor
from archsum.memory.stretches import TakenByTime
from archsum.memory.timeline import Alive, timeline

ALIGNMENT = 16
"""Bytes of which every size and every offset in the arena is a multiple."""

BYTES_PER_BIAS = 4
"""Biases are int32 where weights and data are int8, and float32 where these are."""

BYTES_PER_WORD = 4
"""Words that an embedding takes are int32 in both."""


class TieBreak(Enum):
    """Which of several tensors of one size is placed first.

    On MLPerf Tiny's visual wake words the graph's order needs 64,512 bytes, the later first 73,728.
    """

    GRAPH_ORDER = "graph order"
    """As the planner did before it took offline plans (tensorflow's pull request 38121, of 2020): the default."""

    LATER_FIRST = "later first"
    """As it has done since, which can take more, or less."""


class Buffer(NamedTuple):
    """A tensor of the arena, or what a kernel asks for: its size in bytes, and the steps between which it is alive.

    Step 0 is the input's, and each operator is one step.
    """

    layer: str
    """The layer, or the input, whose it is."""
    size: int
    first: int
    last: int


class Placed(NamedTuple):
    """A tensor and where it begins in the arena."""

    buffer: Buffer
    offset: int

    @property
    def end(self) -> int:
        """Where the next one could begin."""
        return self.offset + self.buffer.size


@dataclass(frozen=True)
class Arena:
    """A network on a microcontroller: the plan of its tensors, in the graph's order."""

    plan: tuple[Placed, ...]

    @property
    def head(self) -> int:
        """The bytes of the arena that tensors need."""
        return max(placed.end for placed in self.plan)

    @property
    def live(self) -> tuple[int, ...]:
        """What the tensors alive at each step take together. The head is as large as the largest, or larger."""
        tensors = [Alive(buffer.first, buffer.last, buffer.size) for buffer, _ in self.plan]
        return tuple(timeline(1 + max(tensor.last for tensor in tensors), tensors))

    def placed_by(self, tie_break: TieBreak) -> "Arena":
        """Return the plan with tensors of one size in another order."""
        return replace(self, plan=place([placed.buffer for placed in self.plan], tie_break))

    @property
    def highest(self) -> Placed:
        """The tensor that ends where the arena's head does: the one that found no lower place."""
        return max(self.plan, key=lambda placed: placed.end)

    @property
    def at_highest(self) -> tuple[Placed, ...]:
        """That tensor and those beside it, at the step of its life at which they take the most."""
        buffer, _ = self.highest
        step = max(range(buffer.first, buffer.last + 1), key=self.live.__getitem__)
        return tuple(placed for placed in self.plan if placed.buffer.first <= step <= placed.buffer.last)


def arena(conversion: Conversion) -> Arena:
    """Plan the arena of a network, every size of which is known."""
    return Arena(place(_buffers(conversion)))


def flash_by_layer(conversion: Conversion) -> Mapping[str, int | None]:
    """Return the bytes of each layer's weights and biases; not the file's structure, nor its scales.

    None where a weight's size is unknown. The same weights are there once. So are biases in float32; in int8 each has
    the scale of what its operator takes.
    """
    flash: dict[str, int | None] = {}
    itemsize = ITEMSIZES[conversion.precision]
    with_weights: set[tuple[Hashable, ...]] = set()
    with_biases: set[tuple[Hashable, ...]] = set()
    for operation in conversion.operations:
        operator, constants, layer = operation.operator, operation.constants, operation.makes.layer
        of_weights, of_biases = (tuple(each) for each in zip(*constants, strict=True)) if constants else ((), ())
        if operator.weights != 0 and of_weights not in with_weights:
            with_weights.add(of_weights)
            flash[layer] = total((flash.get(layer, 0), product((operator.weights, itemsize))))
        if operator.biases != 0 and (conversion.precision == "int8" or of_biases not in with_biases):
            with_biases.add(of_biases)
            flash[layer] = total((flash.get(layer, 0), product((operator.biases, BYTES_PER_BIAS))))
    return flash


def _buffers(conversion: Conversion) -> list[Buffer]:
    """Return the tensors in the graph's order, then what kernels ask for."""
    precision, words = conversion.precision, conversion.words
    steps = list(enumerate(conversion.operations, start=1))
    last = dict.fromkeys(conversion.inputs, 0)
    for step, operation in steps:
        last |= dict.fromkeys((*operation.takes, *operation.all_made), step)
    last |= dict.fromkeys(conversion.outputs, len(steps))

    def tensor_buffer(tensor: Tensor, shape: Shape, first: int, itemsize: int | None = None) -> Buffer:
        """Return a tensor's, whose elements have as many bytes as the network's unless another number is stated."""
        bytes_each = BYTES_PER_WORD if tensor in words else itemsize or ITEMSIZES[precision]
        return Buffer(tensor.layer, _aligned(shape, bytes_each), first, last[tensor])

    inputs = [tensor_buffer(tensor, shape, 0) for tensor, shape in conversion.inputs.items()]
    made = [
        tensor_buffer(tensor, operation.operator.output, step, operation.operator.itemsize)
        for step, operation in steps
        for tensor in operation.all_made
    ]
    scratch = [
        Buffer(operation.makes.layer, _aligned((asked.elements,), getattr(asked, precision)), step, step)
        for step, operation in steps
        for asked in operation.operator.scratch
        if getattr(asked, precision)
    ]
    return [*inputs, *made, *scratch]


def place(buffers: Sequence[Buffer], tie_break: TieBreak = TieBreak.GRAPH_ORDER) -> tuple[Placed, ...]:
    """Return each buffer with its place in TensorFlow Lite Micro's arena, in the order of the buffers."""
    order = list(range(len(buffers)))
    if tie_break is TieBreak.LATER_FIRST:
        order.reverse()
    order.sort(key=lambda index: -buffers[index].size)
    taken = TakenByTime(buffers)
    offsets = {index: taken.place(buffers[index]) for index in order}
    return tuple(Placed(buffer, offsets[index]) for index, buffer in enumerate(buffers))


def _aligned(shape: Shape, itemsize: int) -> int:
    """Return the bytes of a tensor, rounded up. Every size is known."""
    return -(-itemsize * prod(size or 0 for size in shape) // ALIGNMENT) * ALIGNMENT
