"""The table of a check: what is limited, by how much, and what made it large. Bytes are also exact."""

from collections.abc import Iterator, Sequence

from archsum.budget import Check, Contributor, Verdict
from archsum.colours import DIM, GREEN, RED, YELLOW, Paint, plain
from archsum.errors import one_line
from archsum.render.check.relative import relative_to
from archsum.render.layout import columns, cut, wrap
from archsum.render.numbers import binary, count, percent

_MAX_SHOWN = 10
"""Layers listed below a verdict; a limit for each layer can be broken by thousands."""

_HEAD = ("Metric", "Value", "Limit", "Used", "Verdict")

_WIDTH = 80
"""No line is wider but for a word that is. In a table that would be, with billions, what a verdict says beside its word
is below it; a metric with a long name, as of a block, is then above its figures."""

_MAX_TITLE = 20
_INDENT = "  "


def render(check: Check, title: str, paint: Paint = plain) -> str:
    """Return the table of a network's verdicts, under a title such as its file's name."""
    title = _no_command(one_line(title))
    if not check.verdicts:
        return f"{title}: not checked"
    cells = [(*figures(verdict), f"{word(verdict)}{amount(verdict)}") for verdict in check.verdicts]
    is_wide = _width(_table(cells)) > _WIDTH
    if is_wide:
        cells = [(*figures(verdict), word(verdict)) for verdict in check.verdicts]
    titles = [row[0] for row in cells]
    for most in (_MAX_TITLE, 0):
        if _width(_table(cells)) > _WIDTH:
            cells = [("" if len(row[0]) > most else row[0], *row[1:]) for row in cells]
    head, *lines = _table(cells)
    table = [f"{title}: {_outcome(check)}", "", head, "─" * _width([head, *lines])]
    for verdict, metric, cell, line in zip(check.verdicts, titles, cells, lines, strict=True):
        if cell[0] != metric:
            table.append(metric)
        # Painted when it is in its place, as colours have no width.
        table.append(line.removesuffix(cell[-1]) + _painted(verdict, cell[-1], paint))
        if below := _below(verdict, with_amount=is_wide):
            table.append(f"{_INDENT}{below}")
        table += wrap(relative_to(verdict), _WIDTH, len(_INDENT), _INDENT)
        table += [*_contributors(verdict, paint), *_cures(verdict)]
    return "\n".join(table)


def _no_command(file: str) -> str:
    """Return a file's name at the beginning of a line so that no CI system takes it for a command, as `::error`."""
    return f"./{file}" if file.startswith(("::", "##")) else file


def _outcome(check: Check) -> str:
    if check.ok is None:
        return "not all limits could be checked"
    return "within budget" if check.ok else "over budget"


def _table(cells: Sequence[Sequence[str]]) -> list[str]:
    return columns([_HEAD, *cells], "<>>><")


def figures(verdict: Verdict) -> tuple[str, ...]:
    """Return what is limited, its value and limit, and how much of that is used."""
    value, limit, relative = verdict.value, verdict.limit, verdict.relative
    used = "?" if value is None or limit is None else percent(value, limit)
    stated = relative.growth.text if relative and limit is None else ""
    return verdict.title, _number(verdict, value), stated or _number(verdict, limit), "–" if verdict.is_new else used


def _number(verdict: Verdict, number: int | None) -> str:
    """Write a number; bytes in their unit, as they are exact below."""
    return binary(number) if verdict.metric.unit and number is not None else count(number)


def word(verdict: Verdict) -> str:
    """Return the verdict: `ok`, `NEAR`, `OVER` or `unknown`."""
    if verdict.ok is None:
        return "unknown"
    if not verdict.ok:
        return "OVER"
    return "NEAR" if verdict.warns else "ok"


def amount(verdict: Verdict) -> str:
    """Return what is said beside it: how much is left, or over, or that what is limited is new."""
    if verdict.value is None or verdict.limit is None:
        return ", new" if verdict.is_new else ""
    left = verdict.limit - verdict.value
    return f", {_number(verdict, left)} left" if left >= 0 else f" by {_number(verdict, -left)}"


def _painted(verdict: Verdict, text: str, paint: Paint) -> str:
    colour = {"OVER": RED, "NEAR": YELLOW, "ok": GREEN}.get(word(verdict))
    return paint(colour, word(verdict)) + text.removeprefix(word(verdict)) if colour else text


def _below(verdict: Verdict, *, with_amount: bool) -> str:
    """Return the bytes, which are rounded above, or what there was no room for beside the verdict's word."""
    value, limit, unit = verdict.value, verdict.limit, verdict.metric.unit
    if limit is None:
        return ""
    if value is None:
        return f"at most {limit:,} {unit}" if unit else ""
    amount = f"{abs(limit - value):,} {'over' if value > limit else 'left'}"
    if unit:
        return f"{value:,} of {limit:,} {unit}: {amount}"
    return amount if with_amount else ""


def _width(lines: Sequence[str]) -> int:
    return max(map(len, lines))


def _contributors(verdict: Verdict, paint: Paint) -> Iterator[str]:
    shown, more = cut(verdict.contributors, _MAX_SHOWN, "layer")
    shares = columns([_share(contributor) for contributor in shown], ">>", _INDENT)
    for (layer, *_), share in zip(shown, shares, strict=True):
        type_, place = f"({layer.type})", layer.span.place
        line = f"{share}  {layer.name} {type_}  {place}"
        if len(line) <= _WIDTH:
            yield line.replace(type_, paint(DIM, type_), 1) if paint is not plain else line
        else:
            indent = len(share) + 2
            if indent + len(layer.name) > _WIDTH:
                yield share
                indent = 2 * len(_INDENT)
                share = ""
            yield from wrap(f"{layer.name} {type_}", _WIDTH, indent, share and f"{share}  ")
            yield from wrap(_no_command(place), _WIDTH, indent + 2)
    yield from (f"{_INDENT}{line}" for line in more)


def _share(contributor: Contributor) -> tuple[str, ...]:
    _, value, whole = contributor
    return f"{value:,}", f"{percent(value, whole):>7}"


def _cures(verdict: Verdict) -> Iterator[str]:
    for cure in verdict.cures:
        yield from wrap(cure, _WIDTH, len("  = help: "), "  = help: ")
