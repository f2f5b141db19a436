"""The kinds of layer: which there are, and the class of each, imported when a file first uses it."""

from functools import cache
from importlib import import_module
from types import ModuleType

from archsum.layers.base import Layer

FAMILIES: dict[str, tuple[str, ...]] = {
    "convolution": ("conv1d", "conv2d", "conv3d"),
    "transposed_convolution": ("conv1d_transpose", "conv2d_transpose", "conv3d_transpose"),
    "depthwise_convolution": ("depthwise_conv1d", "depthwise_conv2d"),
    "separable_convolution": ("separable_conv1d", "separable_conv2d"),
    "locally_connected": ("locally_connected1d", "locally_connected2d"),
    "pooling": (
        "max_pooling1d",
        "max_pooling2d",
        "max_pooling3d",
        "average_pooling1d",
        "average_pooling2d",
        "average_pooling3d",
    ),
    "global_pooling": (
        "global_max_pooling1d",
        "global_max_pooling2d",
        "global_max_pooling3d",
        "global_average_pooling1d",
        "global_average_pooling2d",
        "global_average_pooling3d",
    ),
    "adaptive_pooling": (
        "adaptive_max_pooling1d",
        "adaptive_max_pooling2d",
        "adaptive_max_pooling3d",
        "adaptive_average_pooling1d",
        "adaptive_average_pooling2d",
        "adaptive_average_pooling3d",
    ),
    "dense": ("dense",),
    "embedding": ("embedding", "reversible_embedding", "masking"),
    "recurrent": ("simple_rnn", "lstm", "gru"),
    "attention": ("multi_head_attention", "grouped_query_attention", "attention", "additive_attention"),
    "wrappers": ("bidirectional", "time_distributed"),
    "activation": ("activation", "identity", "relu", "leaky_relu", "prelu", "elu", "softmax"),
    "normalization": (
        "batch_normalization",
        "layer_normalization",
        "group_normalization",
        "rms_normalization",
        "unit_normalization",
    ),
    "merging": ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"),
    "regularization": (
        "dropout",
        "spatial_dropout1d",
        "spatial_dropout2d",
        "spatial_dropout3d",
        "alpha_dropout",
        "gaussian_dropout",
        "stochastic_depth",
        "gaussian_noise",
        "activity_regularization",
    ),
    "shaping": ("flatten", "reshape", "permute", "repeat_vector"),
    "slicing": ("split", "slice"),
    "channels": ("channel_shuffle", "space_to_depth", "depth_to_space"),
    "resizing": (
        "zero_padding1d",
        "zero_padding2d",
        "zero_padding3d",
        "cropping1d",
        "cropping2d",
        "cropping3d",
        "up_sampling1d",
        "up_sampling2d",
        "up_sampling3d",
    ),
    "preprocessing": ("rescaling", "normalization"),
    "scale": ("scale", "layer_scale"),
    "parameter": ("parameter",),
    "custom": ("custom",),
}
"""The kinds that each module here defines. Explicit, so that a kind is known without importing its family."""

KINDS: dict[str, str] = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}
"""The module that defines each kind."""


@cache
def layer_class(kind: str) -> type[Layer]:
    """Return the class of a kind. Errors: KeyError for an unknown kind."""
    module = import_module(f"archsum.layers.{KINDS[kind]}")
    return next(cls for cls in layer_classes(module) if kind_of(cls) == kind)


def layer_classes(module: ModuleType) -> list[type[Layer]]:
    """Return the kinds of layer that a module defines."""
    found = (cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, Layer))
    return [cls for cls in found if "type" in cls.model_fields]


def kind_of(cls: type[Layer]) -> str:
    """Return the word that a file uses for a class of layer."""
    kind: str = cls.model_fields["type"].default
    return kind
