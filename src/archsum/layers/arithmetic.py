"""Arithmetic that explains itself: a number and the formula that it comes from are one value."""

from typing import ClassVar, TypeAlias

from archsum.layers.shapes import product, total

Number: TypeAlias = "Arithmetic | int | None"
"""A number, known, unknown, or the arithmetic that gives it."""


class Arithmetic:
    """Numbers with a sign between them."""

    sign: ClassVar[str]

    def __init__(self, *numbers: Number) -> None:
        self.numbers = numbers

    @property
    def value(self) -> int | None:
        """The number that comes out; None where it is unknown."""
        return self.compute(tuple(map(value_of, self.numbers)))

    @property
    def formula(self) -> str:
        """The arithmetic as people write it: `5 × 5 × 3`, `64 + 32`."""
        return f" {self.sign} ".join(map(self._written, self.numbers)) or str(self.value)

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        """Return what comes out."""
        raise NotImplementedError

    def _written(self, number: Number) -> str:
        return formula_of(number)


class Product(Arithmetic):
    """Numbers that are multiplied: unknown where one is unknown, unless another is 0."""

    sign = "×"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        return product(numbers)

    def _written(self, number: Number) -> str:
        formula = formula_of(number)
        return f"({formula})" if isinstance(number, Sum) and " + " in formula else formula


class Sum(Arithmetic):
    """Numbers that are added."""

    sign = "+"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        return total(numbers)


class Difference(Arithmetic):
    """A number less others."""

    sign = "−"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        first, *others = numbers
        less = total(others)
        return None if first is None or less is None else first - less


class Quotient(Arithmetic):
    """A number divided by another, without a rest."""

    sign = "/"

    def compute(self, numbers: tuple[int | None, ...]) -> int | None:
        dividend, divisor = numbers
        return None if dividend is None or divisor is None else dividend // divisor


def value_of(number: Number) -> int | None:
    """Return a number itself."""
    return number if number is None or isinstance(number, int) else number.value


def formula_of(number: Number) -> str:
    """Return how a number comes about, or the number where nothing is computed."""
    if number is None:
        return "?"
    return str(number) if isinstance(number, int) else number.formula


def equation(arithmetic: Arithmetic) -> str:
    """Return a formula and its value, as in `5 × 5 × 3 = 75`."""
    return f"{arithmetic.formula} = {arithmetic.value:,}"
