"""The memory of a training step as a picture: what is in memory at each layer's turn, item upon item."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, count, groupby
from math import ceil
from typing import Any, NamedTuple

from archsum.errors import one_line
from archsum.memory.devices import Device
from archsum.memory.training import TrainingMemory, Turn
from archsum.render.numbers import binary, binary_unit
from archsum.render.plot.axis import stages
from archsum.render.report.subject import Reported
from archsum.render.training import ITEMS, NEAR_PEAK, peak_place

HEIGHT = 240
"""Pixels."""
_MOST_COLUMNS = 600
"""Of a pass; of larger networks each column is that of several turns at which most is in memory."""
_WIDTH = 920
_LETTER = 6.7
_UNITS = 1000
"""What is drawn is so many units high."""
_ABOVE = 1.12
"""The room above the peak, for its name."""
_TICKS = 5


class Area(NamedTuple):
    """An item of memory: its name, its bytes at the peak, and its outline with all that is below it."""

    label: str
    at_peak: str
    outline: str


class Mark(NamedTuple):
    """A text at a place: across in per cent, down in pixels."""

    x: float
    y: float
    text: str
    anchor: str = "start"


class Timeline(NamedTuple):
    """The picture, and the figures for what is under the pointer."""

    columns: int
    pass_columns: int
    areas: tuple[Area, ...]
    """The topmost first."""
    ticks: tuple[Mark, ...]
    stages: tuple[Mark, ...]
    passes: tuple[Mark, ...]
    peak: Mark
    peak_place: str
    limit: Mark | None
    data: dict[str, Any]
    height: int = HEIGHT


_Column = tuple[int, tuple[int, int, int, int]]
"""The number of a layer, -1 at the optimizer's step, and what is in memory at its turn, as a Turn has it."""


def timeline(reported: Reported, highest: int = 0) -> Timeline | None:
    """Return the picture of a training step, of two as high as the `highest` peak; None where it is not known."""
    memory = reported.training
    if memory is None or not memory.forward:
        return None
    forward, backward = (list(_columns(turns, memory)) for turns in (memory.forward, memory.backward_by_layer))
    step = max(ceil(0.03 * len(forward)), 1)
    columns = [*forward, *backward, *[(-1, memory.items_at_step)] * step]
    device = _near(reported.device, memory.peak)
    top = _ABOVE * max(memory.peak, highest, device.available if device else 0, 1)
    at_peak = next(number for number, (_, items) in enumerate(columns) if sum(items) == memory.peak)
    number = len(columns)
    middles = (len(forward) / 2, 1.5 * len(forward))
    return Timeline(
        number,
        len(forward),
        tuple(_areas([items for _, items in columns], columns[at_peak][1], top)),
        tuple(_ticks(top)),
        tuple(_stages(reported, len(forward), number)),
        tuple(
            Mark(_per_cent(middle, number), HEIGHT + 30, title, "middle")
            for middle, title in zip(middles, ("forward pass", "backward pass"), strict=True)
        ),
        _peak(memory, at_peak, number, top),
        peak_place(memory),
        Mark(0, _down(device.available, top), one_line(device.name)) if device else None,
        _data(reported, memory, columns) | {"forward": len(forward), "start": at_peak},
    )


def _near(device: Device | None, peak: int) -> Device | None:
    """Return a device that can train, if what it has is near enough to the peak to be drawn."""
    if device is None or device.flash is not None:
        return None
    return device if 0 < device.available < NEAR_PEAK * peak else None


def _data(reported: Reported, memory: TrainingMemory, columns: Sequence[_Column]) -> dict[str, Any]:
    """Return the figures for the script: of each column the layer's number and the items, one number where all are."""
    layers, items = zip(*columns, strict=True)
    return {
        "layers": layers,
        "items": [item[0] if len(set(item)) == 1 else item for item in zip(*items, strict=True)],
        "names": [one_line(layer.name) for layer in reported.summary.layers],
        "kept": [size for _, size in memory.kept_by_layer],
    }


def _columns(turns: Sequence[Turn], memory: TrainingMemory) -> Iterator[_Column]:
    """Yield a column for each turn, or of several the one at which most is in memory."""
    numbers = {turn.layer.name: number for number, turn in enumerate(memory.forward)}
    together = ceil(len(turns) / _MOST_COLUMNS)
    for start in range(0, len(turns), together):
        turn = max(turns[start : start + together], key=lambda turn: turn.bytes)
        yield numbers[turn.layer.name], turn[1:]


def _areas(columns: Sequence[tuple[int, ...]], at_peak: tuple[int, ...], top: float) -> Iterator[Area]:
    """Yield the items from above: what is drawn later covers what is not its own."""
    stacked = [list(accumulate(items)) for items in columns]
    for item in reversed(range(len(ITEMS))):
        yield Area(ITEMS[item], binary(at_peak[item]), _outline([heights[item] for heights in stacked], top))


def _outline(heights: Sequence[int], top: float) -> str:
    """Return the path of an area, a column one unit wide."""
    path = [f"M0 {_UNITS}"]
    for height, equal in groupby(round(_UNITS - _UNITS * height / top) for height in heights):
        path.append(f"V{height}h{len(list(equal))}")
    return f"{''.join(path)}V{_UNITS}z"


def _ticks(top: float) -> Iterator[Mark]:
    unit, size = binary_unit(int(top))
    whole = top / size
    step = next(
        step * 10**power for power in count(-1) for step in (1, 2, 2.5, 5) if step * 10**power * _TICKS >= whole
    )
    number = 1
    while number * step * size < top:
        yield Mark(0, _down(number * step * size, top), f"{number * step:g} {unit}")
        number += 1


def _stages(reported: Reported, forward: int, number: int) -> Iterator[Mark]:
    """Yield the names along a pass, for which there is room; the second pass has them from right to left."""
    layers = len(reported.summary.layers)
    edges = [index / layers for index in range(layers + 1)]
    for stage in stages(reported.summary, edges):
        if _LETTER * len(stage.name) <= (stage.end - stage.start) * _WIDTH * forward / number:
            middle = (stage.start + stage.end) / 2 * forward
            yield Mark(_per_cent(middle, number), HEIGHT + 14, stage.name, "middle")
            yield Mark(_per_cent(2 * forward - middle, number), HEIGHT + 14, stage.name, "middle")


def _peak(memory: TrainingMemory, column: int, number: int, top: float) -> Mark:
    x = _per_cent(column + 0.5, number)
    anchor = "start" if x < 25 else "end" if x > 75 else "middle"
    return Mark(x, _down(memory.peak, top), f"peak {binary(memory.peak)}", anchor)


def _down(size: float, top: float) -> float:
    return round(HEIGHT * (1 - size / top), 1)


def _per_cent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2)
