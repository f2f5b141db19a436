"""The largest value of a variable that keeps what it has to, or the smallest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archsum.bounds import MAX_SCANNED
from archsum.errors import Diagnostic, SpecError, enumerate_words, quote
from archsum.formula import Value
from archsum.sweeps.choices import Between, Choices, Several, ThreeDigits, Values
from archsum.sweeps.rows import OK, REFUSED, UNKNOWN, Question, Row
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
    scanned_as: str | None
    """Why it was not found by bisection, in words; None where it was."""

    @property
    def by_bisection(self) -> bool:
        """Whether it was found by bisection: what is between the values that were computed is taken to be monotonic."""
        return self.scanned_as is None

    @property
    def value(self) -> Value:
        """The value that was found; None where there is none."""
        return None if self.place is None else self.choices.at(self.place)

    @property
    def row(self) -> Row | None:
        """What is known of it."""
        return None if self.place is None else self.checked[self.place]

    @property
    def beyond(self) -> Sequence[Row]:
        """What was computed of the values beyond it, the nearest first: none is known to keep what it has to.

        Of all values, where none was found.
        """
        places = sorted(self.checked, reverse=self.is_smallest)
        if self.place is not None:
            places = places[places.index(self.place) + 1 :]
        return [self.checked[place] for place in places]

    @property
    def is_undecided(self) -> bool:
        """Whether it is unknown of values beyond it whether they keep what they have to, so that one of them may."""
        return any(row.verdict == UNKNOWN for row in self.beyond)

    @property
    def next(self) -> Row | None:
        """The value behind it, which is not known to keep what it has to; None where it is the last of the range."""
        return self.beyond[0] if self.place is not None and self.beyond else None


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

    Where that is limits alone, and what they limit is monotonic on all values that were computed, it is taken to be so
    between them, and the value is found by bisection. Otherwise, or to `scan`, values are computed one by one from the
    end on.

    Errors: SpecError where too many values would have to be computed.
    """
    search = _Search(question, name, choices, variables, smallest)
    place = None if scan else search.bisect()
    if place is not None:
        return Solution(question, name, choices, smallest, search.checked, place, None)
    reason = "asked" if scan else search.doubt() or f"none of those computed first keeps it: {search.ends()}"
    place = search.scan(reason)
    return Solution(question, name, choices, smallest, search.checked, place, reason)


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

    def doubt(self) -> str | None:
        """Return why it is not to be found by bisection, in words; None where all that was computed speaks for it."""
        rows = [self.checked[place] for place in sorted(self.checked)]
        if not self._question.has_limits_alone:
            return "what it has to keep is not limits alone"
        for verdict, what in ((REFUSED, "some values are refused"), (UNKNOWN, "some figures are unknown")):
            if any(row.verdict == verdict for row in rows):
                return what
        if unknown := [name for name in self._question.wanted if any(row.metrics[name] is None for row in rows)]:
            return f"{enumerate_words(unknown)} {'is' if len(unknown) == 1 else 'are'} unknown of some values"
        if unsteady := [name for name in self._question.wanted if not _is_steady([row.metrics[name] for row in rows])]:
            return f"{enumerate_words(unsteady)} {'is' if len(unsteady) == 1 else 'are'} not monotonic"
        return None

    def bisect(self) -> int | None:
        """Return the place of the value; None where that is doubtful, or no value was seen to keep limits."""
        if not self._question.has_limits_alone:
            return None
        last = self._count - 1
        for step in range(_FIRST_CHECKED):
            self.keeps(last * step // (_FIRST_CHECKED - 1))
        while self.doubt() is None:
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

    def ends(self) -> str:
        """Return from what to what the figures go that were computed, in words."""
        of_each = {name: [row.metrics[name] or 0 for row in self.checked.values()] for name in self._question.wanted}
        return ", ".join(f"`{name}` is {min(figures):,} to {max(figures):,}" for name, figures in of_each.items())

    def scan(self, reason: str) -> int | None:
        """Return the place of the first value, from the end on, that keeps what it has to."""
        if self._count > MAX_SCANNED:
            message = f"{self._count:,} values are too many to be computed one by one, as {reason}"
            raise SpecError(
                [
                    Diagnostic(
                        "too-large",
                        message,
                        None,
                        f"{MAX_SCANNED:,} are the most: write a larger step, or a smaller range",
                    )
                ]
            )
        places = range(self._count) if self._inward > 0 else range(self._count - 1, -1, -1)
        return next((place for place in places if self.keeps(place)), None)


def _is_steady(values: Sequence[int | None]) -> bool:
    known = [value for value in values if value is not None]
    ordered = sorted(known)
    return known in (ordered, ordered[::-1])
