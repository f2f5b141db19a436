"""Layers that are written differently and are the same: which spelling is written, and what tells layers apart."""

from typing import Any

from archsum.layers.base import Layer
from archsum.layers.written import fields_of_layer

STATES = "initial_state"
"""The field that names a layer, which has another name in another file."""


def with_implied_axis(layer: Layer) -> Layer:
    """Return a layer that states the axis as one that says where the channels are, from which the axis follows."""
    if not _implies(layer) or layer.implied or getattr(layer, "axis", None) != 1:
        return layer
    fields = {name: getattr(layer, name) for name in layer.model_fields_set - {"axis", "type"}}
    return type(layer).model_validate({**fields, "data_format": "channels_first"})


def told_apart_by(layer: Layer) -> dict[str, Any]:
    """Return the fields that tell a layer from others: all but names, a padding of nothing in one spelling."""
    fields = fields_of_layer(layer)
    fields.pop(STATES, None)
    if _implies(layer):
        del fields["data_format"]  # all that follows from it is the axis
    if "padding" in fields and _is_nothing(fields["padding"]):
        fields["padding"] = "valid"
    return fields


def _implies(layer: Layer) -> bool:
    return type(layer).implied is not Layer.implied


def _is_nothing(padding: Any) -> bool:
    return all(map(_is_nothing, padding)) if isinstance(padding, list) else padding == 0
