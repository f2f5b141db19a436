"""Layers that merge: figures of real networks, unknown sizes, and what they say of inputs that do not fit."""

from typing import Any

import pytest

from archsum.errors import SourceText, Span
from archsum.explanation import explain
from archsum.graph import Graph, Node
from archsum.layers import FAMILIES, layer_class
from archsum.layers.base import Layer, Step
from archsum.layers.shapes import Shape
from archsum.propagate import propagate
from archsum.render import explanation
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

NOWHERE = Span(SourceText("net.yaml", ""), 0, 0)
ELEMENTWISE = ["add", "subtract", "multiply", "divide", "average", "maximum", "minimum"]


def steps(merge: Layer, *shapes: Shape) -> list[tuple[str, str, int | None]]:
    return [(step.label, step.formula, step.value) for step in merge.explain_output(*shapes)]


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_inputs_that_are_alike(kind: str) -> None:
    merge = layer(kind)
    assert merge.output_shape((56, 56, 256), (56, 56, 256)) == (56, 56, 256)
    assert merge.weights((56, 56, 256), (56, 56, 256)) == ()
    assert merge.macs((56, 56, 256), (56, 56, 256)) == 0
    assert steps(merge, (56, 56, 256), (56, 56, 256)) == []


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_sizes_of_1_are_repeated(kind: str) -> None:
    # Squeeze-and-excitation: each channel of an image times one weight.
    merge, shapes = layer(kind), ((56, 56, 64), (1, 1, 64))
    assert merge.output_shape(*shapes) == merge.output_shape(*reversed(shapes)) == (56, 56, 64)
    assert steps(merge, *shapes) == [("axis 1", "56", 56), ("axis 2", "56", 56)]
    assert merge.output_shape((7, 1), (1, 5)) == (7, 5)


def test_axes_that_lack_at_the_front_are_repeated_too() -> None:
    assert layer("add").output_shape((197, 768), (768,)) == (197, 768)
    assert layer("add").output_shape((1,), (8, 8, 3), ()) == (8, 8, 3)


def test_an_unknown_size_leaves_the_output_s_unknown() -> None:
    assert layer("add").output_shape((None, 8), (5, 8)) == (None, 8)
    assert layer("add").output_shape((None, 8), (1, 8)) == (None, 8)
    assert steps(layer("add"), (None, 8), (5, 8)) == [("axis 1", "?", None)]


def test_one_input_stays_as_it_is() -> None:
    assert layer("add").output_shape((4, None)) == (4, None)
    assert layer("concatenate").output_shape((4, None)) == (4, None)


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("add", "add"),
        ("subtract", "subtract"),
        ("multiply", "multiply"),
        ("average", "average"),
        ("maximum", "take the maximum of"),
        ("minimum", "take the minimum of"),
    ],
)
def test_sizes_that_differ(kind: str, verb: str) -> None:
    message, help_ = complaint(kind, (28, 28, 64), (28, 28, 32))
    assert message == f"cannot {verb} [28, 28, 64] and [28, 28, 32]: axis 3 differs, 64 and 32"
    assert help_ == "`conv2d: {filters: 32, kernel_size: 1}` makes [28, 28, 32] of [28, 28, 64]"


def test_all_shapes_are_shown_equal_ones_once() -> None:
    message, _ = complaint("add", (28, 28, 64), (28, 28, 64), (28, 28, 1), (14, 28, 64))
    assert message == "cannot add [28, 28, 64], [28, 28, 1] and [14, 28, 64]: axis 1 differs, 28 and 14"


def test_very_many_shapes_are_counted() -> None:
    message, _ = complaint("add", *((size,) for size in range(2, 1_002)))
    assert message == (
        "cannot add [2], [3], [4], [5], [6], [7], [8], [9] and 992 other shapes: axis 1 differs, 2 and 3"
    )


def test_axes_of_inputs_with_different_numbers_of_them_count_from_the_end() -> None:
    message, _ = complaint("multiply", (28, 32, 64), (28, 1))
    assert message == "cannot multiply [28, 32, 64] and [28, 1]: axis -2 differs, 32 and 28"


def test_an_unknown_size_does_not_hide_two_that_differ() -> None:
    message, _ = complaint("add", (None,), (2,), (3,))
    assert message == "cannot add [null], [2] and [3]: axis 1 differs, 2 and 3"


def test_concatenate_adds_the_channels() -> None:
    # Szegedy et al. 2014, table 1: the four paths of GoogLeNet's inception (3a) give 28 × 28 × 256.
    paths = [(28, 28, channels) for channels in (64, 128, 32, 32)]
    assert layer("concatenate").output_shape(*paths) == (28, 28, 256)
    ((label, formula, value),) = steps(layer("concatenate"), *paths)
    assert (label, formula, value) == ("axis 3", "64 + 128 + 32 + 32", 256)
    assert evaluate(formula) == value


def test_concatenate_under_channels_first() -> None:
    first = layer("concatenate", data_format="channels_first")
    assert first.output_shape((64, 28, 30), (32, 28, 30)) == (96, 28, 30)
    stated = layer("concatenate", data_format="channels_first", axis=-1)
    assert stated.output_shape((64, 28, 30), (64, 28, 2)) == (64, 28, 32)


def test_concatenate_of_unknown_sizes() -> None:
    assert layer("concatenate").output_shape((None, 28, 64), (28, 28, None)) == (None, 28, None)
    assert steps(layer("concatenate"), (8, 64), (8, None)) == [("axis 2", "64 + ?", None)]


def test_concatenate_shows_the_axis_that_differs() -> None:
    message, help_ = complaint("concatenate", (28, 28, 64), (14, 28, 32))
    assert message == "cannot concatenate [28, 28, 64] and [14, 28, 32] along axis 3: axis 1 differs, 28 and 14"
    cure = "all sizes but those of axis 3 are equal, as behind `center_crop: {height: 14, width: 28}` of the larger"
    assert help_ == cure
    # Size 1 is not repeated here.
    assert complaint("concatenate", (1, 8), (4, 8))[0].endswith("along axis 2: axis 1 differs, 1 and 4")


def test_concatenate_needs_as_many_axes_of_each_input() -> None:
    message, help_ = complaint("concatenate", (28, 28, 64), (64,))
    assert message == "cannot concatenate [28, 28, 64] and [64]: they have different numbers of axes, 3 and 1"
    assert help_ == "a `reshape` gives an input other axes"


@pytest.mark.parametrize("axis", [0, -3])
def test_samples_are_not_concatenated(axis: int) -> None:
    assert complaint("concatenate", (8, 3), (8, 3), axis=axis) == (
        "has the batch as its `axis`",
        "a sample's axes count from 1",
    )


def test_concatenate_along_an_axis_that_is_not_there() -> None:
    assert complaint("concatenate", (8, 3), (8, 3), axis=3)[0] == (
        "has `axis: 3`, and its input [8, 3] has axes 1 to 2"
    )


@pytest.mark.parametrize(
    ("axes", "first", "second", "output", "macs"),
    [
        # The scores of one of ViT-B/16's heads, and what they weigh: 197 × 197 × 64 each.
        (2, (197, 64), (197, 64), (197, 197), 2_483_776),
        ([2, 1], (197, 197), (197, 64), (197, 64), 2_483_776),
        (1, (128,), (128,), (1,), 128),
        (-1, (7, 5), (5,), (7,), 35),
        ([1, 3], (4, 2), (3, 5, 4), (2, 3, 5), 120),
    ],
)
def test_dot_is_a_matrix_product(axes: Any, first: Shape, second: Shape, output: Shape, macs: int) -> None:
    dot = layer("dot", axes=axes)
    assert dot.output_shape(first, second) == output
    assert dot.macs(first, second) == macs
    step = Step.of("MACs", *dot.multiply_accumulates(first, second))
    assert evaluate(step.formula) == step.value == macs


def test_dot_says_where_each_size_comes_from() -> None:
    notes = [
        (step.label, step.value, step.note) for step in layer("dot", axes=[1, 3]).explain_output((4, 2), (3, 5, 4))
    ]
    assert notes == [
        ("axis 1", 2, "axis 2 of the first input"),
        ("axis 2", 3, "axis 1 of the second input"),
        ("axis 3", 5, "axis 2 of the second input"),
    ]


def test_dot_of_unknown_sizes() -> None:
    assert layer("dot", axes=2).output_shape((None, 64), (9, 64)) == (None, 9)
    assert layer("dot", axes=2).macs((None, 64), (9, 64)) is None
    assert layer("dot", axes=1).macs((None, 3), (None, 4)) is None


def test_dot_of_vectors_of_different_lengths() -> None:
    message, help_ = complaint("dot", (9, 64), (7, 32), axes=-1)
    assert message == ("cannot multiply [9, 64] and [7, 32]: axis 2 of the first has size 64, axis 2 of the second 32")
    assert help_ == "`axes` names an axis of each input, both of the same known size"


def test_dot_over_the_batch() -> None:
    assert complaint("dot", (9, 64), (7, 64), axes=[2, 0])[0] == "has the batch as its `axes`"


@pytest.mark.parametrize(
    ("kind", "most"),
    [(kind, 2 if kind in ("subtract", "divide", "dot") else None) for kind in FAMILIES["merging"]],
)
def test_merges_take_at_least_two_inputs(kind: str, most: int | None) -> None:
    assert (layer_class(kind).least_inputs, layer_class(kind).most_inputs) == (2, most)


def explained(merge: Layer, *shapes: Shape) -> str:
    inputs = {f"input_{number}": shape for number, shape in enumerate(shapes)}
    node = Node("merge", merge, tuple(inputs), ("merge",), NOWHERE)
    return explanation.render(explain(propagate(Graph("net", inputs, (node,)))))


def test_an_explanation_says_that_the_shapes_are_passed_on() -> None:
    assert "(8, 3)\n" + " " * 16 + "the inputs' shape" in explained(layer("add"), (8, 3), (8, 3))
    assert "shape" not in explained(layer("add"), (8, 3), (1, 3))


def test_an_explanation_adds_the_channels() -> None:
    assert "64 + 32 = 96" in explained(layer("concatenate"), (8, 64), (8, 32))
