"""Convolutions of every kind."""

from functools import partial
from typing import Any

from archsum.interchange.building.keras.arguments import layer
from archsum.interchange.building.keras.calls import LayerCall, Stage
from archsum.interchange.building.keras.windows import padded
from archsum.interchange.building.source import Expression, call, literal
from archsum.layers.untied import UntiedAlong

_RANKS = (1, 2, 3)


def with_bias(made: LayerCall, cls: str, positional: tuple[str, ...], **others: Expression | None) -> tuple[Stage, ...]:
    """Return a layer, and where its bias is untied what adds that, and applies the activation behind it."""
    if not any(_is_untied(bias) for bias in made.each("bias")):
        return (Stage(layer(made, cls, positional, **others)),)
    without = Stage(layer(made, cls, positional, **{**others, "activation": None}))
    return without, untied_bias(made)


def untied_bias(made: LayerCall) -> Stage:
    """Return the layer that adds an untied bias. Errors: NotSymbolicError where it is tied at some uses."""
    activation = made.get("activation") if made.has("activation") else None
    frozen = None if made.known("trainable") else "False"
    axes = literal([axis + 1 for axis in _untied_axes(made)])
    return Stage(call(made.own("UntiedBias"), axes, activation=activation, trainable=frozen))


def _is_untied(bias: Any) -> bool:
    return bias == "untied" or isinstance(bias, UntiedAlong)


def _untied_axes(made: LayerCall) -> tuple[int, ...]:
    """Return the axes of a sample along which there are parameters of their own, the channels among them."""
    made.known("bias")
    of_layer: Any = made.layer
    (weight,) = (weight for weight in of_layer.weights(*made.shapes[0]) if weight.is_bias)
    output = of_layer.output_shape(*made.shapes[0])
    behind = of_layer.behind_products(*made.shapes[0])
    channels = next(axis for axis, name in enumerate(behind.axes) if name in ("channels", "features", "filters"))
    return tuple(sorted({*behind.untied_axes, channels})) if len(weight.shape) == len(output) else (channels,)


def _convolution(made: LayerCall, rank: int, cls: str, positional: tuple[str, ...]) -> tuple[Stage, ...]:
    return *padded(made, rank), *with_bias(made, cls, positional)


TABLE = {
    **{
        f"conv{rank}d": partial(_convolution, rank=rank, cls=f"Conv{rank}D", positional=("filters", "kernel_size"))
        for rank in _RANKS
    },
    **{
        f"depthwise_conv{rank}d": partial(
            _convolution, rank=rank, cls=f"DepthwiseConv{rank}D", positional=("kernel_size",)
        )
        for rank in (1, 2)
    },
    **{
        f"separable_conv{rank}d": partial(
            _convolution, rank=rank, cls=f"SeparableConv{rank}D", positional=("filters", "kernel_size")
        )
        for rank in (1, 2)
    },
}
