"""Convolutions of every kind."""

from functools import partial
from typing import Any

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.windows import cropped, padded, stepped
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Code, Expression, call, literal
from archsum.layers.untied import UntiedAlong

_RANKS = (1, 2, 3)


def with_bias(made: LayerCall, cls: str, positional: tuple[str, ...], **others: Expression | None) -> tuple[Stage, ...]:
    """Return a layer of Keras's, and where its bias is untied what adds that and applies the activation behind it."""
    return _with_bias(made, lambda more: layer(made, cls, positional, **others, **more))


def _with_bias(made: LayerCall, write: Any) -> tuple[Stage, ...]:
    if not any(map(is_untied, made.each("bias"))):
        return (Stage(write({})),)
    return Stage(write({"activation": None})), untied_bias(made)


def untied_bias(made: LayerCall) -> Stage:
    """Return the layer that adds an untied bias. Errors: NotSymbolicError where it is tied at some uses."""
    activation = made.get("activation") if made.has("activation") else None
    frozen = None if made.known("trainable") else "False"
    return Stage(call(made.own("UntiedBias"), literal(bias_axes(made)), activation=activation, trainable=frozen))


def is_untied(bias: Any) -> bool:
    """Whether a bias has parameters of its own along some axes of locations."""
    return bias == "untied" or isinstance(bias, UntiedAlong)


def bias_axes(made: LayerCall) -> list[int]:
    """Return the axes along which an untied bias has parameters of its own, the channels among them."""
    bias, of_layer = made.known("bias"), made.layer
    found = set()
    for shapes in made.shapes:
        behind = of_layer.behind_products(*shapes)  # type: ignore[attr-defined]
        rank = len(behind.output)
        channels = 1 if behind.data_format == "channels_first" and rank > 1 else rank
        found.add(tuple(sorted({channels, *(axis + 1 for axis in behind.untied_axes)})))
    if len(found) != 1:
        raise NotSymbolicError(str(bias))
    return [*found.pop()]


def _convolution(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    if rank == 2 and any(made.each("connection_table")):
        table = made.get("connection_table")
        stages = _with_bias(
            made,
            lambda more: own_layer(
                made,
                "TableConv2D",
                ("connection_table", "kernel_size"),
                filters=None,
                groups=None,
                connection_table=table,
                **more,
            ),
        )
        return *padded(made, rank), *stages
    return *padded(made, rank), *stepped(made, rank, with_bias, f"Conv{rank}D", ("filters", "kernel_size"))


def _depthwise(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    if rank == 3:
        stages = _with_bias(made, lambda more: own_layer(made, "DepthwiseConv3D", ("kernel_size",), **more))
        return *padded(made, rank), *stages
    return *padded(made, rank), *with_bias(made, f"DepthwiseConv{rank}D", ("kernel_size",))


def _separable(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    positional = ("filters", "kernel_size")
    if rank == 3:
        stages = _with_bias(made, lambda more: own_layer(made, "SeparableConv3D", positional, **more))
        return *padded(made, rank), *stages
    return *padded(made, rank), *with_bias(made, f"SeparableConv{rank}D", positional)


def _transpose(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    """Return a transposed convolution, what crops its output where its padding is numbers, then an untied bias."""
    positional = ("filters", "kernel_size")
    extra: dict[str, Expression | None] = {}
    in_numbers = not any(isinstance(padding, str) for padding in made.each("padding"))
    if in_numbers and not made.has("output_padding") and not _kernels_reach(made):
        extra = {"output_padding": Code("0")}
    crops = cropped(made, rank)
    if any(group != 1 for group in made.each("groups")):
        own = f"GroupedConv{rank}DTranspose"
        first, *bias = _with_bias(made, lambda more: own_layer(made, own, positional, **extra, **more))
    else:
        first, *bias = with_bias(made, f"Conv{rank}DTranspose", positional, groups=None, **extra)
    return first, *crops, *bias


def _kernels_reach(made: LayerCall) -> bool:
    """Whether windows meet, so that Keras's size without an output padding is PyTorch's."""
    return all(
        window.extent >= window.stride
        for layer_ in made.layers
        for window in layer_.windows  # type: ignore[attr-defined]
    )


def _locally_connected(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    stages = _with_bias(
        made, lambda more: own_layer(made, f"LocallyConnected{rank}D", ("filters", "kernel_size"), **more)
    )
    return *padded(made, rank), *stages


def _scale(made: LayerCall) -> tuple[Stage, ...]:
    axes = literal(bias_axes(made)) if made.known("bias") else None
    axis = "1" if made.is_channels_first and made.rank > 1 else None
    written = own_layer(made, "Scale", (), use_bias=None, data_format=None, axis=axis, bias_axes=axes)
    return (Stage(written),)


TABLE: Table = {
    **{f"conv{rank}d": partial(_convolution, rank=rank) for rank in _RANKS},
    **{f"conv{rank}d_transpose": partial(_transpose, rank=rank) for rank in _RANKS},
    **{f"depthwise_conv{rank}d": partial(_depthwise, rank=rank) for rank in _RANKS},
    **{f"separable_conv{rank}d": partial(_separable, rank=rank) for rank in _RANKS},
    **{f"locally_connected{rank}d": partial(_locally_connected, rank=rank) for rank in (1, 2)},
    "scale": _scale,
}
