"""The budget as bars: each limit's value against it, of two networks before and after."""

from collections.abc import Iterator
from typing import NamedTuple

from archsum.budget import Verdict
from archsum.errors import Diagnostic
from archsum.render.check.text import amount, figures, word
from archsum.render.layout import cut
from archsum.render.numbers import percent
from archsum.render.report.subject import Subject

_MOST = 10
"""The layers named where a limit is broken."""


class Bar(NamedTuple):
    """What a network has against a limit; `length` and `mark`, where the limit is, in per cent of the longest."""

    when: str
    value: str
    limit: str
    used: str
    word: str
    amount: str
    length: float
    mark: float


class Limit(NamedTuple):
    """A limit, with a bar for each network that has it, and what makes the last one large."""

    title: str
    bars: tuple[Bar, ...]
    contributors: tuple[tuple[str, str], ...]
    """Layers, and what each has."""
    more: tuple[str, ...]
    cures: tuple[str, ...]


class Budget(NamedTuple):
    """The limits, and why some could not be checked."""

    limits: tuple[Limit, ...]
    problems: tuple[Diagnostic, ...]


def budget(subject: Subject) -> Budget:
    """Return the budgets of one network or of two; no limits where there are none."""
    when = ("before", "after") if len(subject.networks) > 1 else ("",)
    verdicts: dict[tuple[str, str | None], list[tuple[str, Verdict]]] = {}
    problems: list[Diagnostic] = []
    for word_, reported in zip(when, subject.networks, strict=True):
        if reported.check is not None:
            problems += reported.check.problems
            for verdict in reported.check.verdicts:
                verdicts.setdefault((verdict.name, verdict.block), []).append((word_, verdict))
    return Budget(tuple(map(_limit, verdicts.values())), tuple(problems))


def _limit(judged: list[tuple[str, Verdict]]) -> Limit:
    _, last = judged[-1]
    longest = max(size for _, verdict in judged for size in (verdict.value or 0, verdict.limit, 1))
    shown, more = cut(last.contributors, _MOST, "layers")
    named = ((layer.name, f"{value:,}, {percent(value, whole)}") for layer, value, whole in shown)
    return Limit(last.title, tuple(_bars(judged, longest)), tuple(named), tuple(more), last.cures)


def _bars(judged: list[tuple[str, Verdict]], longest: int) -> Iterator[Bar]:
    for when, verdict in judged:
        _, value, limit, used = figures(verdict)
        lengths = (_per_cent(verdict.value or 0, longest), _per_cent(verdict.limit, longest))
        yield Bar(when, value, limit, used, word(verdict), amount(verdict), *lengths)


def _per_cent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)
