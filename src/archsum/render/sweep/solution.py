"""The value of a variable that was looked for, as a text, and as JSON."""

from collections.abc import Iterator, Sequence

from archsum.errors import enumerate_words, one_line
from archsum.render.json import document
from archsum.render.layout import columns
from archsum.render.numbers import count
from archsum.render.sweep.cells import as_text
from archsum.sweeps.choices import ThreeDigits
from archsum.sweeps.rows import REFUSED, UNKNOWN, Row
from archsum.sweeps.solving import Solution


def render(solution: Solution) -> str:
    """Return the value, its figures, what is behind it, and how it was found."""
    return "\n".join(_lines(solution))


def _lines(solution: Solution) -> Iterator[str]:
    name, total = solution.name, solution.choices.count or 0
    first, last = (as_text(name, solution.choices.at(place)) for place in (0, total - 1))
    end = "smallest" if solution.is_smallest else "largest"
    digits = ", to three digits" if isinstance(solution.choices, ThreeDigits) else ""
    kept = one_line(solution.question.kept)
    if solution.row is None:
        yield f"no {name} from {first} to {last} keeps {kept}: all {total:,} were computed{digits}"
        yield from _undecided(solution)
        return
    value = as_text(name, solution.value)
    yield f"{name} = {value}"
    yield from columns([(key, count(figure)) for key, figure in solution.row.metrics.items()], "<>", "  ")
    yield f"the {end} of {total:,} from {first} to {last}{digits}, that keeps {kept}"
    if solution.next is None:
        yield "it is the end of the range"
    else:
        yield f"the next, {as_text(name, solution.next.values[name])}, {_what_it_has(solution.next)}"
    yield _how(solution)


def _undecided(solution: Solution) -> Iterator[str]:
    """Yield of how many values nothing is known, and why it is not of the first."""
    for verdict, what in ((REFUSED, "are refused"), (UNKNOWN, "have figures that are unknown")):
        rows = [row for _, row in sorted(solution.checked.items()) if row.verdict == verdict]
        if rows:
            first = as_text(solution.name, rows[0].values[solution.name])
            yield f"of them {len(rows):,} {what}, as {first}: {rows[0].message}"


def _what_it_has(row: Row) -> str:
    if row.verdict == REFUSED:
        return f"is refused: {row.message}"
    if not row.metrics:
        return "does not"
    return "has " + ", ".join(f"{count(figure)} {name}" for name, figure in row.metrics.items())


def _how(solution: Solution) -> str:
    checked = len(solution.checked)
    if checked == solution.choices.count:
        return "all values were computed"
    if solution.by_bisection:
        steady = _are(solution.question.wanted, "monotonic")
        return f"found by bisection, as {steady} on the {checked:,} values computed; `--scan` computes all beyond it"
    why = f", as {_are(solution.unsteady, 'not monotonic')}" if solution.unsteady else ""
    return f"found by scanning from the end on{why}: {checked:,} values were computed"


def _are(names: Sequence[str], what: str) -> str:
    return f"{enumerate_words(names)} {'is' if len(names) == 1 else 'are'} {what}"


def render_json(solution: Solution) -> str:
    """Return the same for scripts."""
    row, behind = solution.row, solution.next
    figures = {
        "name": solution.name,
        "value": solution.value,
        "metrics": None if row is None else row.metrics,
        "next": None if behind is None else behind.values[solution.name],
        "next_metrics": None if behind is None else behind.metrics,
        "method": "bisection" if solution.by_bisection else "scan",
        "computed": len(solution.checked),
        "values": solution.choices.count,
    }
    return document(figures)
