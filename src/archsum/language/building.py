"""Entries → layers: defaults and formulas are resolved here, and the layer's class checks the rest."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from archsum.errors import MAX_FOUND, Diagnostic, Span, quote
from archsum.language.document import Document
from archsum.language.entries import Entry, read_entry, unknown_kind
from archsum.language.formulas import Resolved, resolve_fields
from archsum.language.source import Path, SpannedMapping, count_values, find, locate
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer

if TYPE_CHECKING:
    from archsum.language.validation import Locate

MAX_LAYER_VALUES = 100_000
"""The most values in one layer; a connection table has many."""

MAX_DEFAULT_VALUES = 100
"""The most values in a kind's defaults, which are checked with every layer of the kind."""

_NO_DEFAULTS = Resolved(MappingProxyType({}), frozenset(), ())


class LayerBuilder:
    """What makes a file's layers, and collects what is wrong with them."""

    def __init__(self, document: Document, whole: Span) -> None:
        self.document = document
        self.diagnostics: dict[Diagnostic, None] = {}  # each once: what an alias repeats is wrong in one place
        self._known: dict[str, Layer] = {}
        self._defaults: dict[str, Resolved] = {}
        for kind in document.defaults:
            if len(self.diagnostics) < MAX_FOUND:
                self._defaults[kind] = self._read_defaults(kind, whole)

    def build(self, entry: Entry) -> Layer | None:
        """Build the layer, or return the one that an equal entry gave: deep networks repeat themselves."""
        if count_values(entry.fields) > MAX_LAYER_VALUES:
            message = f"the layer has more than {MAX_LAYER_VALUES:,} values"
            self._report([Diagnostic("too-large", message, entry.span)])
            return None
        stated = entry.stated
        same = f"{entry.kind} {stated}"
        # What is wrong with an entry stands in its own place, so that a faulty one is read each time.
        if same not in self._known:
            layer, _, problems = self._read(entry, stated, self._defaults.get(entry.kind, _NO_DEFAULTS))
            self._report(problems)
            if layer is None:
                return None
            self._known[same] = layer
        return self._known[same]

    def _read(
        self, entry: Entry, fields: dict[str, Any], defaults: Resolved
    ) -> tuple[Layer | None, Resolved, list[Diagnostic]]:
        """Make a layer of an entry's fields and of defaults.

        Return it, None where anything is wrong; all its fields, sound and faulty; and what is wrong with the entry.
        """
        cls = layer_class(entry.kind)
        stated = resolve_fields(fields, self.document.variables, cls.late_formulas)
        values = {**defaults.values, **stated.values}
        if self.document.data_format != "channels_last" and "data_format" in cls.model_fields:
            values.setdefault("data_format", self.document.data_format)
        faulty = stated.faulty | {path for path in defaults.faulty if path[0] not in entry.fields}
        locate_in = self._locate_in(entry)
        problems = stated.diagnose(locate_in)
        problems += self._build_held(cls, entry, values)
        try:
            layer = cls.model_validate(values)
        except ValidationError as error:
            from archsum.language.validation import Subject, diagnose, errors_of

            subject = Subject(entry.kind, cls, fields, locate_in, self.document.variables)
            problems += diagnose(error, subject, faulty)
            wrong = {detail["loc"][:1] for detail in errors_of(error) if detail["loc"] and detail["type"] != "missing"}
            sound = {field: value for field, value in values.items() if (field,) not in wrong}
            return None, Resolved(sound, faulty | wrong, ()), problems
        return None if problems or faulty else layer, Resolved(values, faulty, ()), problems

    def _build_held(self, cls: type[Layer], entry: Entry, values: dict[str, Any]) -> list[Diagnostic]:
        """Build the layers that a wrapper's fields hold; a faulty one is None."""
        problems: list[Diagnostic] = []
        for field in cls.held_layers & entry.fields.keys():
            held, wrong = read_entry(entry.fields, field, entry.span)
            layer = None
            if held:
                layer, _, in_layer = self._read(held, held.fields, self._defaults.get(held.kind, _NO_DEFAULTS))
                wrong += in_layer
            problems += wrong
            values[field] = layer
        return problems

    def _read_defaults(self, kind: str, whole: Span) -> Resolved:
        """Resolve a kind's defaults, and check them by themselves: what is wrong with them is said once."""
        fields = self.document.defaults[kind]
        key, place = (locate(self.document.defaults, [kind], whole, key=is_key) for is_key in (True, False))
        if not isinstance(fields, SpannedMapping):
            found = "but it is empty" if fields is None else f"not {quote(fields)}"
            message = f"`defaults.{kind}` takes a mapping of fields, {found}"
            cure = "`defaults` has the fields of each kind, as in `{conv2d: {padding: same}}`"
            self._report([Diagnostic("wrong-type", message, place, cure)])
        elif kind not in KINDS:
            self._report([unknown_kind(kind, key)])
        elif count_values(fields) > MAX_DEFAULT_VALUES:
            message = f"`defaults.{kind}` has more than {MAX_DEFAULT_VALUES} values"
            self._report([Diagnostic("too-large", message, key, "write long lists in the layers themselves")])
        else:
            _, resolved, problems = self._read(Entry(kind, fields, key), fields, _NO_DEFAULTS)
            # What is missing, and whether fields go together, shows in the layers; both are said of the kind's place.
            self._report([problem for problem in problems if problem.span != key])
            return resolved
        return _NO_DEFAULTS

    def _locate_in(self, entry: Entry) -> "Locate":
        """Find fields in the layer's entry, or in the defaults that it took them from."""
        defaults = self.document.defaults.get(entry.kind)

        def locate_in(path: Path, key: bool) -> tuple[Span, Path]:
            stated = not path or path[0] in entry.fields
            return find(entry.fields if stated else defaults, path, entry.span, key=key)

        return locate_in

    def _report(self, problems: list[Diagnostic]) -> None:
        self.diagnostics.update(dict.fromkeys(problems))
