"""The value of a variable that was looked for, as a text, and as JSON."""

from collections.abc import Iterator
from operator import itemgetter

from archsum.errors import enumerate_words, one_line
from archsum.render.json import document
from archsum.render.layout import columns
from archsum.render.numbers import binary, count
from archsum.render.sweep.cells import as_text, figure
from archsum.sweeps.choices import ThreeDigits
from archsum.sweeps.rows import OVER, REFUSED, UNKNOWN, Row
from archsum.sweeps.solving import Solution
from archsum.variants import IN_BYTES


def render(solution: Solution) -> str:
    """Return the value, its figures, what is behind it, and how it was found."""
    return "\n".join(_lines(solution))


def _lines(solution: Solution) -> Iterator[str]:
    name, kept = solution.name, one_line(solution.question.kept)
    first, last = (as_text(name, solution.choices.at(place)) for place in (0, (solution.choices.count or 0) - 1))
    if solution.row is None:
        yield from _none(solution, f"no {name} from {first} to {last}", kept)
        return
    yield f"{name} = {as_text(name, solution.value)}"
    yield from columns([_figures(*metric) for metric in solution.row.metrics.items()], "<>>", "  ")
    yield f"the {_end(solution)} of {_values(solution)} from {first} to {last} that {_keeps(solution)} {kept}"
    if solution.next is None:
        yield f"it is the end of the range: {_side(solution)} values were not tried"
        return
    if solution.next.verdict == OVER:
        yield f"the next, {_value(solution, solution.next)}, {_what_it_has(solution.next)}{_but(solution)}"
    yield from _without_verdict(solution, f"{_side(solution)} ")
    yield from _how(solution)


def _end(solution: Solution) -> str:
    return "smallest" if solution.is_smallest else "largest"


def _side(solution: Solution) -> str:
    return "smaller" if solution.is_smallest else "larger"


def _values(solution: Solution) -> str:
    total = solution.choices.count or 0
    digits = " of three digits" if isinstance(solution.choices, ThreeDigits) else ""
    return f"{total:,} value{'' if total == 1 else 's'}{digits}"


def _all(solution: Solution) -> str:
    return f"all {_values(solution)}" if len(solution.beyond) > 1 else "it"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _value(solution: Solution, row: Row) -> str:
    return as_text(solution.name, row.values[solution.name])


def _keeps(solution: Solution) -> str:
    """Return the claim; where of others it is not known whether they do, it is of what is known."""
    return "is known to keep" if solution.is_undecided else "keeps"


def _none(solution: Solution, none: str, kept: str) -> Iterator[str]:
    """Yield that no value was found, and what was of those that were computed: all of them."""
    claim = f"{none} {_keeps(solution)} {kept}"
    if solution.beyond[0].verdict in _WITHOUT and len({row.verdict for row in solution.beyond}) == 1:
        what, nearest = _WITHOUT[solution.beyond[0].verdict], solution.beyond[0]
        are = "are" if len(solution.beyond) > 1 else "is"
        yield f"{claim}: {_all(solution)} {are} {what},"
        yield f"as {_value(solution, nearest)}: {nearest.message}"
        return
    yield f"{claim}: {_all(solution)} {_were(len(solution.beyond))} computed"
    figures = []
    for metric in solution.question.metrics:
        known = [(value, row) for row in solution.beyond if (value := row.metrics[metric]) is not None]
        if known:
            least, most = (choose(known, key=itemgetter(0)) for choose in (min, max))
            ends = (f"{figure(metric, value)} at {_value(solution, row)}" for value, row in (least, most))
            figures.append((metric, ", ".join(dict.fromkeys(ends))))
    yield from columns(figures, "<<", "  ")
    yield from _without_verdict(solution)


_WITHOUT = {REFUSED: "refused", UNKNOWN: "undecided"}


def _without_verdict(solution: Solution, which: str = "") -> Iterator[str]:
    """Yield how many of the values beyond are no network, or have unknown figures, and why the nearest has."""
    for verdict, what in _WITHOUT.items():
        rows = [row for row in solution.beyond if row.verdict == verdict]
        if len(rows) == 1:
            yield f"the {which}value {_value(solution, rows[0])} is {what}: {rows[0].message}"
        elif rows:
            yield f"{len(rows):,} {which}values are {what}, as {_value(solution, rows[0])}: {rows[0].message}"


def _what_it_has(row: Row) -> str:
    if not row.metrics:
        return "does not"
    return "has " + ", ".join(
        f"{figure(name, value)} of {name}" if name in IN_BYTES else f"{count(value)} {name}"
        for name, value in row.metrics.items()
    )


def _but(solution: Solution) -> str:
    """Return that the next does not keep it either way, where that is also a matter of its value."""
    is_of_value = solution.name in solution.question.variables
    return ", and does not" if is_of_value and solution.next and solution.next.metrics else ""


def _figures(metric: str, value: int | None) -> tuple[str, str, str]:
    """Return a metric, its figure, and of memory the same in a unit."""
    if metric not in IN_BYTES or value is None:
        return metric, count(value), ""
    return metric, count(value), binary(value) if value >= 1024 else "bytes"


def _how(solution: Solution) -> Iterator[str]:
    checked, names = len(solution.checked), solution.question.wanted
    if checked == solution.choices.count:
        yield "all values were computed"
    elif solution.by_bisection:
        are = "is" if len(names) == 1 else "are"
        yield f"found by bisection, as {enumerate_words(names)} {are} monotonic on the {checked:,} values computed;"
        yield f"between them that is taken for granted: `--scan` computes every {_side(solution)} value"
    else:
        yield f"found by scanning from the end on, as {solution.scanned_as}: {checked:,} values were computed"


def render_json(solution: Solution) -> str:
    """Return the same for scripts."""
    row, behind = solution.row, solution.next
    figures = {
        "name": solution.name,
        "value": solution.value,
        "metrics": None if row is None else row.metrics,
        "next": None if behind is None else behind.values[solution.name],
        "next_metrics": None if behind is None else behind.metrics,
        "next_verdict": None if behind is None else behind.verdict,
        "refused_beyond": sum(one.verdict == REFUSED for one in solution.beyond),
        "unknown_beyond": sum(one.verdict == UNKNOWN for one in solution.beyond),
        "method": "bisection" if solution.by_bisection else "scan",
        "computed": len(solution.checked),
        "values": solution.choices.count,
    }
    return document(figures)
