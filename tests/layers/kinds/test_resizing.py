"""Padding, cropping, resizing: every way to write the sides and sizes, and the derivations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.shapes import Shape
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

PADDINGS = ("zero_padding", "reflection_padding", "replication_padding", "circular_padding")
KINDS = [f"{what}{rank}d" for what in (*PADDINGS, "cropping", "up_sampling") for rank in (1, 2, 3)]


@pytest.mark.parametrize(
    ("kind", "padding", "shape", "output"),
    [
        ("zero_padding1d", 2, (10, 3), (14, 3)),
        ("zero_padding1d", [1, 2], (10, 3), (13, 3)),
        ("zero_padding2d", 2, (10, 20, 3), (14, 24, 3)),
        ("zero_padding2d", [1, 2], (10, 20, 3), (12, 24, 3)),
        ("zero_padding2d", [[0, 1], [2, 3]], (10, 20, 3), (11, 25, 3)),
        ("zero_padding2d", [1, [2, 3]], (10, None, 3), (12, None, 3)),
        ("zero_padding3d", [1, 2, 3], (10, 20, 30, 3), (12, 24, 36, 3)),
        ("reflection_padding1d", [0, 9], (10, 3), (19, 3)),
        ("reflection_padding2d", [[0, 1], [2, 3]], (None, 20, 3), (None, 25, 3)),
        ("replication_padding2d", 9, (1, 2, 3), (19, 20, 3)),
        ("circular_padding3d", [1, 2, 3], (1, 2, 3, 4), (3, 6, 9, 4)),
    ],
)
def test_ways_to_write_the_sides(kind: str, padding: Any, shape: Shape, output: Shape) -> None:
    assert layer(kind, padding=padding).output_shape(shape) == output


@pytest.mark.parametrize("padding", [-1, "same", [1, 2, 3], [[1, 2, 3], 4], [1.5, 1], True, None])
def test_what_is_no_padding_is_refused(padding: Any) -> None:
    with pytest.raises(ValidationError, match=r"takes a number for every side, or \[height, width\]"):
        layer("zero_padding2d", padding=padding)


@pytest.mark.parametrize(
    ("kind", "padding", "most", "message", "cure"),
    [
        (
            "reflection_padding2d",
            [[1, 5], [0, 0]],
            [[4, 4], [8, 8]],
            "pads its input's height of 5 by 5 on a side, and 4 are the most that can be mirrored",
            "pad the height by 4 at most, or take a larger input",
        ),
        (
            "circular_padding2d",
            [0, 10],
            [5, 9],
            "pads its input's width of 9 by 10 on a side, and 9 are the most that the other end has",
            "pad the width by 9 at most, or take a larger input",
        ),
    ],
)
def test_data_have_only_so_many_elements_to_pad_with(
    kind: str, padding: Any, most: Any, message: str, cure: str
) -> None:
    assert complaint(kind, (5, 9, 3), padding=padding) == (message, cure)
    assert layer(kind, padding=most).output_shape((5, 9, 3)) is not None


def test_nothing_is_mirrored_of_a_single_element() -> None:
    assert complaint("reflection_padding1d", (1, 3)) == (
        "pads its input's length of 1 by 1 on a side, and 0 are the most that can be mirrored",
        "leave the length without padding, or take a larger input",
    )


def test_in_a_channels_first_file_the_sizes_come_after_the_channels() -> None:
    # Keras's cropping1d and up_sampling1d know channels_last alone; PyTorch's Upsample on (channels, length) does this.
    assert layer("up_sampling1d", size=2, data_format="channels_first").output_shape((8, 50)) == (8, 100)
    assert layer("cropping1d", cropping=1, data_format="channels_first").output_shape((8, 50)) == (8, 48)


def test_cropping_that_leaves_nothing_says_what_it_cuts() -> None:
    with pytest.raises(ShapeError) as error:
        layer("cropping2d", cropping=[[1, 1], [3, 2]]).output_shape((9, 5, 3))
    assert error.value.message == "cuts off 3 + 2 of its input's width of 5, so that nothing is left"


@pytest.mark.parametrize(
    ("fields", "shapes", "output"),
    [
        ({"height": 5, "width": 7}, [(10, None, 3)], (5, 7, 3)),
        ({"factor": 1.5}, [(5, None, 3)], (7, None, 3)),
        ({"factor": [2, 0.5]}, [(5, 5, None)], (10, 2, None)),
        # 420 × 2.3 is 966, and in double precision a little less, as in PyTorch.
        ({"factor": 2.3}, [(420, 10, 3)], (965, 23, 3)),
        ({"factor": 2, "data_format": "channels_first"}, [(3, 5, 6)], (3, 10, 12)),
        ({}, [(5, 6, 3), (9, None, 4)], (9, None, 3)),
    ],
)
def test_ways_to_write_the_size_of_an_image(fields: dict[str, Any], shapes: list[Shape], output: Shape) -> None:
    resizing = layer("resizing", **fields)
    assert resizing.output_shape(*shapes) == output
    height, width = (step.value for step in resizing.explain_output(*shapes))
    assert (height, width) == output[-2:] if "data_format" in fields else output[:2]


@pytest.mark.parametrize(
    ("fields", "shapes", "message"),
    [
        ({}, [(5, 6, 3)], "is not told the size of its output"),
        ({"factor": 2}, [(5, 6, 3), (5, 6, 3)], "has a `factor`, and a second input whose size it takes"),
        ({"height": 5, "width": 5}, [(5, 6, 3)] * 2, "has a `height`, and a second input whose size it takes"),
        ({"factor": 0.1}, [(10, 9, 3)], "has a `factor` of 0.1, which leaves nothing of its input's width of 9"),
        ({}, [(5, 6, 3), (9,)], "takes an input of 3 axes (height, width, channels), not [9]"),
    ],
)
def test_an_image_has_one_size(fields: dict[str, Any], shapes: list[Shape], message: str) -> None:
    assert complaint("resizing", *shapes, **fields)[0] == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"height": 5}, "has a `height` and no `width`"),
        ({"width": 5, "factor": 2}, "has a `width` and no `height`"),
        ({"height": 5, "width": 5, "factor": 2}, "has a `height` and a `factor`"),
        ({"factor": 0}, "greater than 0"),
        ({"factor": [1, 2, 3]}, "takes one number, or a list of 2, not a list of 3"),
        ({"factor": 1e300}, "less than or equal to"),
        ({"factor": "half"}, "factor"),
        (
            {"factor": 2, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
            "has both `crop_to_aspect_ratio` and `pad_to_aspect_ratio`",
        ),
    ],
)
def test_fields_of_resizing_that_do_not_go_together(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        layer("resizing", **fields)


@pytest.mark.parametrize(
    ("shape", "note"),
    [
        ((9, 6, 3), "as stated; of the rest one half is cut off on either side"),
        ((9, 5, 3), "as stated; the largest part of this aspect ratio is enlarged"),
        ((9, None, 3), "as stated"),
        ((3, None, 3), "as stated; the largest part of this aspect ratio is enlarged"),
    ],
)
def test_a_crop_of_a_smaller_image_is_enlarged(shape: Shape, note: str) -> None:
    crop = layer("center_crop", height=4, width=6)
    assert [(step.value, step.note) for step in crop.explain_output(shape)] == [(4, note), (6, note)]
    assert crop.reuse_for(shape).in_training == note.endswith("either side")
    assert crop.output_shape(shape) == (4, 6, 3)


@given(st.sampled_from(KINDS), st.lists(st.integers(3, 20), min_size=3, max_size=3))
def test_each_size_is_derived(kind: str, sizes: list[int]) -> None:
    resizing = layer(kind)
    shape = (*sizes[: int(kind[-2])], 4)
    steps = list(resizing.explain_output(shape))
    assert (*(step.value for step in steps), 4) == resizing.output_shape(shape)
    for step in steps:
        assert evaluate(step.formula) == step.value
