"""Kinds of which a layer is one of Keras's, with the same fields."""

from functools import partial

from archsum.interchange.building.keras.arguments import layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.kinds.convolutions import with_bias
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.keras.windows import channels_last

_RANKS = (1, 2, 3)


def plain(made: LayerCall, cls: str, positional: tuple[str, ...] = ()) -> tuple[Stage, ...]:
    """Return a layer of Keras's, whose arguments are the fields."""
    return (Stage(layer(made, cls, positional)),)


def _dense(made: LayerCall) -> tuple[Stage, ...]:
    return with_bias(made, "Dense", ("units",))


def _of_rows(made: LayerCall, cls: str, positional: tuple[str, ...]) -> tuple[Stage, ...]:
    return channels_last(made, Stage(layer(made, cls, positional)))


def _rescaling(made: LayerCall) -> tuple[Stage, ...]:
    numbers = (*made.each("scale"), *made.each("offset"))
    if made.is_channels_first and any(isinstance(number, tuple) for number in numbers):
        raise LackingError("rescales each channel where the channels are last alone", "`permute` the data before it")
    return (Stage(layer(made, "Rescaling", ("scale",))),)


def _of(cls: str, *positional: str) -> partial[tuple[Stage, ...]]:
    return partial(plain, cls=cls, positional=positional)


TABLE: Table = {
    "dense": _dense,
    "einsum_dense": _of("EinsumDense", "equation"),
    "embedding": _of("Embedding", "input_dim", "output_dim"),
    "masking": _of("Masking", "mask_value"),
    "flatten": _of("Flatten"),
    "reshape": _of("Reshape", "target_shape"),
    "permute": _of("Permute", "dims"),
    "repeat_vector": _of("RepeatVector", "n"),
    "identity": _of("Identity"),
    "dropout": _of("Dropout", "rate"),
    "alpha_dropout": _of("AlphaDropout", "rate"),
    "gaussian_dropout": _of("GaussianDropout", "rate"),
    "gaussian_noise": _of("GaussianNoise", "stddev"),
    "activity_regularization": _of("ActivityRegularization"),
    "batch_normalization": _of("BatchNormalization"),
    "layer_normalization": _of("LayerNormalization"),
    "group_normalization": _of("GroupNormalization", "groups"),
    "rms_normalization": _of("RMSNormalization"),
    "unit_normalization": _of("UnitNormalization"),
    "rescaling": _rescaling,
    "normalization": _of("Normalization"),
    "category_encoding": _of("CategoryEncoding", "num_tokens"),
    "discretization": _of("Discretization"),
    "center_crop": _of("CenterCrop", "height", "width"),
    **{
        f"global_{how}_pooling{rank}d": _of(f"Global{how.title()}Pooling{rank}D")
        for how in ("average", "max")
        for rank in _RANKS
    },
    **{
        f"adaptive_{how}_pooling{rank}d": _of(f"Adaptive{how.title()}Pooling{rank}D", "output_size")
        for how in ("average", "max")
        for rank in _RANKS
    },
    **{f"zero_padding{rank}d": _of(f"ZeroPadding{rank}D", "padding") for rank in _RANKS},
    **{f"cropping{rank}d": _of(f"Cropping{rank}D", "cropping") for rank in (2, 3)},
    **{f"up_sampling{rank}d": _of(f"UpSampling{rank}D", "size") for rank in (2, 3)},
    **{f"spatial_dropout{rank}d": _of(f"SpatialDropout{rank}D", "rate") for rank in (2, 3)},
    "cropping1d": partial(_of_rows, cls="Cropping1D", positional=("cropping",)),
    "up_sampling1d": partial(_of_rows, cls="UpSampling1D", positional=("size",)),
    "spatial_dropout1d": partial(_of_rows, cls="SpatialDropout1D", positional=("rate",)),
    **{
        f"random_{kind}": _of(f"Random{kind.title().replace('_', '')}", *positional)
        for kind, positional in {
            "flip": ("mode",),
            "rotation": ("factor",),
            "zoom": ("height_factor", "width_factor"),
            "translation": ("height_factor", "width_factor"),
            "shear": (),
            "elastic_transform": (),
            "perspective": (),
            "erasing": (),
            "gaussian_blur": (),
            "brightness": ("factor",),
            "contrast": ("factor",),
            "sharpness": ("factor",),
            "posterization": ("factor",),
            "invert": (),
            "hue": ("factor",),
            "saturation": ("factor",),
            "color_degeneration": ("factor",),
            "grayscale": (),
            "color_jitter": (),
            "crop": ("height", "width"),
        }.items()
    },
}
