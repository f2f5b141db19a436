"""Layers that are written differently and are the same: which spelling is written, and what tells layers apart."""

from typing import Any

from archsum.layers import kind_of
from archsum.layers.base import Layer
from archsum.layers.written import fields_of_layer

NO_ACTIVATION = "linear"
TARGET_SHAPE = "target_shape"
STATES = "initial_state"
"""The field that names a layer, which has another name in another file."""


def told_apart_by(layer: Layer, axes: int) -> dict[str, Any]:
    """Return the fields that tell a layer on an input of so many axes from others.

    Those are all but names; what has several spellings has one: a padding or an activation that is none, and an axis.
    Of a layer that it holds, the axes are not known here.
    Where layers have the shape that one gives, its `target_shape` says nothing more: a size may be -1, for the rest.
    """
    fields = fields_of_layer(layer)
    fields.pop(STATES, None)
    fields.pop(TARGET_SHAPE, None)
    if implies_axis(type(layer)):
        del fields["data_format"]  # all that follows from it is the axis
        if isinstance(fields["axis"], int) and 0 < fields["axis"] <= axes:
            fields["axis"] -= axes + 1
    if fields.get("activation") == NO_ACTIVATION:
        fields["activation"] = None
    if "padding" in fields and _is_nothing(fields["padding"]):
        fields["padding"] = "valid"
    for name in layer.layer_fields:
        held = getattr(layer, name)
        fields[name] = {kind_of(type(held)): told_apart_by(held, 0)}
    return fields


def implies_axis(cls: type[Layer]) -> bool:
    """Whether all that follows from a kind's data format is its axis, where it states none."""
    return cls.implied is not Layer.implied


def _is_nothing(padding: Any) -> bool:
    return all(map(_is_nothing, padding)) if isinstance(padding, list) else padding == 0
