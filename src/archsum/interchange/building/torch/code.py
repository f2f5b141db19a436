"""Python expressions as text, each with the value that it has for the file's defaults."""

import ast
from collections.abc import Iterable
from typing import Any, NamedTuple

from archsum.interchange.building.source import number, text

_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Tuple)


UNKNOWN = "UNKNOWN"
"""The text of a size that has no expression."""


class Code(NamedTuple):
    """An expression, and what it is worth for the file's defaults; None where that is not known."""

    text: str
    value: Any = None
    strided: tuple[str, tuple[str, ...]] | None = None
    """Of a size that nothing but strides has changed: what it was, and the strides."""

    @property
    def is_literal(self) -> bool:
        """Whether it is written as its value."""
        return self.text == literal(self.value)

    def __str__(self) -> str:
        return self.text

    @property
    def atom(self) -> str:
        """The expression as an operand of others: in parentheses unless it needs none."""
        return self.text if isinstance(ast.parse(self.text, mode="eval").body, _ATOMS) else f"({self.text})"

    @property
    def without_strides(self) -> tuple[str, tuple[str, ...]]:
        """What it was before strides, and these."""
        return self.strided or (self.text, ())


def literal(value: Any) -> str:
    """Write a value as Python does, with strings in double quotes."""
    if isinstance(value, tuple | list):
        items = ", ".join(map(literal, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, float):
        return number(value)
    return text(value) if isinstance(value, str) else repr(value)


def known(value: Any) -> Code:
    """Return a value as an expression."""
    return Code(literal(value), value)


ZERO, ONE = known(0), known(1)


def times(*factors: Code) -> Code:
    """Return a product, of which what is known is computed."""
    return _folded(factors, "*", 1, lambda one, other: one * other)


def spelled(*factors: Code) -> Code:
    """Return a product that says where it comes from, as in `256 * 6 * 6`."""
    several = [factor for factor in factors if factor.text != "1"]
    product = times(*factors)
    if len(several) < 2 or product.text == UNKNOWN:
        return product
    return _product([part for factor in several for part in _factors(factor.text)], product.value)


def plus(*terms: Code) -> Code:
    """Return a sum, of which what is known is computed."""
    return _folded(terms, "+", 0, lambda one, other: one + other)


def divided(one: Code, other: Code) -> Code:
    """Return a quotient, rounded down."""
    if other.is_literal and other.value == 1:
        return one
    value = None if None in (one.value, other.value) else one.value // other.value
    if one.is_literal and other.is_literal:
        return known(value)
    if other.is_literal and (whole := _without_factor(one, other.value)):
        return whole
    tree = ast.parse(one.text, mode="eval").body
    if other.is_literal and isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.FloorDiv):
        before = tree.right.value if isinstance(tree.right, ast.Constant) else None
        if type(before) is int:
            return Code(f"{Code(_segment(one.text, tree.left)).atom} // {before * other.value}", value)
    return Code(f"{one.atom} // {other.atom}", value)


def joined(items: Iterable[Code | str]) -> str:
    """Return a tuple of expressions, as text."""
    listed = [str(item) for item in items]
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


def call(function: str, *arguments: Code | str, **keywords: Code | str | None) -> str:
    """Return a call; keywords that are None are left out."""
    stated = [str(argument) for argument in arguments]
    stated += [f"{name}={value}" for name, value in keywords.items() if value is not None]
    return f"{function}({', '.join(stated)})"


def _folded(parts: tuple[Code, ...], operator: str, neutral: int, compute: Any) -> Code:
    if any(UNKNOWN in part.text for part in parts):
        return Code(UNKNOWN)
    constant, rest = neutral, list[Code]()
    value: int | None = neutral
    for part in parts:
        value = None if None in (value, part.value) else compute(value, part.value)
        if part.is_literal:
            constant = compute(constant, part.value)
        elif operator == "*":
            number, other = _multiple(part)
            constant = compute(constant, number)
            rest.append(other)
        else:
            rest.append(part)
    if operator == "+":
        rest = _added(rest)
    if not rest or (operator == "*" and constant == 0):
        return known(constant)
    if constant == neutral and len(rest) == 1:
        return rest[0]
    if operator == "*":
        numbers = [literal(constant)] if constant != neutral else []
        return _product([*numbers, *(factor for part in rest for factor in _factors(part.text))], value)
    words = [part.text for part in rest] + ([literal(constant)] if constant != neutral else [])
    return Code(" + ".join(words).replace("+ -", "- "), value)


def _factors(text: str) -> list[str]:
    """Return what a product multiplies; of anything else, that alone."""
    node, found = ast.parse(text, mode="eval").body, list[str]()
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        found.insert(0, _segment(text, node.right))
        node = node.left
    return [_segment(text, node), *found]


def _segment(text: str, node: ast.expr) -> str:
    return ast.get_source_segment(text, node) or text


def _product(factors: list[str], value: Any) -> Code:
    """Return a product of expressions."""
    return Code(" * ".join(Code(factor).atom for factor in factors) if len(factors) > 1 else factors[0], value)


def _added(terms: list[Code]) -> list[Code]:
    """Return terms of which those that are multiples of the same are one."""
    counted: dict[str, int] = {}
    first: dict[str, Code] = {}
    for term in terms:
        number, rest = _multiple(term)
        counted[rest.text] = counted.get(rest.text, 0) + number
        first.setdefault(rest.text, rest)
    return [times(known(count), first[text]) for text, count in counted.items()]


def _multiple(product: Code) -> tuple[int, Code]:
    """Return the number in front of a product, and the rest; 1 where there is none."""
    first, *rest = _factors(product.text)
    if not (rest and first.isdecimal() and int(first)):
        return 1, product
    number = int(first)
    return number, _product(rest, None if product.value is None else product.value // number)


def _without_factor(product: Code, factor: int) -> Code | None:
    """Return a product without one of its factors, where that is in the number in front."""
    number, rest = _multiple(product)
    return times(known(number // factor), rest) if number % factor == 0 else None
