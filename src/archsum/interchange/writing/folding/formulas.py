"""Formulas that are made, and put into one another."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archsum.formula import Formula, FormulaError


class Hole:
    """What a field is where its layer is not there: whatever it says would do."""

    def __repr__(self) -> str:
        return "HOLE"


HOLE = Hole()


@dataclass(frozen=True)
class Expression:
    """A formula of names, without its `=`."""

    text: str

    @property
    def names(self) -> frozenset[str]:
        """The names that it mentions."""
        return frozenset(node.id for node in ast.walk(ast.parse(self.text, mode="eval")) if isinstance(node, ast.Name))

    def written(self) -> str:
        """Return it as a file has it."""
        return f"={self.text}"

    def with_values(self, values: Mapping[str, Any]) -> Any:
        """Return it with values, or other formulas, in the place of names; a value where no name is left."""
        if not self.names & values.keys():
            return self
        if self.text in values:
            return values[self.text]
        if any(values[name] is HOLE for name in self.names & values.keys()):
            return HOLE
        tree = _Substitution(values).visit(ast.parse(self.text, mode="eval"))
        text = ast.unparse(tree)
        if text in ("True", "False", "None"):
            return ast.literal_eval(text)
        if any(isinstance(node, ast.Name) for node in ast.walk(tree)):
            return Expression(text)
        try:
            return Formula(f"={text}").evaluate({})
        except FormulaError:
            return Expression(text)


class _Substitution(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put a value, or a formula, in the place of a name."""
        if node.id not in self._values:
            return node
        value = self._values[node.id]
        text = value.text if isinstance(value, Expression) else repr(value)
        return ast.parse(text, mode="eval").body

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Put what is compared with a number that a choice has in its else-branch into the condition of the choice."""
        node.left = self.visit(node.left)
        match node:
            case ast.Compare(
                left=ast.IfExp(
                    test=ast.Compare(left=test, ops=[ast.Eq()], comparators=[number]), body=body, orelse=other
                ),
                ops=[ast.Eq()],
                comparators=[wanted],
            ) if isinstance(other, ast.Constant) and isinstance(wanted, ast.Constant):
                compared = ast.Compare(body, [ast.Eq()], [wanted])
                if other.value == wanted.value:
                    return ast.BoolOp(ast.Or(), [ast.Compare(test, [ast.NotEq()], [number]), compared])
                return ast.BoolOp(ast.And(), [ast.Compare(test, [ast.Eq()], [number]), compared])
        return node


def substituted(value: Any, values: Mapping[str, Any]) -> Any:
    """Return a value, or a list of values, with others in the place of the names of its formulas."""
    if isinstance(value, list):
        return [substituted(item, values) for item in value]
    return value.with_values(values) if isinstance(value, Expression) else value


def written(value: Any) -> Any:
    """Return a value, a formula, or a list of them as a file has it."""
    if isinstance(value, list):
        return [written(item) for item in value]
    return value.written() if isinstance(value, Expression) else value


def names_in(value: Any) -> frozenset[str]:
    """Return the names that the formulas of a value mention."""
    if isinstance(value, list):
        return frozenset().union(*map(names_in, value))
    return value.names if isinstance(value, Expression) else frozenset()
