"""The budget as bars: each limit's value against it, of two networks before and after."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from archsum.budget import Verdict
from archsum.errors import Diagnostic
from archsum.render.check.relative import relative_to
from archsum.render.check.text import amount, figures, word
from archsum.render.diff.report import GONE
from archsum.render.layout import cut
from archsum.render.numbers import percent
from archsum.render.report.explained import Derivations
from archsum.render.report.subject import Subject

_MOST = 10
"""The layers named where a limit is broken."""
_DERIVED = {"max_params", "max_trainable_params", "max_macs", "max_flops", "max_weight_memory"}
"""The limits of what is derived of the network as a whole."""


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
    explained: str
    """The id of what derives the value; empty where there is none."""


class Limit(NamedTuple):
    """A limit, with a bar for each network that has it, and what makes the last one large."""

    title: str
    bars: tuple[Bar, ...]
    note: str
    """How it comes of the past, or that it is gone; empty of most."""
    contributors: tuple[tuple[str, str], ...]
    """Layers, and what each has."""
    more: tuple[str, ...]
    cures: tuple[str, ...]


class Budget(NamedTuple):
    """The limits, and why some could not be checked."""

    limits: tuple[Limit, ...]
    problems: tuple[Diagnostic, ...]


class _Judged(NamedTuple):
    """A verdict, of which network, and the id of what derives the value."""

    when: str
    verdict: Verdict
    explained: str


def budget(subject: Subject, derivations: Sequence[Derivations] = ()) -> Budget:
    """Return the budgets of one network or of two, and where values are derived; no limits where there are none."""
    judged: dict[tuple[str, str | None], list[_Judged]] = {}
    problems: list[Diagnostic] = []
    for when, reported, derived in zip_longest(subject.whens, subject.networks, derivations):
        if reported.check is not None:
            problems += reported.check.problems
            for verdict in reported.check.verdicts:
                explained = _explained(verdict, derived) if derived else ""
                judged.setdefault((verdict.name, verdict.block), []).append(_Judged(when, verdict, explained))
    return Budget(tuple(_limit(of, subject.whens[-1]) for of in judged.values()), tuple(problems))


def _explained(verdict: Verdict, derivations: Derivations) -> str:
    if verdict.block is not None:
        return derivations.of(verdict.block)
    if verdict.name in _DERIVED:
        return derivations.whole
    return derivations.memory if verdict.metric.unit else ""


def _limit(judged: list[_Judged], now: str) -> Limit:
    last = judged[-1].verdict
    longest = max(size for one in judged for size in (one.verdict.value or 0, one.verdict.limit or 0, 1))
    bars = tuple(_bars(judged, longest))
    if judged[-1].when != now:
        return Limit(last.title, bars, GONE, (), (), ())
    shown, more = cut(last.contributors, _MOST, "layer")
    named = ((layer.name, f"{value:,}, {percent(value, whole)}") for layer, value, whole in shown)
    return Limit(last.title, bars, relative_to(last), tuple(named), tuple(more), last.cures)


def _bars(judged: list[_Judged], longest: int) -> Iterator[Bar]:
    for when, verdict, explained in judged:
        _, value, limit, used = figures(verdict)
        lengths = (_per_cent(verdict.value or 0, longest), _per_cent(verdict.limit or 0, longest))
        yield Bar(when, value, limit, used, word(verdict), amount(verdict), *lengths, explained)


def _per_cent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)
