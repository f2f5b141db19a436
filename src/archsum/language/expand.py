"""A file's layers → Graph: spellings, defaults, formulas and names are resolved here."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic_core import ValidationError

from archsum.errors import Diagnostic, Span
from archsum.formula import BoundFormula, Formula, FormulaError, is_formula
from archsum.graph import Node
from archsum.language.document import NAME_PATTERN, Document
from archsum.language.scalars import Scalar
from archsum.language.source import SpannedMapping, locate
from archsum.language.validation import diagnose, show_value
from archsum.language.vocabulary import suggest_kind
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer

PLACEMENT = ("name",)
"""What a layer's entry says beside the layer's own fields: where it stands."""


class Entry(NamedTuple):
    """A layer as the file has it, whichever of the three spellings it used."""

    kind: str
    fields: SpannedMapping
    span: Span


def resolve_formulas(value: Any, names: dict[str, Scalar]) -> Any:
    """Compute the formulas in a value, however deep they are in its lists and mappings (which are bounded).

    Errors: FormulaError.
    """
    return _replace_formulas(value, lambda text: Formula(text).evaluate(names))


def bind_formulas(value: Any, names: dict[str, Scalar]) -> Any:
    """Read the formulas in a value and give them the names that are known; what computes them adds its own.

    Errors: FormulaError.
    """
    return _replace_formulas(value, lambda text: BoundFormula(Formula(text), names))


def _replace_formulas(value: Any, replace: Callable[[str], Any]) -> Any:
    if is_formula(value):
        return replace(value)
    if isinstance(value, list):
        return [_replace_formulas(item, replace) for item in value]
    if isinstance(value, dict):
        return {key: _replace_formulas(item, replace) for key, item in value.items()}
    return value


def expand(document: Document, span: Span) -> tuple[tuple[Node, ...], list[Diagnostic]]:
    """Return the nodes that could be made, and what is wrong with the others.

    A node that could not be made is missing, so that those behind it find no input and are passed over.
    """
    return _Expansion(document, span).run()


class _Expansion:
    """One file's expansion: what has been read so far, and what was found wrong."""

    def __init__(self, document: Document, span: Span) -> None:
        self.document = document
        self.span = span
        self.diagnostics: list[Diagnostic] = []
        self.known: dict[str, Layer | None] = {}
        self.first_named: dict[str, Span] = {}
        self.numbers: dict[str, int] = {}

    def run(self) -> tuple[tuple[Node, ...], list[Diagnostic]]:
        entries = [self._entry(index) for index in range(len(self.document.layers))]
        names = [self._explicit_name(entry) for entry in entries]
        nodes: list[Node] = []
        previous = next(iter(self.document.input))
        for entry, explicit in zip(entries, names, strict=True):
            layer = self._layer(entry) if entry else None
            name = explicit or (self._next_name(entry.kind) if entry else "")
            if entry and layer:
                nodes.append(Node(name, layer, (previous,), (name,), entry.span))
            previous = name
        return tuple(nodes), self.diagnostics

    def _report(self, code: str, message: str, span: Span, help: str | None = None) -> None:  # noqa: A002
        self.diagnostics.append(Diagnostic(code, message, span, help))

    def _entry(self, index: int) -> Entry | None:
        """Read one of the three spellings: `flatten`, `conv2d: {…}`, `{type: conv2d, …}`."""
        value = self.document.layers[index]
        span = locate(self.document.layers, [index], self.span)
        if isinstance(value, str):
            return self._known_kind(value, SpannedMapping(), span)
        if not isinstance(value, SpannedMapping) or not value:
            cure = "write `- flatten`, `- conv2d: {filters: 8, kernel_size: 3}` or `- {type: conv2d, …}`"
            self._report("not-a-layer", f"{show_value(value)} is not a layer", span, cure)
            return None
        if "type" in value:
            return self._known_kind(value["type"], value, locate(value, ["type"], span))
        kind, fields = next(iter(value.items()))
        kind_span = locate(value, [kind], span, key=True)
        if len(value) > 1:
            self._report_several_keys(value, kind, span)
            return None
        if fields is None:
            fields = SpannedMapping()
        if not isinstance(fields, SpannedMapping):
            found = locate(value, [kind], span)
            self._report("wrong-type", f"`{kind}` takes a mapping of fields, not {show_value(fields)}", found)
            return None
        return self._known_kind(kind, fields, kind_span)

    def _report_several_keys(self, value: SpannedMapping, kind: str, span: Span) -> None:
        others = [key for key in value if key != kind]
        other_span = locate(value, [others[0]], span, key=True)
        if value[kind] is None and kind in KINDS:
            fields = ", ".join(f"`{other}`" for other in others)
            cure = f"indent {fields} two spaces further than `{kind}`"
            self._report("under-indented", f"the fields of {kind} must stand below it, indented", other_span, cure)
        else:
            cure = "begin each layer with its own `- `"
            self._report("not-a-layer", f"`{kind}` and `{others[0]}` stand in one item of `layers`", other_span, cure)

    def _known_kind(self, kind: Any, fields: SpannedMapping, span: Span) -> Entry | None:
        if isinstance(kind, str) and kind in KINDS:
            return Entry(kind, fields, span)
        self._report("unknown-layer", f"there is no layer {show_value(kind)}", span, suggest_kind(str(kind), KINDS))
        return None

    def _explicit_name(self, entry: Entry | None) -> str | None:
        if entry is None or "name" not in entry.fields:
            return None
        name = entry.fields["name"]
        span = locate(entry.fields, ["name"], entry.span)
        if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN, name):
            cure = "a name has letters, digits, `_`, `-` and `.`; put one that looks like a number in quotes"
            self._report("bad-name", f"{show_value(name)} is not a name", span, cure)
            return None
        if name in self.document.input:
            self._report("duplicate-name", f"`{name}` is the name of an input", span, "choose another name")
        elif name in self.first_named:
            notes = (("first used at", self.first_named[name]),)
            self.diagnostics.append(
                Diagnostic(
                    "duplicate-name", f"two layers are named `{name}`", span, "names are unique in a file", notes
                )
            )
        else:
            self.first_named[name] = span
        return name

    def _next_name(self, kind: str) -> str:
        """Return the next free of Keras's numbered names: conv2d, conv2d_1, conv2d_2."""
        while True:
            number = self.numbers.get(kind, 0)
            self.numbers[kind] = number + 1
            name = f"{kind}_{number}" if number else kind
            if name not in self.first_named and name not in self.document.input:
                return name

    def _layer(self, entry: Entry) -> Layer | None:
        """Build the layer, or return the one that an equal entry gave: deep networks repeat themselves."""
        written = {key: value for key, value in entry.fields.items() if key not in PLACEMENT}
        same = f"{entry.kind} {written}"
        if same not in self.known:
            self.known[same] = self._build(entry, written)
        elif self.known[same] is None:
            self._build(entry, written)
        return self.known[same]

    def _build(self, entry: Entry, written: dict[str, Any]) -> Layer | None:
        cls = layer_class(entry.kind)
        values = {**self._defaults(entry.kind, cls), **written}
        found = len(self.diagnostics)
        ignored: set[str] = set()
        for field, value in values.items():
            try:
                compute = bind_formulas if field in cls.late_formulas else resolve_formulas
                values[field] = compute(value, self.document.variables)
            except FormulaError as error:
                self._report("formula", error.message, self._locate(entry, (field,)), error.help)
                ignored |= {field, *_cut_off(values)}
        for field in ignored:
            del values[field]
        try:
            layer = cls.model_validate(values)
        except ValidationError as error:
            self.diagnostics += diagnose(
                error, cls, entry.kind, lambda path, key: self._locate(entry, path, key=key), ignored
            )
            return None
        return layer if len(self.diagnostics) == found else None

    def _defaults(self, kind: str, cls: type[Layer]) -> dict[str, Any]:
        defaults = dict(self.document.defaults.get(kind, {}))
        if self.document.data_format != "channels_last" and "data_format" in cls.model_fields:
            defaults.setdefault("data_format", self.document.data_format)
        return defaults

    def _locate(self, entry: Entry, path: tuple[int | str, ...], *, key: bool = False) -> Span:
        """Find a field in the layer's entry, or in the defaults it took it from."""
        defaults = self.document.defaults.get(entry.kind)
        if path and path[0] not in entry.fields and defaults and path[0] in defaults:
            return locate(defaults, path, entry.span, key=key)
        return locate(entry.fields, path, entry.span, key=key)


def _cut_off(fields: dict[str, Any]) -> list[str]:
    """Return the pieces that YAML makes of a formula with commas inside `{ }`: keys without a value."""
    return [key for key, value in fields.items() if value is None and key.endswith(")")]
