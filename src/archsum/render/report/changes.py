"""What changed from one network to another: the sentence, the totals, and the changes line by line."""

from typing import NamedTuple

from archsum.render.diff.lines import Line, lines
from archsum.render.diff.report import Report
from archsum.render.diff.totals import shown, written
from archsum.render.diff.verdict import over_budget, variables, verdict
from archsum.render.layout import cut
from archsum.render.numbers import growth, signed

_MOST = 400
"""As many changes are listed."""


class Changed(NamedTuple):
    """One thing that changed."""

    sign: str
    status: str
    level: int
    title: str
    notes: str
    params: str
    macs: str


class Changes(NamedTuple):
    """What is said of two networks."""

    titles: tuple[str, str]
    equal: bool
    variables: str
    """Which variables have other values; empty where none has."""
    sentence: str
    over: str
    """Which limits are broken after the change; empty where none is."""
    totals: tuple[tuple[str, ...], ...]
    """Of each its title, what it was, what it is, the difference, and that in parts of what it was."""
    lines: tuple[Changed, ...]
    more: tuple[str, ...]


def changes(report: Report, depth: int | None = None) -> Changes:
    """Return what changed; blocks more than `depth` levels deep are folded, or as many as can be taken in."""
    found, more = cut(lines(report.difference, depth), _MOST, "change")
    totals = ((total.title, *written(total), growth(total.before, total.after)) for total in shown(report))
    return Changes(
        report.titles,
        report.equal,
        variables(report),
        verdict(report),
        over_budget(report),
        tuple(totals),
        tuple(map(_changed, found)),
        tuple(more),
    )


def _changed(line: Line) -> Changed:
    notes = "; ".join(filter(None, (line.where, *line.notes)))
    return Changed(line.sign, line.status, line.level, line.title, notes, signed(line.params), signed(line.macs))
