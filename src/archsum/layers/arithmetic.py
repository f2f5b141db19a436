"""Arithmetic that explains itself: a number and the formula that it comes from are one value."""

from typing import TypeAlias

from archsum.layers.shapes import product, total

Number: TypeAlias = "Product | Sum | int | None"
"""A number, known, unknown, or the arithmetic that gives it."""


class Product:
    """Numbers that are multiplied: unknown where one is unknown, unless another is 0."""

    def __init__(self, *factors: Number) -> None:
        self.factors = factors

    @property
    def value(self) -> int | None:
        """The number."""
        return product(tuple(map(value_of, self.factors)))

    @property
    def formula(self) -> str:
        """The product as people write it: `5 × 5 × 3`."""
        return " × ".join(map(_factor, self.factors)) or "1"


class Sum:
    """Numbers that are added: unknown where one is unknown."""

    def __init__(self, *terms: Number) -> None:
        self.terms = terms

    @property
    def value(self) -> int | None:
        """The number."""
        return total(map(value_of, self.terms))

    @property
    def formula(self) -> str:
        """The sum as people write it: `64 + 32`."""
        return " + ".join(map(formula_of, self.terms)) or "0"


def value_of(number: Number) -> int | None:
    """Return a number itself."""
    return number if number is None or isinstance(number, int) else number.value


def formula_of(number: Number) -> str:
    """Return how a number comes about, or the number where nothing is computed."""
    if number is None:
        return "?"
    return str(number) if isinstance(number, int) else number.formula


def equation(number: Product | Sum) -> str:
    """Return a formula and its value, as in `5 × 5 × 3 = 75`."""
    return f"{number.formula} = {number.value:,}"


def _factor(number: Number) -> str:
    return f"({number.formula})" if isinstance(number, Sum) and len(number.terms) > 1 else formula_of(number)
