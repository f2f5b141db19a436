"""PyTorch's modules that are one layer, and what layer each is."""

from typing import Any

from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from archsum.interchange.torch import activations, kernels, normalizations, padding, products, sequences, shaping
from archsum.interchange.torch.built import built
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.unpooling import unpooling, with_places
from archsum.interchange.torch.windows import windowed


def reader_of(module: Any) -> Reader | None:
    """Return what reads a module as one layer.

    None where it is none: its class has a `forward` of its own, or its weights are computed of others.
    """
    cls: Any = type(module)
    if reads_built := built(module):
        return reads_built
    if is_parametrized(module) or "forward" in vars(module):
        return None
    for base in cls.__mro__:
        if base in MODULES:
            return MODULES[base] if cls.forward is base.forward else None
        if base.__name__ == "StochasticDepth" and hasattr(module, "p"):
            return stochastic_depth
        if base.__name__.endswith("DropPath") and hasattr(module, "drop_prob"):
            return stochastic_depth
    return windowed(module)


def stochastic_depth(view: View) -> Steps:
    """Read what torchvision calls so, and others DropPath: PyTorch has none of its own."""
    rate = view.module.p if hasattr(view.module, "p") else view.module.drop_prob
    return [Step("stochastic_depth", {"rate": float(rate or 0)})]


_ACTIVATIONS = (
    "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish ReLU ReLU6 SELU "
    "Sigmoid SiLU Softmax Softplus Softshrink Softsign Tanh Tanhshrink Threshold"
)
_OTHERWISE = {"LeakyReLU": "leaky_relu", "LogSoftmax": "log_softmax"}

MODULES: dict[Any, Reader] = {
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), kernels.convolution),
    **dict.fromkeys((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), kernels.transposed),
    **dict.fromkeys((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), with_places(kernels.max_pooling)),
    **dict.fromkeys((nn.MaxUnpool1d, nn.MaxUnpool2d, nn.MaxUnpool3d), unpooling),
    **dict.fromkeys((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), kernels.average_pooling),
    **dict.fromkeys((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d), kernels.adaptive("average")),
    **dict.fromkeys((nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d), kernels.adaptive("max")),
    **dict.fromkeys((nn.Dropout1d, nn.Dropout2d, nn.Dropout3d), kernels.spatial_dropout),
    **dict.fromkeys((nn.Upsample, nn.UpsamplingNearest2d, nn.UpsamplingBilinear2d), kernels.interpolate),
    nn.PixelShuffle: kernels.shuffled("depth_to_space", "upscale_factor"),
    nn.PixelUnshuffle: kernels.shuffled("space_to_depth", "downscale_factor"),
    **{
        getattr(nn, f"{word}Pad{rank}d"): padding.padding_module
        for word in ("Zero", "Constant", "Reflection", "Replication", "Circular")
        for rank in (1, 2, 3)
    },
    **dict.fromkeys((nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm), normalizations.batch_norm),
    **dict.fromkeys((nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d), normalizations.instance_norm),
    nn.GroupNorm: normalizations.group_norm,
    nn.LayerNorm: normalizations.layer_norm,
    nn.RMSNorm: normalizations.rms_norm,
    nn.LocalResponseNorm: normalizations.local_response,
    nn.Linear: products.linear,
    nn.Dropout: activations.dropout,
    nn.PReLU: activations.prelu,
    nn.Identity: activations.word("identity"),
    **dict.fromkeys((nn.Flatten, nn.Unflatten), shaping.reshaped),
    nn.ChannelShuffle: shaping.channel_shuffled,
    nn.Fold: shaping.folded,
    nn.Unfold: shaping.stated,
    **{getattr(nn, name): activations.ACTIVATIONS[_OTHERWISE.get(name, name.lower())] for name in _ACTIVATIONS.split()},
    nn.Embedding: sequences.embedding,
    nn.MultiheadAttention: sequences.multi_head_attention,
    **dict.fromkeys((nn.RNN, nn.LSTM, nn.GRU), sequences.recurrent),
}
"""By the class whose `forward` it is."""
