"""A layer as the file has it: `flatten`, `conv2d: {filters: 8}` or `{type: conv2d, filters: 8}`.

Blocks and containers are written likewise. A plain value is the kind's main field: `dense: 10`; of a container it is a
list of layers: `residual: [relu]`.
"""

from collections.abc import Collection
from copy import copy
from typing import Any

from archsum.errors import Diagnostic, Span, enumerate_words, quote
from archsum.language.spec.containers import AROUND_SEVERAL, CONTAINERS, class_of
from archsum.language.spec.items import PLACEMENT, Entry, no_entry
from archsum.language.text.places import Places, SpannedList, SpannedMapping
from archsum.language.text.scalars import resolve
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields

_SPELLINGS = ("flatten", "conv2d: {filters: 8, kernel_size: 3}", "{type: conv2d, …}")
_MAX_NAMED = 5

Read = tuple[Entry, list[Diagnostic]]
"""An entry, and what is wrong with it."""


def read_entry(items: Places, step: int | str, words: Collection[str]) -> Read:
    """Read the entry at an index of a list, or in a field; it begins with one of the words."""
    value, span = items.data[step], items.value(step)
    if isinstance(value, str):
        return _of_kind(value, SpannedMapping(), span, words)
    if not isinstance(value, SpannedMapping) or not value:
        message = "the item is empty, where a layer should be" if value is None else f"{quote(value)} is not a layer"
        dash = "- " if isinstance(step, int) else ""
        cure = f"write {enumerate_words((f'{dash}{spelling}' for spelling in _SPELLINGS), 'or')}"
        return no_entry(span), [Diagnostic("not-a-layer", message, span, cure)]
    places = Places(value, span)
    if "type" in value:
        fields = copy(value)
        return _of_kind(fields.pop("type"), fields, places.value("type"), words)
    if len(value) > 1:
        return _read_several_keys(places, words)
    return _read_one_key(places, words)


def unknown_kind(kind: Any, span: Span, words: Collection[str]) -> Diagnostic:
    """Report that there is no such kind, and what to write."""
    from archsum.language.advice.spelling import suggest_kind

    return Diagnostic("unknown-layer", f"there is no layer {quote(kind)}", span, suggest_kind(kind, words))


def _of_kind(word: Any, fields: SpannedMapping, span: Span, words: Collection[str]) -> Read:
    if _is_among(word, words):
        return Entry(word, fields, span), []
    from archsum.language.advice.spelling import meant_kind

    # Where it is certain what the layer is, what is wrong with its fields is said at once.
    kind = meant_kind(word, words) or word
    entry = Entry(kind, fields, span) if isinstance(kind, str) else no_entry(span)
    return entry, [unknown_kind(word, span, words)]


def fields_of(kind: str, places: Places, key: str) -> SpannedMapping | None:
    """Return the fields of a kind at a key: a mapping, or a plain value; None for a value that cannot be any."""
    value = places.data[key]
    if isinstance(value, SpannedMapping):
        return value
    cls = class_of(kind) if kind in KINDS or kind in CONTAINERS else None
    if isinstance(value, SpannedList):
        cls = AROUND_SEVERAL.get(kind, cls)
    if value is None or cls is None or cls.main_field is None:
        return None
    if cls.main_field in cls.layer_fields and not isinstance(value, SpannedList):
        return None
    fields = SpannedMapping()
    fields[cls.main_field] = value
    fields.marks[cls.main_field] = places.data.marks[key]
    return fields


def _read_one_key(places: Places, words: Collection[str]) -> Read:
    """Read `conv2d: {filters: 8}`, or with a plain value `dense: 10`."""
    ((word, value),) = places.data.items()
    if word not in words and isinstance(value, SpannedMapping) and _is_among(value.get("type"), words):
        return _of_name(places, word, words)
    entry, problems = _of_kind(word, SpannedMapping(), places.key(word), words)
    if isinstance(value, str | SpannedList) and (cure := _as_inputs(entry.kind, value)):
        message = f"`{entry.kind}` takes a mapping of fields, not {quote(value)}"
        return no_entry(places.whole), [*problems, Diagnostic("wrong-type", message, places.value(word), cure)]
    fields = fields_of(entry.kind, places, word)
    if fields is not None:
        entry.fields = fields
    if fields is not None or value is None or entry.kind not in words:
        return entry, problems
    message = f"`{entry.kind}` takes a mapping of fields, not {quote(value)}"
    cure = _as_held(entry.kind, places, word, words) or _name_fields(entry.kind, value)
    return no_entry(places.whole), [*problems, Diagnostic("wrong-type", message, places.value(word), cure)]


def _is_among(kind: Any, words: Collection[str]) -> bool:
    return isinstance(kind, str) and kind in words


def _of_name(places: Places, word: str, words: Collection[str]) -> Read:
    """Read `stem: {type: conv2d, filters: 8}`: the name is where the kind should be."""
    fields = copy(places.data[word])
    kind = fields.pop("type")
    if "name" not in fields:
        fields["name"] = word
        fields.marks["name"] = places.data.marks[word][:2] * 2
    entry, _ = _of_kind(kind, fields, places.key(word), words)
    message = f"{quote(word)} is where the layer's kind should be, and is most likely its name"
    named = word if isinstance(resolve(word), str) else f'"{word}"'
    cure = f"write `{kind}` there, and `name: {named}` instead of `type: {kind}`"
    return entry, [Diagnostic("unknown-layer", message, places.key(word), cure)]


def _read_several_keys(places: Places, words: Collection[str]) -> Read:
    """Read a layer with more than one key and no `type`: it is none, but most often it is clear what was meant."""
    value, span = places.data, places.whole
    word, *others = value
    word_span, other_span = places.key(word), places.key(others[0])
    if not (value[word] is None or isinstance(value[word], dict) or word in words):
        cure = f"begin it with its kind: `type: conv2d, {word}: …`"
        message = "the layer does not say of what kind it is"
        return no_entry(span), [Diagnostic("not-a-layer", message, word_span, cure)]
    fields = copy(value)
    stated = fields.pop(word)
    if stated is None and others[0] not in words and not isinstance(value[others[0]], dict):
        entry, problems = _of_kind(word, fields, word_span, words)
        message = f"the fields of {quote(word)} are beside it, not below it"
        cure = f"indent {enumerate_words(others[:_MAX_NAMED])} two spaces further than `{word}`"
        return entry, [*problems, Diagnostic("under-indented", message, other_span, cure)]
    main = None if isinstance(stated, SpannedMapping) else fields_of(word, places, word)
    if main and {*others} <= {*named_fields(class_of(word)), *PLACEMENT}:
        main.update(fields)
        main.marks.update(fields.marks)
        message = f"the fields of {quote(word)} are beside it, not below it"
        cure = f"write them together: `{word}: {{{', '.join(f'{name}: …' for name in [*main][:_MAX_NAMED])}}}`"
        return Entry(word, main, word_span), [Diagnostic("under-indented", message, other_span, cure)]
    stated = stated if isinstance(stated, SpannedMapping) else SpannedMapping()
    entry, problems = _of_kind(word, stated, word_span, words)
    message = f"{quote(word)} and {quote(others[0])} are in one item of `layers`"
    return entry, [*problems, Diagnostic("not-a-layer", message, other_span, "begin each layer with its own `- `")]


def _as_inputs(kind: str, value: str | SpannedList) -> str | None:
    """Return how a layer is written of which there are only the names of what it takes."""
    if kind not in KINDS or layer_class(kind).least_inputs < 2:
        return None
    from archsum.language.advice.names import as_inputs

    return as_inputs(kind, value)


def _as_held(kind: str, places: Places, key: str, words: Collection[str]) -> str | None:
    """Return how a wrapper or a container is written of which there are only layers."""
    from archsum.language.advice.held import as_value

    return as_value(kind, class_of(kind), places, key, words) if kind in KINDS or kind in CONTAINERS else None


def _name_fields(kind: str, value: Any) -> str:
    """Return how a layer is written of which there is only a value."""
    from archsum.layers.documentation import example

    if not (kind in KINDS or kind in CONTAINERS):
        return f"write its parameters, as in `{kind}: {{…: …}}`"
    fields = example(class_of(kind))
    if not fields and type(value) is int:
        from archsum.language.advice.spelling import without_number

        return without_number(kind)
    if not fields:
        return f"write `{kind}`, or its fields as in `{kind}: {{name: …}}`"
    single = quote(value)[1:-1] if len(fields) == 1 and isinstance(value, int | float) else "…"
    return f"write `{kind}: {{{', '.join(f'{name}: {single}' for name in fields)}}}`"
