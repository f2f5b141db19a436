"""Layers that rearrange channels: sizes, unknown ones, and what does not divide."""

import pytest

from archsum.layers.shapes import Shape
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer


@pytest.mark.parametrize(
    ("data_format", "image", "blocks"),
    [
        ("channels_last", (224, 112, 3), (56, 28, 48)),
        ("channels_first", (3, 224, 112), (48, 56, 28)),
        ("channels_last", (None, 112, 3), (None, 28, 48)),
        ("channels_last", (224, 112, None), (56, 28, None)),
    ],
)
def test_blocks_become_channels_and_back(data_format: str, image: Shape, blocks: Shape) -> None:
    there = layer("space_to_depth", block_size=4, data_format=data_format)
    back = layer("depth_to_space", block_size=4, data_format=data_format)
    assert there.output_shape(image) == blocks
    assert back.output_shape(blocks) == image
    assert (there.weights(image), there.macs(image)) == ((), 0)


@pytest.mark.parametrize(("kind", "shape"), [("space_to_depth", (6, 4, 5)), ("depth_to_space", (6, 4, 20))])
def test_each_size_is_derived(kind: str, shape: Shape) -> None:
    blocks = layer(kind, block_size=2)
    steps = list(blocks.explain_output(shape))
    assert [step.label for step in steps] == ["height", "width", "channels"]
    assert tuple(evaluate(step.formula) for step in steps) == blocks.output_shape(shape)
    assert next(iter(blocks.explain_output((None, *shape[1:])))).formula.startswith("?")


def test_an_image_that_is_not_whole_blocks() -> None:
    message, help_ = complaint("space_to_depth", (224, 223, 3), block_size=2)
    assert message == "needs width divisible by 2, and its input has 223"
    assert help_ == "`zero_padding2d` or `cropping2d` before it brings the width to a multiple of 2"


def test_channels_that_are_not_whole_blocks() -> None:
    message, help_ = complaint("depth_to_space", (7, 7, 10), block_size=2)
    assert message == "needs channels divisible by 4, and its input has 10"
    assert help_ == "a convolution before it brings the channels to a multiple of 4, the elements of a block"


@pytest.mark.parametrize("kind", ["space_to_depth", "depth_to_space"])
def test_only_images_have_blocks(kind: str) -> None:
    message, _ = complaint(kind, (64, 16), block_size=2)
    assert message == "takes an input of 3 axes (height, width, channels), not [64, 16]"


def test_a_shuffle_needs_whole_groups() -> None:
    assert layer("channel_shuffle", groups=3).output_shape((28, 28, 240)) == (28, 28, 240)
    assert layer("channel_shuffle", groups=3).output_shape((28, 28, None)) == (28, 28, None)
    assert layer("channel_shuffle", groups=3, data_format="channels_first").output_shape((6, 7, 8)) == (6, 7, 8)
    message, help_ = complaint("channel_shuffle", (28, 28, 116), groups=3)
    assert message == "has 116 channels, which must be divisible by `groups` (=3)"
    assert help_ == "choose `groups` among the divisors of 116"
