"""The rows as a table for people, and what is to be said of all variants."""

from collections.abc import Sequence

from archsum.errors import one_line
from archsum.render.layout import columns
from archsum.render.sweep.cells import as_text, figure
from archsum.sweeps.rows import OK, Question, Row
from archsum.sweeps.tally import Refusals, Tally

MAX_ROWS = 50
"""As many rows are shown where no number is asked for."""


def render(rows: Sequence[Row], question: Question, hidden: int) -> str:
    """Return the rows, their verdicts where one is not ok, and how many others there are."""
    has_verdict = any(row.verdict != OK for row in rows)
    names = [*question.varied, *question.metrics, *(["verdict"] if has_verdict else [])]
    lines = [
        [
            *(as_text(name, row.values.get(name)) for name in question.varied),
            *(figure(name, row.metrics[name]) for name in question.metrics),
            *([row.verdict] if has_verdict else []),
        ]
        for row in rows
    ]
    aligns = "".join("<" if name == "verdict" else ">" for name in names)
    more = [f"… and {hidden:,} more rows: `-o rows.csv` writes all"] if hidden else []
    return "\n".join([*columns([list(map(one_line, names)), *lines], aligns), *more])


def summary(tally: Tally, question: Question) -> str:
    """Return how many variants there were, how many of them are rows or on a front, and why others are refused."""
    parts = []
    if question.kept:
        kept = tally.rows - tally.unknown
        parts.append(f"{kept:,} keep{'s' if kept == 1 else ''} {one_line(question.kept)}")
    if tally.on_front is not None:
        parts.append(f"{tally.on_front:,} on the front")
    if tally.unknown:
        parts.append(f"{tally.unknown:,} unknown")
    if tally.refused:
        parts.append(f"{tally.refused:,} refused")
    if tally.before:
        parts.append(f"{tally.before:,} done before")
    lines = [f"{tally.variants:,} variant{'' if tally.variants == 1 else 's'}{': ' if parts else ''}{', '.join(parts)}"]
    lines += [f"  {_refused(refusals)}" for refusals in tally.refusals]
    return "\n".join(lines)


def _refused(refusals: Refusals) -> str:
    number, first = refusals.variants, refusals.first
    if first is None:
        return f"{number:,} more for other reasons"
    values = one_line(" ".join(f"{name}={as_text(name, value)}" for name, value in first.values.items()))
    which = values if number == 1 else f"{number:,}, as {values}"
    return f"refused {which}: {one_line(first.message or '')} [{first.code}]"
