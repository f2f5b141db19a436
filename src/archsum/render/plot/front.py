"""The rows of a sweep by two metrics, and their Pareto front, drawn by matplotlib."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from archsum.errors import one_line
from archsum.render.numbers import quantity
from archsum.render.plot.style import INK, MARK, file_of
from archsum.sweeps.front import Cloud, Objective
from archsum.variants import IN_BYTES

_SIZE = (4.6, 3.4)
_LARGE = 100
"""An axis whose ends are so many times apart is logarithmic."""


class _Numbers(EngFormatter):
    """What is below a thousand is written as it is, 0.5 and not 500m."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if abs(x) < 1000 else super().__call__(x, pos)


def draw(cloud: Cloud, front: Cloud, name: str, format_: str) -> bytes:
    """Return the figure as a file of that format; `name` is the network's."""
    return file_of(lambda: _figure(cloud, front, name), format_)


def _figure(cloud: Cloud, front: Cloud, name: str) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.plot(*cloud.coordinates, ".", markersize=2.5, color="#a6d5f0", label=quantity(cloud.seen, "row"))
    axes.plot(*front.coordinates, "-o", markersize=3, linewidth=0.8, color=MARK, label=f"the front: {front.seen:,}")
    for axis, objective, values in zip("xy", cloud.objectives, cloud.coordinates, strict=True):
        _draw_axis(axes, axis, objective, values)
    axes.legend(loc="best")
    axes.set_title(one_line(name), loc="left", weight="bold", size=9, color=INK)
    return figure


def _draw_axis(axes: Axes, axis: str, objective: Objective, values: list[int | float]) -> None:
    better = "more" if objective.is_more_better else "less"
    getattr(axes, f"set_{axis}label")(f"{one_line(objective.name)} ({better} is better)")
    if values and min(values) > 0 and max(values) >= _LARGE * min(values):
        getattr(axes, f"set_{axis}scale")("log")
    in_bytes = objective.name in IN_BYTES
    getattr(axes, f"{axis}axis").set_major_formatter(EngFormatter("B", sep=" ") if in_bytes else _Numbers(sep=""))
    axes.tick_params(axis="x", bottom=True, labelbottom=True)
