"""A difference as people read it on a terminal: the sentence, the totals, the budgets, and what changed."""

from collections.abc import Iterator, Sequence

from archsum.budget import Verdict
from archsum.colours import BOLD, CYAN, GREEN, RED, YELLOW, Paint, plain
from archsum.errors import one_line
from archsum.render.diff.lines import Line, lines
from archsum.render.diff.report import GONE, Judged, Report
from archsum.render.diff.totals import shown, written
from archsum.render.diff.verdict import over_budget, variables, verdict
from archsum.render.layout import columns, wrap
from archsum.render.numbers import count, growth, signed

_COLOURS = {"added": GREEN, "removed": RED, "changed": YELLOW, "moved": CYAN, "renamed": CYAN}
_INDENT = "  "
_LEAST = 24
"""The columns that are left for what changed, whatever the figures take."""


def render(report: Report, paint: Paint = plain, width: int = 80, depth: int | None = None) -> str:
    """Return what changed, in lines of about `width` columns; of equal networks with equal limits one line."""
    sentence = verdict(report)
    found = lines(report.difference, depth)
    if report.equal and not found and not report.tells_limits:
        return paint(GREEN, sentence)
    titles = [f"--- {one_line(report.titles[0])}", f"+++ {one_line(report.titles[1])}"]
    said = wrap(variables(report), width, 2)
    said += [paint(GREEN if report.equal else BOLD, line) for line in wrap(sentence, width, 2)]
    said += [paint(RED, line) for line in wrap(over_budget(report), width, 2)]
    parts = [[*titles, *said]]
    if not report.equal:
        parts.append(_totals(report))
    if not report.equal or report.tells_limits:
        parts.append(list(_budgets(report, paint)))
    parts.append(list(_changes(found, paint, width)))
    return "\n\n".join("\n".join(part) for part in parts if part)


def _totals(report: Report) -> list[str]:
    rows = [("", "before", "after", "difference", "")]
    rows += [(total.title, *written(total), growth(total.before, total.after)) for total in shown(report)]
    return columns(rows, "<>>>>")


def _budgets(report: Report, paint: Paint) -> Iterator[str]:
    rows = [("budget", "before", "after", "limit", "")]
    judged = list(report.judged)
    for one in judged:
        unit = f" ({one.verdict.metric.unit})" if one.verdict.metric.unit else ""
        rows.append(
            (
                one_line(one.verdict.title) + unit,
                _value(one.before),
                _value(one.after),
                " → ".join(one.limits),
                _outcome(one),
            )
        )
    if not judged:
        return
    head, *others = columns(rows, "<>>><")
    yield head
    for line, one in zip(others, judged, strict=True):
        colour = {True: GREEN, False: RED, None: YELLOW}[one.after.ok if one.after else None]
        yield line.removesuffix(_outcome(one)) + paint(colour, _outcome(one))


def _value(verdict: Verdict | None) -> str:
    return count(verdict.value) if verdict else "–"


def _outcome(judged: Judged) -> str:
    words = dict.fromkeys(_word(verdict) for verdict in judged if verdict)
    gone = f", {GONE}" if judged.after is None else ""
    return " → ".join(words) + gone


def _word(verdict: Verdict) -> str:
    return {True: "ok", False: "OVER", None: "unknown"}[verdict.ok]


def _changes(found: Sequence[Line], paint: Paint, width: int) -> Iterator[str]:
    if not found:
        return
    figures = columns([("parameters", "MACs"), *((signed(line.params), signed(line.macs)) for line in found)], ">>")
    breadth = max(map(len, figures))
    room = max(width - breadth - 2, _LEAST)
    if any(line.strip() for line in figures[1:]):
        yield f"{'':{room}}  {figures[0]}"
    for line, figure in zip(found, figures[1:], strict=True):
        indent = _INDENT * line.level
        head = f"{indent}{line.sign} {line.title}"
        padded = f"{head:{room}}  {figure}".rstrip() if figure.strip() else head
        yield padded.replace(line.sign, paint(_COLOURS[line.status], line.sign), 1)
        rest = "; ".join([*([line.where] if line.where else []), *line.notes])
        yield from wrap(rest, width, len(indent) + 4, " " * (len(indent) + 4))
