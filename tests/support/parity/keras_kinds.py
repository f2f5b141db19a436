"""How to draw layers of each kind that Keras has too."""

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy
from hypothesis import strategies as st

from archsum.layers import FAMILIES, layer_class
from archsum.layers.shapes import Shape
from tests.support.parity import augmentation, equations, sequences
from tests.support.parity.cases import (
    DATA_FORMATS,
    FLAGS,
    REFUSED,
    SHAPES,
    Case,
    Computed,
    Fields,
    Outcome,
    Strategy,
    any_cases,
    counts,
    fields_of,
    per_axis,
    rarely,
    single,
    sizes,
    spatial_cases,
)

ACTIVATIONS = st.sampled_from(["linear", "relu", "softmax", "hard_swish"])
FUNCTIONS = tuple(name for name in FAMILIES["activation_functions"] if name != "threshold")
"""The activations that are kinds by their own names; Keras has them as `Activation`."""
INTERPOLATIONS = st.sampled_from(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
RATES = rarely(st.sampled_from([0, 0.25, 0.5, 1]), st.sampled_from([-0.1, 1.5]))
POSITIVE = rarely(st.sampled_from([0.1, 1, 2.5]), st.sampled_from([0, -1]))
NUMBERS = st.floats(-2, 2) | st.lists(st.floats(-2, 2), min_size=1, max_size=3)
AXES = st.just(-1) | st.integers(-2, 3) | st.integers(-5, 5)
SEVERAL_AXES = AXES | st.lists(AXES, min_size=1, max_size=3)
SHARED_AXES = rarely(st.integers(1, 4), st.integers(-1, 0)) | st.lists(st.integers(1, 4), min_size=1, max_size=3)
NOISE_SHAPES = rarely(
    st.lists(st.none() | st.integers(1, 6), min_size=1, max_size=4),
    st.lists(st.integers(-1, 3), max_size=4),
)
BIASES = st.sampled_from(["tied", True, False])
TRAINABLE: dict[str, Strategy] = {"trainable": FLAGS}
SCALE_AND_CENTER: dict[str, Strategy] = {"scale": FLAGS, "center": FLAGS, "epsilon": POSITIVE, **TRAINABLE}


@st.composite
def _kernel_fields(
    draw: st.DrawFn,
    rank: int,
    required: dict[str, Strategy],
    optional: dict[str, Strategy] | None = None,
    words: tuple[str, ...] = ("valid", "same"),
    *,
    strides_or_dilation: bool = True,
) -> Fields:
    """Draw a kernel's fields; `strides_or_dilation`: the two together are rare, as Keras refuses them."""
    shared = {
        "padding": rarely(st.sampled_from(words), st.sampled_from(["causal", "full"])),
        "activation": ACTIVATIONS,
        "bias": BIASES,
        **TRAINABLE,
    }
    drawn: Fields = draw(fields_of({"kernel_size": per_axis(rank, 3), **required}, {**shared, **(optional or {})}))
    either = st.sampled_from([(), ("strides",), ("dilation_rate",)])
    both = st.just(("strides", "dilation_rate"))
    for field in draw(rarely(either, both) if strides_or_dilation else either | both):
        drawn[field] = draw(per_axis(rank, 3))
    return drawn


def _convolution(rank: int) -> Strategy:
    words = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    required = {"filters": rarely(st.sampled_from([1, 2, 4, 6]), st.just(0))}
    groups = st.just(1) | rarely(st.integers(1, 3), st.just(0))
    return spatial_cases(rank, _kernel_fields(rank, required, {"groups": groups}, words))


def _transpose(rank: int) -> Strategy:
    padding = st.integers(0, 2) | st.lists(st.integers(0, 2), min_size=rank, max_size=rank)
    return spatial_cases(rank, _kernel_fields(rank, {"filters": counts(4)}, {"output_padding": padding}), most=8)


def _depthwise(rank: int) -> Strategy:
    return spatial_cases(rank, _kernel_fields(rank, {}, {"depth_multiplier": counts(3)}, strides_or_dilation=False))


def _separable(rank: int) -> Strategy:
    required, optional = {"filters": counts(4)}, {"depth_multiplier": counts(3)}
    return spatial_cases(rank, _kernel_fields(rank, required, optional, strides_or_dilation=False))


def _conv_lstm(rank: int) -> Strategy:
    rates = st.sampled_from([0, 0.25, 1])
    optional = {"dropout": rates, "recurrent_dropout": rates, "return_sequences": FLAGS}
    fields = _kernel_fields(rank, {"filters": counts(3)}, {"recurrent_activation": ACTIVATIONS, **optional})
    images = spatial_cases(rank, fields, most=8)
    return st.builds(lambda case, steps: Case(case.fields, (steps, *case.shape)), images, sizes(6))


def _pooling(rank: int) -> Strategy:
    padding = rarely(st.sampled_from(["valid", "same"]), st.just("full"))
    strides = rarely(per_axis(rank, 3), st.none())
    pool_size = {"pool_size": per_axis(rank, 3)}
    some = fields_of(pool_size, {"strides": strides, "padding": padding})
    return spatial_cases(rank, rarely(some, fields_of({}, {"strides": strides})))


def _global_pooling(rank: int) -> Strategy:
    return spatial_cases(rank, fields_of({}, {"keepdims": FLAGS}))


def _adaptive_pooling(rank: int) -> Strategy:
    return spatial_cases(rank, fields_of({"output_size": per_axis(rank, 5)}))


def _sides(rank: int, most: int) -> Strategy:
    """Draw a number, one for each axis, or a pair for each axis."""
    number = rarely(st.integers(0, most), st.just(-1))
    pair = st.lists(number, min_size=2, max_size=2)
    if rank == 1:
        return number | pair
    return number | st.lists(number, min_size=rank, max_size=rank) | st.lists(pair, min_size=rank, max_size=rank)


def _zero_padding(rank: int) -> Strategy:
    return spatial_cases(rank, fields_of({}, {"padding": _sides(rank, 3)}))


def _cropping(rank: int) -> Strategy:
    return spatial_cases(rank, fields_of({}, {"cropping": _sides(rank, 2)}), data_format=rank > 1)


def _up_sampling(rank: int) -> Strategy:
    optional = {"size": counts(3) if rank == 1 else per_axis(rank, 3)}
    if rank == 2:
        optional["interpolation"] = INTERPOLATIONS
    return spatial_cases(rank, fields_of({}, optional), data_format=rank > 1)


def _resizing() -> Strategy:
    optional = {"interpolation": INTERPOLATIONS}
    size = {"height": counts(9), "width": counts(9)}
    one = st.sampled_from([{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}])
    both = st.just({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True})
    drawn = st.builds(lambda fields, ratio: fields | ratio, fields_of(size, optional), rarely(one, both))
    return spatial_cases(2, drawn)


def _center_crop() -> Strategy:
    return spatial_cases(2, fields_of({"height": counts(25), "width": counts(25)}))


def _spatial_dropout(rank: int) -> Strategy:
    return spatial_cases(rank, fields_of({"rate": RATES}), data_format=rank > 1)


@st.composite
def _reshapes(draw: st.DrawFn) -> Case:
    """Draw shapes together with another order or grouping of their sizes, or something that may not fit."""
    shape = draw(SHAPES)
    target = list(draw(st.permutations([size or 1 for size in shape])))
    if len(target) > 1 and draw(FLAGS):
        target = [target[0] * target[1], *target[2:]]
    if draw(FLAGS) and target:
        target[0] = -1
    if draw(st.integers(0, 3)) == 0:
        target = draw(st.lists(st.integers(-2, 6), max_size=4))
    return Case({"target_shape": target}, shape)


@st.composite
def _permutes(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    fitting = st.permutations(range(1, len(shape) + 1))
    return Case({"dims": draw(fitting | rarely(fitting, st.lists(st.integers(0, 4), min_size=1, max_size=4)))}, shape)


@st.composite
def _normalization_fields(draw: st.DrawFn) -> Fields:
    """Draw a normalization that learns its statistics, or one to which they are stated, mostly both as long."""
    drawn: Fields = draw(fields_of({}, {"axis": rarely(SEVERAL_AXES, st.none()), "invert": FLAGS}))
    if draw(FLAGS):
        mean = draw(st.floats(-2, 2) | NUMBERS)
        drawn |= {"mean": mean, "variance": draw(rarely(st.just(mean), NUMBERS))}
    drawn |= draw(rarely(st.just({}), fields_of({}, {"mean": NUMBERS, "variance": NUMBERS})))
    return drawn


def _merged_sizes(size: int | None) -> Strategy:
    """Draw a size that merges with another: the same, 1 or unknown; rarely one that does not."""
    return rarely(st.just(size) | st.just(size) | st.just(1) | st.none(), st.integers(1, 6))


@st.composite
def _elementwise_merges(draw: st.DrawFn, number: Strategy) -> Case:
    """Draw inputs that are alike, but for sizes of 1 and axes that lack at the front."""
    shape = draw(SHAPES)
    others = []
    for _ in range(draw(number)):
        sizes = draw(st.tuples(*map(_merged_sizes, shape)))
        others.append(sizes[draw(rarely(st.just(0), st.integers(0, len(shape)))) :])
    first, *others = draw(st.permutations([shape, *others]))
    return Case({}, first, tuple(others))


@st.composite
def _concatenations(draw: st.DrawFn) -> Case:
    """Draw inputs that are alike, but for their sizes along an axis; rarely for others too."""
    shape = draw(SHAPES.filter(bool))
    fields = draw(fields_of({}, {"axis": st.integers(-len(shape), len(shape)) | AXES}))
    axis = fields.get("axis", -1)
    joined = axis - 1 if axis > 0 else len(shape) + axis
    others = []
    for _ in range(draw(st.integers(0, 3))):
        like = [rarely(st.just(size), sizes(6)) for size in shape]
        if 0 <= joined < len(shape):
            like[joined] = sizes(6)
        others.append(draw(rarely(st.tuples(*like), SHAPES)))
    return Case(fields, shape, tuple(others))


@st.composite
def _dots(draw: st.DrawFn) -> Case:
    """Draw two inputs and an axis of each, mostly of the same size, counted from either end."""
    shapes = [draw(st.lists(sizes(6), min_size=1, max_size=3)) for _ in range(2)]
    axes = [draw(st.integers(1, len(shape))) for shape in shapes]
    shapes[1][axes[1] - 1] = draw(rarely(st.just(shapes[0][axes[0] - 1]), sizes(6)))
    axes = [axis if draw(FLAGS) else axis - len(shape) - 1 for axis, shape in zip(axes, shapes, strict=True)]
    stated = rarely(st.just(axes[0] if axes[0] == axes[1] else axes), AXES | st.lists(AXES, max_size=3))
    fields = draw(fields_of({"axes": stated}, {"normalize": FLAGS}))
    return Case(fields, tuple(shapes[0]), (tuple(shapes[1]), *draw(rarely(st.just(()), st.just(((3,),))))))


CASES: dict[str, Strategy] = {
    **{f"conv{rank}d": _convolution(rank) for rank in (1, 2, 3)},
    **{f"conv{rank}d_transpose": _transpose(rank) for rank in (1, 2, 3)},
    **{f"depthwise_conv{rank}d": _depthwise(rank) for rank in (1, 2)},
    **{f"separable_conv{rank}d": _separable(rank) for rank in (1, 2)},
    **{f"conv_lstm{rank}d": _conv_lstm(rank) for rank in (1, 2, 3)},
    **{f"{how}_pooling{rank}d": _pooling(rank) for how in ("max", "average") for rank in (1, 2, 3)},
    **{f"global_{how}_pooling{rank}d": _global_pooling(rank) for how in ("max", "average") for rank in (1, 2, 3)},
    **{f"adaptive_{how}_pooling{rank}d": _adaptive_pooling(rank) for how in ("max", "average") for rank in (1, 2, 3)},
    **{f"zero_padding{rank}d": _zero_padding(rank) for rank in (1, 2, 3)},
    **{f"cropping{rank}d": _cropping(rank) for rank in (1, 2, 3)},
    **{f"up_sampling{rank}d": _up_sampling(rank) for rank in (1, 2, 3)},
    "resizing": _resizing(),
    "center_crop": _center_crop(),
    **{f"spatial_dropout{rank}d": _spatial_dropout(rank) for rank in (1, 2, 3)},
    "dense": any_cases(fields_of({"units": counts(5)}, {"activation": ACTIVATIONS, "bias": BIASES, **TRAINABLE})),
    "embedding": any_cases(
        fields_of({"input_dim": counts(9), "output_dim": counts(9)}, {"mask_zero": FLAGS, **TRAINABLE})
    ),
    "einsum_dense": equations.equations({"activation": ACTIVATIONS, **TRAINABLE}),
    "masking": any_cases(fields_of({}, {"mask_value": st.floats(-1, 1)})),
    "flatten": any_cases(fields_of({}, {"data_format": DATA_FORMATS})),
    "reshape": _reshapes(),
    "permute": _permutes(),
    "repeat_vector": any_cases(fields_of({"n": counts(5)}), st.tuples(sizes()) | SHAPES),
    "activation": any_cases(fields_of({"activation": ACTIVATIONS})),
    **dict.fromkeys(FUNCTIONS, any_cases(fields_of({}))),
    "identity": any_cases(fields_of({})),
    "relu": any_cases(fields_of({}, {"max_value": POSITIVE, "negative_slope": POSITIVE, "threshold": POSITIVE})),
    "leaky_relu": any_cases(fields_of({}, {"negative_slope": POSITIVE})),
    "prelu": any_cases(fields_of({}, {"shared_axes": SHARED_AXES, **TRAINABLE})),
    "elu": any_cases(fields_of({}, {"alpha": POSITIVE})),
    "softmax": any_cases(fields_of({}, {"axis": SEVERAL_AXES})),
    "dropout": any_cases(fields_of({"rate": RATES}, {"noise_shape": NOISE_SHAPES})),
    "alpha_dropout": any_cases(fields_of({"rate": RATES}, {"noise_shape": NOISE_SHAPES})),
    "gaussian_dropout": any_cases(fields_of({"rate": RATES})),
    "gaussian_noise": any_cases(fields_of({"stddev": RATES})),
    "activity_regularization": any_cases(fields_of({}, {"l1": POSITIVE, "l2": POSITIVE})),
    "batch_normalization": any_cases(
        fields_of({}, {"axis": AXES, "momentum": st.floats(0, 1), "renorm": FLAGS, **SCALE_AND_CENTER})
    ),
    "layer_normalization": any_cases(fields_of({}, {"axis": SEVERAL_AXES, **SCALE_AND_CENTER})),
    "group_normalization": any_cases(
        rarely(
            fields_of({"groups": st.sampled_from([-1, 1, 2, 3])}, {"axis": AXES, **SCALE_AND_CENTER}),
            fields_of({}, {"groups": st.integers(-2, 40)}),
        )
    ),
    "rms_normalization": any_cases(fields_of({}, {"axis": SEVERAL_AXES, "epsilon": POSITIVE, **TRAINABLE})),
    "unit_normalization": any_cases(fields_of({}, {"axis": SEVERAL_AXES})),
    **{kind: _elementwise_merges(st.integers(0, 3)) for kind in ("add", "multiply", "average", "maximum", "minimum")},
    "subtract": _elementwise_merges(rarely(st.just(1), st.just(2))),
    "concatenate": _concatenations(),
    "dot": _dots(),
    "normalization": any_cases(_normalization_fields()),
    "rescaling": any_cases(fields_of({"scale": NUMBERS}, {"offset": NUMBERS})),
    **augmentation.CASES,
    **sequences.CASES,
}
"""For each kind, its layers: fields in and out of bounds, and shapes that mostly suit them."""

# By the names that summaries print, which are not all those that the classes are imported by.
_CLASSES = {cls.__name__.lower(): cls for cls in vars(keras.layers).values() if isinstance(cls, type)}


def keras_class(kind: str) -> Any:
    """Return Keras's class, or what makes a layer of an activation's name."""
    if kind in FUNCTIONS:
        return partial(keras.layers.Activation, kind)
    return _CLASSES[kind.replace("_", "")]


def arguments_of(kind: str) -> set[str]:
    """Return the names of the arguments that Keras's class takes."""
    return set(inspect.signature(keras_class(kind)).parameters)


def keras_layer(kind: str, fields: Fields) -> Any:
    """Build Keras's own layer from the fields of ours."""
    held = {name: keras_layer(*single(fields[name])) for name in layer_class(kind).layer_fields & fields.keys()}
    arguments = {**fields, **held}
    arguments.pop("reverse", None)  # which Keras takes with the call
    if "bias" in fields:
        arguments["use_bias"] = arguments.pop("bias") is not False
    return keras_class(kind)(**arguments)


def keras_outcome(kind: str, case: Case) -> Outcome:
    """Give the case to Keras as a model does: symbolically, so that it checks and builds, and computes nothing."""
    try:
        layer = keras_layer(kind, case.fields)
        output = call(kind, layer, [keras.KerasTensor((None, *shape)) for shape in case.shapes], case.fields)
    except Exception:  # Keras refuses with whatever its arithmetic stumbles over
        return REFUSED
    trained = {id(weight) for weight in layer.trainable_weights}
    weights = ((_own_name(weight), tuple(weight.shape), id(weight) in trained) for weight in layer.weights)
    return Computed(tuple(output.shape[1:]), tuple(weights))


STAND_INS = (*range(1, 7), 20)
"""What unknown sizes are when layers compute."""


def keras_runs(kind: str, case: Case, announced: Shape) -> bool:
    """Whether Keras's layer also computes, at inference and in training, and computes the shape that it announced.

    Keras finds some of what does not fit only then. Where a size is unknown, one size with which it computes is enough.
    """
    return any(_computes(kind, case, announced, size) for size in STAND_INS if size == 1 or None in _all_sizes(case))


def _batch(case: Case) -> int:
    """Return how many samples there are: where a mask states it, as many, or else a number that few sizes are."""
    mask = case.fields.get("noise_shape") or []
    stated = mask[0] if len(mask) == len(case.shape) + 1 else None
    return stated if stated and stated > 1 else 7


def _all_sizes(case: Case) -> Shape:
    return tuple(size for shape in case.shapes for size in shape)


def _computes(kind: str, case: Case, announced: Shape, unknown: int) -> bool:
    batch = _batch(case)
    shapes = [(batch, *(unknown if size is None else size for size in shape)) for shape in case.shapes]
    dtype = "int32" if kind == "category_encoding" else "float32"
    data = [numpy.zeros(shape, dtype=dtype) for shape in shapes]
    layer = keras_layer(kind, case.fields)
    trains = "training" in inspect.signature(layer.call).parameters
    for mode in ({"training": False}, {"training": True}) if trains else ({},):
        try:
            output = call(kind, layer, data, case.fields, **mode).shape
        except Exception:  # as above
            return False
        sizes = zip(output, (batch, *announced), strict=False)
        if len(output) != len(announced) + 1 or any(size != stated is not None for size, stated in sizes):
            return False
    return True


def call(kind: str, layer: Any, inputs: list[Any], fields: Fields, **mode: Any) -> Any:
    """Call Keras's layer on its inputs, as Keras passes them to layers of its kind."""
    if kind in sequences.WITH_STATES and len(inputs) > 1:
        sequence, *states = inputs
        mode["initial_state"] = states
        inputs = [sequence]
    return CALLS.get(kind, _call)(partial(layer, **mode), inputs, fields)


def _call(layer: Any, inputs: list[Any], fields: Fields) -> Any:
    return layer(inputs[0] if len(inputs) == 1 else inputs)


def _call_on_list(layer: Any, inputs: list[Any], fields: Fields) -> Any:
    return layer(inputs)


CALLS: dict[str, Callable[[Any, list[Any], Fields], Any]] = {
    **dict.fromkeys(FAMILIES["merging"], _call_on_list),
    **sequences.CALLS,
}
"""How Keras calls a layer, where it is not `layer(input)` or `layer(list of inputs)`."""


def _own_name(weight: Any) -> str:
    """Return a weight's path below its layer, without the numbers that Keras gives to names, and without cells."""
    *below, name = weight.path.split("/")[1:]
    return "/".join([*(re.sub(r"_\d+$", "", part) for part in below if not part.endswith("_cell")), name])
