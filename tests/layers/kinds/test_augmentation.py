"""What changes images at random: nothing at inference, and no weights; and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.layers import FAMILIES, layer_class
from archsum.layers.documentation import example
from tests.support.layers import complaint, layer

IMAGE = (32, 40, 3)


def of(kind: str) -> Any:
    return layer(kind, **example(layer_class(kind)))


@pytest.mark.parametrize("kind", FAMILIES["augmentation"])
def test_it_has_no_weights_and_nothing_to_do_at_inference(kind: str) -> None:
    made = of(kind)
    assert made.weights(IMAGE) == ()
    assert made.macs(IMAGE) == made.flops(IMAGE) == 0
    assert made.reuse.at_inference
    assert not made.reuse.in_training


@pytest.mark.parametrize("kind", sorted({*FAMILIES["augmentation"]} - {"random_crop"}))
def test_an_image_keeps_its_shape(kind: str) -> None:
    made = of(kind)
    assert made.output_shape(IMAGE) == IMAGE
    assert made.output_shape((None, None, 3)) == (None, None, 3)
    assert made.operators(IMAGE) == ()


def test_a_crop_has_the_stated_size() -> None:
    assert layer("random_crop", height=24, width=20).output_shape(IMAGE) == (24, 20, 3)
    assert layer("random_crop", height=24, width=20, data_format="channels_first").output_shape((3, 9, 9)) == (
        3,
        24,
        20,
    )


@pytest.mark.parametrize("kind", FAMILIES["augmentation"])
def test_it_takes_images(kind: str) -> None:
    message, cure = complaint(kind, (32,), **example(layer_class(kind)))
    assert message == "takes an input of 3 axes (height, width, channels), not [32]"
    assert cure


@pytest.mark.parametrize("kind", ["random_hue", "random_saturation", "random_color_degeneration", "random_grayscale"])
def test_colours_are_three(kind: str) -> None:
    message, _ = complaint(kind, (32, 40, 4), **example(layer_class(kind)))
    channels = "1 or 3" if kind == "random_grayscale" else "3"
    assert message == f"takes images of {channels} channels, red, green and blue, not of 4"


def test_a_jitter_of_brightness_takes_grey_images_and_of_hue_none() -> None:
    assert layer("random_color_jitter", brightness_factor=0.5).output_shape((32, 40, 1)) == (32, 40, 1)
    assert complaint("random_color_jitter", (32, 40, 1), hue_factor=0.5)[0].startswith("takes images of 3 channels")


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("random_rotation", {"factor": 1.5}, "takes a number of -1 to 1"),
        ("random_rotation", {"factor": "far"}, "takes a number of -1 to 1"),
        ("random_rotation", {"factor": True}, "takes a number of -1 to 1"),
        ("random_contrast", {"factor": [0.1]}, "takes a number of 0 to 1"),
        ("random_contrast", {"factor": [0.1, 2]}, "takes a number of 0 to 1"),
        ("random_posterization", {"factor": 0}, "takes a number of 1 to 8"),
        ("random_zoom", {"height_factor": -1}, "takes numbers above -1"),
        ("random_zoom", {"height_factor": [-1, 1]}, "takes numbers above -1"),
        ("random_gaussian_blur", {"kernel_size": 4}, "takes odd numbers"),
        ("random_flip", {"mode": "sideways"}, "horizontal"),
        ("random_brightness", {"factor": 0.1, "value_range": [0]}, "at least 2 items"),
    ],
)
def test_values_out_of_bounds(kind: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        layer(kind, **fields)
