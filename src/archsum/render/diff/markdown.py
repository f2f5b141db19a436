"""A difference for a comment on a pull request, or for a job's summary.

Limits that are broken come first, then the sentence and the totals, then what changed, as much as a comment holds.
"""

import re
from collections.abc import Iterator, Sequence

from archsum.errors import one_line
from archsum.render.diff.lines import Line, lines
from archsum.render.diff.report import GONE, Judged, Report
from archsum.render.diff.totals import shown, written
from archsum.render.diff.verdict import over_budget, variables, verdict
from archsum.render.numbers import count, growth, signed

MARKER = "<!-- archsum -->"
"""The first line, which is not shown: it tells a comment of ours from others, so that it can be written anew."""

_OPEN = 12
"""As many lines are open; what has more unfolds when it is clicked on."""
_MOST_CHARACTERS = 60_000
"""A comment on GitHub takes 65,536; what does not fit is counted."""
_MOST_LIMITS = 20
_LONGEST = 500
"""Characters of a sentence or a name."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~@&$]|:(?=\S))")
"""What could be markup, a link, a mention or a formula."""


def render(report: Report, depth: int | None = None) -> str:
    """Return what changed; of networks that are the same and have the same limits one line."""
    return f"{MARKER}\n\n{section(report, depth)}"


def section(report: Report, depth: int | None = None) -> str:
    """Return the same to be put under a heading."""
    sentence = f"**{escape(verdict(report))}**"
    if report.is_unchanged:
        return sentence
    if cause := variables(report):
        sentence = f"{escape(cause)}\\\n{sentence}"
    over = over_budget(report)
    parts = [f"**{escape(over)}**" if over else "", sentence, f"{code(report.titles[0])} → {code(report.titles[1])}"]
    if not report.equal:
        parts.append(_table(_totals(report)))
    if not report.equal or report.tells_limits:
        parts.append(_table(_budgets(report)))
    parts.append(_changes(lines(report.difference, depth), _MOST_CHARACTERS - sum(map(len, parts))))
    return "\n\n".join(part for part in parts if part)


def escape(text: str) -> str:
    """Return Markdown that shows a text as it is, but for its end where it is very long."""
    return _SPECIAL.sub(r"\\\1", _short(text))


def code(text: str) -> str:
    """Return Markdown that shows a text as code, whatever is in it."""
    line = _short(text)
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"{fence}{line}{fence}"


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _totals(report: Report) -> Iterator[Sequence[str]]:
    yield "", "before", "after", "difference", ""
    for total in shown(report):
        yield total.title, *written(total), growth(total.before, total.after)


def _budgets(report: Report) -> Iterator[Sequence[str]]:
    judged = sorted(report.judged, key=lambda one: (not one.is_broken, not one.is_changed))
    if judged:
        yield "budget", "before", "after", "limit", ""
    for one in judged[:_MOST_LIMITS]:
        yield escape(one.verdict.title), *_figures(one)
    if hidden := len(judged[_MOST_LIMITS:]):
        yield f"… and {hidden:,} more", "", "", "", ""


def _figures(one: Judged) -> Iterator[str]:
    for judged in one:
        yield count(judged.value) if judged else "–"
    yield " → ".join(one.limits)
    yield {True: "ok", False: "**over**", None: "unknown"}[one.after.ok] if one.after else GONE


def _table(rows: Iterator[Sequence[str]]) -> str:
    head, *others = [f"| {' | '.join(row)} |" for row in rows] or [""]
    return "\n".join([head, "|:--|--:|--:|--:|--:|", *others]) if others else ""


def _changes(found: Sequence[Line], room: int) -> str:
    """Return a list of what changed, as long as there is room for it, that unfolds where it is long."""
    items: list[str] = []
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
