"""Fields as they are compared: what means the same is written the same."""

from collections.abc import Mapping
from typing import Any

from archsum.comparison.layouts import AXES, FORMAT
from archsum.layers import FAMILIES, kind_of
from archsum.layers.written import fields_of_layer
from archsum.summary import LayerSummary

_ACTIVATIONS = ("activation", "recurrent_activation")
_OTHER_NAMES = {"hard_swish": "hard_silu", "swish": "silu"}
_KINDS_OF_ACTIVATION = frozenset((*FAMILIES["activation_functions"], "relu"))
"""The activations that are kinds by their own names too."""


def kind_and_fields(
    layer: LayerSummary, axes: int | None, *, up_to_words: bool = False
) -> tuple[str, Mapping[str, Any]]:
    """Return a layer's kind and fields; `axes` is how many a sample has, where that is one number.

    `up_to_words`: what shapes, weights and inputs say, which frameworks have other words for, is left out.
    """
    kind, stated = kind_of(type(layer.layer)), fields_of_layer(layer.layer)
    fields = {name: _plain(name, value, axes) for name, value in stated.items()} | _implied(stated, layer)
    if "axis" in fields:
        fields.pop(FORMAT, None)  # which says no more than what the axis is by default
    if up_to_words:
        if fields.get("padding") == "causal":
            convolution: Any = layer.layer
            fields["padding"] = [[*window.sides_in_numbers] for window in convolution.windows]
        fields = {} if kind == "custom" else {name: fields[name] for name in fields if name not in _SAID_OTHERWISE}
    if kind == "activation" and fields["activation"] in _KINDS_OF_ACTIVATION:
        kind = fields.pop("activation")
    if kind == "relu":  # which as an activation has no fields
        fields = {name: value for name, value in fields.items() if name == "trainable" or value}
    return _OTHER_NAMES.get(kind, kind), fields


_SAID_OTHERWISE = ("factor", "height", "width", "target_shape", "initial_state")
"""Fields of what resizes and reshapes, which can say the size in several ways, and the name of what a layer takes."""


def _implied(stated: Mapping[str, Any], layer: LayerSummary) -> dict[str, Any]:
    """Return the fields whose value follows from others where none is stated."""
    axes = list(range(1, len(layer.input_shapes[0]) + 1)) if layer.input_shapes else []
    implied: dict[str, Any] = {}
    if "pool_size" in stated:
        implied["strides"] = stated["pool_size"]
    if "output_padding" in stated and (isinstance(stated["padding"], list) or _meets(stated)):
        implied["output_padding"] = [0] * len(stated["strides"])
    if "function" in stated and "keepdims" in stated:
        implied["axis"] = axes
    if "value_dim" in stated:
        implied |= {"value_dim": stated["key_dim"], "attention_axes": axes[:-1]}
    return {name: value for name, value in implied.items() if stated.get(name) is None}


def _meets(stated: Mapping[str, Any]) -> bool:
    """Whether the windows of a transposed convolution meet, so that `valid` says what no padding does."""
    windows = zip(stated["kernel_size"], stated["dilation_rate"], stated["strides"], strict=True)
    meet = all(dilation * (kernel - 1) + 1 >= stride for kernel, dilation, stride in windows)
    return stated["padding"] == "valid" and meet


def _plain(name: str, value: Any, axes: int | None) -> Any:
    """Return a field's value, the same for what means the same: linear is no activation, the last axis has a number."""
    if name in _ACTIVATIONS:
        return None if value == "linear" else _OTHER_NAMES.get(value, value)
    if name == "padding" and isinstance(value, list) and all(sides == [0, 0] for sides in value):
        return "valid"
    if name == "layer" and isinstance(value, dict):
        return {
            kind: {field: _plain(field, held, None) for field, held in fields.items()} for kind, fields in value.items()
        }
    if name in AXES and axes is not None:
        if isinstance(value, int):
            return value % (axes + 1)
        if isinstance(value, list) and all(isinstance(axis, int) for axis in value):
            return [axis % (axes + 1) for axis in value]
    return value
