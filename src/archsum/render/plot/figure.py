"""The memory of a training step, and each layer's share of the work, drawn by matplotlib."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter, MaxNLocator

from archsum.errors import one_line
from archsum.memory.costs import Costs
from archsum.memory.devices import Device
from archsum.memory.training import TrainingMemory
from archsum.render.numbers import binary, binary_unit
from archsum.render.plot.axis import MAX_BARS, Axis, Stage, lay_out
from archsum.render.plot.style import INK, MARK, file_of
from archsum.render.training import ITEMS, NEAR_PEAK, options, peak_place

_WIDTH, _LEFT, _RIGHT = 7.2, 0.55, 0.45
"""Inches, as all sizes here: both columns of a paper."""
_MEMORY, _BARS, _HEADER, _BETWEEN = 2.3, 0.85, 0.65, 0.25
"""The heights of the panels, and of what is above and between them."""
_OPTIMIZER = 0.06
"""The width of the optimizer's step, a pass being 1."""
_NAMES = 6.5
"""The size of the names on the axis, in points."""
_LETTER, _LINE = 0.6 * _NAMES / 72, 1.25 * _NAMES / 72
"""How wide a letter of them is, about, and how high a line."""
_LONGEST = 28
"""The letters of the longest name; of a longer one there is the beginning."""

_STACK = ("#d5d5d5", "#0072b2", "#e69f00", "#a6d5f0")
"""The colours of what is stacked, from below; the colour-blind tell them apart, and a printer's greys."""
_CLEAR = {"facecolor": "white", "pad": 1}
"""What is behind a text that the line of the peak or of a limit may cross."""
_BAR, _GRID = "#555555", "#d5d5d5"


def draw(costs: Costs, format_: str, device: Device | None = None) -> bytes:
    """Return the figure as a file of that format."""
    return file_of(lambda: _figure(costs, device), format_)


class _Panels(NamedTuple):
    """The time of a training step runs through those above; below, each pass has a share of its layers."""

    forward: Axes
    backward: Axes
    step: Axes
    macs: Axes
    params: Axes


def _figure(costs: Costs, device: Device | None) -> Figure:
    axis, memory = lay_out(costs.summary), costs.training
    labels = _labels(axis.stages)
    below = max([_LINE, *(_LETTER * len(label.name) for label in labels if label.is_upright)]) + 0.1
    figure = Figure(figsize=(_WIDTH, _HEADER + _MEMORY + _BETWEEN + _BARS + below))
    panels = _panels(figure, below)
    _draw_heading(figure, costs, device)
    if memory:
        _draw_memory(panels, axis, memory)
        if device and device.available < NEAR_PEAK * memory.peak:
            _draw_limit(panels, device, binary_unit(memory.peak)[1])
    else:
        _draw_nothing(panels, costs.why_unknown)
    _draw_bars(panels.macs, axis, [bar.part.of.macs for bar in axis.bars])
    _draw_bars(panels.params, axis, [bar.part.of.params for bar in axis.bars])
    if len(axis.stages) <= MAX_BARS:
        if memory:
            for axes in (panels.forward, panels.backward):
                _draw_grid(axes, axis, memory.peak / binary_unit(memory.peak)[1])  # above it is what names the peak
        for axes in (panels.macs, panels.params):
            _draw_grid(axes, axis, axes.get_ylim()[1])
    for axes in (panels.macs, panels.params):
        _draw_labels(axes, labels)
    return figure


def _panels(figure: Figure, below: float) -> _Panels:
    height = figure.get_figheight()
    grid = figure.add_gridspec(
        2,
        3,
        left=_LEFT / _WIDTH,
        right=1 - _RIGHT / _WIDTH,
        top=1 - _HEADER / height,
        bottom=below / height,
        hspace=2 * _BETWEEN / (_MEMORY + _BARS),  # a share of the panels' mean height
        wspace=0.04,
        height_ratios=(_MEMORY, _BARS),
        width_ratios=(1, 1, _OPTIMIZER),
    )
    forward = figure.add_subplot(grid[0, 0], title="forward pass", xlim=(0, 1))
    backward = figure.add_subplot(grid[0, 1], title="backward pass", xlim=(1, 0), sharey=forward)
    step = figure.add_subplot(grid[0, 2], title="optimizer", xlim=(0, 1), sharey=forward)
    macs = figure.add_subplot(grid[1, 0], title="MACs of a sample", sharex=forward)
    params = figure.add_subplot(grid[1, 1], title="parameters", sharex=backward)
    for axes in figure.axes:
        axes.patch.set_visible(False)  # or what is written across two panels is cut
    for axes in (backward, step, params):
        axes.spines.left.set_visible(False)
        axes.tick_params(axis="y", left=False, labelleft=False)
    params.spines.right.set_visible(True)
    params.tick_params(axis="y", right=True, labelright=True)
    return _Panels(forward, backward, step, macs, params)


def _draw_heading(figure: Figure, costs: Costs, device: Device | None) -> None:
    """Name the network, how it is trained, and the colours."""
    left, right, top = _LEFT / _WIDTH, 1 - _RIGHT / _WIDTH, 1 - 0.1 / figure.get_figheight()
    words = options(costs.options)
    if device:
        words += f", on {one_line(device.name)} ({binary(device.available)} for the network)"
    figure.text(left, top, one_line(costs.summary.name), weight="bold", size=9, va="top")
    figure.text(right, top, words, ha="right", va="top")
    if costs.unknown:
        return
    figure.legend(
        handles=[Patch(color=colour, label=label) for colour, label in zip(_STACK, ITEMS, strict=True)],
        loc="upper left",
        bbox_to_anchor=(left, top - 0.2 / figure.get_figheight()),
        ncols=len(_STACK),
        columnspacing=1.2,
        handlelength=1,
        handleheight=0.8,
        handletextpad=0.5,
        borderpad=0,
        borderaxespad=0,
    )


def _draw_memory(panels: _Panels, axis: Axis, memory: TrainingMemory) -> None:
    unit, size = binary_unit(memory.peak)
    panels.forward.set_ylabel(f"memory ({unit})")
    panels.forward.set_ylim(0, 1.18 * memory.peak / size)  # the peak is named above it
    panels.forward.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    _stack(panels.forward, axis.edges, [turn[1:] for turn in memory.forward], size)
    _stack(panels.backward, axis.edges, [turn[1:] for turn in reversed(memory.backward_by_layer)], size)
    _stack(panels.step, (0, 1), [memory.items_at_step], size)
    _mark_peak(panels, axis, memory, memory.peak / size)


def _stack(axes: Axes, edges: Sequence[float], columns: Sequence[Sequence[int]], size: int) -> None:
    """Draw what is in memory from edge to edge, one item upon the other."""
    if not columns:  # of a network without layers
        return
    base = [0.0] * len(columns)
    for colour, items in zip(_STACK, zip(*columns, strict=True), strict=True):
        top = [below + item / size for below, item in zip(base, items, strict=True)]
        _fill(axes, edges, base, top, colour)
        base = top


def _fill(axes: Axes, edges: Sequence[float], base: Sequence[float], top: Sequence[float], colour: str) -> None:
    """Fill what is between two heights, which change at the edges."""
    axes.fill_between(edges, [*base, base[-1]], [*top, top[-1]], step="post", color=colour, linewidth=0)


def _mark_peak(panels: _Panels, axis: Axis, memory: TrainingMemory, height: float) -> None:
    for axes in (panels.forward, panels.backward, panels.step):
        axes.axhline(height, color=INK, linewidth=0.6, linestyle=(0, (4, 3)))
    at, position = panels.step, 0.5
    if memory.at:
        index = next(index for index, turn in enumerate(memory.forward) if turn.layer is memory.at)
        at = panels.forward if memory.in_pass == "forward" else panels.backward
        position = (axis.edges[index] + axis.edges[index + 1]) / 2
    far = 2 - position if at is panels.backward else position + 2 * (at is panels.step)
    at.plot(position, height, marker="o", markersize=5, color=MARK, markeredgecolor="white", clip_on=False, zorder=5)
    for text, above, weight in ((f"peak {binary(memory.peak)}", 13, "bold"), (peak_place(memory), 4.5, "normal")):
        at.annotate(
            text,
            (position, height),
            (0, above),
            textcoords="offset points",
            ha="left" if far < 0.7 else "center" if far < 1.3 else "right",
            weight=weight,
            size=7.5,
            bbox=_CLEAR,
        )


def _draw_limit(panels: _Panels, device: Device, size: int) -> None:
    limit = device.available / size
    for axes in (panels.forward, panels.backward, panels.step):
        axes.axhline(limit, color=MARK, linewidth=1.2)
    panels.forward.set_ylim(0, max(panels.forward.get_ylim()[1], 1.1 * limit))
    panels.forward.annotate(
        one_line(device.name),
        (0, limit),
        (4, 0),
        textcoords="offset points",
        va="center",
        color=MARK,
        weight="bold",
        bbox=_CLEAR,
    )


def _draw_nothing(panels: _Panels, why: str) -> None:
    panels.forward.set_ylabel("memory")
    panels.forward.set_yticks([])
    panels.forward.text(1, 0.5, textwrap.fill(f"unknown: {why}", 100), ha="center", va="center")


def _draw_bars(axes: Axes, axis: Axis, values: Sequence[int | None]) -> None:
    """Draw what each bar has, with a gap between two, and a cross where it is unknown."""
    heights = [height for value in values for height in (0, value or 0)]
    starts = [0.9 * bar.start + 0.1 * bar.end for bar in axis.bars]
    edges = [0.0, *(edge for start, bar in zip(starts, axis.bars, strict=True) for edge in (start, bar.end))]
    if heights:
        _fill(axes, edges, [0] * len(heights), heights, _BAR)
    axes.set_ylim(0, 1.05 * max([1, *heights]))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    unknown = [(bar.start + bar.end) / 2 for bar, value in zip(axis.bars, values, strict=True) if value is None]
    if unknown:
        axes.set_title(f"{axes.get_title()} (×: unknown)")
        axes.plot(unknown, [0.1 * axes.get_ylim()[1]] * len(unknown), "x", markersize=4, color=INK)


def _draw_grid(axes: Axes, axis: Axis, height: float) -> None:
    starts = [stage.start for stage in axis.stages[1:]]
    axes.vlines(starts, 0, height, color=_GRID, linewidth=0.4, zorder=0)


class _Label(NamedTuple):
    """A name on the axis."""

    name: str
    position: float
    is_upright: bool


def _labels(stages: Sequence[Stage]) -> list[_Label]:
    """Return the names of the stages: all of them, or none where there is no room for all.

    They are upright where one of them is longer than its stage, and then so far apart that they can be read.
    """
    width = (_WIDTH - _LEFT - _RIGHT) / (2 + _OPTIMIZER)
    names = [stage.name if len(stage.name) <= _LONGEST else f"{stage.name[: _LONGEST - 1]}…" for stage in stages]
    positions = [(stage.start + stage.end) / 2 for stage in stages]
    is_upright = any(
        _LETTER * len(name) > (stage.end - stage.start) * width for name, stage in zip(names, stages, strict=True)
    )
    if is_upright:
        if len(stages) * _LINE > width:
            return []
        positions = _spread(positions, _LINE / width)
    return [_Label(name, position, is_upright) for name, position in zip(names, positions, strict=True)]


def _spread(positions: Sequence[float], gap: float) -> list[float]:
    """Return positions within 0 to 1 that are at least so far apart: where they are too near, later ones give way."""
    spread: list[float] = []
    for position in positions:
        spread.append(max(position, spread[-1] + gap if spread else gap / 2))
    limit = 1 - gap / 2
    for index in reversed(range(len(spread))):
        spread[index] = min(spread[index], limit)
        limit = spread[index] - gap
    return spread


def _draw_labels(axes: Axes, labels: Sequence[_Label]) -> None:
    for label in labels:
        axes.annotate(
            label.name,
            (label.position, 0),
            (0, -3),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            va="top",
            rotation=90 if label.is_upright else 0,
            size=_NAMES,
        )
