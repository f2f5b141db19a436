"""Parts of an axis: Python's slices, equal parts, and what of an unknown size is known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from archsum.errors import ShapeError
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer


@given(st.integers(1, 12), st.integers(-15, 15), st.none() | st.integers(-15, 15), st.integers(1, 5))
def test_a_slice_has_as_many_elements_as_python_s(size: int, start: int, stop: int | None, every: int) -> None:
    part = layer("slice", start=start, stop=stop, step=every)
    elements = len(range(size)[start:stop:every])
    if elements:
        assert part.output_shape((4, size)) == (4, elements)
        (step,) = part.explain_output((4, size))
        assert evaluate(step.formula) == step.value == elements
    else:
        with pytest.raises(ShapeError):
            part.output_shape((4, size))


@given(st.integers(-3, 3), st.none() | st.integers(-3, 3), st.integers(1, 4))
def test_a_slice_of_an_unknown_size_is_known_where_it_is_the_same_for_every_size(
    start: int, stop: int | None, every: int
) -> None:
    lengths = {len(range(size)[start:stop:every]) for size in range(1, 40)}
    expected = lengths.pop() if len(lengths) == 1 and 0 not in lengths else None
    part = layer("slice", start=start, stop=stop, step=every)
    assert part.output_shape((None,)) == (expected,)
    (step,) = part.explain_output((None,))
    assert step.value == expected


def test_a_class_token_is_the_first_of_a_sequence() -> None:
    token = layer("slice", axis=1, stop=1)
    assert token.output_shape((197, 768)) == token.output_shape((None, 768)) == (1, 768)
    (step,) = token.explain_output((197, 768))
    assert (step.label, step.formula, step.note) == ("axis 1", "1 − 0", "element 0 of 197, counted from 0")
    (step,) = layer("slice", axis=1, start=1).explain_output((197, 768))
    assert (step.formula, step.note) == ("197 − 1", "elements 1 to 196 of 197, counted from 0")


def test_every_second_row_as_swin_merges_its_patches() -> None:
    rows = layer("slice", axis=1, start=1, step=2)
    assert rows.output_shape((56, 56, 96)) == (28, 56, 96)
    (step,) = rows.explain_output((56, 56, 96))
    assert (step.formula, step.note) == ("⌈(56 − 1) / 2⌉", "elements 1 to 55 of 56 in steps of 2, counted from 0")


def test_a_slice_of_nothing() -> None:
    message, help_ = complaint("slice", (9, 64), start=8, stop=8)
    assert message == "has `start: 8` to `stop: 8`, which leaves nothing of axis 2 of its input [9, 64]"
    assert help_ == "its elements count from 0 to 63; `stop` is the one behind the last"
    assert complaint("slice", (9, 64), start=64)[0].startswith("has `start: 64`, which leaves nothing of axis 2")


def test_equal_parts() -> None:
    half = layer("split", parts=2, part=1)
    # ShuffleNetV2 ×1.0: each unit of the second stage works on half of its 116 channels.
    assert half.output_shape((28, 28, 116)) == (28, 28, 58)
    assert half.output_shape((None, 116)) == (None, 58)
    assert half.output_shape((28, None)) == (28, None)
    (step,) = half.explain_output((28, 28, 116))
    assert (step.label, step.formula, step.value) == ("axis 3", "116 / 2", 58)
    assert step.note == "part 1 of 2 equal parts, counted from 0"


@pytest.mark.parametrize(("kind", "fields"), [("split", {"parts": 2, "part": 0}), ("slice", {"stop": 4})])
def test_under_channels_first_the_channels_are_the_first_axis(kind: str, fields: dict[str, Any]) -> None:
    first = layer(kind, data_format="channels_first", **fields)
    assert first.output_shape((8, 5, 6)) == (4, 5, 6)
    stated = layer(kind, data_format="channels_first", axis=-1, **fields)
    assert stated.output_shape((5, 6, 8)) == (5, 6, 4)


def test_parts_that_are_not_equal() -> None:
    message, help_ = complaint("split", (9, 64), parts=3, part=0)
    assert message == "has size 64 along axis 2 of its input [9, 64], which must be divisible by `parts` (=3)"
    assert help_ == "choose `parts` among the divisors of 64, or take unequal parts with `slice`"


def test_a_part_that_is_not_there() -> None:
    with pytest.raises(ValidationError, match="has 2 `parts`, and no part 2"):
        layer("split", parts=2, part=2)


@pytest.mark.parametrize(("kind", "fields"), [("split", {"parts": 2, "part": 0}), ("slice", {})])
def test_an_axis_that_cannot_be(kind: str, fields: dict[str, Any]) -> None:
    assert complaint(kind, (9, 64), axis=3, **fields)[0] == "has `axis: 3`, and its input [9, 64] has axes 1 to 2"
    assert complaint(kind, (9, 64), axis=0, **fields)[0] == "has the batch as its `axis`"
