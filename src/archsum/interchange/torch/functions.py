"""PyTorch's functions, and what layers each is."""

from archsum.interchange.torch import activations, kernels, normalizations, sequences
from archsum.interchange.torch.activations import ACTIVATIONS
from archsum.interchange.torch.arithmetic import ARITHMETIC
from archsum.interchange.torch.padding import padded
from archsum.interchange.torch.products import PRODUCTS
from archsum.interchange.torch.shaping import SHAPING
from archsum.interchange.torch.steps import Reader
from archsum.interchange.torch.unpooling import unpooling_function, with_places

FUNCTIONS: dict[str, Reader] = {
    **SHAPING,
    **ARITHMETIC,
    **PRODUCTS,
    **ACTIVATIONS,
    "dropout": activations.dropout,
    "weight_norm": normalizations.weight_norm,
    "normalize": normalizations.normalized,
    "pad": padded,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), kernels.convolution_function),
    **{f"conv_transpose{rank}d": kernels.transposed_function for rank in (1, 2, 3)},
    **{f"max_pool{rank}d": kernels.max_pooling_function for rank in (1, 2, 3)},
    **{f"max_pool{rank}d_with_indices": with_places(kernels.max_pooling_function) for rank in (1, 2, 3)},
    **{f"max_unpool{rank}d": unpooling_function for rank in (1, 2, 3)},
    **{f"avg_pool{rank}d": kernels.average_pooling_function for rank in (1, 2, 3)},
    **{f"adaptive_avg_pool{rank}d": kernels.adaptive("average") for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": kernels.adaptive("max") for rank in (1, 2, 3)},
    **{f"dropout{rank}d": kernels.spatial_dropout for rank in (1, 2, 3)},
    "interpolate": kernels.interpolate,
    "pixel_shuffle": kernels.shuffled("depth_to_space", "upscale_factor"),
    "pixel_unshuffle": kernels.shuffled("space_to_depth", "downscale_factor"),
    "batch_norm": normalizations.batch_norm_function,
    "layer_norm": normalizations.layer_norm_function,
    "group_norm": normalizations.group_norm_function,
    "rms_norm": normalizations.rms_norm_function,
    "embedding": sequences.embedding_function,
    **dict.fromkeys(("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"), sequences.cell),
    "scaled_dot_product_attention": sequences.scaled_dot_product,
}
"""By their names without underscores."""
