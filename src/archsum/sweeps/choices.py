"""What a variable may be: values, ranges, and lists whose items vary; counted before any is made."""

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from itertools import accumulate
from random import Random

from archsum.formula import Value

DRAWN_DIGITS = 6
"""The significant digits of a number that is drawn, so that a file can say it."""


class Choices(ABC):
    """What a variable may be: `count` values in an order, or endlessly many, of which some are drawn."""

    @property
    @abstractmethod
    def count(self) -> int | None:
        """How many values there are; None where they are endless."""

    @property
    @abstractmethod
    def types(self) -> frozenset[type]:
        """The types that values may have."""

    @abstractmethod
    def at(self, index: int) -> Value:
        """Return a value by its place in the order."""

    def draw(self, random: Random) -> Value:
        """Return one at random."""
        assert self.count is not None
        return self.at(random.randrange(self.count))


@dataclass(frozen=True)
class Values(Choices):
    """Values that are listed."""

    values: Sequence[Value]

    @property
    def count(self) -> int:
        return len(self.values)

    @property
    def types(self) -> frozenset[type]:
        return frozenset(map(type, self.values))

    def at(self, index: int) -> Value:
        return self.values[index]


@dataclass(frozen=True)
class Range(Choices):
    """Numbers that are a step apart; exact, as decimals are."""

    start: Decimal
    step: Decimal
    number: int
    is_whole: bool

    @property
    def count(self) -> int:
        return self.number

    @property
    def types(self) -> frozenset[type]:
        return frozenset((int if self.is_whole else float,))

    def at(self, index: int) -> Value:
        value = self.start + index * self.step
        return int(value) if self.is_whole else float(value)


@dataclass(frozen=True)
class Between(Choices):
    """Any number between two; with `is_log`, each order of magnitude is as likely as another."""

    low: Decimal
    high: Decimal
    is_log: bool
    is_whole: bool

    @property
    def count(self) -> None:
        return None

    @property
    def types(self) -> frozenset[type]:
        return frozenset((int if self.is_whole else float,))

    def at(self, index: int) -> Value:
        raise AssertionError("endless choices are drawn from")

    def draw(self, random: Random) -> Value:
        low, high = float(self.low), float(self.high)
        drawn = math.exp(random.uniform(math.log(low), math.log(high))) if self.is_log else random.uniform(low, high)
        value = min(max(float(f"{drawn:.{DRAWN_DIGITS}g}"), low), high)
        return round(value) if self.is_whole else value


@dataclass(frozen=True)
class ThreeDigits(Choices):
    """The numbers between two that have three significant digits."""

    low: Decimal
    high: Decimal

    @property
    def types(self) -> frozenset[type]:
        return frozenset((float,))

    @property
    def _first(self) -> int:
        return _place(self.low, ROUND_CEILING)

    @property
    def count(self) -> int:
        return max(0, _place(self.high, ROUND_FLOOR) - self._first + 1)

    def at(self, index: int) -> Value:
        exponent, digits = divmod(self._first + index, _OF_EACH)
        return float(Decimal(digits + 100).scaleb(exponent))


_OF_EACH = 900
"""The numbers of three digits in an order of magnitude: 100 to 999."""


def _place(number: Decimal, rounding: str) -> int:
    """Return the place of a number above 0, rounded to three digits, among all that have three."""
    exponent = number.adjusted() - 2
    digits = int(number.scaleb(-exponent).to_integral_value(rounding))
    return _OF_EACH * exponent + digits - 100


@dataclass(frozen=True)
class Items(Choices):
    """Lists each of whose items has choices of its own; the last item changes fastest."""

    items: tuple[Choices, ...]

    @property
    def types(self) -> frozenset[type]:
        return frozenset((list,))

    @property
    def count(self) -> int | None:
        counts = [item.count for item in self.items]
        return None if None in counts else math.prod(count for count in counts if count is not None)

    def at(self, index: int) -> Value:
        numbers = places(index, [item.count for item in self.items])
        return [item.at(place) for item, place in zip(self.items, numbers, strict=True)]

    def draw(self, random: Random) -> Value:
        return [item.draw(random) for item in self.items]


@dataclass(frozen=True)
class Several(Choices):
    """Choices, one after the other, none of them endless."""

    parts: tuple[Choices, ...]

    @property
    def types(self) -> frozenset[type]:
        return frozenset().union(*(part.types for part in self.parts))

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(part.count or 0 for part in self.parts))

    @property
    def count(self) -> int:
        return self._ends[-1]

    def at(self, index: int) -> Value:
        part = bisect_right(self._ends, index)
        return self.parts[part].at(index - (self._ends[part - 1] if part else 0))


def places(index: int, counts: Sequence[int | None]) -> list[int]:
    """Return where each of so many values is in the combination of that number; the last changes fastest."""
    found = []
    for count in reversed(counts):
        assert count
        index, place = divmod(index, count)
        found.append(place)
    return found[::-1]
