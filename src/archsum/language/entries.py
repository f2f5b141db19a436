"""A layer as the file has it: `flatten`, `conv2d: {filters: 8}` or `{type: conv2d, filters: 8}`."""

from copy import copy
from typing import Any, NamedTuple

from archsum.errors import Diagnostic, Span, enumerate_words, quote
from archsum.language.source import SpannedMapping, locate
from archsum.layers import KINDS, layer_class

PLACEMENT = ("name",)
"""What a layer's entry says beside the layer's own fields: where it stands."""

_SPELLINGS = "write `- flatten`, `- conv2d: {filters: 8, kernel_size: 3}` or `- {type: conv2d, …}`"
_MAX_NAMED = 5


class Entry(NamedTuple):
    """A layer's kind and fields, whichever spelling they came in; the span is the kind's."""

    kind: str
    fields: SpannedMapping
    span: Span

    @property
    def stated(self) -> dict[str, Any]:
        """The layer's own fields."""
        return {field: value for field, value in self.fields.items() if field not in PLACEMENT}


def read_entry(layers: Any, index: int, whole: Span) -> tuple[Entry | None, list[Diagnostic]]:
    """Read one of the layers, and say what keeps it from being one."""
    value = layers[index]
    span = locate(layers, [index], whole)
    if isinstance(value, str):
        return _of_kind(value, SpannedMapping(), span)
    if not isinstance(value, SpannedMapping) or not value:
        message = "the item is empty, where a layer should be" if value is None else f"{quote(value)} is not a layer"
        return None, [Diagnostic("not-a-layer", message, span, _SPELLINGS)]
    if "type" in value:
        return _of_kind(value["type"], value, locate(value, ["type"], span))
    if len(value) > 1:
        return None, _diagnose_several_keys(value, span)
    word, fields = next(iter(value.items()))
    is_mapping = fields is None or isinstance(fields, SpannedMapping)
    entry, problems = _of_kind(
        word, fields if fields and is_mapping else SpannedMapping(), locate(value, [word], span, key=True)
    )
    if entry is None or is_mapping:
        return entry, problems
    message = f"`{entry.kind}` takes a mapping of fields, not {quote(fields)}"
    cure = _name_fields(entry.kind, fields)
    return None, [*problems, Diagnostic("wrong-type", message, locate(value, [word], span), cure)]


def unknown_kind(kind: Any, span: Span) -> Diagnostic:
    """Say that there is no such kind, and what to write."""
    from archsum.language.vocabulary import suggest_kind

    return Diagnostic("unknown-layer", f"there is no layer {quote(kind)}", span, suggest_kind(kind, KINDS))


def _of_kind(word: Any, fields: SpannedMapping, span: Span) -> tuple[Entry | None, list[Diagnostic]]:
    if isinstance(word, str) and word in KINDS:
        return Entry(word, fields, span), []
    from archsum.language.vocabulary import meant_kind

    # Where it is certain what the layer is, what is wrong with its fields is said at once; `type` has had its turn.
    fields = copy(fields)
    fields.pop("type", None)
    kind = meant_kind(word, KINDS)
    return Entry(kind, fields, span) if kind else None, [unknown_kind(word, span)]


def _diagnose_several_keys(value: SpannedMapping, span: Span) -> list[Diagnostic]:
    kind, *others = value
    kind_span, other_span = (locate(value, [key], span, key=True) for key in (kind, others[0]))
    if not (value[kind] is None or isinstance(value[kind], dict)):
        cure = f"begin it with its kind: `type: conv2d, {kind}: …`"
        return [Diagnostic("not-a-layer", "the layer does not say of what kind it is", kind_span, cure)]
    problems = [] if kind in KINDS else [unknown_kind(kind, kind_span)]
    if value[kind] is None and others[0] not in KINDS and not isinstance(value[others[0]], dict):
        message = f"the fields of {quote(kind)} stand beside it, not below it"
        cure = f"indent {enumerate_words(others[:_MAX_NAMED])} two spaces further than `{kind}`"
        return [*problems, Diagnostic("under-indented", message, other_span, cure)]
    message = f"{quote(kind)} and {quote(others[0])} stand in one item of `layers`"
    return [*problems, Diagnostic("not-a-layer", message, other_span, "begin each layer with its own `- `")]


def _name_fields(kind: str, value: Any) -> str:
    """Return how a layer is written of which there is only a value."""
    required = [name for name, info in layer_class(kind).model_fields.items() if info.is_required()]
    if not required:
        return f"write `{kind}`, or its fields as in `{kind}: {{name: …}}`"
    single = quote(value)[1:-1] if len(required) == 1 and isinstance(value, int | float) else "…"
    return f"write `{kind}: {{{', '.join(f'{name}: {single}' for name in required)}}}`"
