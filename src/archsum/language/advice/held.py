"""Layers that are not in the field that holds them, as in `bidirectional: {lstm: 4}`: how they are written there."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from pydantic import BaseModel

from archsum.errors import Diagnostic
from archsum.language.advice.names import as_list
from archsum.language.spec.containers import AROUND_SEVERAL
from archsum.language.text.places import Places, SpannedList, SpannedMapping
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import is_name, named_fields

_FIELDS = frozenset(("layer", "layers", "path", "paths"))
"""What people call such a field."""
_LONGEST = 60
_INDICATORS = frozenset(",[]{}#")


def holding_field(model: type[BaseModel]) -> str | None:
    """Return the field of a wrapper or a container that holds its layers; other models have none."""
    return next(iter(getattr(model, "layer_fields", ())), None)


def in_field(kind: str, model: type[BaseModel], layers: list[str]) -> str | None:
    """Return the field that holds these layers, as a file has it; None where it cannot hold so many."""
    fields = getattr(model, "layer_fields", {})
    field = holding_field(model)
    holding = fields[field] if isinstance(fields, Mapping) and field else "layer"
    if holding == "layer" and len(layers) > 1:
        return f"layers: [{', '.join(layers)}]" if kind in AROUND_SEVERAL else None
    if holding == "paths":
        others = ["[…]"] if len(layers) == 1 else []
        return f"paths: [{', '.join([*(f'[{layer}]' for layer in layers), *others])}]"
    return f"layers: [{', '.join(layers)}]" if holding == "layers" else f"layer: {_by_itself(layers[0])}"


def as_value(kind: str, model: type[BaseModel], places: Places, key: str, words: Collection[str]) -> str | None:
    """Return how a wrapper or a container is written of which there is only a layer, or a list of them."""
    layers = layers_at(places, key, words) if holding_field(model) else None
    written = in_field(kind, model, layers) if layers else None
    times = "times: 3, " if "times" in model.model_fields else ""
    return f"write `{kind}: {{{times}{written}}}`" if written else None


class Misplaced(NamedTuple):
    """What is to be said of layers that are not in the field that should hold them, and the fields that it explains."""

    diagnostic: Diagnostic
    fields: Collection[str]


def misplaced(kind: str, model: type[BaseModel], places: Places, words: Collection[str]) -> Misplaced | None:
    """Find layers beside the fields of a wrapper or a container, or in a field that it does not have."""
    values, held = places.data, {*getattr(model, "layer_fields", ())} & {"layer", "layers", "paths"}
    if not held or values.keys() & held:
        return None
    inputs = values.get("inputs")
    if "paths" in held and isinstance(inputs, list) and len(inputs) > 1 and all(map(is_name, inputs)):
        merging = values["merge"] if values.get("merge") in words else model.model_fields["merge"].default
        message = f"{kind} has no `paths`, and several inputs"
        cure = f"what merges layers is no branch: write `{merging}: {{inputs: {as_list(inputs)}}}`"
        return Misplaced(Diagnostic("missing-field", message, places.whole, cure), held)
    if values.get("type") in words:
        written = in_field(kind, model, [f"{{type: {values['type']}, …}}"])
        message = f"{kind} holds a layer, whose fields are in the place of its own"
        cure = f"write `{written}`, with all of them in it"
        return Misplaced(Diagnostic("bad-value", message, places.value("type"), cure), {*values, *held})
    for word in values:
        layers = layers_at(places, word, words) if word in _FIELDS else None
        if layers and (written := in_field(kind, model, layers)):
            return Misplaced(_unknown(kind, word, "", places, f"write `{written}`"), {word, *held})
    beside = [word for word in values if word in words and word not in named_fields(model)]
    if not beside:
        return None
    layers = [_layer(places, word) for word in beside]
    if written := in_field(kind, model, layers):
        cure = f"write `{written}` instead of `{', '.join(layers)}`"
    else:
        cure = f"it holds one: write `{in_field(kind, model, layers[:1])}`, and the others before it or behind it"
    return Misplaced(_unknown(kind, beside[0], ", which is a layer", places, cure), {*beside, *held})


def inner_field(places: Places, word: str, words: Collection[str]) -> str | None:
    """Return where a field is written that is that of the layer in `layer: lstm`; None where it is none of its."""
    inner = places.data.get("layer")
    if not (isinstance(inner, str) and inner in words and inner in KINDS and word in named_fields(layer_class(inner))):
        return None
    return f"it is a field of `{inner}`: write `layer: {{{inner}: {{{_layer(places, word)}}}}}`"


def as_merge(model: type[BaseModel], places: Places, word: str, words: Collection[str]) -> str | None:
    """Return where the layer is written that merges what a container has, and that is beside its fields."""
    if "merge" not in model.model_fields or "merge" in places.data or word not in words:
        return None
    merges = word not in KINDS or layer_class(word).most_inputs is None or layer_class(word).least_inputs > 1
    return f"write `merge: {_by_itself(_layer(places, word))}`" if merges else None


def layers_at(places: Places, key: int | str, words: Collection[str]) -> list[str] | None:
    """Return the layers that a value is, or has in it, as they are in a list in [ ]; None for what is none."""
    value = places.data[key]
    if isinstance(value, str):
        return [_with_fields(value)] if value in words else None
    inner = places.at(key)
    if isinstance(value, SpannedList):
        items = [layers_at(inner, index, words) for index in range(len(value))]
        together = [layer for layers in items for layer in layers or ()]
        return together if items and all(items) else None
    if not isinstance(value, SpannedMapping) or not value:
        return None
    if value.get("type") in words:
        return [_text(inner.whole.text, "{" + f"type: {value['type']}, …" + "}")]
    return [_layer(inner, word) for word in value] if all(word in words for word in value) else None


def _layer(places: Places, word: str) -> str:
    """Write an entry of a mapping as an item of a list in [ ] has it."""
    value = places.data[word]
    if value is None or value == {}:
        return word
    text = places.value(word).text
    if isinstance(value, str) and not text.startswith(('"', "'")) and _INDICATORS & {*text}:
        text = f'"{text}"'
    ellipsis = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else "…"
    return f"{word}: {_text(text, ellipsis)}"


def _with_fields(kind: str) -> str:
    """Write a layer with the fields that it needs, as in `lstm: {units: 64}`; what is no kind of layer as it is."""
    infos = named_fields(layer_class(kind)) if kind in KINDS else {}
    needed = {name: info.examples[0] for name, info in infos.items() if info.is_required() and info.examples}
    written = ", ".join(f"{name}: {'…' if isinstance(item, dict) else item}" for name, item in needed.items())
    return f"{kind}: {{{written}}}" if needed else kind


def _text(text: str, ellipsis: str) -> str:
    """Return a value as the file has it, unless it is long, or cannot be in [ ]; then three dots, in its brackets."""
    is_in_brackets = len(ellipsis) == 1 or text.startswith(ellipsis[0])
    return text if is_in_brackets and len(text) <= _LONGEST and "\n" not in text else ellipsis


def _by_itself(layer: str) -> str:
    return layer if layer.startswith("{") or ":" not in layer else f"{{{layer}}}"


def _unknown(kind: str, word: str, what: str, places: Places, cure: str) -> Diagnostic:
    return Diagnostic("unknown-field", f"{kind} has no field `{word}`{what}", places.key(word), cure)
