"""Formulas and values of a file → Python's expressions."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from archsum.formula import Formula, Value, is_formula
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Brackets, Code, Expression, Keyword, literal, number, text
from archsum.language.expand.trace import Visit
from archsum.language.read.formulas import formulas_in, resolve_fields
from archsum.layers.fields import INPUT_SIZES


class Values(Protocol):
    """What formulas know, in Python's words."""

    def value(self, name: str) -> str:
        """Return what a variable, a parameter or a value of a repetition is called."""

    def has_value(self, name: str) -> bool:
        """Whether there is such a value."""

    def size(self, layer: str | None, axis: str) -> str:
        """Return what a size is called: of what a layer gives, by its name, or of what is taken here.

        Errors: NotSymbolicError where it has no name.
        """

    def function(self, name: str) -> str:
        """Return what a function of formulas is called."""


_SIGNS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", 12),
    ast.Sub: ("-", 12),
    ast.Mult: ("*", 13),
    ast.Div: ("/", 13),
    ast.FloorDiv: ("//", 13),
    ast.Mod: ("%", 13),
    ast.Pow: ("**", 15),
    ast.Eq: ("==", 6),
    ast.NotEq: ("!=", 6),
    ast.Lt: ("<", 6),
    ast.LtE: ("<=", 6),
    ast.Gt: (">", 6),
    ast.GtE: (">=", 6),
    ast.And: ("and", 4),
    ast.Or: ("or", 3),
}
_UNARY: dict[type[ast.AST], tuple[str, int]] = {ast.USub: ("-", 14), ast.UAdd: ("+", 14), ast.Not: ("not ", 5)}
_OPPOSITE: dict[type[ast.AST], type[ast.cmpop]] = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_ATOM, _CONDITIONAL = 20, 1

Written = tuple[str, int]
"""An expression, and how tightly it holds together."""


def expression(formula: Formula, values: Values) -> str:
    """Write a formula. Errors: NotSymbolicError, of `values`."""
    return _write(formula.tree, values)[0]


def _write(node: ast.expr, values: Values) -> Written:
    match node:
        case ast.Name(id="true" | "false" | "null" as name):
            return {"true": "True", "false": "False", "null": "None"}[name], _ATOM
        case ast.Name(id=name) if name in INPUT_SIZES and not values.has_value(name):
            return values.size(None, name.removeprefix("input_")), _ATOM
        case ast.Name(id=name):
            return values.value(name), _ATOM
        case ast.Attribute():
            layer, _, axis = ast.unparse(node).rpartition(".")
            return values.size(layer.replace(".", "/"), axis), _ATOM
        case ast.Constant(value=str() as value):
            return text(value), _ATOM
        case ast.Constant(value=value):
            return number(value) if isinstance(value, float) else repr(value), _ATOM
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(ops=[op]) as compared) if type(op) in _OPPOSITE:
            return _write(ast.Compare(compared.left, [_OPPOSITE[type(op)]()], compared.comparators), values)
        case ast.UnaryOp(op=op, operand=operand):
            sign, level = _UNARY[type(op)]
            return sign + _within(operand, level, values), level
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = _within(left, 16, values), _within(right, 14, values)
            is_simple = base.replace(".", "").isidentifier() or base.isdecimal()
            return f"{base}{'**' if is_simple and exponent.isalnum() else ' ** '}{exponent}", 15
        case ast.BinOp(left=left, op=op, right=right):
            sign, level = _SIGNS[type(op)]
            return f"{_within(left, level, values)} {sign} {_within(right, level + 1, values)}", level
        case ast.Compare(left=left, ops=ops, comparators=others):
            level = _SIGNS[type(ops[0])][1]
            written = _within(left, level + 1, values)
            for comparison, other in zip(ops, others, strict=True):
                sign = _SIGNS[type(comparison)][0]
                if ast.unparse(other) == "null" and sign in ("==", "!="):
                    sign = {"==": "is", "!=": "is not"}[sign]
                written += f" {sign} {_within(other, level + 1, values)}"
            return written, level
        case ast.IfExp(test=test, body=body, orelse=orelse):
            parts = _within(body, 2, values), _within(test, 2, values), _within(orelse, _CONDITIONAL, values)
            return "{} if {} else {}".format(*parts), _CONDITIONAL
        case ast.BoolOp(op=op, values=operands):
            sign, level = _SIGNS[type(op)]
            return f" {sign} ".join(_within(operand, level + 1, values) for operand in operands), level
        case ast.Subscript(value=value, slice=index):
            return f"{_within(value, _ATOM, values)}[{_write(index, values)[0]}]", _ATOM
        case ast.Call(func=ast.Name(id=name), args=args):
            return f"{values.function(name)}({', '.join(_write(arg, values)[0] for arg in args)})", _ATOM
    raise AssertionError(ast.dump(node))  # no other is in the language


def _within(node: ast.expr, level: int, values: Values) -> str:
    written, own = _write(node, values)
    return written if own >= level else f"({written})"


class Writer:
    """Writes values of a file, whose formulas are computed at some uses."""

    def __init__(self, values: Values, known: Sequence[Mapping[str, Value]]) -> None:
        """Take what formulas know: Python's words of it, and what it is at each use."""
        self._values = values
        self._known = known

    def write(self, stated: Any, *, whole: bool = False) -> Expression:
        """Write a value, or what is in a list or mapping of them. `whole`: whether numbers must be whole."""
        if is_formula(stated):
            return Code(self._formula(stated, whole))
        if isinstance(stated, list | tuple):
            return Brackets("", tuple(self.write(item, whole=whole) for item in stated))
        if isinstance(stated, dict):
            items = (Keyword(str(literal(key)), self.write(value), ": ") for key, value in stated.items())
            return Brackets("", tuple(items), "{}")
        return literal(stated)

    def condition(self, stated: str) -> str:
        """Write a formula that is true or false."""
        return expression(Formula(stated), self._values)

    def _formula(self, stated: str, whole: bool) -> str:
        """Write a formula so that it gives a whole number where the language has one."""
        formula = Formula(stated)
        tree, written = formula.tree, expression(formula, self._values)
        raw = [formula.computed(known) for known in self._known]
        is_whole = all(isinstance(value, int) or (isinstance(value, float) and value.is_integer()) for value in raw)
        if not is_whole or not any(isinstance(value, float) for value in raw):
            return written
        if not whole and all(value == 0 for value in raw):
            return written
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div) and self._are_whole(tree.left, tree.right):
            tree = ast.BinOp(tree.left, ast.FloorDiv(), tree.right)
            return _write(tree, self._values)[0]
        return f"int({written})"

    def _are_whole(self, *parts: ast.expr) -> bool:
        """Whether parts of a formula are whole numbers of Python's at all uses."""
        formulas = [Formula(f"={ast.unparse(part)}") for part in parts]
        return all(type(formula.computed(known)) is int for formula in formulas for known in self._known)


def values_of(stated: Any, visits: Iterable[Visit]) -> list[Any]:
    """Return what a value of the file is in these places, formulas computed."""
    found = []
    for visit in visits:
        computed = resolve_fields({"value": stated}, visit.names)
        if computed.errors:
            raise NotSymbolicError(str(stated))
        found.append(computed.values["value"])
    return found


def values_named(fields: Mapping[str, Any], values: Values) -> list[str]:
    """Return which values the formulas of a layer's fields name."""
    return sorted(name for name in names_of(formulas_in(dict(fields))) if values.has_value(name))


def names_of(formulas: Iterable[str]) -> set[str]:
    """Return the names that formulas mention."""
    names: set[str] = set()
    for formula in formulas:
        names |= Formula(formula).names
    return names
