"""Arithmetic that explains itself: a number and the formula that it comes from are one value."""

import math
from typing import ClassVar, TypeAlias

from archsum.layers.shapes import product, total

Amount: TypeAlias = "Arithmetic | int | None"
"""A number, None where it is unknown, or the arithmetic that gives it."""


class Arithmetic:
    """Amounts with a sign between them."""

    sign: ClassVar[str]

    def __init__(self, *amounts: Amount) -> None:
        self.amounts = amounts

    @property
    def value(self) -> int | None:
        """The number that comes out; None where it is unknown."""
        return self.compute(tuple(map(value_of, self.amounts)))

    @property
    def formula(self) -> str:
        """The arithmetic as people write it: `5 × 5 × 3`, `64 + 32`."""
        return f" {self.sign} ".join(map(self.part, self.amounts)) or str(self.value)

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        """Return what comes out."""
        raise NotImplementedError

    def part(self, amount: Amount) -> str:
        """Return how the formula writes one of the amounts."""
        return formula_of(amount)


class Product(Arithmetic):
    """Amounts that are multiplied: unknown where one is unknown, unless another is 0."""

    sign = "×"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        return product(numbers)

    def part(self, amount: Amount) -> str:
        formula = formula_of(amount)
        is_bracketed = isinstance(amount, Sum | Difference) and f" {amount.sign} " in formula
        return f"({formula})" if is_bracketed else formula


class Sum(Arithmetic):
    """Amounts that are added."""

    sign = "+"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        return total(numbers)


class Difference(Arithmetic):
    """An amount less others."""

    sign = "−"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        first, *others = numbers
        less = total(others)
        return None if first is None or less is None else first - less


class Quotient(Arithmetic):
    """An amount divided by another, of which it is a multiple."""

    sign = "/"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        dividend, divisor = numbers
        return None if dividend is None or divisor is None else dividend // divisor


class Floor(Arithmetic):
    """An amount divided by another, rounded down."""

    sign = "/"
    brackets: ClassVar[tuple[str, str]] = ("⌊", "⌋")

    @property
    def formula(self) -> str:
        opening, closing = self.brackets
        opening, closing = self.brackets
        return f"{opening}{super().formula}{closing}"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        dividend, divisor = numbers
        return None if dividend is None or divisor is None else dividend // divisor

    def part(self, amount: Amount) -> str:
        return f"({formula_of(amount)})" if isinstance(amount, Arithmetic) else formula_of(amount)


class Ceiling(Floor):
    """An amount divided by another, rounded up."""

    brackets = ("⌈", "⌉")

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        dividend, divisor = numbers
        return None if dividend is None or divisor is None else -(-dividend // divisor)


class Scaled(Arithmetic):
    """A whole number times a factor that need not be one, rounded down; in double precision, as PyTorch computes it."""

    sign = "×"

    def __init__(self, amount: int, factor: float) -> None:
        super().__init__(amount)
        self._factor = factor

    @property
    def formula(self) -> str:
        return f"⌊{super().formula} {self.sign} {self._factor}⌋"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        (number,) = numbers
        return None if number is None else math.floor(number * self._factor)


def value_of(amount: Amount) -> int | None:
    """Return the number that an amount is."""
    return amount if amount is None or isinstance(amount, int) else amount.value


def formula_of(amount: Amount) -> str:
    """Return how an amount comes about, or the number where nothing is computed."""
    if amount is None:
        return "?"
    return str(amount) if isinstance(amount, int) else amount.formula


def equation(arithmetic: Arithmetic) -> str:
    """Return a formula and its value, as in `5 × 5 × 3 = 75`."""
    return f"{arithmetic.formula} = {arithmetic.value:,}"
