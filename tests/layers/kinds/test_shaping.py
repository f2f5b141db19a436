"""Layers that rearrange: what they refuse, and how they explain themselves."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.errors import ShapeError
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer


def test_reshape_that_does_not_fit_says_both_numbers_of_elements() -> None:
    message, help_ = complaint("reshape", (7, 7, 64), target_shape=[49, 65])
    assert message == "cannot make [49, 65] of its input [7, 7, 64]: 3,136 elements are not 3,185"
    assert help_ == "the sizes multiply to 3,136; write `-1` for the one that follows from the others"
    message, help_ = complaint("reshape", (7, 7, 64), target_shape=[-1, 65])
    assert message == "cannot make [-1, 65] of its input [7, 7, 64]: 3,136 elements cannot be divided by 65"
    assert help_ == "the sizes beside the -1 multiply to a divisor of 3,136"


def test_reshape_takes_an_unknown_size_on_trust() -> None:
    assert layer("reshape", target_shape=[-1, 3]).output_shape((4, None)) == (None, 3)
    assert layer("reshape", target_shape=[7, 4]).output_shape((4, None)) == (7, 4)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.data())
def test_reshape_solves_for_the_missing_size(sizes: list[int], data: st.DataObject) -> None:
    target = data.draw(st.permutations(sizes))
    missing = data.draw(st.integers(0, len(target) - 1))
    reshape = layer("reshape", target_shape=[-1 if axis == missing else size for axis, size in enumerate(target)])
    assert reshape.output_shape(tuple(sizes)) == tuple(target)
    (step,) = reshape.explain_output(tuple(sizes))
    assert step.label == f"axis {missing + 1}"
    assert evaluate(step.formula) == step.value == target[missing]


def test_flatten_multiplies() -> None:
    (step,) = layer("flatten").explain_output((5, 5, 3))
    assert (step.formula, step.value) == ("5 × 5 × 3", 75)
    (step,) = layer("flatten").explain_output((5, None, 3))
    assert (step.formula, step.value) == ("5 × ? × 3", None)


def test_permute_needs_as_many_axes_as_it_names() -> None:
    message, help_ = complaint("permute", (4, 5, 6), dims=[2, 1])
    assert message == "has 2 `dims`, and its input [4, 5, 6] has another number of axes, 3"
    assert help_ == "name the axes 1 to 3, each once"


def test_repeat_vector_needs_a_vector() -> None:
    assert complaint("repeat_vector", (4, 5), n=3)[0] == "takes a vector, not [4, 5]"


def test_an_unknown_size_cannot_make_any_number_of_elements() -> None:
    message, help_ = complaint("reshape", (None, 3), target_shape=[2, 2])
    assert message == "cannot make [2, 2] of its input [null, 3]: 4 elements cannot be divided by 3"
    assert help_ == "the sizes multiply to a multiple of 3; write `-1` for one that follows from the others"


def test_axes_of_size_1_come_and_go_where_sizes_are_unknown() -> None:
    assert layer("expand_dims", axis=1).output_shape((None, None)) == (1, None, None)
    assert layer("expand_dims", axis=[1, -1]).output_shape((None, 3)) == (1, None, 3, 1)
    assert layer("squeeze", axis=[1, -1]).output_shape((1, None, 3, 1)) == (None, 3)
    assert layer("squeeze", axis=1).output_shape((None, 3)) == (3,)


@given(st.lists(st.integers(1, 3), max_size=3), st.lists(st.integers(-5, 5), min_size=1, max_size=2))
def test_expand_dims_is_numpy_s(shape: list[int], axes: list[int]) -> None:
    try:
        expected = numpy.expand_dims(numpy.zeros((7, *shape)), axes).shape
    except ValueError:  # its AxisError is one too
        expected = ()
    if expected and 0 not in axes and -len(expected) not in axes:
        assert layer("expand_dims", axis=axes).output_shape(tuple(shape)) == expected[1:]
    else:
        with pytest.raises(ShapeError):
            layer("expand_dims", axis=axes).output_shape(tuple(shape))


def test_an_axis_that_is_not_of_size_1_stays() -> None:
    message, help_ = complaint("squeeze", (5, 3), axis=1)
    assert message == "cannot take axis 1 of its input [5, 3] away: its size is 5"
    assert help_ == "name axes of size 1; `reshape` joins an axis with another, `slice` takes a part of it"
    assert complaint("expand_dims", (5, 3), axis=4)[0] == "has `axis: 4`, and its output, of 3 axes, has axes 1 to 3"
