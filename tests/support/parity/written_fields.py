"""What layers of Keras and PyTorch are built with, and take, to find out what a field of theirs changes."""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from archsum.language.advice.fields import ENDINGS_WITHOUT_COUNTS, WITHOUT_COUNTS


class Known(NamedTuple):
    """What a class is built with, and the shapes that it takes, with the batch axis."""

    fields: Mapping[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    in_list: bool = False
    """Whether it takes several inputs in a list, and not one by one."""


SEQUENCE, IMAGE, VOLUME = ((2, 6, 4),), ((2, 6, 6, 4),), ((2, 6, 6, 6, 4),)
COLOURS = ((2, 8, 8, 3),)
WORDS = ((2, 6),)
OF_RANK = {1: SEQUENCE, 2: IMAGE, 3: VOLUME}
FIRST = {1: ((2, 4, 6),), 2: ((2, 4, 6, 6),), 3: ((2, 4, 6, 6, 6),)}
"""The same with the channels first."""
STEPS_OF = {rank: ((2, 3, *[6] * rank, 4),) for rank in (1, 2, 3)}
KERNEL = {"filters": 4, "kernel_size": 3}

KERAS: dict[str, Known] = {
    **{f"Conv{rank}D": Known(KERNEL, OF_RANK[rank]) for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": Known(KERNEL, OF_RANK[rank]) for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": Known({"kernel_size": 3}, OF_RANK[rank]) for rank in (1, 2)},
    **{f"SeparableConv{rank}D": Known(KERNEL, OF_RANK[rank]) for rank in (1, 2)},
    **{f"ConvLSTM{rank}D": Known(KERNEL, STEPS_OF[rank]) for rank in (1, 2, 3)},
    **{f"SpatialDropout{rank}D": Known({"rate": 0.1}, OF_RANK[rank]) for rank in (1, 2, 3)},
    **{name: Known({"units": 4}, SEQUENCE) for name in ("Dense", "GRU", "LSTM", "SimpleRNN")},
    **{name: Known({"units": 4}, ((2, 4), (2, 4))) for name in ("GRUCell", "SimpleRNNCell")},
    "LSTMCell": Known({"units": 4}, ((2, 4), (2, 4), (2, 4))),
    **{name: Known({"rate": 0.1}, SEQUENCE) for name in ("Dropout", "AlphaDropout", "GaussianDropout")},
    **{name: Known({}, SEQUENCE * 2, in_list=True) for name in ("Attention", "AdditiveAttention")},
    "MultiHeadAttention": Known({"num_heads": 2, "key_dim": 2}, SEQUENCE * 2),
    "GroupQueryAttention": Known({"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2}, SEQUENCE * 2),
    "BatchNormalization": Known({}, IMAGE),
    "LayerNormalization": Known({}, IMAGE),
    "GroupNormalization": Known({"groups": 2}, IMAGE),
    "EinsumDense": Known({"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"}, SEQUENCE),
    "Embedding": Known({"input_dim": 9, "output_dim": 3}, WORDS),
    "ReversibleEmbedding": Known({"input_dim": 9, "output_dim": 3}, WORDS),
    "PReLU": Known({}, IMAGE),
    "GaussianNoise": Known({"stddev": 0.1}, IMAGE),
    "CategoryEncoding": Known({"num_tokens": 4}, WORDS),
    "Discretization": Known({"bin_boundaries": [0.5]}, WORDS),
    "RandomCrop": Known({"height": 4, "width": 4}, COLOURS),
    **{f"Random{name}": Known({}, COLOURS) for name in ("Flip", "ColorJitter", "GaussianBlur", "Perspective")},
    **{f"Random{name}": Known({}, COLOURS) for name in ("Shear", "ElasticTransform", "Erasing", "Grayscale")},
    **{f"Random{name}": Known({"factor": 0.1}, COLOURS) for name in ("Brightness", "Contrast", "Rotation", "Hue")},
    **{f"Random{name}": Known({"factor": 0.1}, COLOURS) for name in ("ColorDegeneration", "Invert", "Sharpness")},
    **{f"Random{name}": Known({"factor": 0.1}, COLOURS) for name in ("Saturation",)},
    "RandomPosterization": Known({"factor": 4}, COLOURS),
    **{
        f"Random{name}": Known({"height_factor": 0.1, "width_factor": 0.1}, COLOURS) for name in ("Translation", "Zoom")
    },
}
"""Keras's layers that have such a field and are kinds of ours."""

ELEMENTWISE = (
    *("AlphaDropout", "CELU", "Dropout", "ELU", "FeatureAlphaDropout", "Hardsigmoid", "Hardswish", "Hardtanh"),
    *("LeakyReLU", "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU"),
)

TORCH: dict[str, Known] = {
    **{f"Conv{rank}d": Known({"in_channels": 4, "out_channels": 3, "kernel_size": 3}, FIRST[rank]) for rank in FIRST},
    **{
        f"ConvTranspose{rank}d": Known({"in_channels": 4, "out_channels": 3, "kernel_size": 3}, FIRST[rank])
        for rank in FIRST
    },
    **{f"BatchNorm{rank}d": Known({"num_features": 4}, FIRST[rank]) for rank in FIRST},
    **{f"InstanceNorm{rank}d": Known({"num_features": 4}, FIRST[rank]) for rank in FIRST},
    **{f"AdaptiveMaxPool{rank}d": Known({"output_size": 3}, FIRST[rank]) for rank in FIRST},
    **{f"MaxPool{rank}d": Known({"kernel_size": 2}, FIRST[rank]) for rank in FIRST},
    **{f"AvgPool{rank}d": Known({"kernel_size": 3, "padding": 1}, FIRST[rank]) for rank in FIRST},
    **{name: Known({}, ((2, 4, 6),)) for name in ELEMENTWISE},
    **{f"Dropout{rank}d": Known({}, FIRST[rank]) for rank in FIRST},
    "Threshold": Known({"threshold": 0.1, "value": 2}, FIRST[2]),
    "SyncBatchNorm": Known({"num_features": 4}, FIRST[2]),
    "GroupNorm": Known({"num_groups": 2, "num_channels": 4}, FIRST[2]),
    "LayerNorm": Known({"normalized_shape": 4}, SEQUENCE),
    "RMSNorm": Known({"normalized_shape": 4}, SEQUENCE),
    "Linear": Known({"in_features": 4, "out_features": 3}, SEQUENCE),
    "Embedding": Known({"num_embeddings": 9, "embedding_dim": 3}, WORDS),
    "Upsample": Known({"scale_factor": 2, "mode": "bilinear"}, FIRST[2]),
    "MultiheadAttention": Known({"embed_dim": 4, "num_heads": 2}, ((6, 2, 4),) * 3),
    **{f"{name}Cell": Known({"input_size": 4, "hidden_size": 3}, ((2, 4),)) for name in ("GRU", "LSTM", "RNN")},
}
"""PyTorch's modules that have such a field and are kinds of ours."""


def is_without_counts(word: str) -> bool:
    """Whether a field is said not to change the counts, whichever kind has it."""
    return word in WITHOUT_COUNTS or word.endswith(ENDINGS_WITHOUT_COUNTS)


def words_of(cls: type, call: str) -> list[tuple[str, bool]]:
    """Return such fields of a class, and whether they are given where it is called."""
    stated, called = inspect.signature(cls).parameters, inspect.signature(getattr(cls, call)).parameters
    found = [(word, False) for word in stated if is_without_counts(word)]
    return found + [(word, True) for word in called if is_without_counts(word) and word not in stated]
