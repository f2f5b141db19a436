"""A network along an axis: its layers in order, the blocks that they are folded to, and the stages to be named."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from archsum.errors import one_line
from archsum.folding import Part, fold, readable_depth
from archsum.summary import Summary

MAX_BARS = 60
"""As many bars as can be told apart: a network is unfolded up to there."""

_NARROWEST = 1 / 50
"""Of the axis: a layer beside blocks of many layers is drawn wider than its share, so that it can be seen."""

_LEAST_STAGES = 5
"""Where fewer blocks than that are outermost, those in them are named."""


class Bar(NamedTuple):
    """A layer or a folded block, and where it begins and ends on the axis."""

    part: Part
    start: float
    end: float


class Stage(NamedTuple):
    """What is named on the axis: a layer or a block, not too deep to be told apart from the others."""

    name: str
    start: float
    end: float


class Axis(NamedTuple):
    """A network along an axis from 0 to 1."""

    edges: tuple[float, ...]
    """Where each layer begins, and the last one ends."""
    bars: tuple[Bar, ...]
    stages: tuple[Stage, ...]


def lay_out(summary: Summary) -> Axis:
    """Lay a network out along an axis, blocks as wide as they have layers."""
    parts = fold(summary, readable_depth(summary, MAX_BARS))
    widths = [max(len(part.layers), len(summary.layers) * _NARROWEST) for part in parts]
    positions = [0.0, *(position / sum(widths) for position in accumulate(widths))]
    bars = [Bar(part, *ends) for part, ends in zip(parts, pairwise(positions), strict=True)]
    starts = [
        bar.start + (bar.end - bar.start) * number / len(bar.part.layers)
        for bar in bars
        for number in range(len(bar.part.layers))
    ]
    return Axis((*starts, 1.0), tuple(bars), tuple(stages(summary, (*starts, 1.0))))


def stages(summary: Summary, edges: Sequence[float]) -> Iterator[Stage]:
    """Yield what is named on an axis, on which the layers have these edges."""
    paths = [layer.path for layer in summary.layers]
    deepest = max(map(len, paths), default=0)
    depths = range(1, deepest + 1)
    depth = next((depth for depth in depths if len({path[:depth] for path in paths}) >= _LEAST_STAGES), deepest)
    end = 0
    for path, group in groupby(summary.layers, lambda layer: layer.path[:depth]):
        start, end = end, end + len(list(group))
        yield Stage(one_line(path[-1]), edges[start], edges[end])
