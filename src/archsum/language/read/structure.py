"""The layers of a file and of its blocks, read once, however often a block or a repetition uses them.

What is wrong with a block's structure is found here, even where nothing uses it; what depends on its parameters, in
`expand`.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import ValidationError

from archsum.errors import MAX_FOUND, Diagnostic, FieldError, Span, quote
from archsum.formula import is_formula, name_problem
from archsum.language.read.entries import PLACEMENT, Body, Entry, Item, Reference, Words, no_entry, read_entry
from archsum.language.read.formulas import has_formula
from archsum.language.spec.containers import CONTAINERS
from archsum.language.spec.document import DEFAULT_INPUT, Block, Document, check_layers
from archsum.language.text.reader import SpannedMapping, count_values, find, locate
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import check_name

MAX_ARGUMENT_VALUES = 100
"""The most values in what a block is given; each of its uses computes them anew."""

MAX_PATHS = 1_000
"""The most paths side by side."""

_MAX_NAMED = 10
_CONDITION = "write true, false or a formula, as in `if: =strides > 1`"

Names = dict[str, Span]
"""The names that a file or a block gives to its inputs and its layers, and where."""


class Definition(NamedTuple):
    """A block, read: its parameters and their defaults; its inputs, its outputs and its layers.

    `computed` are the parameters whose defaults have formulas, `size` is how many values all these have.
    """

    name: str
    parameters: Mapping[str, Any]
    computed: frozenset[str]
    size: int
    inputs: tuple[str, ...]
    outputs: tuple[Reference, ...] | None
    body: Body
    names: Names
    span: Span


class Structure(NamedTuple):
    """A file's layers and blocks, read, and what is wrong with them."""

    body: Body
    outputs: tuple[Reference, ...] | None
    names: Names
    blocks: Mapping[str, Definition]
    held: Mapping[tuple[int, str], Any]
    """What the fields of containers hold, by the entry's fields and the field's name."""
    diagnostics: list[Diagnostic]


def read_structure(document: Document, data: SpannedMapping, whole: Span) -> Structure:
    """Read the layers and the blocks of a file; `data` is the file's mapping, which knows the places."""
    reader = _Reader(document.blocks)
    for name in document.blocks:
        reader.read_block(document.blocks, name, locate(data, ["blocks"], whole))
        if len(reader.diagnostics) >= MAX_FOUND:
            break
    names: Names = {}
    inputs = {name: locate(data, ["input", name], whole, key=True) for name in document.input}
    body = reader.body(data, "layers", whole, names, inputs)
    outputs = reader.references(data, "outputs", whole) if document.outputs else None
    reader.refuse_cycles()
    return Structure(body, outputs, {**inputs, **names}, reader.blocks, reader.held, reader.diagnostics)


class _Reader:
    """What has been read, and what was found wrong."""

    def __init__(self, blocks: Mapping[str, Any]) -> None:
        self.words: Words = {
            **dict.fromkeys(KINDS),
            **{word: cls.list_field for word, cls in CONTAINERS.items()},
            **dict.fromkeys(blocks),
        }
        self.stated = blocks
        self.blocks: dict[str, Definition] = {}
        self.held: dict[tuple[int, str], Any] = {}
        self.diagnostics: list[Diagnostic] = []
        self._uses: dict[str, dict[str, Span]] = {}  # the blocks that each block uses
        self._block = ""  # the one that is being read
        self._labels: dict[tuple[str, str], Entry] = {}  # the first of those that share weights, by block and label

    def read_block(self, blocks: Mapping[str, Any], name: str, whole: Span) -> None:
        """Read a block's definition."""
        key = locate(blocks, [name], whole, key=True)
        value = blocks[name]
        if problem := self._block_name_problem(name):
            self._report("bad-name", f"a block cannot be named {quote(name)}", key, problem)
        if not isinstance(value, SpannedMapping):
            found = "but it is empty" if value is None else f"not {quote(value)}"
            cure = "write `layers: […]` below it, and `parameters: {…}` if it takes any"
            return self._report("wrong-type", f"`blocks.{name}` takes a mapping, {found}", key, cure)
        try:
            block = Block.model_validate(value)
        except ValidationError as error:
            from archsum.language.advice.complaints import Subject, diagnose

            subject = Subject(f"`blocks.{name}`", Block, value, lambda path, key_: find(value, path, key, key=key_))
            self.diagnostics += diagnose(error, subject)
            return None
        self._block, self._uses[name] = name, {}
        for parameter in block.parameters:
            place = locate(value, ["parameters", parameter], key, key=True)
            if problem := name_problem(parameter):
                self._report("bad-name", f"a parameter cannot be named {quote(parameter)}", place, problem)
            elif parameter in PLACEMENT:
                cure = f"`{parameter}` says of every layer and block where it stands: choose another name"
                self._report("bad-name", f"a parameter cannot be named `{parameter}`", place, cure)
        input_names = block.inputs or (DEFAULT_INPUT,)
        # Where the name is not in a list, the index leads nowhere, and the place is the name's.
        places = {given: locate(value, ("inputs", index), key) for index, given in enumerate(input_names)}
        names: Names = {}
        body = self.body(value, "layers", key, names, places)
        outputs = self.references(value, "outputs", key) if block.outputs else None
        computed = frozenset(name for name, default in block.parameters.items() if has_formula(default))
        names = {**places, **names}
        size = sum(count_values(block.parameters[parameter]) for parameter in computed)
        self.blocks[name] = Definition(name, block.parameters, computed, size, input_names, outputs, body, names, key)
        self._block = ""
        return None

    def body(
        self, fields: Any, step: int | str, whole: Span, names: Names, inputs: Names, *, empty: bool = False
    ) -> Body:
        """Read the layers in a field, or at an index of a list, and the names that the file gives them."""
        value, span = fields[step], locate(fields, [step], whole)
        try:
            layers = value if empty and value == [] else check_layers(value)
        except FieldError as error:
            field = f"`{step}`" if isinstance(step, str) else "a path"
            self._report("wrong-type", f"{field} {error}", span, error.cure)
            return (Item(no_entry(span)),)
        items: list[Item] = []
        for index in range(len(layers)):
            items.append(self.item(layers, index, whole, names, inputs))
            if len(self.diagnostics) >= MAX_FOUND:
                break
        return tuple(items)

    def item(self, items: Any, step: int | str, whole: Span, names: Names, inputs: Names) -> Item:
        """Read an entry and its place; of a container, what it holds too."""
        entry, problems = read_entry(items, step, whole, self.words)
        self.diagnostics += problems
        if entry.kind in self.stated:
            if count_values(entry.fields) > MAX_ARGUMENT_VALUES:
                message = f"the block's use has more than {MAX_ARGUMENT_VALUES:,} values"
                self._report("too-large", message, entry.span, "give long lists names under `variables`")
                return Item(no_entry(entry.span))
            if self._block:
                self._uses[self._block].setdefault(entry.kind, entry.span)
        elif entry.kind in CONTAINERS:
            self._read_held(entry, names, inputs)
        if not entry.fields.keys() & PLACEMENT:
            return Item(entry)
        return self._place(entry, names, inputs)

    def references(self, fields: SpannedMapping, field: str, whole: Span) -> tuple[Reference, ...] | None:
        """Read a name, or a list of names, of layers further up."""
        value = fields[field]
        names = value if isinstance(value, list) and value else [value]
        # Where the name is not in a list, the index leads nowhere, and the place is the name's.
        places = [locate(fields, (field, index), whole) for index in range(len(names))]
        for name, place in zip(names, places, strict=True):
            if not (name and isinstance(name, str)):
                found = f"not {quote(name)}" if name else "but it is empty"
                cure = f"write `{field}: stem`, or `{field}: [left, right]`"
                self._report("wrong-type", f"`{field}` takes a name or a list of names, {found}", place, cure)
                return None
        return tuple(map(Reference, names, places))

    def refuse_cycles(self) -> None:
        """Report blocks that use themselves, directly or through others, and take them out of use."""
        finished: set[str] = set()
        for first in self._uses:
            chain = {first: iter(self._uses[first])}  # each block uses the next
            while chain:
                user = next(reversed(chain))
                used = next(chain[user], None)
                if used is None:
                    finished.add(user)
                    del chain[user]
                elif used in chain:
                    self.blocks.pop(used, None)
                    if len(self.diagnostics) < MAX_FOUND:
                        names = list(chain)
                        self._report_cycle([*names[names.index(used) :], used])
                elif used in self._uses and used not in finished:
                    chain[used] = iter(self._uses[used])

    def _report_cycle(self, cycle: list[str]) -> None:
        *_, last, first = cycle
        notes = tuple((f"`{user}` uses `{used}` at", self._uses[user][used]) for user, used in pairwise(cycle[:-1]))
        shown = cycle if len(cycle) <= _MAX_NAMED else [*cycle[: _MAX_NAMED - 2], "…", last, first]
        message = f"the block `{first}` uses itself: {' → '.join(shown)}"
        cure = "a network has an end: `repeat` says how many times"
        self.diagnostics.append(Diagnostic("recursion", message, self._uses[last][first], cure, notes))

    def _block_name_problem(self, name: str) -> str | None:
        if name in KINDS or name in CONTAINERS:
            return f"`{name}` is a word of the language: choose another"
        try:
            check_name(name)
        except FieldError as error:
            return error.cure
        return None

    def _read_held(self, entry: Entry, names: Names, inputs: Names) -> None:
        """Read the layers in a container's fields."""
        fields, span = entry.fields, entry.span
        for field, holding in CONTAINERS[entry.kind].layer_fields.items():
            if field not in fields:
                continue
            held: Any
            match holding:
                case "layer":
                    held = self._merge(fields, field, span, names, inputs)
                case "layers":
                    held = self.body(fields, field, span, names, inputs, empty=field == "shortcut")
                case "paths":
                    held = self._paths(fields, field, span, names, inputs)
            self.held[id(fields), field] = held

    def _merge(self, fields: SpannedMapping, field: str, whole: Span, names: Names, inputs: Names) -> Item:
        """Read what merges a container's outputs. A block can do so, and a layer that takes several inputs."""
        item = self.item(fields, field, whole, names, inputs)
        most = layer_class(item.entry.kind).most_inputs if item.entry.kind in KINDS else None
        if most is None or most > 1:
            return item
        message = f"`{field}` takes a layer that merges several inputs, and `{item.entry.kind}` does not"
        self._report("bad-value", message, item.entry.span, "write `add`, `multiply`, `concatenate` or the like")
        return Item(no_entry(item.entry.span))

    def _paths(self, fields: SpannedMapping, field: str, whole: Span, names: Names, inputs: Names) -> tuple[Body, ...]:
        paths, span = fields[field], locate(fields, [field], whole)
        if not isinstance(paths, list) or not paths:
            found = "but it is empty" if not paths else f"not {quote(paths)}"
            cure = "each path is a list of layers, as in `[[relu], [flatten, dense: {units: 8}]]`"
            self._report("wrong-type", f"`{field}` takes a list of paths, {found}", span, cure)
            return ((Item(no_entry(span)),),)
        if len(paths) > MAX_PATHS:
            self._report("too-large", f"`{field}` has more than {MAX_PATHS:,} paths", span, None)
            return ((Item(no_entry(span)),),)
        bodies: list[Body] = []
        are_layers = False
        for index, path in enumerate(paths):
            if isinstance(path, str | dict):
                if not are_layers:  # where one is, most likely all of them are
                    cure = "write each in [ ] of its own, as in `[[relu], []]`, or begin it with `- - `"
                    place = locate(paths, [index], span)
                    self._report("wrong-type", "a path is a list of layers, not a layer", place, cure)
                are_layers = True
                layer = self.item(paths, index, span, names, inputs)
                bodies.append((layer, Item(no_entry(layer.entry.span))))
            else:
                bodies.append(self.body(paths, index, span, names, inputs, empty=True))
        return tuple(bodies)

    def _place(self, entry: Entry, names: Names, inputs: Names) -> Item:
        """Read where an entry stands."""
        fields, span = entry.fields, entry.span
        references = self.references(fields, "inputs", span) if "inputs" in fields else None
        shared = self._label(entry) if "shared" in fields else None
        condition = fields.get("if", True)
        if not isinstance(condition, bool) and not is_formula(condition):
            found = "but it is empty" if condition is None else f"not {quote(condition)}"
            is_text = isinstance(condition, str) and " " in condition
            cure = f"a formula begins with `=`: {quote(f'={condition}')}" if is_text else _CONDITION
            self._report("wrong-type", f"`if` takes true or false, {found}", locate(fields, ["if"], span), cure)
            condition = True
        name = self._name(fields, "name", span) if "name" in fields else None
        place = locate(fields, ["name"], span)
        if name in inputs:
            self._report("duplicate-name", f"`{name}` is the name of an input", place, "choose another")
            name = None
        elif name:
            names.setdefault(name, place)
        return Item(entry, name, references, shared, condition)

    def _label(self, entry: Entry) -> str | None:
        """Read the label of those that share weights; all of them are of one kind."""
        label, place = self._name(entry.fields, "shared", entry.span), locate(entry.fields, ["shared"], entry.span)
        if label is None:
            return None
        first = self._labels.setdefault((self._block, label), entry)
        if entry.kind in CONTAINERS and entry.kind not in self.stated:
            cure = "give it to the layers in it, or put them into a block"
            self._report("bad-value", f"`{entry.kind}` has no weights to share", place, cure)
        elif first.kind != entry.kind:
            message = f"`{entry.kind}` cannot share the weights of `{first.kind}`"
            notes = ((f"`{label}` stands for those of `{first.kind}` at", first.span),)
            self.diagnostics.append(Diagnostic("bad-value", message, place, "give it another label", notes))
            return None
        return label

    def _name(self, fields: SpannedMapping, field: str, whole: Span) -> str | None:
        """Return a name as the file gives it, if it is one."""
        try:
            name: str = check_name(fields[field])
        except FieldError as error:
            self._report("bad-name", f"`{field}` {error}", locate(fields, [field], whole), error.cure)
            return None
        return name

    def _report(self, code: str, message: str, span: Span, cure: str | None) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, cure))
