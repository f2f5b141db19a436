"""Untied biases: one for each filter and output location, wherever a layer has a bias and a location."""

from itertools import combinations
from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer, Weight
from archsum.layers.documentation import example, json_schema
from archsum.layers.shapes import Shape
from tests.support.layers import layer, note_of_biases

BIASED = [kind for kind in KINDS if "untied" in str(json_schema(layer_class(kind))["properties"].get("bias"))]
SIZES = (9, 8, 7)
CHANNELS = 3


def smallest(kind: str, bias: Any) -> Layer:
    """Make the layer that the documentation shows, with this bias."""
    return layer(kind, **example(layer_class(kind)), bias=bias)


def sizes_for(kind: str) -> tuple[int, ...]:
    """Return sizes of as many axes as the kind has, or of two where it takes any number."""
    return SIZES[: getattr(layer_class(kind), "rank", 2)]


def some_axes(kind: str) -> list[tuple[str, ...]]:
    """Return all ways to choose axes of a kind, but none of them and all of them."""
    names = axis_names(kind)
    return [chosen for count in range(1, len(names)) for chosen in combinations(names, count)]


def bias_of(layer: Layer, shape: Shape) -> Weight:
    (bias,) = (weight for weight in layer.weights(shape) if weight.is_bias)
    return bias


@pytest.mark.parametrize("kind", BIASED)
def test_an_untied_bias_has_the_shape_of_the_output(kind: str) -> None:
    shape = (*sizes_for(kind), CHANNELS)
    untied = smallest(kind, "untied")
    bias = bias_of(untied, shape)
    assert bias.shape == untied.output_shape(shape)
    assert bias.untied


@pytest.mark.parametrize("kind", BIASED)
def test_a_tied_bias_is_one_for_each_output_channel_and_false_is_none(kind: str) -> None:
    shape = (*sizes_for(kind), CHANNELS)
    tied = smallest(kind, "tied")
    bias = bias_of(tied, shape)
    assert bias.shape == tied.output_shape(shape)[-1:]
    assert not bias.untied
    assert [weight.name for weight in smallest(kind, False).weights(shape)] == [
        weight.name for weight in tied.weights(shape) if not weight.is_bias
    ]


@pytest.mark.parametrize("kind", [kind for kind in BIASED if "data_format" in layer_class(kind).model_fields])
def test_an_untied_bias_keeps_the_order_of_the_axes(kind: str) -> None:
    sizes = sizes_for(kind)
    fields = {**example(layer_class(kind)), "bias": "untied"}
    last = bias_of(layer(kind, **fields), (*sizes, CHANNELS)).shape
    first = bias_of(layer(kind, **fields, data_format="channels_first"), (CHANNELS, *sizes)).shape
    assert first == (last[-1], *last[:-1])


@pytest.mark.parametrize(("kind", "unknown"), [(kind, axis) for kind in BIASED for axis in range(len(sizes_for(kind)))])
def test_an_untied_bias_on_an_unknown_size_names_the_axis_and_the_cure(kind: str, unknown: int) -> None:
    shape = tuple(None if axis == unknown else size for axis, size in enumerate(sizes_for(kind)))
    with pytest.raises(ShapeError) as error:
        smallest(kind, "untied").weights((*shape, CHANNELS))
    axis = axis_names(kind)[unknown]
    assert f"needs a known {axis} for its" in error.value.message
    assert f"give `input` a number for the {axis}" in (error.value.cure or "")


def axis_names(kind: str) -> tuple[str, ...]:
    names = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
    return names[len(sizes_for(kind))]


@pytest.mark.parametrize("kind", BIASED)
def test_a_tied_bias_needs_no_size_unless_the_kernel_is_untied_too(kind: str) -> None:
    shape = (*(None,) * len(sizes_for(kind)), CHANNELS)
    if kind.startswith("locally_connected"):
        with pytest.raises(ShapeError, match="for its kernels, one for each output location"):
            smallest(kind, "tied").weights(shape)
    else:
        assert smallest(kind, "tied").weights(shape)


def test_the_error_reads_as_a_sentence() -> None:
    with pytest.raises(ShapeError) as error:
        layer("conv2d", filters=8, kernel_size=3, bias="untied").weights((None, 32, 3))
    assert error.value.message == "needs a known height for its untied bias, one for each output location"
    assert (
        error.value.cure == "give `input` a number for the height, or write `bias: {untied: [width]}`, or `bias: tied`"
    )


@pytest.mark.parametrize(("kind", "untied"), [(kind, untied) for kind in BIASED for untied in some_axes(kind)])
def test_a_bias_untied_along_some_axes_has_their_sizes_and_1_along_the_others(
    kind: str, untied: tuple[str, ...]
) -> None:
    shape = (*sizes_for(kind), CHANNELS)
    *sizes, number = smallest(kind, "untied").output_shape(shape)
    expected = [size if axis in untied else 1 for size, axis in zip(sizes, axis_names(kind), strict=True)]
    bias = bias_of(smallest(kind, {"untied": [*reversed(untied)]}), shape)
    assert bias.shape == (*expected, number)
    assert (bias.untied, bias.tied_size) == (True, number)
    if "data_format" in layer_class(kind).model_fields:
        fields = {**example(layer_class(kind)), "data_format": "channels_first", "bias": {"untied": [*untied]}}
        first = layer(kind, **fields)
        assert bias_of(first, (CHANNELS, *shape[:-1])).shape == (number, *expected)


@pytest.mark.parametrize("kind", BIASED)
def test_untied_along_all_axes_is_untied(kind: str) -> None:
    shape = (*sizes_for(kind), CHANNELS)
    everywhere, untied = smallest(kind, {"untied": [*reversed(axis_names(kind))]}), smallest(kind, "untied")
    assert everywhere.weights(shape) == untied.weights(shape)
    assert note_of_biases(everywhere, shape) == note_of_biases(untied, shape)


@pytest.mark.parametrize(("kind", "untied"), [(kind, untied) for kind in BIASED for untied in some_axes(kind)])
def test_the_axes_along_which_it_is_tied_may_be_unknown(kind: str, untied: tuple[str, ...]) -> None:
    named = zip(axis_names(kind), sizes_for(kind), strict=True)
    shape = (*(size if axis in untied else None for axis, size in named), CHANNELS)
    some = smallest(kind, {"untied": [*untied]})
    if kind.startswith("locally_connected"):
        with pytest.raises(ShapeError, match="for its kernels, one for each output location"):
            some.weights(shape)
        return
    assert bias_of(some, shape) == bias_of(some, (*sizes_for(kind), CHANNELS))
    assert note_of_biases(some, shape).endswith("untied along all axes unknown, as a size is")


def test_an_unknown_axis_along_which_it_is_untied() -> None:
    fields = {"filters": 8, "kernel_size": 3, "bias": {"untied": ["height", "depth"]}}
    with pytest.raises(ShapeError) as error:
        layer("conv3d", **fields).weights((16, None, None, 3))
    assert error.value.message == (
        "needs a known height for its untied bias, one for each location along the depth and the height"
    )
    assert (
        error.value.cure == "give `input` a number for the height, or write `bias: {untied: [depth]}`, or `bias: tied`"
    )


def test_axes_without_names_have_numbers() -> None:
    shape = (2, 3, None, 5, 6)
    dense = layer("dense", units=7, bias={"untied": [4, 2]})
    assert bias_of(dense, shape).shape == (1, 3, 1, 5, 7)
    assert "each location along axis 2 and axis 4" in note_of_biases(dense, shape)
    scale = layer("scale", data_format="channels_first", bias={"untied": [2]})
    assert bias_of(scale, shape).shape == (2, 3, 1, 1, 1)
    assert bias_of(layer("dense", units=7, bias={"untied": [1]}), (12, 5)).shape == (12, 7)


def test_the_layout_of_lasagne_and_blocks() -> None:
    # Lasagne's untie_biases and Blocks' tied_biases=False hold (filters, height, width).
    untied = layer("conv2d", filters=32, kernel_size=5, bias="untied", data_format="channels_first")
    assert [weight.shape for weight in untied.weights((3, 32, 32))] == [(5, 5, 3, 32), (32, 28, 28)]


@pytest.mark.parametrize("kind", BIASED)
def test_true_is_the_bias_that_keras_gives_the_kind(kind: str) -> None:
    # tf-keras's locally connected layers, with use_bias=True, have a bias for each output location.
    shape = (*sizes_for(kind), CHANNELS)
    expected = "untied" if kind.startswith("locally_connected") else "tied"
    assert bias_of(smallest(kind, True), shape) == bias_of(smallest(kind, expected), shape)


def test_a_locally_connected_layer_as_its_documentation_counts_it() -> None:
    # tf-keras: "this layer will consume (30*30)*(3*3*3*64) + (30*30)*64 parameters".
    local = layer("locally_connected2d", filters=64, kernel_size=3)
    kernel, bias = local.weights((32, 32, 3))
    assert (kernel.size, kernel.shape) == ((30 * 30) * (3 * 3 * 3 * 64), (900, 27, 64))
    assert (bias.size, bias.shape) == ((30 * 30) * 64, (30, 30, 64))


@pytest.mark.parametrize(
    ("kind", "bias", "words"),
    [
        (
            "conv2d_transpose",
            "tied",
            "one for each of the filters; untied, one for each output location too: 6 × 6 × 4 = 144",
        ),
        ("conv2d_transpose", "untied", "one for each of the filters and each output location; tied it would be 4"),
        ("conv2d_transpose", False, "no bias; tied it would be 4, untied 6 × 6 × 4 = 144"),
        (
            "conv2d_transpose",
            {"untied": ["width"]},
            "one for each of the filters and each location along the width; tied it would be 4, "
            "untied along all axes 6 × 6 × 4 = 144",
        ),
    ],
)
def test_the_explanation_names_the_other_kind_of_bias(kind: str, bias: Any, words: str) -> None:
    assert note_of_biases(layer(kind, filters=4, kernel_size=3, bias=bias), (4, 4, 2)) == words
