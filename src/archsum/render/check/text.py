"""The table of a check: what is limited, by how much, and what made it large. Its figures are exact."""

from collections.abc import Iterator, Sequence

from archsum.budget import Check, Contributor, Verdict
from archsum.colours import GREEN, RED, YELLOW, Paint, plain
from archsum.errors import one_line
from archsum.render.layout import columns, cut
from archsum.render.numbers import count, percent

_MAX_SHOWN = 10
"""Layers listed below a verdict; a limit for each layer can be broken by thousands."""

_HEAD = ("Metric", "Value", "Limit", "Used", "Verdict")

_WIDTH = 80
"""A wider table, of a network with billions, does without the share: the verdict says the same exactly."""


def render(check: Check, title: str, paint: Paint = plain) -> str:
    """Return the table of a network's verdicts, under a title such as its file's name."""
    title = one_line(title)
    if not check.verdicts:
        return f"{title}: not checked"
    rows = [_HEAD, *((*_figures(verdict), _verdict(verdict)) for verdict in check.verdicts)]
    head, *lines = columns(rows, "<>>><")
    if _width([head, *lines]) > _WIDTH:
        head, *lines = columns([(*row[:3], row[4]) for row in rows], "<>><")
    table = [f"{title}: {_outcome(check)}", "", head, "─" * _width([head, *lines])]
    for verdict, line in zip(check.verdicts, lines, strict=True):
        # Painted when it is in its place, as colours have no width.
        table.append(line.removesuffix(_verdict(verdict)) + _verdict(verdict, paint))
        table += [*_contributors(verdict), *(f"  = help: {cure}" for cure in verdict.cures)]
    return "\n".join(table)


def _outcome(check: Check) -> str:
    if check.ok is None:
        return "not all limits could be checked"
    return "within budget" if check.ok else "over budget"


def _figures(verdict: Verdict) -> tuple[str, ...]:
    value, limit, metric = verdict.value, verdict.limit, verdict.metric
    title = f"{verdict.title} ({metric.unit})" if metric.unit else verdict.title
    return title, count(value), count(limit), "?" if value is None else percent(value, limit)


def _verdict(verdict: Verdict, paint: Paint = plain) -> str:
    value, limit = verdict.value, verdict.limit
    if value is None:
        return "unknown"
    if value > limit:
        return f"{paint(RED, 'OVER')} by {value - limit:,}"
    word = paint(YELLOW, "NEAR") if verdict.warns else paint(GREEN, "ok")
    return f"{word}, {limit - value:,} left"


def _width(lines: Sequence[str]) -> int:
    return max(map(len, lines))


def _contributors(verdict: Verdict) -> Iterator[str]:
    shown, more = cut(verdict.contributors, _MAX_SHOWN, "layers")
    yield from columns([_contribution(contributor) for contributor in shown], ">><", "  ")
    yield from (f"  {line}" for line in more)


def _contribution(contributor: Contributor) -> tuple[str, ...]:
    layer, value, whole = contributor
    return f"{value:,}", f"{percent(value, whole):>7}", f"{layer.name} ({layer.type})  {layer.span.place}"
