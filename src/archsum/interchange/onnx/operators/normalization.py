"""Operators that normalize."""

from math import prod
from typing import Any

from archsum.interchange.onnx.call import CHANNELS_FIRST, Call
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.plan import Use
from archsum.interchange.onnx.values import RefusedError


def batch_normalization(call: Call) -> None:
    """Add a batch normalization: all four of its weights are always there."""
    given = call.given()
    if given.batch != 0:
        raise RefusedError("its first axis is not the batch")
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    found = [(name, call.weight(number)) for number, name in enumerate(names, start=1)]
    if any(weight is None for name, weight in found if name.startswith("moving")):
        raise RefusedError("its statistics are no weights")
    weights = [Use(name, weight) for name, weight in found if weight]
    fields = {
        "epsilon": call.operator.number("epsilon", 1e-5),
        "momentum": call.operator.number("momentum", 0.9),
        "axis": given.axis(1),
    }
    for number, field in ((1, "scale"), (2, "center")):
        if call.weight(number) is None:
            _require_constant(call, number)
            fields[field] = False
    call.add("batch_normalization", fields, uses=weights)


def instance_normalization(call: Call) -> None:
    """Add an instance normalization."""
    scale, center, uses = _affine(call, "gamma", "beta")
    fields = {
        "epsilon": call.operator.number("epsilon", 1e-5),
        "scale": scale,
        "center": center,
        "axis": call.given().axis(1),
    }
    call.add("instance_normalization", fields, uses=uses)


def group_normalization(call: Call) -> None:
    """Add a group normalization; before version 21 its weights are one for each group, which is no kind of ours."""
    scale, center, uses = _affine(call, "gamma", "beta")
    axis = call.given().axis(1)
    channels = call.given().shape[1]
    if any(prod(use.weight.shape) != channels for use in uses):
        raise RefusedError("its weights are those of groups, and not of channels")
    fields = {
        "groups": call.operator.integer("num_groups", 1),
        "epsilon": call.operator.number("epsilon", 1e-5),
        "scale": scale,
        "center": center,
        "axis": axis,
    }
    call.add("group_normalization", fields, uses=uses)


def layer_normalization(call: Call) -> None:
    """Add a layer normalization, over all axes from one on."""
    scale, center, uses = _affine(call, "gamma", "beta")
    call.add("layer_normalization", {**_along_last(call), "scale": scale, "center": center}, uses=uses)


def rms_normalization(call: Call) -> None:
    """Add a root mean square normalization."""
    call.add("rms_normalization", _along_last(call), uses=[Use("scale", call.required_weight(1))])


def _along_last(call: Call) -> dict[str, Any]:
    """Return the fields of a normalization over all axes from one on."""
    given = call.given()
    first = given.normalized(call.operator.integer("axis", -1))
    axes = [given.axis(axis) for axis in range(first, len(given.shape))]
    return {"axis": axes if len(axes) > 1 else axes[0], "epsilon": call.operator.number("epsilon", 1e-5)}


def local_response_normalization(call: Call) -> None:
    """Add a local response normalization."""
    operator = call.operator
    fields = {
        "size": operator.integer("size", 1),
        "alpha": operator.number("alpha", 1e-4),
        "beta": operator.number("beta", 0.75),
        "k": operator.number("bias", 1.0),
        **CHANNELS_FIRST,
    }
    call.add("local_response_normalization", fields)


def unit_normalization(call: Call) -> None:
    """Add what brings vectors to length 1."""
    if call.operator.integer("p", 2) != 2:
        raise RefusedError("its length is no Euclidean one")
    call.add("unit_normalization", {"axis": call.given().axis(call.operator.integer("axis", -1))})


def _affine(call: Call, *names: str) -> tuple[bool, bool, list[Use]]:
    """Return whether there are a factor and an offset, and their weights."""
    uses = []
    for number, name in enumerate(names, start=1):
        weight = call.weight(number)
        if weight:
            uses.append(Use(name, weight))
        else:
            _require_constant(call, number)
    found = [use.name for use in uses]
    return names[0] in found, names[1] in found, uses


def _require_constant(call: Call, number: int) -> None:
    if call.has(number) and call.plan.is_data(call.name(number)):
        raise RefusedError("its weights depend on data")


RULES: dict[str, Rule] = {
    "BatchNormalization": batch_normalization,
    "GroupNormalization": group_normalization,
    "InstanceNormalization": instance_normalization,
    "LRN": local_response_normalization,
    "LayerNormalization": layer_normalization,
    "LpNormalization": unit_normalization,
    "RMSNormalization": rms_normalization,
}
