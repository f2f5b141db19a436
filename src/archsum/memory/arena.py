"""What a network of int8 needs on a microcontroller: the arena for its tensors, and flash for its weights.

TensorFlow Lite Micro gives each tensor a place in one arena, before the first inference. It goes from the largest to
the smallest; each gets the first gap that is wide enough among those placed already that are alive at the same time.
Nothing works in place: what an operator takes and what it makes are both alive while it runs.

The head of the arena depends on the network alone, except for the order of tensors of one size, see `TieBreak`. What
the runtime keeps behind it, and the buffers of optimized kernels such as CMSIS-NN's, are not in it; those of the
reference kernels are.

Source: https://github.com/tensorflow/tflite-micro, tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc and
micro_allocation_info.cc.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import prod
from typing import NamedTuple

from archsum.layers.shapes import Shape
from archsum.memory.conversion import Conversion, OperatorsByLayer
from archsum.memory.timeline import Alive, timeline
from archsum.summary import Summary

ALIGNMENT = 16
"""Bytes of which every size and every offset in the arena is a multiple."""

BYTES_PER_BIAS = 4
"""Biases are int32 where weights and data are int8."""


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
    """A network on a microcontroller: its plan, in the graph's order, and its flash, in bytes."""

    plan: tuple[Placed, ...]
    flash_by_layer: Mapping[str, int]
    """The weights in int8 and the biases in int32; not the file's structure, nor its scales."""

    @property
    def flash(self) -> int:
        """The bytes of all layers' weights and biases."""
        return sum(self.flash_by_layer.values())

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


def arena(summary: Summary, operators: OperatorsByLayer) -> Arena | None:
    """Plan a network's arena; None where a layer's operators, or a size, are unknown."""
    if None in operators.values() or any(None in shape for shape in summary.inputs.values()):
        return None
    conversion = Conversion(summary, operators)
    flash: Counter[str] = Counter()
    for operation in conversion.operations:
        flash[operation.makes.layer] += operation.operator.weights + BYTES_PER_BIAS * operation.operator.biases
    return Arena(place(_buffers(conversion)), flash)


def _buffers(conversion: Conversion) -> list[Buffer]:
    """Return the tensors in the graph's order, then what kernels ask for."""
    steps = list(enumerate(conversion.operations, start=1))
    last = dict.fromkeys(conversion.inputs, 0)
    for step, operation in steps:
        last |= dict.fromkeys((*operation.takes, operation.makes), step)
    last |= dict.fromkeys(conversion.outputs, len(steps))
    inputs = [Buffer(tensor.layer, _aligned(shape), 0, last[tensor]) for tensor, shape in conversion.inputs.items()]
    made = [
        Buffer(operation.makes.layer, _aligned(operation.operator.output), step, last[operation.makes])
        for step, operation in steps
    ]
    scratch = [
        Buffer(operation.makes.layer, _aligned((size,)), step, step)
        for step, operation in steps
        for size in operation.operator.scratch
    ]
    return [*inputs, *made, *scratch]


def place(buffers: Sequence[Buffer], tie_break: TieBreak = TieBreak.GRAPH_ORDER) -> tuple[Placed, ...]:
    """Return each buffer with its place in TensorFlow Lite Micro's arena, in the order of the buffers."""
    order = list(range(len(buffers)))
    if tie_break is TieBreak.LATER_FIRST:
        order.reverse()
    order.sort(key=lambda index: -buffers[index].size)
    alive: list[list[int]] = [[] for _ in range(1 + max(buffer.last for buffer in buffers))]
    offsets: dict[int, int] = {}
    for index in order:
        buffer = buffers[index]
        steps = alive[buffer.first : buffer.last + 1]
        beside = {other for placed in steps for other in placed}
        offsets[index] = _first_gap(buffer.size, ((offsets[other], buffers[other].size) for other in beside))
        for placed in steps:
            placed.append(index)
    return tuple(Placed(buffer, offsets[index]) for index, buffer in enumerate(buffers))


def _first_gap(size: int, taken: Iterable[tuple[int, int]]) -> int:
    """Return where the first gap of a size begins among stretches of offset and size."""
    candidate = 0
    for offset, taken_size in sorted(taken):
        if offset - candidate >= size:
            break
        candidate = max(candidate, offset + taken_size)
    return candidate


def _aligned(shape: Shape) -> int:
    """Return the bytes of a tensor of int8, rounded up. Every size is known."""
    return -(-prod(size or 0 for size in shape) // ALIGNMENT) * ALIGNMENT
