"""A layer as the file has it: `flatten`, `conv2d: {filters: 8}` or `{type: conv2d, filters: 8}`.

Blocks and containers are written likewise; a container may have its layers as a plain list: `residual: [relu]`.
"""

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, NamedTuple

from archsum.errors import Diagnostic, Span, enumerate_words, quote
from archsum.language.text.reader import SpannedList, SpannedMapping, locate
from archsum.layers import KINDS

PLACEMENT = ("name", "inputs", "shared", "if")
"""What an entry says beside its own fields: where it stands."""

_SPELLINGS = ("flatten", "conv2d: {filters: 8, kernel_size: 3}", "{type: conv2d, …}")
_MAX_NAMED = 5

Words = Mapping[str, str | None]
"""The words that an entry can begin with, and for a container the field that a plain list is."""

LAYER_WORDS: Words = dict.fromkeys(KINDS)
"""The words of layers alone."""


class Entry(NamedTuple):
    """A layer's kind and fields, whichever spelling they came in; the span is the kind's.

    There need not be such a kind: what else is wrong with the entry, and what takes its output, is looked at all the
    same.
    """

    kind: str
    fields: SpannedMapping
    span: Span

    @property
    def stated(self) -> dict[str, Any]:
        """The layer's own fields."""
        return {field: value for field, value in self.fields.items() if field not in PLACEMENT}


class Reference(NamedTuple):
    """A name of what a layer takes, and where it is written."""

    name: str
    span: Span


class Item(NamedTuple):
    """An entry in its place: a layer, a block or a container, its name, and what it takes."""

    entry: Entry
    name: str | None = None
    inputs: tuple[Reference, ...] | None = None
    shared: str | None = None
    condition: Any = True
    """Whether it is there: true, false or a formula."""


Body = tuple[Item, ...]
"""Layers in a list."""


def no_entry(span: Span) -> Entry:
    """Return what stands for a layer that cannot be read."""
    return Entry("", SpannedMapping(), span)


def read_entry(items: Any, step: int | str, whole: Span, words: Words) -> tuple[Entry, list[Diagnostic]]:
    """Read the entry at an index of a list, or in a field, and say what is wrong with it."""
    value = items[step]
    span = locate(items, [step], whole)
    if isinstance(value, str):
        return _of_kind(value, SpannedMapping(), span, words)
    if not isinstance(value, SpannedMapping) or not value:
        message = "the item is empty, where a layer should be" if value is None else f"{quote(value)} is not a layer"
        dash = "- " if isinstance(step, int) else ""
        cure = f"write {enumerate_words((f'{dash}{spelling}' for spelling in _SPELLINGS), 'or')}"
        return no_entry(span), [Diagnostic("not-a-layer", message, span, cure)]
    if "type" in value:
        fields = copy(value)
        return _of_kind(fields.pop("type"), fields, locate(value, ["type"], span), words)
    if len(value) > 1:
        return _read_several_keys(value, span, words)
    word, fields = next(iter(value.items()))
    is_mapping = isinstance(fields, SpannedMapping)
    entry, problems = _of_kind(
        word, fields if is_mapping else SpannedMapping(), locate(value, [word], span, key=True), words
    )
    if is_mapping or fields is None or entry.kind not in words:
        return entry, problems
    list_field = words[entry.kind]
    if isinstance(fields, SpannedList) and list_field:
        return entry._replace(fields=_field(list_field, fields, value.marks[word])), problems
    message = f"`{entry.kind}` takes a mapping of fields, not {quote(fields)}"
    cure = _name_fields(entry.kind, fields)
    return no_entry(span), [*problems, Diagnostic("wrong-type", message, locate(value, [word], span), cure)]


def _field(name: str, value: Any, marks: tuple[int, int, int, int]) -> SpannedMapping:
    """Return a mapping with one field, which stands where its value does."""
    fields = SpannedMapping()
    fields[name] = value
    fields.marks[name] = marks
    return fields


def unknown_kind(kind: Any, span: Span, words: Collection[str]) -> Diagnostic:
    """Say that there is no such kind, and what to write."""
    from archsum.language.advice.synonyms import suggest_kind

    return Diagnostic("unknown-layer", f"there is no layer {quote(kind)}", span, suggest_kind(kind, words))


def _of_kind(word: Any, fields: SpannedMapping, span: Span, words: Words) -> tuple[Entry, list[Diagnostic]]:
    if isinstance(word, str) and word in words:
        return Entry(word, fields, span), []
    from archsum.language.advice.synonyms import meant_kind

    # Where it is certain what the layer is, what is wrong with its fields is said at once.
    kind = meant_kind(word, words) or word
    entry = Entry(kind, fields, span) if isinstance(kind, str) else no_entry(span)
    return entry, [unknown_kind(word, span, words)]


def _read_several_keys(value: SpannedMapping, span: Span, words: Words) -> tuple[Entry, list[Diagnostic]]:
    word, *others = value
    word_span, other_span = (locate(value, [key], span, key=True) for key in (word, others[0]))
    if not (value[word] is None or isinstance(value[word], dict) or word in words):
        cure = f"begin it with its kind: `type: conv2d, {word}: …`"
        message = "the layer does not say of what kind it is"
        return no_entry(span), [Diagnostic("not-a-layer", message, word_span, cure)]
    fields = copy(value)
    stated = fields.pop(word)
    if stated is None and others[0] not in words and not isinstance(value[others[0]], dict):
        entry, problems = _of_kind(word, fields, word_span, words)
        message = f"the fields of {quote(word)} stand beside it, not below it"
        cure = f"indent {enumerate_words(others[:_MAX_NAMED])} two spaces further than `{word}`"
        return entry, [*problems, Diagnostic("under-indented", message, other_span, cure)]
    stated = stated if isinstance(stated, SpannedMapping) else SpannedMapping()
    entry, problems = _of_kind(word, stated, word_span, words)
    message = f"{quote(word)} and {quote(others[0])} stand in one item of `layers`"
    return entry, [*problems, Diagnostic("not-a-layer", message, other_span, "begin each layer with its own `- `")]


def _name_fields(kind: str, value: Any) -> str:
    """Return how a layer is written of which there is only a value."""
    from archsum.language.spec.containers import CONTAINERS, class_of
    from archsum.layers.documentation import example

    if not (kind in KINDS or kind in CONTAINERS):
        return f"write its parameters, as in `{kind}: {{…: …}}`"
    fields = example(class_of(kind))
    if not fields:
        return f"write `{kind}`, or its fields as in `{kind}: {{name: …}}`"
    single = quote(value)[1:-1] if len(fields) == 1 and isinstance(value, int | float) else "…"
    return f"write `{kind}: {{{', '.join(f'{name}: {single}' for name in fields)}}}`"
