"""What a variant has to keep: a formula that compares metrics, with units as a budget has them."""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from archsum.errors import Diagnostic, FieldError, SpecError, quote
from archsum.formula import RESERVED, Formula, FormulaError, Value
from archsum.language.spec.quantities import BYTE_UNITS, COUNT_UNITS, parse_bytes, parse_count
from archsum.variants import METRICS, suggest_metric

_WORD = r"[A-Za-z_][A-Za-z0-9_.]*"
_QUANTITY = re.compile(
    rf"""(?P<other>'[^']*'|"[^"]*"|{_WORD})|(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"""
    rf"""(?:(?P<gap>\ ?)(?P<unit>[A-Za-z]+)\b)?""",
    re.VERBOSE,
)
_EXAMPLE = "write comparisons, and words between them, as in `params < 5M and macs <= 300M`"


@dataclass(frozen=True)
class Condition:
    """A condition on metrics and variables."""

    text: str
    """As it was written."""
    formula: Formula

    @property
    def metrics(self) -> list[str]:
        """The metrics that it names."""
        return [name for name in METRICS if name in self.formula.names]

    def holds(self, names: Mapping[str, Value]) -> bool:
        """Whether it holds; what is not needed to know that is not looked up. Errors: FormulaError."""
        return bool(self.formula.evaluate(names))


def read_condition(text: str, variables: Collection[str]) -> Condition:
    """Read a condition on metrics, and on variables that are varied.

    Errors: SpecError for what is no condition, and for names that are neither.
    """
    try:
        formula = Formula(f"={_QUANTITY.sub(_as_number, text)}")
    except FieldError as error:
        raise SpecError([_problem(text, error.message, error.cure)]) from None
    except FormulaError:
        raise SpecError([Diagnostic("formula", f"{quote(text)} is no condition", None, _EXAMPLE)]) from None
    problems = []
    for name in sorted(formula.names - METRICS.keys() - set(variables) - RESERVED):
        message = f"`--where` names {quote(name)}, which is no metric, and no variable that is varied"
        problems.append(Diagnostic("unknown-name", message, None, suggest_metric(name, variables)))
    if not problems and (part := _no_condition(formula.tree, variables)) is not None:
        problems.append(_problem(text, f"{quote(ast.unparse(part))} is neither true nor false", _EXAMPLE))
    if problems:
        raise SpecError(problems)
    return Condition(text, formula)


def _problem(text: str, message: str, cure: str) -> Diagnostic:
    return Diagnostic("formula", f"{quote(text)} is no condition: {message}", None, cure)


def _as_number(match: re.Match[str]) -> str:
    """Write a quantity out. Errors: FieldError for a unit that there is not."""
    number, gap, unit = match["number"], match["gap"], match["unit"]
    if number is None or unit is None:
        return match[0]
    number = number.replace("_", "")
    if unit in COUNT_UNITS:
        return str(parse_count(f"{number}{unit}"))
    if unit in BYTE_UNITS:
        return str(parse_bytes(f"{number} {unit}"))
    if gap:
        return match[0]  # a word of the formula's, as in `1 if x else 2`
    parse = parse_bytes if unit.lower().endswith("b") else parse_count
    try:
        return str(parse(f"{number}{unit}"))
    except FieldError as error:
        raise FieldError(f"{quote(match[0])} is no quantity", error.cure) from None


def _no_condition(node: ast.expr, variables: Collection[str]) -> ast.expr | None:
    """Return a part that should be true or false, and is a number; None where there is none."""
    match node:
        case ast.Compare() | ast.Constant(value=bool()):
            return None
        case ast.BoolOp(values=values):
            parts = (_no_condition(value, variables) for value in values)
            return next((part for part in parts if part is not None), None)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _no_condition(operand, variables)
        case ast.IfExp(body=body, orelse=orelse):
            return _no_condition(body, variables) or _no_condition(orelse, variables)
        case ast.Name(id=name) if name in ("true", "false") or (name in variables and name not in METRICS):
            return None
    return node
