"""A file's structure → Graph: blocks, repetitions and branches are written out, and each layer built and named."""

from collections.abc import Mapping

from archsum.errors import MAX_FOUND, Diagnostic, Span, enumerate_words, quote, suggest
from archsum.formula import BROKEN, Value
from archsum.graph import Graph, Group, Node, Path, Use
from archsum.language.expand.arguments import read_arguments
from archsum.language.expand.layers import Builder
from archsum.language.expand.scope import Level, Names, Outputs, Place, Scope
from archsum.language.read.entries import Body, Entry, Item, Reference
from archsum.language.read.formulas import resolve_fields
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.containers import CONTAINERS, MAX_TIMES, Container
from archsum.language.spec.document import Document
from archsum.language.text.reader import SpannedMapping, find, locate
from archsum.layers import KINDS
from archsum.layers.axis import input_sizes
from archsum.layers.base import Layer
from archsum.layers.fields import INPUT_SIZES
from archsum.layers.shapes import may_equal
from archsum.propagate import LARGE, OutputShapes

MAX_LAYERS = MAX_TIMES
MAX_NESTING = 64
"""The most blocks and containers in one another."""

MAX_INPUTS = 1_000
"""The most inputs of a layer, a block or a container."""

MAX_CONNECTIONS = 1_000_000
"""The most inputs of all of them."""

MAX_VALUES = 2_000_000
"""The most values in all layers, where formulas make each another."""

MAX_PATH_LENGTH = 1_000
"""The most characters in the names of blocks in one another."""

MAX_REPORTED = 10_000
"""The most problems, those that repeats have often counted as often."""

FAULTY: Outputs = ("",)
"""What a faulty layer gives: those behind it find no such input, and are passed over."""

_LEFT_OUT: Outputs = ()
"""What the name of a layer stands for that its `if` leaves out."""


def expand(document: Document, structure: Structure, name: str, whole: Span) -> tuple[Graph, list[Diagnostic]]:
    """Return the graph of the nodes that could be made, and what is wrong with the others."""
    expansion = Expansion(document, structure, whole)
    graph = expansion.run(name)
    return graph, list(expansion.diagnostics.values())


class _StopError(Exception):
    """Enough has been found."""


class Expansion:
    """One file's expansion: what has been written out so far, and what was found wrong."""

    def __init__(self, document: Document, structure: Structure, whole: Span) -> None:
        self.document = document
        self.structure = structure
        self.nodes: list[Node] = []
        self.groups: dict[Path, Group] = {}
        self.diagnostics: dict[tuple[str, str, Span | None], Diagnostic] = {}
        self._builder = Builder(document, structure.held, whole)
        self._shapes = OutputShapes(document.input)
        self._large_shapes = OutputShapes(document.input, unknown=LARGE)
        self._owners: dict[Place, str] = {}
        self._merges: dict[tuple[str, Span], Item] = {}
        self._entries = 0
        self._connections = 0
        self._reported = 0
        self._is_complete = True  # whether there is nothing so far that could not be read, and was passed over
        self._depth = 0

    def run(self, name: str) -> Graph:
        """Expand the file's layers."""
        inputs, structure = tuple(self.document.input), self.structure
        known: dict[str, Outputs] = {name: (name,) for name in inputs}
        level = Level((), structure.names, shared=False)
        scope = Scope(self.document.variables, known, level)
        outputs: Outputs = ()
        try:
            self._report(self._builder.diagnostics, scope)
            outputs = self._outputs(structure.body, structure.outputs, scope, inputs)
        except _StopError:
            pass
        places = {input_: structure.names[input_] for input_ in inputs}
        return Graph(name, self.document.input, tuple(self.nodes), outputs, self.groups, places)

    def add_body(self, body: Body, scope: Scope, inputs: Outputs) -> Outputs:
        """Add layers, each behind the one before, and return what the last one gives."""
        for item in body:
            inputs = self.add_item(item, scope, inputs)
        return inputs

    def add_item(self, item: Item, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a layer, a block or a container behind `inputs`, and return what it gives."""
        self._entries += 1
        if self._entries > MAX_LAYERS:
            self._check_size(item, (), scope)
        names = Names(scope.values, lambda: self._input_sizes(item, scope, inputs))
        there = item.condition is True or self._is_there(item, scope, names)
        if not there:
            if item.name:
                scope.known.setdefault(item.name, FAULTY if there is None else _LEFT_OUT)
            return self._pass_over() if there is None else inputs
        given = item.name and scope.level.given.get(item.name)
        if item.name and given and scope.known.get(item.name, _LEFT_OUT) != _LEFT_OUT:
            self._report([_name_given_twice(item, given)], scope)
        taken = inputs if item.inputs is None else self._find(item.inputs, scope, item)
        self._connections += len(taken)
        self._check_size(item, taken, scope)
        kind = item.entry.kind
        is_block = kind in self.document.blocks  # first of all: a block of a layer's name has been reported
        if kind in KINDS and not is_block:
            outputs = self._add_layer(item, scope, names, taken)
        elif self._depth >= MAX_NESTING:
            message = f"blocks and containers are nested more than {MAX_NESTING} levels deep"
            self._report([Diagnostic("too-deep", message, item.entry.span)], scope)
            outputs = self._pass_over()
        else:
            self._depth += 1
            add = self._add_container if kind in CONTAINERS and not is_block else self._add_block
            outputs = add(item, scope, names, taken)
            self._depth -= 1
        if item.name:
            scope.known[item.name] = outputs
        return outputs

    def add_merge(self, merge: Item | str, scope: Scope, inputs: Outputs, span: Span) -> Outputs:
        """Add a container's merging layer; where only its kind is known, it stands where the container does."""
        if isinstance(merge, str):
            merge = self._merges.setdefault((merge, span), Item(Entry(merge, SpannedMapping(), span)))
        return self.add_item(merge, scope, inputs)

    def shape_changes(self, inputs: Outputs, outputs: Outputs) -> bool:
        """Whether layers change the shape; not where it cannot be told, as behind a faulty layer."""
        if len(inputs) != len(outputs):
            return True
        for shapes in (self._shapes, self._large_shapes):
            before, after = ([shapes.of(name, self.nodes) for name in names] for names in (inputs, outputs))
            pairs = zip(before, after, strict=True)
            if not all(one is None or other is None or may_equal(one, other) for one, other in pairs):
                return True
            if not any(shape is None or None in shape for shape in (*before, *after)):
                return False
        return False

    def _input_sizes(self, item: Item, scope: Scope, inputs: Outputs) -> dict[str, Value]:
        """Return the sizes of what an item takes, or of the first of several, by the names that formulas use."""
        taken = inputs if item.inputs is None else scope.find(item.inputs[0].name) or FAULTY
        shape = self._shapes.of(taken[0], self.nodes) if taken else ()
        if shape is None:
            return dict.fromkeys(INPUT_SIZES, BROKEN)
        sizes = input_sizes(shape, self.document.data_format)
        return {name: size for name, size in sizes.items() if size is not None}

    def _add_layer(self, item: Item, scope: Scope, names: Names, inputs: Outputs) -> Outputs:
        entry, level = item.entry, scope.level
        layer, problems = self._builder.build(entry, names)
        name = level.name(item.name, entry.kind)
        full_name = level.prefix + name
        if problems:
            self._report(problems, scope)
        if isinstance(layer, Layer):
            taken = () if layer.most_inputs == 0 and item.inputs is None else inputs
            shared_with = None
            if level.shared or item.shared:
                owner = self._owners.setdefault(scope.place_of(item), full_name)
                shared_with = owner if owner != full_name else None
            path = (*level.path, name)
            self.nodes.append(Node(full_name, layer, taken, path, entry.span, scope.uses, shared_with))
        return (full_name,)

    def _add_container(self, item: Item, scope: Scope, names: Names, inputs: Outputs) -> Outputs:
        entry = item.entry
        container, problems = self._builder.build(entry, names)
        self._report(problems, scope)
        if item.name:
            scope = scope.at(self._level(item, scope, scope.level.given))
        if not isinstance(container, Container):
            return self._pass_over()
        return container.expand(self, scope, inputs, entry.span)

    def _add_block(self, item: Item, scope: Scope, names: Names, inputs: Outputs) -> Outputs:
        entry = item.entry
        definition = self.structure.blocks.get(entry.kind)
        if definition is None:
            return self._pass_over()
        values, problems = read_arguments(entry, definition, names, self.document.variables)
        self._builder.values += definition.size
        self._report(problems, scope)
        level = self._level(item, scope, definition.names)
        known: dict[str, Outputs] = {name: (given,) for name, given in zip(definition.inputs, inputs, strict=False)}
        if len(definition.inputs) != len(inputs):
            self._report([self._wrong_inputs(entry, definition, len(inputs))], scope)
            known, inputs = dict.fromkeys(definition.inputs, FAULTY), FAULTY
        uses = (Use(f"in the block `{entry.kind}`, used", entry.span), *scope.uses)
        inner = Scope(values, {}, level, uses, Scope(values, known, level), scope.place_of(item))
        if item.name:
            scope.blocks[item.name] = inner
        return self._outputs(definition.body, definition.outputs, inner, inputs)

    def _wrong_inputs(self, entry: Entry, definition: Definition, count: int) -> Diagnostic:
        """Say that a block takes more or fewer inputs than it is given."""
        takes = len(definition.inputs)
        listed = f"{takes} inputs, {enumerate_words(definition.inputs)}," if takes > 1 else "1 input,"
        message = f"`{entry.kind}` takes {listed} not {count}"
        cure = "name them, as in `inputs: [a, b]`"
        if takes == 1:
            cure = "say which, `inputs: name`; or name all in the block, `inputs: [a, b]`"
        return Diagnostic("inputs", message, entry.span, cure)

    def _level(self, item: Item, scope: Scope, given: Mapping[str, Span]) -> Level:
        """Return the level of the path that a block or a named container is."""
        outer, kind = scope.level, item.entry.kind
        name = outer.name(item.name, kind)
        path = (*outer.path, name)
        self.groups[path] = Group(kind, item.entry.span)
        level = Level(path, given, shared=outer.shared or item.shared is not None)
        if len(level.prefix) > MAX_PATH_LENGTH:
            message = f"the names of blocks in one another have more than {MAX_PATH_LENGTH:,} characters together"
            self._report([Diagnostic("too-large", message, item.entry.span)], scope)
        return level

    def _outputs(self, body: Body, references: tuple[Reference, ...] | None, scope: Scope, inputs: Outputs) -> Outputs:
        """Add a file's or a block's layers, and return its outputs: what the last layer gives, or those stated.

        A layer that its `if` leaves out is no output.
        """
        outputs = self.add_body(body, scope, inputs)
        if references is None:
            return outputs
        there = [reference for reference in references if scope.find(reference.name) != _LEFT_OUT]
        return self._find(tuple(there), scope)

    def _is_there(self, item: Item, scope: Scope, names: Names) -> bool | None:
        """Compute an item's `if`; None where that cannot be done."""
        resolved = resolve_fields({"if": item.condition}, names)
        fields, span = item.entry.fields, item.entry.span
        self._report(resolved.diagnose(lambda path, key: find(fields, path, span, key=key)), scope)
        value = resolved.values["if"]
        if isinstance(value, bool):
            return value
        if not resolved.faulty:
            cure = "compare it with something, as in `=depth > 1`"
            message = f"`if` takes true or false, and the formula gives {quote(value)}"
            self._report([Diagnostic("wrong-type", message, locate(fields, ["if"], span), cure)], scope)
        return None

    def _find(self, references: tuple[Reference, ...], scope: Scope, asking: Item | None = None) -> Outputs:
        """Return what the layers of those names give."""
        found: list[str] = []
        for reference in references:
            known = scope.find(reference.name)
            found += known or FAULTY
            if known == _LEFT_OUT or (known is None and not self._is_passed_over(reference.name, scope)):
                self._report([self._unknown(reference, scope, asking)], scope)
            if len(found) > MAX_INPUTS:
                message = f"there are more than {MAX_INPUTS:,} inputs"
                self._report([Diagnostic("too-large", message, reference.span)], scope)
        return tuple(found)

    def _unknown(self, reference: Reference, scope: Scope, asking: Item | None) -> Diagnostic:
        """Say why a name is not known, and what to write."""
        name, span = reference
        outermost = name.partition("/")[0]
        known = scope.find(outermost)
        place = None if known else scope.level.given.get(outermost)
        if asking and asking.name == name:
            message, cure = f"`{name}` takes its own output", "take that of a layer above it"
        elif known == _LEFT_OUT:
            message, cure = f"{quote(name)} was left out by its `if`", "give what takes it the same `if`"
        elif asking and place and place.start > span.start:
            message, cure = f"{quote(name)} stands further down", "a layer takes what stands above it"
        elif place:
            message = f"{quote(name)} stands in a repetition, and is not known outside it"
            cure = "take what the `repeat` gives: it can have a `name`, too"
        elif scope.level.path and name in self.structure.names:
            message = f"{quote(name)} stands outside this block, which sees its inputs alone"
            cure = "give it to the block: `inputs: […]` where it is used, and names for them in the block"
        else:
            message = f"there is no {quote(name)} above"
            inside = next((other for other in scope.visible() if other.endswith(f"/{name}")), None)
            close = f"did you mean `{inside}`?" if inside else suggest(name, scope.visible())
            cure = close or f"give a layer above it a name: {quote(f'name: {outermost}')}"
        notes = (("it stands at", place),) if place else ()
        return Diagnostic("unknown-name", message, span, cure, notes)

    def _pass_over(self) -> Outputs:
        """Return what something gives that could not be read, and has been reported."""
        self._is_complete = False
        return FAULTY

    def _is_passed_over(self, name: str, scope: Scope) -> bool:
        """Whether a name that is not known may be in what was passed over."""
        return not self._is_complete and name.partition("/")[0] in scope.level.given

    def _check_size(self, item: Item, inputs: Outputs, scope: Scope) -> None:
        """Keep the network within bounds that time and memory allow."""
        message, cure = "", None
        if self._entries > MAX_LAYERS:
            message = f"the network has more than {MAX_LAYERS:,} layers"
            cure = "look at the `times` of the repeats that this is in"
        elif len(inputs) > MAX_INPUTS:
            message = f"`{item.entry.kind}` has more than {MAX_INPUTS:,} inputs"
        elif self._connections > MAX_CONNECTIONS:
            message = f"the network's layers have more than {MAX_CONNECTIONS:,} inputs"
        elif self._builder.values > MAX_VALUES:
            message = f"the network's layers have more than {MAX_VALUES:,} values of their own"
        if message:
            self._report([Diagnostic("too-large", message, item.entry.span, cure)], scope)

    def _report(self, problems: list[Diagnostic], scope: Scope) -> None:
        """Note problems, each once however often a block is used, with where the first such use stands.

        Errors: _StopError for a network without bounds, and where enough has been found.
        """
        self._reported += len(problems)
        for problem in problems:
            key = problem.code, problem.message, problem.span
            if key not in self.diagnostics:
                notes = tuple((f"{use.what} at", use.span) for use in scope.uses)
                self.diagnostics[key] = problem._replace(notes=problem.notes + notes)
        too_large = any(problem.code == "too-large" for problem in problems)
        if too_large or len(self.diagnostics) >= MAX_FOUND or self._reported >= MAX_REPORTED:
            raise _StopError


def _name_given_twice(item: Item, first: Span) -> Diagnostic:
    place = locate(item.entry.fields, ["name"], item.entry.span)
    cure = "choose another" if item.condition is True else "choose another, or let their `if`s exclude one another"
    message, notes = f"two layers are named `{item.name}`", (("the other is at", first),)
    return Diagnostic("duplicate-name", message, place, cure, notes)
