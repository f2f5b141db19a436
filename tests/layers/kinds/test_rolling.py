"""Data moved along axes, which keep their sizes, known or not."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.layers import complaint, layer


@pytest.mark.parametrize("fields", [{"shift": -3, "axis": 1}, {"shift": [3, 100], "axis": [1, -1]}])
def test_the_shape_stays(fields: dict[str, Any]) -> None:
    assert layer("roll", **fields).output_shape((56, None, 96)) == (56, None, 96)


@pytest.mark.parametrize("fields", [{"shift": 3, "axis": [1, 2]}, {"shift": [], "axis": []}])
def test_there_is_a_shift_for_each_axis(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="takes a `shift` for each `axis`, not"):
        layer("roll", **fields)


def test_axes_are_the_input_s() -> None:
    message, _ = complaint("roll", (56, 56, 96), shift=3, axis=4)
    assert message == "has `axis: 4`, and its input [56, 56, 96] has axes 1 to 3"
    assert complaint("roll", (56, 56, 96), shift=3, axis=0)[0] == "has the batch as its `axis`"
