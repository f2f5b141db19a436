"""Entries → layers and containers: defaults and formulas are resolved here, and the layer's class checks the rest."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from archsum.errors import MAX_FOUND, Diagnostic, Span, quote
from archsum.formula import Value
from archsum.language.read.entries import LAYER_WORDS, PLACEMENT, Entry, read_entry, unknown_kind
from archsum.language.read.formulas import Resolved, names_in, resolve_fields
from archsum.language.spec.containers import CONTAINERS, Container, class_of
from archsum.language.spec.document import Document
from archsum.language.text.reader import Path, SpannedMapping, count_values, find, locate
from archsum.layers import KINDS
from archsum.layers.base import Layer

if TYPE_CHECKING:
    from archsum.language.advice.complaints import Locate

MAX_LAYER_VALUES = 100_000
"""The most values in one layer; a connection table has many."""

MAX_DEFAULT_VALUES = 100
"""The most values in a kind's defaults, which are checked with every layer of the kind."""

MAX_COMPARED_ITEMS = 64
"""The most items of a list by which the layers that formulas make of it are told apart."""

MAX_COMPARED_CHARACTERS = 100
"""The most characters of a text, likewise."""

_NO_DEFAULTS = Resolved(MappingProxyType({}), frozenset(), ())

Built = tuple[BaseModel | None, list[Diagnostic]]


class Builder:
    """What makes a file's layers and containers of their entries."""

    def __init__(self, document: Document, held: Mapping[tuple[int, str], Any], whole: Span) -> None:
        self.document = document
        self.diagnostics: list[Diagnostic] = []
        """What is wrong with the defaults."""
        self._held = held
        self.values = 0
        """How many values there are in all that was built."""
        self._built: dict[Hashable, Built] = {}
        self._keys: dict[int, tuple[Entry, str, tuple[str, ...]]] = {}  # the entry, so that no other gets its id
        self._defaults: dict[str, Resolved] = {}
        for kind in document.defaults:
            if len(self.diagnostics) < MAX_FOUND:
                self._defaults[kind] = self._read_defaults(kind, whole)

    def build(self, entry: Entry, names: Mapping[str, Value]) -> Built:
        """Build the layer, or return the one that an equal entry gave: deep networks repeat themselves.

        `names` are what formulas know. What is wrong with the entry comes with it.
        """
        key = self._key(entry, names)
        # What is wrong with an entry stands in its own place.
        built = self._built.get(key) or self._built.get((key, entry.span))
        if built is None:
            built = self._build(entry, names)
            if key is not None:
                self._built[(key, entry.span) if built[1] else key] = built
        return built

    def _build(self, entry: Entry, names: Mapping[str, Value]) -> Built:
        stated = self._stated(entry)
        count = count_values(stated)
        self.values += count
        if count > MAX_LAYER_VALUES:
            message = f"the layer has more than {MAX_LAYER_VALUES:,} values"
            return None, [Diagnostic("too-large", message, entry.span)]
        defaults = self._defaults.get(entry.kind, _NO_DEFAULTS)
        model, _, problems = self._read(entry, stated, defaults, names, PLACEMENT)
        return model, problems

    def _key(self, entry: Entry, names: Mapping[str, Value]) -> Hashable:
        """Return what tells an entry's layer from others: its text, and the values that its formulas name."""
        if id(entry) not in self._keys:
            stated = self._stated(entry)
            text = f"{entry.kind} {id(entry.fields) if entry.kind in CONTAINERS else ''} {stated}"
            self._keys[id(entry)] = entry, text, names_in(stated) if "=" in text else ()
        _, text, used = self._keys[id(entry)]
        if not used:
            return text
        values = [names.get(name) for name in used]
        return (text, repr(values)) if all(map(_is_small, values)) else None

    def _stated(self, entry: Entry) -> dict[str, Any]:
        """Return an entry's own fields, but for those that hold a container's layers, which can be a whole network."""
        held = CONTAINERS[entry.kind].layer_fields if entry.kind in CONTAINERS else ()
        return {field: value for field, value in entry.stated.items() if field not in held}

    def _read(
        self,
        entry: Entry,
        fields: dict[str, Any],
        defaults: Resolved,
        names: Mapping[str, Value],
        others: tuple[str, ...] = (),
        *,
        complete: bool = True,
    ) -> tuple[Layer | Container | None, Resolved, list[Diagnostic]]:
        """Make a layer, or a container, of an entry's fields and of defaults; `complete` says that all should be there.

        Return it, None where anything is wrong; all its fields, sound and faulty; and what is wrong with the entry.
        """
        cls = class_of(entry.kind)
        own = {field: value for field, value in fields.items() if field not in cls.layer_fields}
        stated = resolve_fields(own, names, cls.deferred_fields)
        held, problems = self._read_held(cls, entry, names)
        values = {**defaults.values, **stated.values, **held}
        if self.document.data_format != "channels_last" and "data_format" in cls.model_fields:
            values.setdefault("data_format", self.document.data_format)
        faulty = stated.faulty | {path for path in defaults.faulty if path[0] not in entry.fields}
        faulty |= {(field,) for field in held if held[field] is None}
        locate_in = self._locate_in(entry)
        problems += stated.diagnose(locate_in)
        try:
            model = cls.model_validate(values)
        except ValidationError as error:
            # Most defaults miss a field, and the words for what is wrong take as long to import as a network to read.
            if not complete and all(detail["type"] == "missing" for detail in error.errors(include_url=False)):
                return None, Resolved(values, faulty, ()), problems
            from archsum.language.advice.complaints import Subject, diagnose, errors_of

            problems += diagnose(error, Subject(entry.kind, cls, fields, locate_in, names, others), faulty)
            wrong = {detail["loc"][:1] for detail in errors_of(error) if detail["loc"] and detail["type"] != "missing"}
            sound = {field: value for field, value in values.items() if (field,) not in wrong}
            return None, Resolved(sound, faulty | wrong, ()), problems
        return None if problems or faulty else model, Resolved(values, faulty, ()), problems

    def _read_held(
        self, cls: type[Layer | Container], entry: Entry, names: Mapping[str, Value]
    ) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return what the fields hold that hold layers: a container's were read before, a wrapper's are built here."""
        fields = [field for field in cls.layer_fields if field in entry.fields]
        if issubclass(cls, Container):
            return {field: self._held[id(entry.fields), field] for field in fields}, []
        held: dict[str, Any] = dict.fromkeys(fields)
        problems: list[Diagnostic] = []
        for field in fields:
            inner, wrong = read_entry(entry.fields, field, entry.span, LAYER_WORDS)
            if word := self._word_of_layers(inner.kind):
                message = f"`{field}` takes a kind of layer, and `{inner.kind}` is a {word}"
                cure = f"put `{entry.kind}` around each of its layers, in the {word}"
                wrong = [Diagnostic("bad-value", message, inner.span, cure)]
            problems += wrong
            if inner.kind in KINDS:
                defaults = self._defaults.get(inner.kind, _NO_DEFAULTS)
                held[field], _, wrong = self._read(inner, inner.fields, defaults, names)
                problems += wrong
        return held, problems

    def _read_defaults(self, kind: str, whole: Span) -> Resolved:
        """Resolve a kind's defaults, and check them by themselves: what is wrong with them is said once."""
        fields = self.document.defaults[kind]
        key, place = (locate(self.document.defaults, [kind], whole, key=is_key) for is_key in (True, False))
        if not isinstance(fields, SpannedMapping):
            found = "but it is empty" if fields is None else f"not {quote(fields)}"
            message = f"`defaults.{kind}` takes a mapping of fields, {found}"
            cure = "`defaults` has the fields of each kind, as in `{conv2d: {padding: same}}`"
            self.diagnostics.append(Diagnostic("wrong-type", message, place, cure))
        elif word := self._word_of_layers(kind):
            message = f"`defaults` are of kinds of layer, and `{kind}` is a {word}"
            cure = "give its `parameters` defaults" if word == "block" else "say it where each of them stands"
            self.diagnostics.append(Diagnostic("bad-value", message, key, cure))
        elif kind not in KINDS:
            self.diagnostics.append(unknown_kind(kind, key, KINDS))
        elif count_values(fields) > MAX_DEFAULT_VALUES:
            message = f"`defaults.{kind}` has more than {MAX_DEFAULT_VALUES} values"
            cure = "write long lists in the layers themselves"
            self.diagnostics.append(Diagnostic("too-large", message, key, cure))
        else:
            names = self.document.variables
            _, resolved, problems = self._read(Entry(kind, fields, key), fields, _NO_DEFAULTS, names, complete=False)
            # What is missing, and whether fields go together, shows in the layers; both are said of the kind's place.
            self.diagnostics += [problem for problem in problems if problem.span != key]
            return resolved
        return _NO_DEFAULTS

    def _word_of_layers(self, kind: str) -> str | None:
        """Say what holds layers and is no layer itself."""
        if kind in KINDS:
            return None
        return "container" if kind in CONTAINERS else "block" if kind in self.document.blocks else None

    def _locate_in(self, entry: Entry) -> "Locate":
        """Find fields in the layer's entry, or in the defaults that it took them from."""
        defaults = self.document.defaults.get(entry.kind)

        def locate_in(path: Path, key: bool) -> tuple[Span, Path]:
            stated = not path or path[0] in entry.fields
            return find(entry.fields if stated else defaults, path, entry.span, key=key)

        return locate_in


def _is_small(value: Value) -> bool:
    """Whether a value can be compared at each use of a block."""
    match value:
        case str():
            return len(value) <= MAX_COMPARED_CHARACTERS
        case list():
            items_are_small = (not isinstance(item, list) and _is_small(item) for item in value)
            return len(value) <= MAX_COMPARED_ITEMS and all(items_are_small)
        case dict():
            return False
    return True
