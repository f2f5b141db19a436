"""Keras's classes → our kinds, with the names of fields that differ."""

from archsum.interchange.keras.fields import Fields, Plain

_RANKS = (1, 2, 3)


def _one_axis(fields: Fields) -> Fields:
    """Take the axis out of the list that Keras 2 writes it in."""
    axis = fields.get("axis")
    return {**fields, "axis": axis[0]} if type(axis) is list and len(axis) == 1 else fields


def _untied(fields: Fields) -> Fields:
    return {**fields, "bias": "untied"} if fields.get("bias") is True else fields


def _double(fields: Fields) -> Fields:
    """Give cuDNN's recurrent layer of Keras 2 its second bias."""
    return {**fields, "bias": "double"}


def _two_biases(fields: Fields) -> Fields:
    return {**fields, "reset_after": True}


def _around_zero(fields: Fields) -> Fields:
    """Take the number that Keras writes as a range around 0, which its own class does not take."""
    ranges = {name: value for name, value in fields.items() if type(value) is list and len(value) == 2}
    return {**fields, **{name: high for name, (low, high) in ranges.items() if type(low) is float and low == -high}}


CLASSES: dict[str, Plain] = {
    "Dense": Plain("dense"),
    "EinsumDense": Plain("einsum_dense"),
    "Embedding": Plain("embedding"),
    "ReversibleEmbedding": Plain("reversible_embedding"),
    "Masking": Plain("masking"),
    **{f"Conv{rank}D": Plain(f"conv{rank}d") for rank in _RANKS},
    **{f"Conv{rank}DTranspose": Plain(f"conv{rank}d_transpose") for rank in _RANKS},
    **{f"DepthwiseConv{rank}D": Plain(f"depthwise_conv{rank}d") for rank in _RANKS},
    **{f"SeparableConv{rank}D": Plain(f"separable_conv{rank}d") for rank in (1, 2)},
    **{f"LocallyConnected{rank}D": Plain(f"locally_connected{rank}d", {}, _untied) for rank in (1, 2)},
    **{f"MaxPooling{rank}D": Plain(f"max_pooling{rank}d") for rank in _RANKS},
    **{f"AveragePooling{rank}D": Plain(f"average_pooling{rank}d") for rank in _RANKS},
    **{f"GlobalMaxPooling{rank}D": Plain(f"global_max_pooling{rank}d") for rank in _RANKS},
    **{f"GlobalAveragePooling{rank}D": Plain(f"global_average_pooling{rank}d") for rank in _RANKS},
    **{f"AdaptiveMaxPooling{rank}D": Plain(f"adaptive_max_pooling{rank}d") for rank in _RANKS},
    **{f"AdaptiveAveragePooling{rank}D": Plain(f"adaptive_average_pooling{rank}d") for rank in _RANKS},
    **{f"ZeroPadding{rank}D": Plain(f"zero_padding{rank}d") for rank in _RANKS},
    **{f"Cropping{rank}D": Plain(f"cropping{rank}d") for rank in _RANKS},
    **{f"UpSampling{rank}D": Plain(f"up_sampling{rank}d") for rank in _RANKS},
    **{f"SpatialDropout{rank}D": Plain(f"spatial_dropout{rank}d") for rank in _RANKS},
    "Resizing": Plain("resizing"),
    "CenterCrop": Plain("center_crop"),
    "Flatten": Plain("flatten"),
    "Reshape": Plain("reshape"),
    "Permute": Plain("permute"),
    "RepeatVector": Plain("repeat_vector"),
    "Identity": Plain("identity"),
    "ReLU": Plain("relu"),
    "LeakyReLU": Plain("leaky_relu", {"alpha": "negative_slope"}),
    "ThresholdedReLU": Plain("relu", {"theta": "threshold"}),
    "PReLU": Plain("prelu"),
    "ELU": Plain("elu"),
    "Softmax": Plain("softmax"),
    "Dropout": Plain("dropout"),
    "AlphaDropout": Plain("alpha_dropout"),
    "GaussianDropout": Plain("gaussian_dropout"),
    "GaussianNoise": Plain("gaussian_noise"),
    "ActivityRegularization": Plain("activity_regularization"),
    "BatchNormalization": Plain("batch_normalization", {}, _one_axis),
    "LayerNormalization": Plain("layer_normalization"),
    "GroupNormalization": Plain("group_normalization"),
    "RMSNormalization": Plain("rms_normalization"),
    "UnitNormalization": Plain("unit_normalization"),
    "Normalization": Plain("normalization"),
    "Rescaling": Plain("rescaling"),
    "CategoryEncoding": Plain("category_encoding"),
    "Discretization": Plain("discretization"),
    "Add": Plain("add"),
    "Subtract": Plain("subtract"),
    "Multiply": Plain("multiply"),
    "Average": Plain("average"),
    "Maximum": Plain("maximum"),
    "Minimum": Plain("minimum"),
    "Concatenate": Plain("concatenate"),
    "Dot": Plain("dot"),
    "Attention": Plain("attention"),
    "AdditiveAttention": Plain("additive_attention"),
    "MultiHeadAttention": Plain("multi_head_attention"),
    "GroupQueryAttention": Plain("grouped_query_attention"),
    "GroupedQueryAttention": Plain("grouped_query_attention"),
    "SimpleRNN": Plain("simple_rnn"),
    "LSTM": Plain("lstm"),
    "GRU": Plain("gru"),
    "CuDNNLSTM": Plain("lstm", {}, _double),
    "CuDNNGRU": Plain("gru", {}, _two_biases),
    **{f"ConvLSTM{rank}D": Plain(f"conv_lstm{rank}d") for rank in _RANKS},
    "TimeDistributed": Plain("time_distributed"),
    "Bidirectional": Plain("bidirectional"),
    "SpectralNormalization": Plain("spectral_normalization"),
    "RandomShear": Plain("random_shear", {}, _around_zero),
    **{
        f"Random{what}": Plain(f"random_{kind}")
        for what, kind in {
            "Flip": "flip",
            "Rotation": "rotation",
            "Zoom": "zoom",
            "Translation": "translation",
            "ElasticTransform": "elastic_transform",
            "Perspective": "perspective",
            "Erasing": "erasing",
            "GaussianBlur": "gaussian_blur",
            "Brightness": "brightness",
            "Contrast": "contrast",
            "Sharpness": "sharpness",
            "Posterization": "posterization",
            "Invert": "invert",
            "Hue": "hue",
            "Saturation": "saturation",
            "ColorDegeneration": "color_degeneration",
            "Grayscale": "grayscale",
            "ColorJitter": "color_jitter",
            "Crop": "crop",
        }.items()
    },
}
"""The classes of which one layer is one of ours."""

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
"""The classes that pass on a single input as it is."""

WITHOUT_WEIGHTS = frozenset(
    {
        *("Lambda", "Hashing", "HashedCrossing", "StringLookup", "IntegerLookup", "TextVectorization"),
        *("AugMix", "AutoContrast", "CutMix", "Equalization", "MixUp", "RandAugment", "Solarization"),
        *("ContrastLimitedAdaptiveHistogramEqualization", "MaxNumBoundingBoxes", "MelSpectrogram"),
    }
)
"""Keras's classes without a kind of ours that have no weights either: what they compute is unknown."""
