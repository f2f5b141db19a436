"""A tree with templates → a document."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archsum.interchange.writing.alike import STATES
from archsum.interchange.writing.entries import EMPTY, BlockEntry, Entry
from archsum.interchange.writing.fields import in_order
from archsum.interchange.writing.folding.elements import (
    Body,
    Branch,
    Cell,
    Element,
    Leaf,
    Residual,
    Run,
    Source,
)
from archsum.interchange.writing.folding.formulas import HOLE, Expression, names_in, substituted, written
from archsum.interchange.writing.folding.keys import is_opaque
from archsum.interchange.writing.folding.naming import block_name, free_name, layer_name
from archsum.interchange.writing.folding.placing import Values, has_run, is_default, may_be_inline, named, place
from archsum.interchange.writing.folding.progressions import by_index, filled
from archsum.interchange.writing.folding.template import Template
from archsum.interchange.writing.folding.templates import Templates
from archsum.interchange.writing.sharing import Share, stated
from archsum.interchange.writing.text import count_lines

_FEW_LINES = 2
"""So many lines, or fewer, that a repeat with values of its own saves are not worth it."""


@dataclass
class Scope:
    """The file, or a block, in which names are given."""

    taken: set[str] = field(default_factory=set)
    is_block: bool = False


class Emission:
    """Writes one tree; the cells that are blocks are counted."""

    def __init__(
        self, templates: Templates, inline: frozenset[int], names: dict[int, str], several: Collection[Element]
    ) -> None:
        self._several = several
        self._templates = templates
        self._inline = inline
        self._names = names
        self._labels: dict[Share, str] = {}
        self.blocks: dict[int, BlockEntry] = {}
        """By the key of their structure, in the order in which they are first used, those in them first."""
        self.uses: Counter[int] = Counter()
        self.entries: dict[int, list[Entry]] = {}
        self.repeated: set[int] = set()
        """The blocks that are used in repeats."""
        self._repeats = 0
        self._writing: set[int] = set()

    def network(self, template: Template, scope: Scope, outputs: list[Element]) -> tuple[list[Entry], list[str] | None]:
        """Write the network's body, and the names of its outputs, where they are not what the last layer gives."""
        stated = [] if outputs == template.body[-1:] else outputs
        names: dict[int, str] = {}
        to_name = [output for output in stated if not isinstance(output, Source)]
        layers = self._body(template.body, template, {}, scope, names, to_name)
        named_outputs = [one.name if isinstance(one, Source) else names[id(one)] for one in stated]
        return layers, named_outputs or None

    def body(self, template: Template, values: Values, scope: Scope) -> list[Entry]:
        """Write a template's body with what stands for its parameters."""
        return self._body(template.body, template, values, scope)

    def _body(
        self,
        body: Body,
        template: Template,
        values: Values,
        scope: Scope,
        names: dict[int, str] | None = None,
        also_named: Sequence[Element] = (),
    ) -> list[Entry]:
        names = {} if names is None else names
        to_name = named(body) | set(map(id, also_named))
        done: list[Entry] = []
        before: Element | None = None
        for element in body:
            entries = self._element(element, template, values, scope)
            if not entries:
                before = element
                continue
            inputs = self._inputs(element, before, names)
            if inputs is not None:
                place(entries[0], inputs=inputs)
            if id(element) in to_name:
                name = names[id(element)] = self._name(element, scope)
                place(entries[-1], name=name)
            if isinstance(element, Leaf) and element.state:
                entries[0].fields[STATES] = names[id(element.state)]
            done += entries
            before = element
        return done

    def _name(self, element: Element, scope: Scope) -> str:
        name = free_name(layer_name(element), scope.taken)
        scope.taken.add(name)
        return name

    def _inputs(self, element: Element, before: Element | None, names: Mapping[int, str]) -> Any:
        """Return what an element says that it takes; None where it is what stands before it."""
        if len(element.takes) == 1 and (
            element.takes[0] is before or (before is None and self._is_given(element.takes[0]))
        ):
            return None
        listed = [one.name if isinstance(one, Source) else names[id(one)] for one in element.takes]
        return (listed[0] if len(listed) == 1 else listed) if listed else None

    def _is_given(self, element: Element) -> bool:
        """Whether an element is what a body's first layer takes: of a network with several inputs none is."""
        return isinstance(element, Source) and element not in self._several

    def _element(self, element: Element, template: Template, values: Values, scope: Scope) -> list[Entry]:
        match element:
            case Leaf():
                condition = substituted(template.fields.get((id(element), "if"), True), values)
                entry = self._leaf(element, template, values)
                if isinstance(condition, Expression):
                    entry.fields["if"] = condition.written()
                return [entry] if condition is not False else []
            case Residual():
                return self._residual(element, template, values, scope)
            case Branch():
                paths = [self._body(path, template, values, scope) for path in element.paths]
                merge = self._leaf(element.merge, template, values)
                merged = {} if merge == Entry("concatenate") else {"merge": merge}
                return [Entry("branch", {**merged, "paths": paths})]
            case Cell():
                return self._cell(element, template, values, scope)
            case Run():
                return self._run(element, template, values, scope)
        raise AssertionError

    def _leaf(self, leaf: Leaf, template: Template, values: Values) -> Entry:
        fields: dict[str, Any] = {}
        for name in template.names.get(id(leaf), ()):
            if name == "if":
                continue
            value = template.fields[id(leaf), name]
            if isinstance(value, Expression | list):
                value = substituted(value, values)
                if is_default(leaf.kind, name, value):
                    value = HOLE
            if value is not HOLE:
                fields[name] = written(value)
        fields |= {name: value for name, value in leaf.fields.items() if is_opaque(leaf.kind, value)}
        placed = {"shared": self._shared(leaf)} if leaf.shares else {}
        return Entry(leaf.kind, {**placed, **in_order(fields)})

    def _shared(self, leaf: Leaf) -> object:
        for share in leaf.shares.values():
            if share not in self._labels:
                self._labels[share] = free_name(share.weight or layer_name(leaf), {*self._labels.values()})
        return stated(leaf.shares, self._labels)

    def _residual(self, residual: Residual, template: Template, values: Values, scope: Scope) -> list[Entry]:
        layers = self._body(residual.layers, template, values, scope)
        is_there = template.walk.merges[id(residual)]
        if is_there == "none":
            return layers
        fields: dict[str, Any] = {}
        if is_there == "some":
            fields["when"] = residual.when
        merge = self._leaf(template.walk.models[id(residual), "merge"].merge, template, values)
        if merge != Entry("add"):
            fields["merge"] = merge
        fields["layers"] = layers
        has_shortcut = template.walk.shortcuts[id(residual)]
        if residual.shortcut and has_shortcut != "none":
            model = template.walk.models[id(residual), "shortcut"]
            fields["shortcut"] = self._body(model.shortcut, template, values, scope)
            if has_shortcut == "some":
                fields["shortcut_when"] = residual.shortcut_when
        return [Entry("residual", fields)]

    def _cell(self, cell: Cell, template: Template, values: Values, scope: Scope) -> list[Entry]:
        inner = self._templates.of(cell)
        given = {
            parameter.name: substituted(template.fields[id(cell), parameter.name], values)
            for parameter in inner.parameters
        }
        return self._use(cell, inner, given, scope)

    def _use(self, cell: Cell, inner: Template, given: Values, scope: Scope) -> list[Entry]:
        """Write a block's use, or in its place what is in it."""
        key = cell.body_key
        if key in self._inline and may_be_inline(cell, inner, given):
            return self.body(inner, given, scope)
        self._define(cell, inner)
        entry = Entry(self._names[key], {name: written(value) for name, value in given.items() if value is not HOLE})
        self.uses[key] += 1
        if self._repeats:
            self.repeated.add(key)
        self.entries.setdefault(key, []).append(entry)
        return [entry]

    def _define(self, cell: Cell, inner: Template) -> None:
        key = cell.body_key
        if key in self.blocks or key in self._writing:
            return
        self._writing.add(key)
        if key not in self._names:
            self._names[key] = free_name(block_name(cell), {*self._names.values()})
        layers = self.body(inner, {}, Scope({"input"}, is_block=True))
        derived = {name: written(value) for name, value in inner.derived.items()}
        self.blocks[key] = BlockEntry({**{parameter.name: EMPTY for parameter in inner.parameters}, **derived}, layers)

    def _run(self, run: Run, template: Template, values: Values, scope: Scope) -> list[Entry]:
        unit = run.units[0]
        inner = self._templates.of(unit)
        given: dict[str, Any] = {}
        over: dict[str, Any] = {}
        grows = False  # whether a formula of the index is needed
        fields = template.run_fields[id(run)]
        given_to = [substituted(template.fields[id(run), one.name], values) for one in fields]
        mentioned = {name for value in given_to for name in names_in(value)}
        count = substituted(template.fields.get((id(run), "times"), len(run.units)), values)
        last = Expression("count - 1").with_values({"count": count})
        first_or_last = {"first": 0, "last": last.text if isinstance(last, Expression) else last}
        for one, listed in zip(fields, given_to, strict=True):
            value = listed
            if one.mode == "list" and isinstance(value, list) and all(item in (value[0], HOLE) for item in value):
                value = value[0]
            elif one.mode == "list":
                formula = None if has_run(unit.body) else by_index(value)
                grows = grows or formula is not None
                value = formula or self._listed(one.name, value, over, mentioned)
            elif one.mode in ("first", "last") and value != one.rest:
                shown = value.text if isinstance(value, Expression) else repr(value)
                value = Expression(f"{shown} if index == {first_or_last[one.mode]} else {one.rest!r}")
            if one.mode == "list" and isinstance(listed, list):
                count = len(listed)
            given[one.name] = value
        if count == 1 and not over:
            return self._use_unit(
                unit, inner, {name: substituted(value, {"index": 0}) for name, value in given.items()}, scope
            )
        times = {"over": over} if over else {"times": written(count)}
        before = Counter(self.uses)
        self._repeats += 1
        repeat = Entry("repeat", {**times, "layers": self._use_unit(unit, inner, given, scope)})
        self._repeats -= 1
        if len(template.bodies) > 1:
            return [repeat]
        counted, self.uses = self.uses, Counter(before)
        singles = [
            entry for one in run.units for entry in self._use_unit(one, inner, self._templates.arguments(one), scope)
        ]
        many = count_lines([repeat]) + (_FEW_LINES if over else 0)
        if count_lines(singles) < many or (grows and count_lines(singles) == many):
            return singles
        self.uses = counted
        return [repeat]

    @staticmethod
    def _listed(name: str, value: Any, over: dict[str, Any], mentioned: Collection[str]) -> Expression:
        """Give each repetition a value of a list, and return its name."""
        name = free_name(name, {*mentioned, *over})
        over[name] = written(filled(value) if isinstance(value, list) else value)
        return Expression(name)

    def _use_unit(self, unit: Cell, inner: Template, given: Values, scope: Scope) -> list[Entry]:
        if may_be_inline(unit, inner, given):
            return self.body(inner, given, scope)
        return self._use(unit, inner, given, scope)
