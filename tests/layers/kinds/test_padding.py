"""Padding of any axes: shapes as numpy's, and what does not fit."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

PAIRS = st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(PAIRS, min_size=1, max_size=4))
def test_shapes_are_numpy_s(axes: list[tuple[int, int, int]]) -> None:
    shape, padding = tuple(size for size, _, _ in axes), [list(sides) for _, *sides in axes]
    pad = layer("pad", padding=padding)
    assert pad.output_shape(shape) == numpy.pad(numpy.zeros(shape), padding).shape
    for step in pad.explain_output(shape):
        assert evaluate(step.formula) == step.value


def test_unknown_sizes_and_numbers_for_both_sides() -> None:
    assert layer("pad", padding=[1, [0, 2]]).output_shape((None, 4)) == (None, 6)
    assert [step.value for step in layer("pad", padding=[1, 0]).explain_output((None, 4))] == [None]


def test_only_the_data_s_own_elements_are_kept() -> None:
    assert layer("pad", padding=[1]).kept((4,)) == ()
    (kept,) = layer("pad", padding=[1], mode="replicate").kept((4,)) or ()
    assert kept.name == "input"


def test_what_does_not_fit() -> None:
    message, _ = complaint("pad", (4, 4), padding=[[1, 1]])
    assert message == "has 1 pairs in `padding`, and its input [4, 4] has 2 axes"
    message, _ = complaint("pad", (4, 3), padding=[0, 3], mode="reflect")
    assert message == "pads axis 2 of its input [4, 3] by 3 on a side, and 2 are the most that can be mirrored"
    for padding in (1, [[1, 2, 3]], [-1]):
        with pytest.raises(ValidationError):
            layer("pad", padding=padding)
