"""A difference for a comment on a pull request, or for a job's summary: the sentence, the totals, then what changed."""

import re
from collections.abc import Iterator, Sequence

from archsum.errors import one_line
from archsum.render.diff.lines import Line, lines
from archsum.render.diff.report import Judged, Report
from archsum.render.diff.totals import shown, written
from archsum.render.diff.verdict import limit, over_budget, verdict
from archsum.render.numbers import count, growth, signed

_OPEN = 12
"""As many lines are open; what has more unfolds when it is clicked on."""
_MOST_CHARACTERS = 60_000
"""A comment on GitHub takes 65,536; what does not fit is counted."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~@&$]|:(?=\S))")
"""What could be markup, a link, a mention or a formula."""


def render(report: Report, depth: int | None = None) -> str:
    """Return what changed; equal networks are one line."""
    sentence = f"**{escape(verdict(report))}**"
    found = lines(report.difference, depth)
    if report.equal and not found:
        return sentence
    over = over_budget(report)
    parts = [sentence, f"**{escape(over)}**" if over else "", f"{code(report.titles[0])} → {code(report.titles[1])}"]
    if not report.equal:
        parts += [_table(_totals(report)), _table(_budgets(report))]
    parts.append(_changes(found))
    return "\n\n".join(part for part in parts if part)


def escape(text: str) -> str:
    """Return Markdown that shows a text as it is."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def code(text: str) -> str:
    """Return Markdown that shows a text as code, whatever is in it."""
    line = one_line(text)
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"{fence}{line}{fence}"


def _totals(report: Report) -> Iterator[Sequence[str]]:
    yield "", "before", "after", "difference", ""
    for total in shown(report):
        yield total.title, *written(total), growth(total.before, total.after)


def _budgets(report: Report) -> Iterator[Sequence[str]]:
    judged = list(report.judged)
    if judged:
        yield "budget", "before", "after", "limit", ""
    for one in sorted(judged, key=lambda one: one.verdict.ok is not False):
        yield escape(one.verdict.title), *_figures(one)


def _figures(one: Judged) -> Iterator[str]:
    for judged in one:
        yield count(judged.value) if judged else "–"
    yield limit(one.verdict)
    yield {True: "ok", False: "**over**", None: "unknown"}[one.verdict.ok]


def _table(rows: Iterator[Sequence[str]]) -> str:
    head, *others = [f"| {' | '.join(row)} |" for row in rows] or [""]
    return "\n".join([head, "|:--|--:|--:|--:|--:|", *others]) if others else ""


def _changes(found: Sequence[Line]) -> str:
    """Return a list of what changed, that unfolds where it is long."""
    items: list[str] = []
    room = _MOST_CHARACTERS
    for line in found:
        item = _item(line)
        room -= len(item) + 1
        if room < 0:
            items.append(f"- … and {len(found) - len(items):,} more")
            break
        items.append(item)
    listed = "\n".join(items)
    if len(items) <= _OPEN:
        return listed
    return f"<details><summary>{len(found):,} changes</summary>\n\n{listed}\n\n</details>"


def _item(line: Line) -> str:
    figures = [
        f"{signed(number)} {what}" for number, what in ((line.params, "parameters"), (line.macs, "MACs")) if number != 0
    ]
    more = f" ({', '.join(figures)})" if figures else ""
    notes = [escape(note) for note in (line.where, *line.notes) if note]
    rest = f": {'; '.join(notes)}" if notes else ""
    return f"{'  ' * line.level}- **{line.sign}** {code(line.title)}{more}{rest}"
