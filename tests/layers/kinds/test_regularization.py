"""Regularization: what is said of masks and rates with which nothing can be trained."""

import pytest
from pydantic import ValidationError

from tests.support.layers import complaint, layer


def test_a_mask_has_a_size_for_each_axis() -> None:
    message, help_ = complaint("dropout", (8, 8, 3), rate=0.5, noise_shape=[None, 1, 1, 4])
    assert message == "has `noise_shape` 4 for axis 3, and its input [8, 8, 3] has 3 there"
    assert help_ == "write a size for each axis, the batch first: null for the input's, or 1"


def test_null_is_the_batch_where_it_is_first() -> None:
    message, _ = complaint("alpha_dropout", (8, 3), rate=0.5, noise_shape=[None, 1])
    assert message == "has `noise_shape` null for axis 1, and its input [8, 3] has 8 there"


def test_a_mask_has_no_more_axes_than_the_batch() -> None:
    message, help_ = complaint("dropout", (3,), rate=0.5, noise_shape=[None, 1, 3])
    assert message == "has a `noise_shape` of 3 axes, and its input has 2 with the batch"
    assert help_ == "write a size for each axis, the batch first, 1 where the mask is the same along it"


@pytest.mark.parametrize(
    "mask", [[None, 1, None, 3], [1, 8, 1, 1], [32, 1, 1, 1], [8, 3], [3], [1], [1, None, 1, 1], [None, None, None, 3]]
)
def test_a_mask_that_can_be_repeated(mask: list[int | None]) -> None:
    """NumPy's rule; how large the batch is, is not known."""
    assert layer("dropout", rate=0.5, noise_shape=mask).output_shape((8, 8, 3)) == (8, 8, 3)


@pytest.mark.parametrize("rate", [0, 1])
def test_where_nothing_or_all_is_dropped_there_is_no_mask(rate: int) -> None:
    assert layer("dropout", rate=rate, noise_shape=[5]).output_shape((3,)) == (3,)


def test_gaussian_noise_of_infinite_variance() -> None:
    with pytest.raises(ValidationError, match="less than 1"):
        layer("gaussian_dropout", rate=1)
