"""Kernels that layers share: a layer of its own has each, which gives it to those that multiply by it."""

from archsum.interchange.building.keras.arguments import TIED, trainable_of
from archsum.interchange.building.keras.calls import LayerCall
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Brackets, Code, Expression, call, literal
from archsum.layers import layer_class

_LACKING = "has {} for layers that share a single weight"
_CURE = "write `shared: label`, for all of their weights, or leave it out"


def weight_of(made: LayerCall) -> tuple[str, str]:
    """Return the name of the weight that a layer shares, and its label.

    Errors: LackingError where Keras cannot be given it.
    """
    shared, wrappers = made.step.item.shared_weights, made.step.wrappers
    (name, label), *others = shared.items()
    if layer_class(made.kind).__name__ not in TIED or wrappers:
        raise LackingError(_LACKING.format("no such layer"), _CURE)
    if others or name not in ("kernel", "embeddings"):
        raise LackingError(_LACKING.format("nothing but kernels and tables"), _CURE)
    if "causal" in made.each("padding") if hasattr(made.layer, "padding") else False:
        raise LackingError(_LACKING.format("no causal convolution"), "write a `zero_padding1d` before it")
    return name, label


def shared_weight(made: LayerCall, name: str) -> Brackets:
    """Return the layer that has a weight which the first of those that share it would have."""
    initial = literal("uniform") if name == "embeddings" else None
    return call(made.own("SharedWeight"), _shape(made), initializer=initial, trainable=trainable_of(made))


def _shape(made: LayerCall) -> Expression:
    if made.kind == "embedding":
        return Brackets("", (made.get("input_dim"), made.get("output_dim")))
    x = made.inputs[0]
    if made.kind == "dense":
        return Brackets("", (Code(f"{x}.shape[-1]"), made.get("units")))
    groups = made.known("groups")
    channels: Expression = Code(f"{x}.shape[{1 if made.is_channels_first else -1}]{f' // {groups}' * (groups != 1)}")
    ends = (channels, made.get("filters"))
    if made.kind.endswith("transpose"):
        if groups != 1:
            raise NotSymbolicError("groups")
        ends = ends[::-1]
    return Brackets("", (*map(literal, made.known("kernel_size")), *ends))
