"""A layer → the fields that a file says of it: no defaults, and one number where all axes have the same."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from archsum.interchange.writing.alike import NO_ACTIVATION, STATES, implies_axis, told_apart_by
from archsum.interchange.writing.entries import Entry
from archsum.layers import kind_of, layer_class
from archsum.layers.base import Layer
from archsum.layers.written import fields_of_layer

_FIRST = (
    "filters", "units", "input_dim", "output_dim", "num_heads", "key_dim", "pool_size", "kernel_size", "strides",
    "padding", "dilation_rate", "groups",
)  # fmt: skip
"""The fields that people write first, in their order."""
_LAST = ("activation", "bias", "trainable")

_ALONG_CHANNELS = ("batch_normalization", "group_normalization", "instance_normalization", "layer_scale")
"""The kinds of which people say where the channels are, and not which axis that is."""


class Fields:
    """What layers have, each written once: deep networks repeat themselves."""

    def __init__(self) -> None:
        self._fields: dict[object, dict[str, Any]] = {}

    def of(self, layer: Layer) -> dict[str, Any]:
        """Return a layer's fields without defaults, short; a held layer is an entry."""
        if layer.identity not in self._fields:
            self._fields[layer.identity] = _short(layer)
        return self._fields[layer.identity]


def in_file(entry: Entry, data_format: str) -> dict[str, Any]:
    """Return an entry's fields in a file with that data format: what the file says of all, it does not say again."""
    fields = {name: in_entry(value, data_format) for name, value in entry.fields.items()}
    if data_format != "channels_last" and has_data_format(entry.kind):
        stated = fields.pop("data_format", "channels_last")
        if stated != data_format and implies_axis(layer_class(entry.kind)):
            if fields.setdefault("axis", -1) == 1 and entry.kind in _ALONG_CHANNELS:
                del fields["axis"]
        elif stated != data_format:
            fields["data_format"] = stated
    return fields


def in_entry(value: Any, data_format: str) -> Any:
    """Return a field's value in such a file."""
    return Entry(value.kind, in_file(value, data_format)) if isinstance(value, Entry) else value


def cares(entry: Entry) -> bool:
    """Whether a layer cares where the channels are: not where it states the axis."""
    return has_data_format(entry.kind) and not (implies_axis(layer_class(entry.kind)) and "axis" in entry.fields)


@cache
def has_data_format(kind: str) -> bool:
    """Whether a kind cares where the channels are."""
    return "data_format" in layer_class(kind).model_fields


def _short(layer: Layer) -> dict[str, Any]:
    """Return a layer's fields without defaults, and one value where a list has it for each axis."""
    fields = _without_states(fields_of_layer(layer, defaults=False))
    if fields.get("activation") == NO_ACTIVATION and type(layer).model_fields["activation"].default is None:
        del fields["activation"]
    held = {name: getattr(layer, name) for name in layer.layer_fields if name in fields}
    fields |= held
    for name, value in fields.items():
        if type(value) is float and value.is_integer() and _builds(layer, one := {**fields, name: int(value)}):
            fields = one
        while _is_repeated(fields[name]) and _builds(layer, one := {**fields, name: fields[name][0]}):
            fields = one
    fields |= {name: Entry(kind_of(type(inner)), _short(inner)) for name, inner in held.items()}
    return in_order(fields)


def in_order(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields in the order in which people write them."""
    return {name: fields[name] for name in sorted(fields, key=_place)}


def _place(name: str) -> int:
    """Return where people write a field, among others in the order of their class."""
    return _FIRST.index(name) if name in _FIRST else len(_FIRST) + (_LAST.index(name) + 1 if name in _LAST else 0)


def _is_repeated(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(item == value[0] for item in value[1:])


def _builds(layer: Layer, fields: Mapping[str, Any]) -> bool:
    """Whether fields build the layer again."""
    try:
        built = type(layer).model_validate(fields)
    except ValidationError:
        return False
    return told_apart_by(built, 0) == told_apart_by(layer, 0)


def _without_states(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != STATES}
