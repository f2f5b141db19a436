"""What a file says, and what it became → Program."""

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from archsum.errors import Span
from archsum.formula import Formula, FormulaError, is_formula
from archsum.interchange.building.program import (
    BlockStep,
    BranchStep,
    Function,
    GroupStep,
    Held,
    LayerStep,
    NotSymbolicError,
    Program,
    RepeatStep,
    ResidualStep,
    Step,
    Variable,
)
from archsum.language.expand.expansion import expand
from archsum.language.expand.known import Known
from archsum.language.expand.trace import Trace, Visit
from archsum.language.network import Network, Written
from archsum.language.read.entries import fields_of, read_entry
from archsum.language.read.formulas import formulas_in, resolve_fields
from archsum.language.spec.items import Body, Entry, Item
from archsum.language.text.places import Places
from archsum.layers import KINDS, layer_class
from archsum.work import Work

T = TypeVar("T")

_Key = tuple[int, tuple[str, ...]]


def read_program(network: Network, written: Written) -> Program:
    """Make a program of a network whose file is in our language."""
    document, structure, file = written
    trace = Trace()
    expand(document, structure, network.graph.name, file, Work(network.steps_allowed), Known(), trace=trace)
    reader = _Reader(written, trace)
    main = Function("", tuple(document.input), (), reader.body(structure.body, ()), structure.outputs)
    return Program(
        network,
        document.data_format,
        _inputs(written),
        _variables(written),
        tuple(reader.functions.values()),
        main,
    )


def _inputs(written: Written) -> dict[str, tuple[Any, ...]]:
    """Return the inputs' sizes as the file says them, or as numbers where they were overridden."""
    stated, inputs = written.file.data["input"], written.document.input
    found: dict[str, tuple[Any, ...]] = {}
    for name, shape in inputs.items():
        sizes = stated.get(name) if isinstance(stated, Mapping) else stated
        computed = resolve_fields({"sizes": sizes}, written.document.variables)
        as_stated = tuple(sizes) if isinstance(sizes, list) and not computed.errors else ()
        found[name] = as_stated if as_stated and tuple(computed.values["sizes"]) == shape else shape
    return found


def _variables(written: Written) -> dict[str, Variable]:
    """Return the variables; one that is a formula of others is so unless it was overridden."""
    variables = written.document.variables
    stated = written.file.data.get("variables") or {}
    fractions = _fractions(written)
    found: dict[str, Variable] = {}
    for name, value in variables.items():
        said = stated.get(name)
        computed = resolve_fields({name: said}, variables)
        is_formula_of_others = is_formula(said) and not computed.errors and computed.values[name] == value
        values = (value, float(value)) if name in fractions and type(value) is int else (value,)
        found[name] = Variable(name, said if is_formula_of_others else value, values)
    return found


def _fractions(written: Written) -> set[str]:
    """Return the names of what may be no whole number: the factors of what is rounded."""
    trees: list[ast.AST] = []
    for formula in formulas_in(written.file.data):
        with suppress(FormulaError):  # a text that only looks like one
            trees.append(Formula(formula).tree)
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    rounded = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in _ROUNDING]
    products = [node for call in rounded for node in ast.walk(call) if isinstance(node, ast.BinOp)]
    factors = [factor for node in products if isinstance(node.op, ast.Mult) for factor in (node.left, node.right)]
    return {factor.id for factor in factors if isinstance(factor, ast.Name)}


_ROUNDING = ("ceil", "floor", "round", "make_divisible")


class _Reader:
    """Makes steps of items; functions of the blocks that they use."""

    def __init__(self, written: Written, trace: Trace) -> None:
        self.functions: dict[tuple[str, tuple[str, ...]], Function] = {}
        self._written = written
        self._visits: dict[_Key, list[Visit]] = {}
        self._collect(trace.visits)

    def _collect(self, visits: Sequence[Visit]) -> None:
        for visit in visits:
            self._visits.setdefault((id(visit.item), visit.wrappers), []).append(visit)
            self._collect(visit.inner)

    def body(self, body: Body, wrappers: tuple[str, ...]) -> tuple[Step, ...]:
        """Return the steps of items that are there in some use."""
        steps = (self.step(item, wrappers) for item in body)
        return tuple(step for step in steps if step)

    def step(self, item: Item, wrappers: tuple[str, ...]) -> Step | None:
        """Return an item's step; None where it is nowhere."""
        visits = tuple(self._visits.get((id(item), wrappers), ()))
        if not any(visit.is_there for visit in visits):
            return None
        entry = item.entry
        if entry.kind in self._written.structure.blocks:
            return BlockStep(item, visits, self._function(entry.kind, wrappers, visits), entry.stated)
        if entry.held is None:
            return LayerStep(item, visits, entry.kind, self._fields(entry, entry.stated))
        return self._container(item, visits, wrappers, entry.held)

    def _container(
        self, item: Item, visits: tuple[Visit, ...], wrappers: tuple[str, ...], held: Mapping[str, Any]
    ) -> Step:
        entry = item.entry
        match entry.kind:
            case "repeat":
                body, columns = self.body(held["layers"], wrappers), _columns(entry.fields.get("over"))
                return RepeatStep(item, visits, entry.fields.get("times"), columns, body, held.get("outputs"))
            case "residual":
                inner = self.body(held["layers"], wrappers), self.body(held.get("shortcut", ()), wrappers)
                return ResidualStep(item, visits, *inner, self.step(held["merge"], wrappers))
            case "branch":
                paths = tuple(self.body(path, wrappers) for path in held["paths"])
                return BranchStep(item, visits, paths, self.step(held["merge"], wrappers))
        inner_body = held.get("layers") or (held["layer"],)
        return GroupStep(item, visits, self.body(inner_body, (*wrappers, entry.kind)))

    def _function(self, block: str, wrappers: tuple[str, ...], visits: tuple[Visit, ...]) -> Function:
        """Return a block's function, with all its uses."""
        if (block, wrappers) not in self.functions:
            definition = self._written.structure.blocks[block]
            body = self.body(definition.body, wrappers)
            uses = [
                visit
                for (_, around), found in self._visits.items()
                for visit in found
                if around == wrappers and visit.is_there and visit.item.entry.kind == block
            ]
            parameters = tuple(
                Variable(
                    name,
                    default,
                    tuple(use.arguments[name] for use in uses),
                    sum(name in use.item.entry.fields for use in uses),
                )
                for name, default in definition.parameters.items()
            )
            function = Function(
                block,
                definition.inputs,
                parameters,
                body,
                definition.outputs,
                wrappers,
                tuple(uses),
                _comment_above(definition.span),
            )
            self.functions[block, wrappers] = function
        return self.functions[block, wrappers]

    def _fields(self, entry: Entry, stated: Mapping[str, Any]) -> dict[str, Any]:
        """Return a layer's fields, those of `defaults` among them; what holds a layer is read too."""
        document = self._written.document
        defaults: Mapping[str, Any] = {}
        if entry.kind in document.defaults:
            places = Places(document.defaults, self._written.file.value("defaults"))
            defaults = fields_of(entry.kind, places, entry.kind) or {}
        fields = {**stated, **{name: value for name, value in defaults.items() if name not in stated}}
        for field in layer_class(entry.kind).layer_fields & entry.fields.keys():
            inner, _ = read_entry(entry.places, field, KINDS)
            fields[field] = Held(inner.kind, self._fields(inner, inner.fields))
        return fields


def _comment_above(span: Span) -> str:
    """Return what a comment right above a place says, in sentences."""
    lines = span.source.text[: span.start].split("\n")[:-1]
    found: list[str] = []
    while lines and lines[-1].strip().startswith("#"):
        found.insert(0, lines.pop().strip().lstrip("# "))
    return " ".join(found) if found and found[-1].endswith(".") else ""  # or else it is a heading


def _columns(over: Any) -> dict[str, Any]:
    """Return the values of each repetition by their names. Errors: NotSymbolicError where only a formula has them."""
    if over is None:
        return {}
    if isinstance(over, dict):
        return dict(over)
    if isinstance(over, list) and all(isinstance(row, dict) for row in over):
        return {name: [row[name] for row in over] for name in over[0]}
    raise NotSymbolicError("over")


def same(values: Sequence[T]) -> T:
    """Return what all values are. Errors: NotSymbolicError where they differ, or there is none."""
    if not values or any(value != values[0] or type(value) is not type(values[0]) for value in values):
        raise NotSymbolicError("values differ")
    return values[0]
