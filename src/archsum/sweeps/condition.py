"""What a variant has to keep: a formula that compares metrics, with units as a budget has them."""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from archsum.errors import Diagnostic, FieldError, SpecError, quote
from archsum.formula import RESERVED, Formula, FormulaError, Value
from archsum.language.spec.quantities import BYTE_UNITS, COUNT_UNITS, parse_bytes, parse_count
from archsum.variants import IN_BYTES, METRICS, suggest_metric

_WORD = r"[A-Za-z_][A-Za-z0-9_.]*"
_QUANTITY = re.compile(
    rf"""(?P<other>'[^']*'|"[^"]*"|{_WORD})|(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"""
    rf"""(?:\ ?(?P<unit>(?!(?:if|else|and|or|not|in|is)\b)[A-Za-z]+)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGN = r"\s*(?:[<>]=?|[=!]=)\s*"
_BEFORE, _AFTER = re.compile(rf"({_WORD}){_SIGN}$"), re.compile(rf"{_SIGN}({_WORD})")
"""What a quantity is compared with, on its left and on its right."""
_AS_NUMBERS = {"B": "G", "K": "k"}
"""What begins units of memory, and is another unit of what is counted: 7B parameters are 7G."""
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

    @property
    def is_of_limits(self) -> bool:
        """Whether it is limits alone: what keeps them is one stretch of values, if what is limited is monotonic."""
        return _is_limit(self.formula.tree)

    def holds(self, names: Mapping[str, Value]) -> bool:
        """Whether it holds; what is not needed to know that is not looked up. Errors: FormulaError."""
        return bool(self.formula.evaluate(names))


def read_condition(text: str, variables: Collection[str]) -> Condition:
    """Read a condition on metrics, and on a file's variables.

    Errors: SpecError for what is no condition, and for names that are neither.
    """
    try:
        return _read(text, variables)
    except SpecError:
        from archsum.sweeps.notations import rewritten

        meant = rewritten(text)
        others = [] if meant == text else _problems(meant, variables)
        if meant == text or any(problem.cure == _EXAMPLE for problem in others):
            raise
        is_none = Diagnostic("formula", f"{quote(text)} is no condition", None, f"write `{meant}`")
        raise SpecError([is_none, *others]) from None


def _problems(text: str, variables: Collection[str]) -> list[Diagnostic]:
    try:
        _read(text, variables)
    except SpecError as error:
        return error.diagnostics
    return []


def _read(text: str, variables: Collection[str]) -> Condition:
    try:
        formula = Formula(f"={_QUANTITY.sub(_as_number, text)}")
    except FieldError as error:
        raise SpecError([_problem(text, error.message, error.cure)]) from None
    except FormulaError as error:
        cure = error.cure if error.cure.startswith("close") else _EXAMPLE
        raise SpecError([Diagnostic("formula", f"{quote(text)} is no condition", None, cure)]) from None
    problems = []
    texts = _compared_with_variables(formula.tree, variables)
    for name in sorted(formula.names - METRICS.keys() - set(variables) - RESERVED):
        message = f"`--where` names {quote(name)}, which is no metric, and no variable of the file"
        cure = f"a text is in quotes: `{texts[name]}`" if name in texts else suggest_metric(name, variables)
        problems.append(Diagnostic("unknown-name", message, None, cure))
    if not problems and (part := _no_condition(formula.tree, variables)) is not None:
        problems.append(_problem(text, f"{quote(ast.unparse(part))} is neither true nor false", _EXAMPLE))
    if not problems and (quoted := _quoted_number(formula.tree)) is not None:
        message = f"{quote(quoted)} in quotes is a text, which no metric is compared with"
        cure = f"write `{quoted}` without quotes" if quoted[:1].isdecimal() else _EXAMPLE
        problems.append(_problem(text, message, cure))
    if problems:
        raise SpecError(problems)
    return Condition(text, formula)


def _problem(text: str, message: str, cure: str) -> Diagnostic:
    return Diagnostic("formula", f"{quote(text)} is no condition: {message}", None, cure)


def _as_number(match: re.Match[str]) -> str:
    """Write a quantity out. Errors: FieldError for a unit that is none, or none of the metric it is compared with."""
    number, unit = match["number"], match["unit"]
    if number is None or unit is None:
        return match[0]
    compared = _BEFORE.search(match.string[: match.start()]) or _AFTER.match(match.string, match.end())
    metric = compared[1] if compared and compared[1] in METRICS else None
    is_memory = metric in IN_BYTES if metric else unit.lower().endswith("b")
    parse, units = (parse_bytes, BYTE_UNITS) if is_memory else (parse_count, COUNT_UNITS)
    try:
        return str(parse(f"{number.replace('_', '')} {unit}"))
    except FieldError as error:
        if unit in units:
            raise
        message, cure = f"{quote(match[0])} is no quantity", error.cure
        if metric and is_memory and unit in COUNT_UNITS:
            message = f"{quote(match[0])} is a number, and `{metric}` is memory"
        elif metric and not is_memory and unit in BYTE_UNITS:
            message = f"{quote(match[0])} is memory, and `{metric}` is a number"
            meant = _AS_NUMBERS.get(unit[0], unit[0])
            cure = f"write `{number}{meant}`" if meant in COUNT_UNITS else cure
        raise FieldError(message, cure) from None


def _compared_with_variables(tree: ast.expr, variables: Collection[str]) -> dict[str, str]:
    """Return words that a variable is to be equal to, or not, and how that is written where they are texts."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Name(id=word)]):
                if name in variables:
                    found[word] = f"{name} {'==' if isinstance(node.ops[0], ast.Eq) else '!='} '{word}'"
    return found


def _quoted_number(tree: ast.expr) -> str | None:
    """Return a text that a metric is compared with; None where there is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
            if texts and any(isinstance(side, ast.Name) and side.id in METRICS for side in sides):
                return texts[0]
    return None


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


def _is_limit(node: ast.expr) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_is_limit, values))
        case ast.Compare(left=left, ops=ops, comparators=others) if not any(isinstance(op, ast.NotEq) for op in ops):
            pairs = pairwise((left, *others))
            return all(_is_side(one, other) or _is_side(other, one) for one, other in pairs)
    return False


def _is_side(limited: ast.expr, limit: ast.expr) -> bool:
    """Whether a metric or a variable is compared with what is the same for all values."""
    return isinstance(limited, ast.Name) and not any(isinstance(part, ast.Name) for part in ast.walk(limit))
