"""`=` formulas, as in a spreadsheet: parsed against a whitelist, never evaluated by Python itself."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Number = int | float
Scalar = int | float | bool | str | None

MAX_LENGTH = 500
MAX_NODES = 200
MAX_DEPTH = 40
MAX_MAGNITUDE = 10**18
MAX_EXPONENT = 64


class FormulaError(ValueError):
    """A formula that cannot be read or computed."""

    def __init__(self, message: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.help = help


def make_divisible(value: Number, divisor: int = 8) -> int:
    """Round to a multiple of `divisor`, never losing more than a tenth (MobileNet's rule).

    Source: https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/mobilenet.py
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) > MAX_EXPONENT:
        raise FormulaError(f"the exponent {exponent} is larger than {MAX_EXPONENT}")
    result: Number = base**exponent
    return result


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": round,
    "ceil": math.ceil,
    "floor": math.floor,
    "abs": abs,
    "make_divisible": make_divisible,
}
"""The functions a formula may call."""


class Formula:
    """A formula that has been read and found to be within the language; `evaluate` computes it.

    Errors: FormulaError where the text is not a formula or leaves the language.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"the formula is longer than {MAX_LENGTH} characters")
        try:
            self._tree = ast.parse(text[1:].strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise FormulaError(f"`{text}` is not a formula", _syntax_help(text)) from None
        nodes = sum(1 for _ in ast.walk(self._tree))
        if nodes > MAX_NODES or _depth(self._tree) > MAX_DEPTH:
            raise FormulaError("the formula is too long or too deeply nested", "split it over `variables`")

    @property
    def names(self) -> frozenset[str]:
        """The names that the formula mentions."""
        return frozenset(node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name))

    def evaluate(self, names: Mapping[str, Scalar]) -> Scalar:
        """Compute the formula; a whole number comes back as an int.

        Errors: FormulaError for an unknown name, a forbidden construct, a division by zero, a number out of bounds.
        """
        try:
            value = _evaluate(self._tree, names)
        except ZeroDivisionError:
            raise FormulaError(f"`{self.text}` divides by zero") from None
        except (TypeError, ValueError, OverflowError) as error:
            if isinstance(error, FormulaError):
                raise
            raise FormulaError(f"`{self.text}` cannot be computed: {error}") from None
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value


class BoundFormula(NamedTuple):
    """A formula that waits for some of its names; the others are known."""

    formula: Formula
    known: Mapping[str, Scalar]

    def evaluate(self, names: Mapping[str, Scalar]) -> Scalar:
        """Compute the formula with the names it waited for. Errors: FormulaError, as for any formula."""
        return self.formula.evaluate({**self.known, **names})


def is_formula(value: object) -> bool:
    """Tell a formula from other values: a text that begins with `=`."""
    return type(value) is str and value[:1] == "="


def _syntax_help(text: str) -> str:
    if text.count("(") > text.count(")"):
        return 'a comma inside { } or [ ] ends the value: put the formula in quotes, as in "=max(a, b)"'
    return f"formulas know numbers, variables, + - * / // % **, comparisons and {', '.join(FUNCTIONS)}"


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _evaluate(node: ast.AST, names: Mapping[str, Scalar]) -> Scalar:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return _bounded(value)
        case ast.Name(id=name):
            return _lookup(name, names)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _bounded(_OPERATORS[type(op)](_number(_evaluate(operand, names))))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            values = _number(_evaluate(left, names)), _number(_evaluate(right, names))
            return _bounded(_OPERATORS[type(op)](*values))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return bool(_OPERATORS[type(op)](_evaluate(left, names), _evaluate(right, names)))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _evaluate(body if _evaluate(test, names) else orelse, names)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return _bounded(FUNCTIONS[name](*(_number(_evaluate(arg, names)) for arg in args)))
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            raise FormulaError(f"a formula has no function `{name}`", f"it may call {', '.join(FUNCTIONS)}")
    raise FormulaError(
        f"`{ast.unparse(node)}` is not allowed in a formula",
        f"formulas know numbers, variables, + - * / // % **, comparisons and {', '.join(FUNCTIONS)}",
    )


def _lookup(name: str, names: Mapping[str, Scalar]) -> Scalar:
    if name in names:
        return names[name]
    known = ", ".join(f"`{known}`" for known in names)
    raise FormulaError(
        f"the formula names `{name}`, which is not a variable",
        f"the variables here are {known}" if known else f"add it: `variables: {{{name}: …}}`",
    )


def _number(value: Scalar) -> Number:
    if isinstance(value, int | float):
        return value
    raise FormulaError(f"a formula calculates with numbers, and `{value}` is not one")


def _bounded(value: Any) -> Scalar:
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise FormulaError("the formula's result is not a finite number")
    if isinstance(value, int | float) and abs(value) > MAX_MAGNITUDE:
        raise FormulaError(f"a number in the formula is larger than {MAX_MAGNITUDE:.0e}")
    result: Scalar = value
    return result
