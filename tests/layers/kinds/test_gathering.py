"""Elements by their numbers: Swin's bias of positions, words, and what is refused."""

import pytest
from pydantic import ValidationError

from tests.support.layers import complaint, layer


def test_the_bias_of_positions_of_swin() -> None:
    # 13 × 13 distances and 3 heads, for 49 × 49 pairs of positions in a window.
    bias = layer("gather", axis=1, size=[49, 49])
    assert bias.output_shape((169, 3)) == (49, 49, 3)
    assert [(step.label, step.value) for step in bias.explain_output((169, 3))] == [("axis 1", 49), ("axis 2", 49)]
    (numbers,) = bias.kept((169, 3)) or ()
    assert (numbers.shape, numbers.itemsize, numbers.per_batch) == ((49, 49), 8, True)


def test_a_second_input_gives_the_numbers() -> None:
    rows = layer("gather", axis=1)
    assert rows.output_shape((100, 8), (None,)) == (None, 8)
    assert rows.flops((100, 8), (None,)) == 0
    (numbers,) = rows.kept((100, 8), (12,)) or ()
    assert (numbers.name, numbers.number, numbers.itemsize) == ("input", 1, 8)
    assert [rows.passes_gradient(number) for number in range(2)] == [True, False]


def test_the_default_axis_is_the_channels() -> None:
    assert layer("gather", size=2).output_shape((5, 6, 8)) == (5, 6, 2)
    assert layer("gather", size=2, data_format="channels_first").output_shape((8, 5, 6)) == (2, 5, 6)


def test_sizes_that_are_missing_or_stated_twice() -> None:
    assert complaint("gather", (5, 6))[0] == "has one input and no `size`"
    assert complaint("gather", (5, 6), (3,), size=3)[0] == "has a `size`, and a second input that gives the numbers"
    assert complaint("gather", (5, 6), size=3, axis=3)[0] == "has `axis: 3`, and its input [5, 6] has axes 1 to 2"
    with pytest.raises(ValidationError):
        layer("gather", size=[])
