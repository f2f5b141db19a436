"""Entries → layers and containers: defaults and formulas are resolved here, and the layer's class checks the rest."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from archsum.bounds import (
    CHARACTERS_PER_STEP,
    MAX_COMPARED_CHARACTERS,
    MAX_COMPARED_ITEMS,
    MAX_DEFAULT_VALUES,
    MAX_FOUND,
    MAX_LAYER_VALUES,
)
from archsum.errors import Diagnostic, quote
from archsum.formula import Value
from archsum.language.read.entries import fields_of, read_entry, unknown_kind
from archsum.language.read.formulas import Resolved, names_in, resolve_fields, steps_of
from archsum.language.spec.containers import CONTAINERS, Container, container_class
from archsum.language.spec.document import Document
from archsum.language.spec.items import PLACEMENT, Entry
from archsum.language.text.places import Places, SpannedMapping, count_values
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer
from archsum.recent import Recent
from archsum.work import Work

_NO_DEFAULTS = Resolved(MappingProxyType({}))

_STEPS_TO_BUILD = 20
"""What it takes to check the fields of any layer."""

Built = tuple[BaseModel | None, list[Diagnostic]]
"""A layer or a container, None where anything is wrong with it, and what that is."""


class Builder:
    """Makes a file's layers and containers of their entries, with the same defaults."""

    def __init__(self, document: Document, defaults: Places) -> None:
        self.diagnostics: list[Diagnostic] = []
        """What is wrong with the defaults."""
        self._document = document
        self._built = Recent[Hashable, Built]()
        self._keys: dict[Entry, tuple[Hashable, tuple[str, ...], int]] = {}
        self._default_fields: dict[str, SpannedMapping] = {}
        self._defaults: dict[str, Resolved] = {}
        for kind in document.defaults:
            if len(self.diagnostics) < MAX_FOUND:
                self._defaults[kind] = self._read_defaults(kind, defaults)

    @property
    def size(self) -> int:
        """How many layers have been made, or asked for, lately."""
        return self._built.size

    def forget(self) -> None:
        """Forget the layers that have not been asked for since this was called before."""
        self._built.forget()

    def build(
        self,
        entry: Entry,
        names: Mapping[str, Value],
        work: Work,
        *,
        is_frozen: bool = False,
        wrappers: tuple[str, ...] = (),
    ) -> Built:
        """Build the layer, or return the one that an equal entry gave: deep networks repeat themselves.

        `names` are what formulas know; `is_frozen` is whether a block or a container around the layer freezes it;
        `wrappers` are the kinds that are put around it, the outermost first.
        """
        key = self._key(entry, names, work)
        if (is_frozen or wrappers) and key is not None:
            key = is_frozen, wrappers, key
        built = self._built.find(key)
        stored = key if built else (key, entry.span)  # what is wrong with an entry has a place of its own
        built = built or self._built.find(stored)
        is_new = stored not in work.counted
        if is_new:
            work.spend("values", _STEPS_TO_BUILD + 2 * self._keys[entry][2])
        if built is None:
            model, problems = self._build(entry, names)
            if isinstance(model, Layer):
                for kind in reversed(wrappers):
                    model = _around(kind, model)
                if is_frozen:
                    model = model.model_copy(update={"trainable": False})
            built = model, problems
            stored = (key, entry.span) if problems else key
            if key is not None:
                self._built[stored] = built
        if is_new:
            if wrappers and built[0]:
                work.spend("values", _STEPS_TO_BUILD * len(wrappers))
            if key is not None:
                work.counted.add(stored)
        return built

    def _build(self, entry: Entry, names: Mapping[str, Value]) -> Built:
        steps = self._keys[entry][2]
        if steps > MAX_LAYER_VALUES and count_values(entry.stated) > MAX_LAYER_VALUES:
            message = f"the layer has more than {MAX_LAYER_VALUES:,} values"
            return None, [Diagnostic("too-large", message, entry.span, "check its lists for a slip")]
        model, _, problems = self._read(entry, names, is_placed=True)
        return model, problems

    def _key(self, entry: Entry, names: Mapping[str, Value], work: Work) -> Hashable:
        """Return what tells an entry's layer from others: its text, and the values that its formulas name."""
        if entry not in self._keys:
            stated = entry.stated
            text = f"{entry.kind} {stated}"
            used = names_in(stated) if "=" in text else ()
            self._keys[entry] = entry if entry.is_container else text, used, steps_of(stated)
        key, used, _ = self._keys[entry]
        if not used:
            return key
        values = [names.get(name) for name in used]
        if not all(map(is_small, values)):
            work.spend("values", 2 * count_values(values))
            return None
        written = repr(values)
        work.spend("values", len(used) + len(written) // CHARACTERS_PER_STEP)
        return key, written

    def _read(
        self, entry: Entry, names: Mapping[str, Value], *, is_placed: bool = False, is_complete: bool = True
    ) -> tuple[Layer | Container | None, Resolved, list[Diagnostic]]:
        """Make a layer, or a container, of an entry's fields and of defaults.

        The entry has a place in the network, or is inside another; and it has all its fields, or is defaults itself.
        Return what was made, None where anything is wrong; all fields, sound and faulty; and what is wrong.
        """
        cls = container_class(entry.kind) if entry.is_container else layer_class(entry.kind)
        defaults = self._defaults.get(entry.kind, _NO_DEFAULTS)
        if entry.is_container:
            # Around several layers it is not the default layer that it is put around.
            defaults = Resolved(
                {field: value for field, value in defaults.values.items() if field not in cls.layer_fields}
            )
        fields, others = (entry.stated, PLACEMENT) if is_placed else (entry.fields, ())
        own = {field: value for field, value in fields.items() if field not in cls.layer_fields}
        stated = resolve_fields(own, names, cls.deferred_fields)
        held, problems = ({**entry.held}, []) if entry.held is not None else self._read_held(cls, entry, names)
        values = {**defaults.values, **stated.values, **held}
        if self._document.data_format != "channels_last" and "data_format" in cls.model_fields:
            values.setdefault("data_format", self._document.data_format)
        faulty = stated.faulty | {loc for loc in defaults.faulty if loc[0] not in entry.fields}
        faulty |= {(field,) for field in held if held[field] is None}
        if stated.errors:
            problems += stated.diagnose(entry.places)
        try:
            model = cls.model_validate(values)
        except ValidationError as error:
            # Most defaults miss a field, and the words for what is wrong take as long to import as a network to read.
            if not is_complete and all(detail["type"] == "missing" for detail in error.errors(include_url=False)):
                return None, Resolved(values, faulty), problems
            from archsum.language.advice.complaints import Subject, diagnose, errors_of

            words = (*KINDS, *CONTAINERS, *self._document.blocks) if cls.layer_fields else ()
            subject = Subject(entry.kind, cls, fields, self._places(entry), names, others, words)
            problems += diagnose(error, subject, faulty)
            wrong = {detail["loc"][:1] for detail in errors_of(error) if detail["loc"] and detail["type"] != "missing"}
            sound = {field: value for field, value in values.items() if (field,) not in wrong}
            return None, Resolved(sound, faulty | wrong), problems
        return None if problems or faulty else model, Resolved(values, faulty), problems

    def _read_held(
        self, cls: type[Layer | Container], entry: Entry, names: Mapping[str, Value]
    ) -> tuple[Mapping[str, Any], list[Diagnostic]]:
        """Build what the fields of a wrapper hold; those of a container were read before."""
        held: dict[str, Any] = {}
        problems: list[Diagnostic] = []
        for field in cls.layer_fields:
            if field not in entry.fields:
                continue
            inner, wrong = read_entry(entry.places, field, KINDS)
            if wrong and isinstance(entry.fields[field], list):
                from archsum.language.advice.held import in_field, layers_at

                layers = layers_at(entry.places, field, KINDS)
                written = in_field(entry.kind, cls, layers) if layers else None
                wrong = [problem._replace(cure=f"write `{written}`") if written else problem for problem in wrong]
            if word := self._word_of_layers(inner.kind):
                message = f"`{field}` takes a kind of layer, and `{inner.kind}` is a {word}"
                cure = f"put `{entry.kind}` around each of its layers, in the {word}"
                wrong = [Diagnostic("bad-value", message, inner.span, cure)]
            problems += wrong
            held[field] = None
            if inner.kind in KINDS:
                held[field], _, wrong = self._read(inner, names)
                problems += wrong
        return held, problems

    def _read_defaults(self, kind: str, defaults: Places) -> Resolved:
        """Resolve a kind's defaults, and check them by themselves: what is wrong with them is said once."""
        fields, key = fields_of(kind, defaults, kind), defaults.key(kind)
        if fields is None:
            stated = defaults.data[kind]
            found = "but it is empty" if stated is None else f"not {quote(stated)}"
            message = f"`defaults.{kind}` takes a mapping of fields, {found}"
            cure = "`defaults` has the fields of each kind, as in `{conv2d: {padding: same}}`"
            self.diagnostics.append(Diagnostic("wrong-type", message, defaults.value(kind), cure))
        elif word := self._word_of_layers(kind):
            message = f"`defaults` are of kinds of layer, and `{kind}` is a {word}"
            cure = "give its `parameters` defaults" if word == "block" else "say it where each of them is"
            self.diagnostics.append(Diagnostic("bad-value", message, key, cure))
        elif kind not in KINDS:
            self.diagnostics.append(unknown_kind(kind, key, KINDS))
        elif count_values(fields) > MAX_DEFAULT_VALUES:
            message = f"`defaults.{kind}` has more than {MAX_DEFAULT_VALUES} values"
            cure = "write long lists in the layers themselves"
            self.diagnostics.append(Diagnostic("too-large", message, key, cure))
        else:
            self._default_fields[kind] = fields
            entry = Entry(kind, fields, key)
            _, resolved, problems = self._read(entry, self._document.variables, is_complete=False)
            # What is missing, and whether fields go together, shows in the layers; both are said of the kind's place.
            self.diagnostics += [problem for problem in problems if problem.span != key]
            return resolved
        return _NO_DEFAULTS

    def _word_of_layers(self, kind: str) -> str | None:
        """Return the word for what holds layers and is no layer itself."""
        if kind in KINDS:
            return None
        return "container" if kind in CONTAINERS else "block" if kind in self._document.blocks else None

    def _places(self, entry: Entry) -> Places:
        """Return where a layer's fields are: in its entry, or in the defaults that it took them from."""
        together = SpannedMapping()
        for fields in (self._default_fields.get(entry.kind, SpannedMapping()), entry.fields):
            together.update(fields)
            together.marks.update(fields.marks)
        return Places(together, entry.span)


def _around(kind: str, layer: Layer) -> Layer:
    """Put a layer that holds one other around a layer: whether that is frozen, it says in its place."""
    held = layer if layer.trainable else layer.model_copy(update={"trainable": True})
    return layer_class(kind).model_validate({"layer": held, "trainable": layer.trainable})


def is_small(value: Value) -> bool:
    """Whether a value can be compared at each use of a block."""
    match value:
        case str():
            return len(value) <= MAX_COMPARED_CHARACTERS
        case list():
            items_are_small = (not isinstance(item, list) and is_small(item) for item in value)
            return len(value) <= MAX_COMPARED_ITEMS and all(items_are_small)
        case dict():
            return False
    return True
