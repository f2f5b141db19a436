"""The largest value of a variable that keeps what it has to, or the smallest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archsum.bounds import MAX_SCANNED
from archsum.errors import Diagnostic, SpecError, quote
from archsum.formula import Value
from archsum.sweeps.choices import Between, Choices, Several, ThreeDigits, Values
from archsum.sweeps.rows import OK, OVER, Question, Row
from archsum.sweeps.space import Variant

_FIRST_CHECKED = 17
"""Values that are computed before it is believed that a figure grows throughout."""


@dataclass(frozen=True)
class Solution:
    """The value that was looked for, and how it was found."""

    question: Question
    name: str
    """The variable's."""
    choices: Choices
    """The values that it could be."""
    is_smallest: bool
    checked: Mapping[int, Row]
    """The values that were computed, by their place among all."""
    place: int | None
    """The place of the one that was found; None where none keeps what it has to, which then was seen of each."""
    unsteady: Sequence[str]
    """The figures that are not monotonic on the values that were computed for bisection."""
    by_bisection: bool

    @property
    def value(self) -> Value:
        """The value that was found; None where there is none."""
        return None if self.place is None else self.choices.at(self.place)

    @property
    def row(self) -> Row | None:
        """What is known of it."""
        return None if self.place is None else self.checked[self.place]

    @property
    def next(self) -> Row | None:
        """The value behind it, which does not keep what it has to; None where it is the last."""
        return None if self.place is None else self.checked.get(self.place + (-1 if self.is_smallest else 1))


def candidates(name: str, choices: Choices) -> Choices:
    """Return the values among which one is looked for: of a range without steps, those of three digits.

    Errors: SpecError where they are no numbers that grow.
    """
    cure = "write a range, as in `width=0.1:4`, with whole ends for whole numbers, or with a step"
    if isinstance(choices, Between):
        if choices.low <= 0:
            message = f"{quote(name)} begins at {choices.low}, from where three digits lead nowhere"
            raise SpecError([Diagnostic("bad-value", message, None, "begin above 0, or write a step")])
        choices = ThreeDigits(choices.low, choices.high)
    if not choices.types <= {int, float}:
        raise SpecError([Diagnostic("bad-value", f"{quote(name)} takes numbers here", None, cure)])
    if not choices.count:
        message = f"{quote(name)} cannot be that: there is no number of three digits between the ends"
        raise SpecError([Diagnostic("bad-value", message, None, "write ends that are further apart")])
    if isinstance(choices, Values | Several):
        numbers = [choices.at(place) for place in range(choices.count)]
        if any(one >= other for one, other in pairwise(numbers)):  # type: ignore[operator]  # numbers all
            raise SpecError([Diagnostic("bad-value", f"{quote(name)} takes numbers that grow", None, cure)])
    return choices


def solve(
    question: Question,
    name: str,
    choices: Choices,
    *,
    variables: Mapping[str, Any],
    smallest: bool = False,
    scan: bool = False,
) -> Solution:
    """Find the largest value, or the smallest, that keeps what it has to; `variables` are those of every variant.

    Where each figure is monotonic on all values that were computed, it is taken to be so between them, and the value is
    found by bisection. Otherwise, or to `scan`, values are computed one by one from the end on.

    Errors: SpecError where too many values would have to be computed.
    """
    search = _Search(question, name, choices, variables, smallest)
    place = None if scan else search.bisect()
    unsteady = search.unsteady()
    by_bisection = place is not None
    if place is None:
        place = search.scan()
    return Solution(question, name, choices, smallest, search.checked, place, unsteady, by_bisection)


class _Search:
    """Values that have been computed, by their place, in search of one."""

    def __init__(
        self, question: Question, name: str, choices: Choices, variables: Mapping[str, Any], smallest: bool
    ) -> None:
        assert choices.count
        self._question, self._name, self._choices, self._variables = question, name, choices, variables
        self._count = choices.count
        self._end, self._inward = (0, 1) if smallest else (self._count - 1, -1)
        self.checked: dict[int, Row] = {}

    def keeps(self, place: int) -> bool:
        """Whether a value keeps what it has to."""
        if place not in self.checked:
            values = {**self._variables, self._name: self._choices.at(place)}
            self.checked[place] = self._question.judge(Variant(place + 1, values))
        return self.checked[place].verdict == OK

    def unsteady(self) -> list[str]:
        """Return the figures that are not monotonic, or not known throughout."""
        rows = [self.checked[place] for place in sorted(self.checked)]
        return [name for name in self._question.wanted if not _is_steady([row.metrics[name] for row in rows])]

    def bisect(self) -> int | None:
        """Return the place of the value; None where figures are unsteady, or no value was seen to keep limits."""
        if not self._question.wanted:
            return None  # there is nothing to be monotonic
        last = self._count - 1
        for step in range(_FIRST_CHECKED):
            self.keeps(last * step // (_FIRST_CHECKED - 1))
        while not self.unsteady() and {row.verdict for row in self.checked.values()} <= {OK, OVER}:
            kept = [place for place in self.checked if self.keeps(place)]
            if not kept:
                return None
            best = min(kept, key=lambda place: abs(place - self._end))
            if best == self._end:
                return best
            beyond = [place for place in self.checked if (best - place) * self._inward > 0]
            over = min(beyond, key=lambda place: abs(place - best))
            if abs(over - best) == 1:
                return best
            self.keeps((best + over) // 2)
        return None

    def scan(self) -> int | None:
        """Return the place of the first value, from the end on, that keeps what it has to."""
        if self._count > MAX_SCANNED:
            message = f"{self._count:,} values would have to be computed, and {MAX_SCANNED:,} are the most"
            raise SpecError([Diagnostic("too-large", message, None, "write a larger step, or a smaller range")])
        places = range(self._count) if self._inward > 0 else range(self._count - 1, -1, -1)
        return next((place for place in places if self.keeps(place)), None)


def _is_steady(values: Sequence[int | None]) -> bool:
    known = [value for value in values if value is not None]
    ordered = sorted(known)
    return len(known) == len(values) and known in (ordered, ordered[::-1])
