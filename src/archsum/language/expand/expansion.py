"""A file's structure → Graph: blocks, repetitions and branches are written out, and each layer built and named."""

from collections.abc import Mapping
from typing import NamedTuple

from archsum.errors import Diagnostic, Span, enumerate_words, quote
from archsum.formula import BROKEN, Value
from archsum.graph import Graph, Group, Node, Path, Use
from archsum.language.expand.arguments import read_arguments
from archsum.language.expand.containers import LARGE_SIZE, write_out
from archsum.language.expand.layers import Builder
from archsum.language.expand.problems import Problems, StopError
from archsum.language.expand.references import unknown_name
from archsum.language.expand.scope import FAULTY, LEFT_OUT, FormulaNames, Level, Outputs, Place, Scope
from archsum.language.expand.size import MAX_INPUTS, Size
from archsum.language.read.formulas import resolve_fields
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.containers import CONTAINERS, Container
from archsum.language.spec.document import Document
from archsum.language.spec.items import Body, Entry, Item, Reference
from archsum.language.text.places import Places
from archsum.layers import KINDS
from archsum.layers.axis import input_sizes
from archsum.layers.base import Layer
from archsum.layers.fields import INPUT_SIZES
from archsum.layers.shapes import may_equal
from archsum.propagate import Computations, Engine

MAX_NESTING = 64
"""The most blocks and containers in one another."""

MAX_PATH_LENGTH = 1_000
"""The most characters in the names of blocks in one another."""


class Expanded(NamedTuple):
    """The graph of the nodes that could be made, what is wrong with the others, and what was computed on the way."""

    graph: Graph
    diagnostics: list[Diagnostic]
    computations: Computations


def expand(document: Document, structure: Structure, name: str, file: Places) -> Expanded:
    """Write out a file's layers."""
    computations = Computations()
    expansion = _Expansion(document, structure, file, computations)
    graph = expansion.run(name)
    return Expanded(graph, expansion.problems.diagnostics, computations)


class _Expansion:
    """One file's expansion: what has been written out so far, and what was found wrong."""

    def __init__(self, document: Document, structure: Structure, file: Places, computations: Computations) -> None:
        self.problems = Problems()
        self._document = document
        self._structure = structure
        self._size = Size()
        self._builder = Builder(document, Places(document.defaults, file.value("defaults")), self._size)
        self._nodes: list[Node] = []
        self._groups: dict[Path, Group] = {}
        self._shapes = Engine(document.input, self._nodes, computations)
        self._large_shapes = Engine(document.input, self._nodes, computations, unknown=LARGE_SIZE)
        self._owners: dict[Place, str] = {}
        self._is_complete = True  # whether there is nothing so far that could not be read, and was passed over
        self._depth = 0

    def run(self, name: str) -> Graph:
        """Expand the file's layers."""
        inputs, structure = tuple(self._document.input), self._structure
        known: dict[str, Outputs] = {name: (name,) for name in inputs}
        level = Level((), structure.names, shared=False)
        scope = Scope(self._document.variables, known, level)
        outputs: Outputs = ()
        try:
            self._report(scope, *self._builder.diagnostics)
            outputs = self._outputs(structure.body, structure.outputs, scope, inputs)
        except StopError:
            pass
        places = {input_: structure.names[input_] for input_ in inputs}
        return Graph(name, self._document.input, tuple(self._nodes), outputs, self._groups, places)

    def add_body(self, body: Body, scope: Scope, inputs: Outputs) -> Outputs:
        """Add layers, each behind the one before, and return what the last one gives."""
        for item in body:
            inputs = self.add_item(item, scope, inputs)
        return inputs

    def add_item(self, item: Item, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a layer, a block or a container behind `inputs`, and return what it gives."""
        if excess := self._size.add_item(item):
            self._report(scope, excess)
        names = FormulaNames(scope.values, lambda: self._input_sizes(item, scope, inputs))
        there = item.condition is True or self._is_there(item, scope, names)
        if not there:
            if item.name:
                scope.known.setdefault(item.name, FAULTY if there is None else LEFT_OUT)
            return self._pass_over() if there is None else inputs
        given = item.name and scope.level.given.get(item.name)
        if item.name and given and scope.known.get(item.name, LEFT_OUT) != LEFT_OUT:
            self._report(scope, _name_given_twice(item, given))
        taken = inputs if item.inputs is None else self._find(item.inputs, scope, item)
        if excess := self._size.add_inputs(item, len(taken)):
            self._report(scope, excess)
        outputs = self._add(item, scope, names, taken)
        if item.name:
            scope.known[item.name] = outputs
        return outputs

    def shape_changes(self, inputs: Outputs, outputs: Outputs) -> bool:
        """Whether layers change the shape; not where it cannot be told, as behind a faulty layer."""
        if len(inputs) != len(outputs):
            return True
        for engine in (self._shapes, self._large_shapes):
            before, after = (list(map(engine.shape, names)) for names in (inputs, outputs))
            pairs = zip(before, after, strict=True)
            if not all(one is None or other is None or may_equal(one, other) for one, other in pairs):
                return True
            if not any(shape is None or None in shape for shape in (*before, *after)):
                return False
        return False

    def _add(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        kind = item.entry.kind
        is_block = kind in self._document.blocks  # first of all: a block of a layer's name has been reported
        if kind in KINDS and not is_block:
            return self._add_layer(item, scope, names, inputs)
        if self._depth >= MAX_NESTING:
            message = f"blocks and containers are nested more than {MAX_NESTING} levels deep"
            self._report(scope, Diagnostic("too-deep", message, item.entry.span))
            return self._pass_over()
        self._depth += 1
        add = self._add_container if kind in CONTAINERS and not is_block else self._add_block
        outputs = add(item, scope, names, inputs)
        self._depth -= 1
        return outputs

    def _add_layer(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        entry, level = item.entry, scope.level
        layer, problems = self._builder.build(entry, names)
        name = level.name(item.name, entry.kind)
        full_name = level.prefix + name
        self._report(scope, *problems)
        if isinstance(layer, Layer):
            taken = () if layer.most_inputs == 0 and item.inputs is None else inputs
            shared_with = None
            if level.shared or item.shared:
                owner = self._owners.setdefault(scope.place_of(item), full_name)
                shared_with = owner if owner != full_name else None
            path = (*level.path, name)
            self._nodes.append(Node(full_name, layer, taken, path, entry.span, scope.uses, shared_with))
        return (full_name,)

    def _add_container(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        container, problems = self._builder.build(item.entry, names)
        self._report(scope, *problems)
        if item.name:
            scope = scope.at(self._level(item, scope, scope.level.given))
        if not isinstance(container, Container):
            return self._pass_over()
        return write_out(container, self, scope, inputs, item.entry.span)

    def _add_block(self, item: Item, scope: Scope, names: FormulaNames, inputs: Outputs) -> Outputs:
        entry = item.entry
        definition = self._structure.blocks.get(entry.kind)
        if definition is None:
            return self._pass_over()
        values, problems = read_arguments(entry, definition, names, self._document.variables)
        self._size.values += definition.size
        self._report(scope, *problems)
        level = self._level(item, scope, definition.names)
        known: dict[str, Outputs] = {name: (given,) for name, given in zip(definition.inputs, inputs, strict=False)}
        if len(definition.inputs) != len(inputs):
            self._report(scope, _wrong_inputs(entry, definition, len(inputs)))
            known, inputs = dict.fromkeys(definition.inputs, FAULTY), FAULTY
        uses = (Use(f"in the block `{entry.kind}`, used", entry.span), *scope.uses)
        inner = Scope(values, {}, level, uses, Scope(values, known, level), scope.place_of(item))
        if item.name:
            scope.blocks[item.name] = inner
        return self._outputs(definition.body, definition.outputs, inner, inputs)

    def _level(self, item: Item, scope: Scope, given: Mapping[str, Span]) -> Level:
        """Return the level of the path that a block or a named container is."""
        outer, kind = scope.level, item.entry.kind
        name = outer.name(item.name, kind)
        path = (*outer.path, name)
        self._groups[path] = Group(kind, item.entry.span)
        level = Level(path, given, shared=outer.shared or item.shared is not None)
        if len(level.prefix) > MAX_PATH_LENGTH:
            message = f"the names of blocks in one another have more than {MAX_PATH_LENGTH:,} characters together"
            self._report(scope, Diagnostic("too-large", message, item.entry.span))
        return level

    def _outputs(self, body: Body, references: tuple[Reference, ...] | None, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a file's or a block's layers, and return its outputs: what the last layer gives, or those stated.

        A layer that its `if` leaves out is no output.
        """
        outputs = self.add_body(body, scope, inputs)
        if references is None:
            return outputs
        there = [reference for reference in references if scope.find(reference.name) != LEFT_OUT]
        return self._find(tuple(there), scope)

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
                self._report(scope, unknown_name(reference, scope, self._structure.names, asking))
            if len(found) > MAX_INPUTS:
                message = f"there are more than {MAX_INPUTS:,} inputs"
                self._report(scope, Diagnostic("too-large", message, reference.span))
        return tuple(found)

    def _input_sizes(self, item: Item, scope: Scope, inputs: Outputs) -> dict[str, Value]:
        """Return the sizes of what an item takes, or of the first of several, by the names that formulas use."""
        taken = inputs if item.inputs is None else scope.find(item.inputs[0].name) or FAULTY
        shape = self._shapes.shape(taken[0]) if taken else ()
        if shape is None:
            return dict.fromkeys(INPUT_SIZES, BROKEN)
        sizes = input_sizes(shape, self._document.data_format)
        return {name: size for name, size in sizes.items() if size is not None}

    def _pass_over(self) -> Outputs:
        """Return what something gives that could not be read, and has been reported."""
        self._is_complete = False
        return FAULTY

    def _is_passed_over(self, name: str, scope: Scope) -> bool:
        """Whether a name that is not known may be in what was passed over."""
        return not self._is_complete and name.partition("/")[0] in scope.level.given

    def _report(self, scope: Scope, *problems: Diagnostic) -> None:
        if problems:
            self.problems.report(problems, scope.uses)


def _wrong_inputs(entry: Entry, definition: Definition, count: int) -> Diagnostic:
    """Report that a block takes more or fewer inputs than it is given."""
    takes = len(definition.inputs)
    listed = f"{takes} inputs, {enumerate_words(definition.inputs)}," if takes > 1 else "1 input,"
    message = f"`{entry.kind}` takes {listed} not {count}"
    cure = "name them, as in `inputs: [a, b]`"
    if takes == 1:
        cure = "say which, `inputs: name`; or name all in the block, `inputs: [a, b]`"
    return Diagnostic("inputs", message, entry.span, cure)


def _name_given_twice(item: Item, first: Span) -> Diagnostic:
    cure = "choose another" if item.condition is True else "choose another, or let their `if`s exclude one another"
    message, notes = f"two layers are named `{item.name}`", (("the other is at", first),)
    return Diagnostic("duplicate-name", message, item.entry.places.value("name"), cure, notes)
