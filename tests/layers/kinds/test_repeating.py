"""Inputs stacked, expanded and tiled: shapes as numpy's, unknown sizes, and what does not fit."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.errors import ShapeError
from archsum.layers.base import Gradient
from archsum.layers.shapes import Shape
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

SHAPES = st.lists(st.integers(1, 3), max_size=4).map(tuple)


@given(SHAPES, st.lists(st.integers(1, 3), max_size=5))
def test_tiles_are_numpy_s(shape: tuple[int, ...], repeats: list[int]) -> None:
    tile = layer("tile", repeats=repeats)
    expected = numpy.tile(numpy.zeros(shape), repeats).shape
    assert tile.output_shape(shape) == expected
    for step in tile.explain_output(shape):
        assert evaluate(step.formula) == step.value == expected[int(step.label.removeprefix("axis ")) - 1]


@given(SHAPES, SHAPES)
def test_expand_is_numpy_s(shape: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    expand = layer("expand", shape=sizes)
    try:
        expected: Shape | None = numpy.broadcast_to(numpy.zeros(shape), sizes).shape
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(ShapeError):
            expand.output_shape(shape)
    else:
        assert expand.output_shape(shape) == expected


def test_unknown_sizes() -> None:
    assert layer("tile", repeats=[2, 1]).output_shape((None, None)) == (None, None)
    assert layer("expand", shape=[4, -1, 8]).output_shape((None, 1)) == (4, None, 8)
    assert layer("expand", shape=[5]).output_shape((None,)) == (5,)
    assert layer("stack", axis=1).output_shape((None, 8), (5, 8)) == (2, None, 8)


def test_what_is_repeated_is_explained() -> None:
    steps = layer("expand", shape=[4, -1, 8]).explain_output((5, 1))
    assert [(step.label, step.value, step.note) for step in steps] == [
        ("axis 1", 4, "a new axis"),
        ("axis 3", 8, "repeated along the axis, whose size is 1"),
    ]


def test_only_what_is_repeated_has_a_gradient_of_its_own() -> None:
    assert layer("expand", shape=[8]).backward((8,)).gradient_of(0) is Gradient.VIEW
    assert layer("expand", shape=[8]).backward((1,)).gradient_of(0) is Gradient.NEW


def test_three_channels_side_by_side() -> None:
    stack = layer("stack", axis=-1)
    assert stack.output_shape((8, 8), (8, 8), (8, 8)) == (8, 8, 3)
    (step,) = stack.explain_output((8, 8), (8, 8), (8, 8))
    assert (step.label, step.value) == ("axis 3", 3)


def test_what_does_not_fit() -> None:
    assert complaint("stack", (8, 8), (8, 7), axis=1)[0] == "cannot stack [8, 8] and [8, 7]"
    assert complaint("stack", (8,), (8,), axis=3)[0] == "has `axis: 3`, and its output, of 2 axes, has axes 1 to 2"
    message, help_ = complaint("expand", (5, 3), shape=[5, 6])
    assert message == "cannot make axis 2 of its output 6: in its input [5, 3] it is 3"
    assert help_ == "only a size of 1 can become another: write `3`, or `-1`"
    assert complaint("expand", (5, 3), shape=[3])[0] == "has 1 sizes in `shape`, and its input [5, 3] has 2 axes"
    message, _ = complaint("expand", (5,), shape=[-1, 5])
    assert message == "has `-1` for axis 1 of its output, which its input [5] does not have"
