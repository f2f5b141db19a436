"""A file's structure → Graph: blocks, repetitions and branches are written out, and each layer built and named."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import NamedTuple

from archsum.bounds import MAX_INPUTS, MAX_NESTING, MAX_PATH_LENGTH
from archsum.errors import Diagnostic, Span, quote
from archsum.formula import Value
from archsum.graph import Graph, Group, Node, Owner, Path, Use
from archsum.language.expand.arguments import Arguments, read_arguments
from archsum.language.expand.containers import write_out
from archsum.language.expand.known import Known
from archsum.language.expand.layers import Builder
from archsum.language.expand.owners import Owners
from archsum.language.expand.problems import (
    Problems,
    StopError,
    name_given_twice,
    other_states,
    outside_the_repeat,
    states_twice,
    too_many_inputs,
    unknown_name,
    wrong_inputs,
)
from archsum.language.expand.scope import FAULTY, LEFT_OUT, FormulaNames, Level, Outputs, Scope
from archsum.language.expand.shapes import NetworkShapes
from archsum.language.expand.trace import Trace
from archsum.language.read.formulas import resolve_fields
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.containers import Container
from archsum.language.spec.document import Document
from archsum.language.spec.items import Body, Item, Reference
from archsum.language.text.places import Places
from archsum.layers import KINDS
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape
from archsum.propagate import Engine
from archsum.work import Work

_VALUES_PER_STEP = 25
"""Of the values that a block knows, which are copied at each use."""
LETTERS, _LETTERS_PER_STEP = 100, 16
"""A name with so many letters, which goes through every stage and has its place in every table, takes steps itself."""


class Expanded(NamedTuple):
    """The graph of the nodes that could be made, what is wrong with the others, and the engine that knows the shapes.

    Those that depend on a shape which cannot be computed are missing too; it is the engine that says why.
    """

    graph: Graph
    is_complete: bool
    diagnostics: list[Diagnostic]
    engine: Engine


def expand(
    document: Document,
    structure: Structure,
    name: str,
    file: Places,
    work: Work,
    known: Known,
    unknown: Collection[str] = (),
    trace: Trace | None = None,
) -> Expanded:
    """Write out a file's layers.

    `work` says how many there may be, `known` is what is known of other variants of the file, and `unknown` are the
    inputs whose shapes are not. What each item of the file became, wherever it was used, is kept in `trace`.
    """
    inputs = {name: shape for name, shape in document.input.items() if name not in unknown}
    return Expansion(document, structure, work, known, known.builder(document, file), inputs, trace).run(name)


class Expansion:
    """One file's expansion: what has been written out so far, and what was found wrong."""

    def __init__(
        self,
        document: Document,
        structure: Structure,
        work: Work,
        known: Known,
        builder: Builder,
        inputs: Mapping[str, Shape],
        trace: Trace | None = None,
    ) -> None:
        """Begin with no layers; `inputs` are those whose shapes are known."""
        self._problems = Problems()
        self._document = document
        self._structure = structure
        self._work = work
        self._builder = builder
        self._nodes: list[Node] = []
        self._by_name: dict[str, Node] = {}
        self._ends: dict[str, tuple[str, ...]] = {}  # what the nodes' states are called
        self._wrapped: dict[str, int] = {}  # how many wrappers the containers around a node have put around it
        self._groups: dict[Path, Group] = {}
        self._input_places = {name: structure.names[name] for name in document.input}
        self._known = known
        self.shapes = NetworkShapes(
            inputs, document.data_format, self._nodes, self._input_places, known.computations, work
        )
        self._owners = Owners()
        self._is_complete = True
        """Whether each layer so far is in the graph."""
        self._has_passed_over = False  # something that could not be read, and may have given names
        self._depth = self._deepest = 0
        self._trace = trace

    def run(self, name: str) -> Expanded:
        """Write out the file's layers."""
        outputs: Outputs = ()
        with suppress(StopError):
            outputs = self._write_file()
        graph = Graph(name, self._document.input, tuple(self._nodes), outputs, self._groups, self._input_places)
        return Expanded(graph, self._is_complete, self._problems.diagnostics, self.shapes.engine)

    def _write_file(self) -> Outputs:
        """Write out the file's layers, and return what the network gives."""
        inputs, structure = tuple(self._document.input), self._structure
        known: dict[str, Outputs] = {name: (name,) for name in inputs}
        scope = Scope(self._document.variables, known, Level((), structure.names))
        self._report(scope, *self._builder.diagnostics)
        return self._outputs(structure.body, structure.outputs, scope, inputs)

    def add_body(self, body: Body, scope: Scope, inputs: Outputs) -> Outputs:
        """Add layers, each behind the one before, and return what the last one gives."""
        for item in body:
            inputs = self.add_item(item, scope, inputs)
        return inputs

    def add_item(self, item: Item, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a layer, a block or a container behind `inputs`, and return what it gives."""
        if self._trace is None:
            return self._add_item(item, scope, inputs)
        with self._trace.visit(item, scope) as visit:
            visit.outputs = self._add_item(item, scope, inputs)
        return visit.outputs

    def _add_item(self, item: Item, scope: Scope, inputs: Outputs) -> Outputs:
        steps = item.entry.steps
        if self._work.spend("layers") or (steps and self._work.spend("values", steps)):
            self._report_size(scope, item)
        names = FormulaNames(
            scope.values,
            lambda: self._input_sizes(item, scope, inputs),
            lambda layer: self._sizes_of(layer, scope),
        )
        if self._trace:
            self._trace.current.names, self._trace.current.inputs = names, inputs
        there = item.condition is True or self._is_there(item, scope, names)
        if not there:
            if item.name:
                scope.known.setdefault(item.name, FAULTY if there is None else LEFT_OUT)
            return self._pass_over() if there is None else inputs
        given = item.name and scope.level.given.get(item.name)
        if item.name and given and scope.known.get(item.name, LEFT_OUT) != LEFT_OUT:
            self._report(scope, name_given_twice(item, given))
        taken = inputs if item.inputs is None else self._find(item.inputs, scope, item)
        if len(taken) > MAX_INPUTS:
            self._report(scope, too_many_inputs(f"`{item.entry.kind}` has", item.entry.span))
        if len(taken) > 1 and self._work.spend("inputs", len(taken)):
            self._report_size(scope, item)
        if self._trace:
            self._trace.current.inputs, self._trace.current.is_there = taken, True
        outputs = self._add(item, scope, names, taken)
        if item.name:
            scope.known[item.name] = outputs
        return outputs

    def _add(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        kind = item.entry.kind
        is_container = item.entry.is_container
        # A block of a layer's name has been reported.
        if kind in KINDS and not is_container and kind not in self._document.blocks:
            return self._add_layer(item, scope, names, inputs)
        if self._depth >= MAX_NESTING:
            message = f"blocks and containers are nested more than {MAX_NESTING} levels deep"
            cure = "write the layers of some of them in one block"
            self._report(scope, Diagnostic("too-deep", message, item.entry.span, cure))
            return self._pass_over()
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        add = self._add_container if is_container else self._add_block
        outputs = add(item, scope, names, inputs)
        self._depth -= 1
        return outputs

    def _add_layer(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        entry, level = item.entry, scope.level
        wrappers, frozen_by = scope.wrappers, scope.frozen_by
        layer, problems = self._builder.build(
            entry, names, self._work, is_frozen=frozen_by is not None, wrappers=wrappers
        )
        name = level.name(item.name, entry.kind)
        full_name = level.prefix + name
        if len(full_name) > LETTERS:
            self._work.spend("values", len(full_name) // _LETTERS_PER_STEP)
        self._report(scope, *problems)
        if isinstance(layer, Layer):
            taken = _flowing(layer, inputs) if item.inputs is None else inputs
            states = self._find_states(layer, item, scope, len(taken)) if layer.begins_with else ()
            whole = self._owners.of_all(item, scope, full_name) if level.shared or item.shared else None
            single: Mapping[str, Owner] = {}
            if item.shared_weights:
                self._work.spend("weights", len(item.shared_weights))
                single = self._owners.of_single(item, scope, full_name)
            node = Node(
                full_name,
                layer,
                (*taken, *states) if states else taken,
                (*level.path, name),
                entry.span,
                scope.uses,
                whole,
                frozen_by,
                len(states),
                single,
            )
            self._nodes.append(node)
            if self._trace:
                self._trace.current.node = node
            if wrappers:
                self._wrapped[full_name] = len(wrappers)
            if layer.state_names:
                self._ends[full_name] = layer.state_names
        else:
            self._is_complete = False
        return (full_name,)

    def _add_container(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        container, problems = self._builder.build(item.entry, names, self._work)
        self._report(scope, *problems)
        if item.name:
            scope = scope.at(self._level(item, scope, scope.level.given))
        if not isinstance(container, Container):
            return self._pass_over()
        if self._trace:
            self._trace.current.container = container
        scope = scope.within(item.entry.kind, trainable=container.trainable)
        return write_out(container, self, scope, inputs, item.entry.span)

    def _add_block(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        entry = item.entry
        definition = self._structure.blocks.get(entry.kind)
        if definition is None:
            return self._pass_over()
        arguments = read_arguments(entry, definition, names, self._document.variables)
        self._work.spend("values", definition.steps + len(arguments.values) // _VALUES_PER_STEP)
        self._report(scope, *arguments.problems)
        if self._trace:
            self._trace.current.arguments = arguments.values
        return self._write_block(item, scope, definition, arguments, inputs)

    def _write_block(
        self, item: Item, scope: Scope, definition: Definition, arguments: Arguments, inputs: Outputs
    ) -> Outputs:
        """Write out a block's layers, and return what it gives."""
        level, values = self._level(item, scope, definition.names), arguments.values
        known: dict[str, Outputs] = {name: (given,) for name, given in zip(definition.inputs, inputs, strict=False)}
        if len(definition.inputs) != len(inputs):
            self._report(scope, wrong_inputs(item.entry, definition, len(inputs)))
            known, inputs = dict.fromkeys(definition.inputs, FAULTY), FAULTY
        uses = (Use(f"in the block `{definition.name}`, used", item.entry.span), *scope.uses)
        place = scope.place_of(item)
        outer, wrappers = Scope(values, known, level), scope.wrappers
        inner = Scope(values, {}, level, uses, outer, place, place, frozen_by=scope.frozen_by, wrappers=wrappers)
        if item.name:
            scope.blocks[item.name] = inner
        within = inner.within(definition.name, trainable=arguments.trainable)
        outputs = self._outputs(definition.body, definition.outputs, within, inputs)
        if len(inputs) > 1 or len(outputs) > 1:
            taken = dict(zip(definition.inputs, inputs, strict=False))
            given = {one.name: found for one in definition.outputs or () for found in inner.find(one.name) or ()}
            self._groups[level.path] = self._groups[level.path]._replace(inputs=taken, outputs=given)
        return outputs

    def _level(self, item: Item, scope: Scope, given: Mapping[str, Span]) -> Level:
        """Return the level of the path that a block or a named container is."""
        outer, kind = scope.level, item.entry.kind
        name = outer.name(item.name, kind)
        path = (*outer.path, name)
        self._groups[path] = Group(kind, item.entry.span)
        level = Level(path, given, shared=outer.shared or item.shared is not None)
        if len(level.prefix) > LETTERS:
            self._work.spend("values", len(level.prefix) // _LETTERS_PER_STEP)
        if len(level.prefix) > MAX_PATH_LENGTH:
            message = f"the names of blocks in one another have more than {MAX_PATH_LENGTH:,} characters together"
            cure = "give the blocks shorter names, or nest fewer"
            self._report(scope, Diagnostic("too-large", message, item.entry.span, cure))
        return level

    def _outputs(self, body: Body, references: tuple[Reference, ...] | None, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a file's or a block's layers, and return its outputs: what the last layer gives, or those stated."""
        outputs = self.add_body(body, scope, inputs)
        return outputs if references is None else self.find(references, scope)

    def find(self, names: tuple[Reference, ...], scope: Scope) -> Outputs:
        """Return what the layers of those names give, without those that their `if` leaves out."""
        there = [reference for reference in names if scope.find(reference.name) != LEFT_OUT]
        return self._find(tuple(there), scope)

    def find_inside(self, names: tuple[Reference, ...], scope: Scope) -> Outputs:
        """Return the same, of layers in a repetition; those around it are none of its own."""
        outside = [name for name in names if name.name.partition("/")[0] not in scope.known and scope.find(name.name)]
        self._report(scope, *map(outside_the_repeat, outside))
        return FAULTY if outside else self.find(names, scope)

    def _is_there(self, item: Item, scope: Scope, names: FormulaNames) -> bool | None:
        """Compute an item's `if`; None where that cannot be done."""
        resolved = resolve_fields({"if": item.condition}, names)
        places = item.entry.places
        self._report(scope, *resolved.diagnose(places))
        value = resolved.values["if"]
        if isinstance(value, bool):
            return value
        if not resolved.faulty:
            cure = "compare it with something, as in `=depth > 1`"
            message = f"`if` takes true or false, and the formula gives {quote(value)}"
            self._report(scope, Diagnostic("wrong-type", message, places.value("if"), cure))
        return None

    def _find(self, references: tuple[Reference, ...], scope: Scope, asking: Item | None = None) -> Outputs:
        """Return what the layers of those names give."""
        found: list[str] = []
        for reference in references:
            known = scope.find(reference.name)
            found += known or FAULTY
            if known == LEFT_OUT or (known is None and not self._is_passed_over(reference.name, scope)):
                shown = self._node(scope.level.prefix + reference.name)
                self._report(scope, unknown_name(reference, scope, self._structure.names, asking, shown))
            if len(found) > MAX_INPUTS:
                self._report(scope, too_many_inputs("there are", reference.span))
        return tuple(found)

    def _node(self, name: str) -> Node | None:
        """Return the node of a name; it is asked only where something is wrong."""
        for node in self._nodes[len(self._by_name) :]:
            self._by_name[node.name] = node
        return self._by_name.get(name)

    def _find_states(self, layer: Layer, item: Item, scope: Scope, inputs: int) -> Outputs:
        """Return the name of the layer whose last states a layer begins with, once for each of them."""
        reference = Reference(layer.begins_with or "", item.entry.places.value("initial_state"))
        if inputs > 1:
            self._report(scope, states_twice(reference, item.entry.kind))
            return FAULTY
        found = self._find((reference,), scope, item)
        if found == FAULTY or not found:
            return FAULTY
        names = self._ends.get(found[0], ()) if len(found) == 1 else ()
        if names != layer.state_names:
            self._report(scope, other_states(reference, item.entry.kind, names, layer.state_names))
            return FAULTY
        return found * len(names)

    def _input_sizes(self, item: Item, scope: Scope, inputs: Outputs) -> dict[str, Value]:
        """Return the sizes of what an item takes, by the names that formulas use."""
        taken = inputs if item.inputs is None else scope.find(item.inputs[0].name) or FAULTY
        return self.shapes.sizes(taken, len(scope.wrappers))

    def _sizes_of(self, layer: str, scope: Scope) -> dict[str, Value]:
        """Return the sizes of what a layer above gives, likewise; none where it is not there, or is left out."""
        known = scope.find(layer)
        if not known:
            return {}
        # What both have around them, neither sees.
        return self.shapes.sizes(known, min(len(scope.wrappers), self._wrapped.get(known[0], 0)))

    def _pass_over(self) -> Outputs:
        """Return what something gives that could not be read, and has been reported."""
        self._is_complete, self._has_passed_over = False, True
        return FAULTY

    def _is_passed_over(self, name: str, scope: Scope) -> bool:
        """Whether a name that is not known may be in what was passed over."""
        return self._has_passed_over and name.partition("/")[0] in scope.level.given

    def _report_size(self, scope: Scope, item: Item) -> None:
        cure = "look at the `times` of the repeats that this is in, and at what each of them computes"
        self._report(scope, self._work.diagnose("written out, the network", item.entry.span, cure))

    def _report(self, scope: Scope, *problems: Diagnostic) -> None:
        if problems:
            self._problems.report(problems, scope.uses)


def _flowing(layer: Layer, inputs: Outputs) -> Outputs:
    """Return what a layer takes of what is before it: no more than it can, if it uses no elements of it."""
    _, most = layer.takes
    return inputs[:most] if len(layer.shape_only) == most else inputs
