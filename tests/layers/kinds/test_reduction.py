"""Reductions: shapes as numpy's, axes that are refused, what is counted and kept."""

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.layers import complaint, layer


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), st.booleans(), st.sets(st.integers(1, 4)), st.data()
)
def test_shapes_are_numpy_s(shape: tuple[int, ...], keepdims: bool, drawn: set[int], data: st.DataObject) -> None:
    axes = [axis for axis in sorted(drawn) if axis <= len(shape)]
    axes = [axis if data.draw(st.booleans()) else axis - len(shape) - 1 for axis in axes]
    fields = {"axis": axes} if axes else {}
    expected = numpy.zeros((7, *shape)).sum(
        axis=tuple(axes) if axes else tuple(range(1, len(shape) + 1)), keepdims=keepdims
    )
    found = layer("reduce", function="sum", keepdims=keepdims, **fields)
    assert found.output_shape(shape) == expected.shape[1:]


def test_unknown_sizes_go_or_stay() -> None:
    assert layer("reduce", function="mean", axis=1).output_shape((None, 8)) == (8,)
    assert layer("reduce", function="mean", axis=2).output_shape((None, 8)) == (None,)
    assert layer("reduce", function="mean").output_shape((None, 8)) == ()
    assert layer("reduce", function="mean", axis=1).flops((None, 8)) is None


def test_which_axes_are_left_is_explained() -> None:
    steps = layer("reduce", function="max", axis=2).explain_output((5, 6, None))
    assert [(step.label, step.value, step.note) for step in steps] == [
        ("axis 1", 5, "axis 1 of the input"),
        ("axis 2", None, "axis 3 of the input"),
    ]


def test_places_of_maxima_are_kept_along_one_axis() -> None:
    (places,) = layer("reduce", function="max", axis=1).kept((5, 6)) or ()
    assert (places.shape, places.itemsize) == ((6,), 8)
    kept = layer("reduce", function="max").kept((5, 6)) or ()
    assert [tensor.name for tensor in kept] == ["input", "output"]


def test_the_place_of_a_maximum_has_no_gradient() -> None:
    assert not layer("reduce", function="argmax", axis=1).passes_gradient(0)
    assert layer("reduce", function="max", axis=1).passes_gradient(0)


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (3, "has `axis: 3`, and its input [5, 6] has axes 1 to 2"),
        (0, "has the batch as its `axis`"),
        ([1, -2], "names an axis twice: `axis: [1, -2]` on an input [5, 6]"),
    ],
)
def test_axes_that_cannot_be(axis: Any, message: str) -> None:
    assert complaint("reduce", (5, 6), function="mean", axis=axis)[0] == message


def test_no_axis_at_all() -> None:
    with pytest.raises(ValidationError):
        layer("reduce", function="mean", axis=[])
