"""Categories and ranges as vectors."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.layers import complaint, layer


def test_the_examples_of_category_encoding() -> None:
    # https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
    assert layer("category_encoding", num_tokens=4, output_mode="one_hot").output_shape(()) == (4,)
    assert layer("category_encoding", num_tokens=4).output_shape((2,)) == (4,)
    assert layer("category_encoding", num_tokens=4, output_mode="count").output_shape((2,)) == (4,)


def test_a_last_axis_of_size_1_gives_its_place_to_the_vector() -> None:
    one_hot = layer("category_encoding", num_tokens=9, output_mode="one_hot")
    assert one_hot.output_shape((1,)) == (9,)
    assert one_hot.output_shape((4, 1)) == (4, 9)
    assert one_hot.output_shape((4, 3)) == (4, 3, 9)


def test_ranges_are_one_more_than_boundaries() -> None:
    # https://keras.io/api/layers/preprocessing_layers/numerical/discretization/: four ranges of three boundaries
    boundaries = [0.0, 1.0, 2.0]
    assert layer("discretization", bin_boundaries=boundaries).output_shape((4,)) == (4,)
    assert layer("discretization", bin_boundaries=boundaries, output_mode="one_hot").output_shape((4,)) == (4, 4)
    assert layer("discretization", bin_boundaries=boundaries, output_mode="count").output_shape((5, 7)) == (7, 4)
    assert layer("discretization", num_bins=6, output_mode="multi_hot").output_shape((5,)) == (6,)


def test_each_element_is_compared_with_each_boundary() -> None:
    assert layer("discretization", bin_boundaries=[0.0, 1.0, 2.0]).flops((5, 7)) == 3 * 5 * 7
    assert layer("category_encoding", num_tokens=9).flops((5,)) == 0


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_several_categories_are_along_one_axis(mode: str) -> None:
    message, cure = complaint("category_encoding", (4, 3), num_tokens=9, output_mode=mode)
    assert message == f"takes an input of 1 axis in `output_mode: {mode}`, not [4, 3]"
    assert cure == "`flatten` it, or write `output_mode: one_hot`"
    assert "at least 1 axis" in complaint("category_encoding", (), num_tokens=9, output_mode=mode)[0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "`bin_boundaries` or `num_bins`, one of the two"),
        ({"bin_boundaries": [0.0], "num_bins": 2}, "`bin_boundaries` or `num_bins`, one of the two"),
        ({"bin_boundaries": [1.0, 0.0]}, "that do not ascend"),
    ],
)
def test_boundaries_are_stated_or_counted(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        layer("discretization", **fields)
