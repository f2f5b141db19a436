"""The first sentence: whether two networks are equal, and if not, what changed above all."""

from archsum.comparison.difference import Difference
from archsum.render.diff.lines import Line, lines
from archsum.render.diff.report import Report
from archsum.render.diff.words import describe
from archsum.render.numbers import count, growth

_MOST = 3
"""The changes that the sentence names."""


def verdict(report: Report) -> str:
    """Return the sentence, without a full stop."""
    difference = report.difference
    size = f"{len(difference.after.layers):,} layers, {count(difference.after.params)} parameters"
    compared = f" ({', '.join(report.compared)} alone)" if report.compared else ""
    if difference.equal:
        return f"equal: {size}{compared}{_named_otherwise(difference)}"
    clauses = [*map(describe, difference.details), *_clauses(lines(difference))]
    more = f", and {len(clauses) - _MOST:,} more" if len(clauses) > _MOST else ""
    figures = [
        f"{title} {more_of}"
        for title, more_of in (
            ("parameters", growth(difference.before.params, difference.after.params)),
            ("MACs", growth(difference.before.macs, difference.after.macs)),
        )
        if more_of
    ]
    same = "" if figures else f"; still {count(difference.after.params)} parameters"
    said = "; ".join([", ".join(clauses[:_MOST]) + more, *figures])
    return f"different{compared}: {said}{same}"


def _named_otherwise(difference: Difference) -> str:
    if difference.is_regrouped:
        return "; in other blocks, or in another order"
    names = difference.changes or difference.details
    return "; some names differ" if names else ""


def _clauses(of: list[Line]) -> list[str]:
    """Return what was changed, without what follows from it: of blocks what was changed in them."""
    said: list[str] = []
    has_cause = not all(line.follows for line in of)
    blocks: list[str] = []
    for line, following in zip(of, [*of[1:], None], strict=True):
        blocks = [*blocks[: line.level], line.title]
        if (following is not None and following.level > line.level) or (line.follows and has_cause):
            continue
        around = f"in {'/'.join(blocks[: line.level])} " if line.level else ""
        what = f" {line.status}" if line.status in ("added", "removed", "moved", "renamed") else ""
        note = f" {', '.join(line.notes)}" if line.status == "changed" and line.notes else ""
        said.append(f"{around}{line.title}{what}{note}")
    return said
