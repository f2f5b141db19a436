"""The layers in the list of a file, a block or a container, and what each says of its place in the network."""

from collections.abc import Collection
from typing import Any

from archsum.bounds import CHARACTERS_PER_STEP, MAX_ARGUMENT_VALUES, MAX_FOUND, MAX_PATHS
from archsum.errors import Diagnostic, FieldError, Span, quote
from archsum.formula import is_formula
from archsum.language.read.entries import read_entry
from archsum.language.read.formulas import steps_of
from archsum.language.read.labels import NOTHING, Labels
from archsum.language.spec.containers import AROUND_SEVERAL, CONTAINERS, container_class
from archsum.language.spec.document import check_layers
from archsum.language.spec.items import PLACEMENT, Body, Entry, Item, Reference, no_entry
from archsum.language.text.places import Places, SpannedMapping, count_values
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import check_name

_CONDITION = "write true, false or a formula, as in `if: =strides > 1`"

NamePlaces = dict[str, Span]
"""The names that a file or a block gives to its inputs or its layers, and where."""


class BodyReader:
    """Reads the layers of a file, or of one block: what has been read, and what was found wrong."""

    def __init__(
        self, words: Collection[str], blocks: Collection[str], inputs: NamePlaces, diagnostics: list[Diagnostic]
    ) -> None:
        self.names: NamePlaces = {}
        """The names of layers."""
        self.uses: dict[str, Span] = {}
        """The blocks that are used, and where first."""
        self.diagnostics = diagnostics
        self._words = words
        self._blocks = blocks
        self._inputs = inputs
        self.labels = Labels(blocks, diagnostics)
        self._repeats = 0
        """How many repeats are around."""

    def body(self, fields: Places, step: int | str, *, may_be_empty: bool = False) -> Body:
        """Read the layers in a field, or at an index of a list."""
        value, span = fields.data[step], fields.value(step)
        try:
            layers = value if may_be_empty and value == [] else check_layers(value)
        except FieldError as error:
            field = f"`{step}`" if isinstance(step, str) else "a path"
            self._report("wrong-type", f"{field} {error}", span, self._as_layers(fields, step) or error.cure)
            return (Item(no_entry(span)),)
        places = Places(layers, fields.whole)
        items: list[Item] = []
        for index in range(len(layers)):
            items.append(self._item(places, index))
            if len(self.diagnostics) >= MAX_FOUND:
                break
        return tuple(items)

    def references(self, fields: Places, field: str) -> tuple[Reference, ...] | None:
        """Read a name, or a list of names, of layers further up."""
        value = fields.data[field]
        names = value if isinstance(value, list) and value else [value]
        # Where the name is not in a list, the index leads nowhere, and the place is the name's.
        places = [fields.value(field, index) for index in range(len(names))]
        for name, place in zip(names, places, strict=True):
            if not (name and isinstance(name, str)):
                found = f"not {quote(name)}" if name else "but it is empty"
                cure = f"write `{field}: stem`, or `{field}: [left, right]`"
                self._report("wrong-type", f"`{field}` takes a name or a list of names, {found}", place, cure)
                return None
        return tuple(map(Reference, names, places))

    def _item(self, items: Places, step: int | str) -> Item:
        """Read an entry and its place; of a container, what it holds too."""
        entry, problems = read_entry(items, step, self._words)
        if problems:
            from archsum.language.advice.names import with_names

            problems = with_names(problems, entry.kind, (*self.names, *self._inputs))
        self.diagnostics += problems
        if entry.kind in self._blocks:
            entry.steps = steps_of(entry.fields)
            if entry.steps > MAX_ARGUMENT_VALUES and count_values(entry.fields) > MAX_ARGUMENT_VALUES:
                message = f"the block's use has more than {MAX_ARGUMENT_VALUES:,} values"
                self._report("too-large", message, entry.span, "give long lists names under `variables`")
                return Item(no_entry(entry.span))
            self.uses.setdefault(entry.kind, entry.span)
        elif entry.kind in CONTAINERS or self._is_around_several(entry):
            entry.held = self._held(entry)
        if not entry.fields.keys() & PLACEMENT:
            return Item(entry)
        return self._placed(entry)

    def _is_around_several(self, entry: Entry) -> bool:
        """Whether what is a kind of layer around one other is around several: a list, a block or a container."""
        if entry.kind not in AROUND_SEVERAL or "layers" in entry.fields:
            return entry.kind in AROUND_SEVERAL
        if "layer" not in entry.fields:
            return False
        inner, _ = read_entry(entry.places, "layer", self._words)
        return inner.kind in self._blocks or inner.kind in CONTAINERS or self._is_around_several(inner)

    def _held(self, entry: Entry) -> dict[str, Any]:
        """Read what a container holds, and where it does not say what merges its outputs, the layer that does."""
        cls, fields = container_class(entry.kind), entry.places
        held: dict[str, Any] = {}
        self._repeats += cls.repeats
        for field, holding in cls.layer_fields.items():
            if field not in entry.fields:
                if holding == "merge":
                    held[field] = Item(Entry(cls.model_fields[field].default, SpannedMapping(), entry.span))
                continue
            match holding:
                case "merge":
                    held[field] = self._merge(fields, field)
                case "layer":
                    held[field] = self._item(fields, field)
                case "layers":
                    held[field] = self.body(fields, field, may_be_empty=field == "shortcut")
                case "paths":
                    held[field] = self._paths(fields, field)
                case "names":
                    held[field] = self.references(fields, field)
        self._repeats -= cls.repeats
        return held

    def _as_layers(self, fields: Places, step: int | str) -> str | None:
        """Return how layers are written of which there is one, or the name of one, and no list."""
        from archsum.language.advice.held import layers_at

        value = fields.data[step]
        if isinstance(value, str) and (value in self.names or value in self._inputs):
            return f"it is the name of a layer above: write `[identity: {{inputs: {value}}}]`"
        layers = layers_at(fields, step, self._words)
        return f"a list has them in [ ]: write `[{', '.join(layers)}]`" if layers else None

    def _merge(self, fields: Places, field: str) -> Item:
        """Read what merges a container's outputs. A block can do so, and a layer that takes several inputs."""
        before = len(self.diagnostics)
        item = self._item(fields, field)
        if self.diagnostics[before:]:
            from archsum.language.advice.spelling import with_merging

            self.diagnostics[before:] = with_merging(self.diagnostics[before:], item.entry.kind, fields.data[field])
        most = layer_class(item.entry.kind).most_inputs if item.entry.kind in KINDS else None
        if most is None or most > 1:
            return item
        message = f"`{field}` takes a layer that merges several inputs, and `{item.entry.kind}` does not"
        self._report("bad-value", message, item.entry.span, "write `add`, `multiply`, `concatenate` or the like")
        return Item(no_entry(item.entry.span))

    def _paths(self, fields: Places, field: str) -> tuple[Body, ...]:
        paths = fields.at(field)
        if not isinstance(paths.data, list) or not paths.data:
            found = "but it is empty" if not paths.data else f"not {quote(paths.data)}"
            cure = "each path is a list of layers, as in `[[relu], [flatten, dense: {units: 8}]]`"
            if isinstance(paths.data, dict):
                cure = f"{cure}; a path has no name, and its layers can have one"
            self._report("wrong-type", f"`{field}` takes a list of paths, {found}", paths.whole, cure)
            return ((Item(no_entry(paths.whole)),),)
        if len(paths.data) > MAX_PATHS:
            cure = "merge some of them in a branch of their own"
            self._report("too-large", f"`{field}` has more than {MAX_PATHS:,} paths", paths.whole, cure)
            return ((Item(no_entry(paths.whole)),),)
        bodies: list[Body] = []
        are_layers = False
        for index, path in enumerate(paths.data):
            if isinstance(path, str | dict):
                if not are_layers:  # where one is, most likely all of them are
                    cure = "write each in [ ] of its own, as in `[[relu], []]`, or begin it with `- - `"
                    self._report("wrong-type", "a path is a list of layers, not a layer", paths.value(index), cure)
                are_layers = True
                layer = self._item(paths, index)
                bodies.append((layer, Item(no_entry(layer.entry.span))))
            else:
                bodies.append(self.body(paths, index, may_be_empty=True))
        return tuple(bodies)

    def _placed(self, entry: Entry) -> Item:
        """Read an entry's place: what it takes, its name, and whether it is there."""
        fields, places = entry.fields, entry.places
        inputs = self.references(places, "inputs") if "inputs" in fields else None
        entry.steps += sum(len(reference.name) for reference in inputs or ()) // CHARACTERS_PER_STEP
        shared = self.labels.read(entry, is_repeated=self._repeats > 0) if "shared" in fields else NOTHING
        condition = fields.get("if", True)
        if not isinstance(condition, bool) and not is_formula(condition):
            found = "but it is empty" if condition is None else f"not {quote(condition)}"
            is_text = isinstance(condition, str) and " " in condition
            from archsum.language.advice.spelling import suggest_boolean

            cure = f"a formula begins with `=`: {quote(f'={condition}')}" if is_text else _CONDITION
            cure = suggest_boolean(condition) or cure
            self._report("wrong-type", f"`if` takes true or false, {found}", places.value("if"), cure)
            condition = True
        elif is_formula(condition) and entry.kind not in self._blocks:  # whose steps are known
            entry.steps += steps_of(condition)
        name = self._name(places, "name") if "name" in fields else None
        if name in self._inputs:
            self._report("duplicate-name", f"`{name}` is the name of an input", places.value("name"), "choose another")
            name = None
        elif name:
            self.names.setdefault(name, places.value("name"))
        return Item(entry, name, inputs, shared.label, shared.weights, condition)

    def _name(self, fields: Places, field: str) -> str | None:
        """Return a name as the file gives it, if it is one."""
        try:
            name: str = check_name(fields.data[field])
        except FieldError as error:
            self._report("bad-name", f"`{field}` {error}", fields.value(field), error.cure)
            return None
        return name

    def _report(self, code: str, message: str, span: Span, cure: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, cure))
