"""Classes that `archsum build` writes into files, and that are one layer each."""

from typing import Any

from torch import nn

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.biases import take_bias
from archsum.interchange.torch.kernels import spatial
from archsum.interchange.torch.steps import Reader, Step, Steps, View, short

_CALLED_ALIKE = (
    *("CELU", "ELU", "GELU", "Mish", "ReLU", "ReLU6", "SELU"),
    *("Sigmoid", "SiLU", "Softplus", "Softsign", "Tanh"),
)
_ACTIVATIONS = {
    **{name: name.lower() for name in _CALLED_ALIKE},
    **{"Identity": "linear", "Hardsigmoid": "hard_sigmoid", "Hardswish": "hard_silu"},
}
"""By the names of PyTorch's classes."""


def _conv_lstm(view: View) -> Steps:
    """Read an LSTM of images, whose channels come before the steps, and in our kind behind all else."""
    it = view.module
    kernel, state, rank = it.input, it.state, len(it.input.kernel_size)
    activations = {name: _activation(getattr(it, name)) for name in ("activation", "recurrent_activation")}
    if type(kernel) is not type(state) or None in activations.values() or view.layout(view.input).dropped != 0:
        raise NotUnderstoodError("has parts that are not those that it is written with")
    fields: dict[str, Any] = {
        "filters": it.filters,
        "kernel_size": short(kernel.kernel_size),
        "strides": short(kernel.stride),
        "padding": kernel.padding if isinstance(kernel.padding, str) else short(kernel.padding),
        "dilation_rate": short(kernel.dilation),
        "bias": "tied" if kernel.bias is not None else False,
        "return_sequences": it.return_sequences,
        **activations,
    }
    weights = view.weights(kernel="input.weight", bias="input.bias", recurrent_kernel="state.weight")
    behind = rank + 1 if it.return_sequences else rank
    return [
        Step("permute", {"dims": [*range(2, rank + 3), 1]}, name="permute"),
        Step(f"conv_lstm{rank}d", fields, weights=weights, name="conv_lstm"),
        Step("permute", {"dims": [behind + 1, *range(1, behind + 1)]}, name="permute"),
    ]


def _activation(module: Any) -> str | None:
    cls = type(module)
    return _ACTIVATIONS.get(cls.__name__) if getattr(nn, cls.__name__, None) is cls else None


def _of_blocks(kind: str, factor: str) -> Reader:
    """Return what reads blocks that become channels, or channels blocks, in the order that Keras has them behind."""

    def read(view: View) -> Steps:
        if view.layout(view.input).dropped != 0 or len(view.shape(view.input)) != 3:
            raise NotUnderstoodError("takes something else than images")
        return [
            Step("permute", {"dims": [2, 3, 1]}, name="permute"),
            Step(kind, {"block_size": getattr(view.module, factor)}, name=kind),
            Step("permute", {"dims": [3, 1, 2]}, name="permute"),
        ]

    return read


def _scale(view: View) -> Steps:
    """Read a learned factor for each channel, with what is added behind it."""
    weights = view.weights(scale="scale")
    bias = take_bias(view, weights)
    return [step._replace(in_one=True) for step in spatial(view, "scale", {"bias": bias}, weights)]


def _connected(view: View) -> Steps:
    """Read a convolution whose filters see the channels that a table says."""
    it, weights = view.module, view.weights(kernel="weight", bias="bias")
    fields = {
        "filters": len(it.table),
        "kernel_size": short(weights["kernel"].shape[1:]),
        "strides": short(it.stride),
        "padding": short(it.padding),
        "dilation_rate": short(it.dilation),
        "bias": take_bias(view, weights),
        "connection_table": [[*seen] for seen in it.table],
    }
    return spatial(view, "conv2d", fields, weights)


def _position_bias(view: View) -> Steps:
    """Read a learned number for each head and each bucket of distances between two positions."""
    weights = view.weights(table="table")
    buckets, heads = weights["table"].shape
    fields = {"num_heads": heads, "window_size": [view.module.index.shape[0]], "num_buckets": buckets}
    return [Step("relative_position_bias", fields, (), weights)]


PIECES: dict[str, Reader] = {
    "Scale": _scale,
    "ConnectedConv2d": _connected,
    **{f"ConvLSTM{rank}d": _conv_lstm for rank in (1, 2, 3)},
    "BucketedPositionBias": _position_bias,
    "DepthToSpace": _of_blocks("depth_to_space", "upscale_factor"),
    "SpaceToDepth": _of_blocks("space_to_depth", "downscale_factor"),
}
"""By their names; whether a class is what it is called, `is_written` says."""
