"""The table of a check: what is limited, by how much, and what made it large. Its figures are exact."""

from archsum.budget import Check, Contributor, Verdict
from archsum.errors import one_line
from archsum.render.numbers import percent

_MAX_SHOWN = 10
"""Layers listed below a verdict; a limit for each layer can be broken by thousands."""

_HEAD = ("Metric", "Value", "Limit", "Used", "Verdict")

_WIDTH = 80
"""A wider table, of a network with billions, does without the share: the verdict says the same exactly."""


def render(check: Check, title: str) -> str:
    """Return the table of a network's verdicts, under a title such as its file's name."""
    title = one_line(title)
    if not check.verdicts:
        return f"{title}: not checked"
    rows = [_HEAD, *(_cells(verdict) for verdict in check.verdicts)]
    widths = _widths(rows)
    if _total(widths) > _WIDTH:
        rows = [(*row[:3], row[4]) for row in rows]
        widths = _widths(rows)
    lines = [f"{title}: {_outcome(check)}", "", _line(rows[0], widths), "─" * _total(widths)]
    for verdict, row in zip(check.verdicts, rows[1:], strict=True):
        lines += [_line(row, widths), *_contributors(verdict), *(f"  = help: {cure}" for cure in verdict.cures)]
    return "\n".join(lines)


def _outcome(check: Check) -> str:
    if check.ok is None:
        return "not all limits could be checked"
    return "within budget" if check.ok else "over budget"


def _cells(verdict: Verdict) -> tuple[str, ...]:
    value, limit, metric = verdict.value, verdict.limit, verdict.metric
    title = f"{verdict.title} ({metric.unit})" if metric.unit else verdict.title
    if value is None:
        return title, "unknown", f"{limit:,}", "?", "unknown"
    outcome = f"ok, {limit - value:,} left" if verdict.ok else f"OVER by {value - limit:,}"
    if verdict.warns:
        outcome = f"NEAR, {limit - value:,} left"
    return title, f"{value:,}", f"{limit:,}", percent(value, limit), outcome


def _widths(rows: list[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _total(widths: list[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *numbers, last = (
        cell.ljust(width) if index in (0, len(widths) - 1) else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *numbers, last]).rstrip()


def _contributors(verdict: Verdict) -> list[str]:
    shown = verdict.contributors[:_MAX_SHOWN]
    width = max((len(f"{contributor.value:,}") for contributor in shown), default=0)
    lines = [_contributor(contributor, width) for contributor in shown]
    hidden = len(verdict.contributors) - len(shown)
    return [*lines, f"  … and {hidden:,} more layers"] if hidden else lines


def _contributor(contributor: Contributor, width: int) -> str:
    layer, value, whole = contributor
    return f"  {value:>{width},}  {percent(value, whole):>7}  {layer.name} ({layer.type})  {layer.span.place}"
