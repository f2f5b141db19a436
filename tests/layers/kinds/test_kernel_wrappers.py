"""Layers whose kernel is normalized."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from tests.support.layers import complaint, layer

CONVOLUTION = layer("conv2d", filters=64, kernel_size=3)
SPECTRAL, LENGTHS = "spectral_normalization", "weight_normalization"
IMAGE = (10, 10, 3)


@pytest.mark.parametrize(("kind", "fields"), [("subtract", {}), ("parameter", {"shape": [3]})])
def test_a_kernel_is_normalized_of_a_layer_of_one_input(kind: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="does not take one input"):
        layer("spectral_normalization", layer=layer(kind, **fields))


def test_the_examples_of_spectral_normalization() -> None:
    # https://keras.io/api/layers/normalization_layers/spectral_normalization/
    convolution = layer("conv2d", filters=2, kernel_size=2)
    assert layer(SPECTRAL, layer=convolution).output_shape((10, 10, 1)) == (9, 9, 2)
    assert layer(SPECTRAL, layer=layer("dense", units=10)).output_shape((10, 10, 1)) == (10, 10, 10)


def test_spectral_normalization_has_a_vector_that_is_not_trained() -> None:
    weights = layer(SPECTRAL, layer=CONVOLUTION).weights(IMAGE)
    assert [(weight.name, weight.shape, weight.trainable) for weight in weights] == [
        ("conv2d/kernel", (3, 3, 3, 64), True),
        ("vector_u", (1, 64), False),
        ("conv2d/bias", (64,), True),
    ]


def test_weight_normalization_has_lengths_and_directions() -> None:
    # PyTorch's weight_norm(Conv2d(3, 64, 3)): original0 (64, 1, 1, 1), original1 (64, 3, 3, 3), bias (64).
    weights = layer(LENGTHS, layer=CONVOLUTION).weights(IMAGE)
    assert [(weight.name, weight.shape) for weight in weights] == [
        ("conv2d/kernel/original0", (1, 1, 1, 64)),
        ("conv2d/kernel/original1", (3, 3, 3, 64)),
        ("conv2d/bias", (64,)),
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "shape", "lengths"),
    [
        ("dense", {"units": 4}, (16,), (1, 4)),  # weight_norm(Linear(16, 4)): (4, 1)
        ("depthwise_conv1d", {"kernel_size": 3, "depth_multiplier": 2}, (9, 5), (1, 5, 2)),  # of 10 filters: (10, 1, 1)
        ("conv1d_transpose", {"filters": 4, "kernel_size": 3}, (9, 5), (1, 1, 5)),  # of 5 channels: (5, 1, 1)
        ("embedding", {"input_dim": 50, "output_dim": 8}, (6,), (50, 1)),  # of 50 words: (50, 1)
    ],
)
def test_a_length_is_along_the_first_axis_of_pytorch_s_weights(
    kind: str, fields: dict[str, Any], shape: tuple[int, ...], lengths: tuple[int, ...]
) -> None:
    first, *_ = layer(LENGTHS, layer=layer(kind, **fields)).weights(shape)
    assert first.shape == lengths


@pytest.mark.parametrize("kind", [SPECTRAL, LENGTHS])
def test_a_normalized_kernel_works_as_the_layer_does(kind: str) -> None:
    normalized = layer(kind, layer=CONVOLUTION)
    assert normalized.macs(IMAGE) == CONVOLUTION.macs(IMAGE)
    assert normalized.flops(IMAGE) == CONVOLUTION.flops(IMAGE)
    assert normalized.connections(IMAGE) == CONVOLUTION.connections(IMAGE)


@pytest.mark.parametrize("kind", [SPECTRAL, LENGTHS])
@pytest.mark.parametrize("held", ["flatten", "batch_normalization", "lstm", "separable_conv1d"])
def test_a_layer_without_a_kernel_has_none_to_normalize(kind: str, held: str) -> None:
    fields = {"lstm": {"units": 3}, "separable_conv1d": {"filters": 3, "kernel_size": 1}}.get(held, {})
    message, cure = complaint(kind, (5, 4), layer=layer(held, **fields))
    assert message == f"holds `{held}`, which has no kernel of its own and no table"
    assert cure == "write the layer by itself"


@pytest.mark.parametrize("wrapper", [SPECTRAL, "weight_normalization"])
def test_a_kernel_that_a_custom_layer_states_has_no_words_for_its_axes(wrapper: str) -> None:
    held = layer("custom", weights={"kernel": [3, None]}, kept=0)
    sizes = {weight.name: weight.shape for weight in layer(wrapper, layer=held).weights((8,))}
    kernel = {"vector_u": (1, None), "custom/kernel": (3, None)}
    parts = {"custom/kernel/original0": (1, None), "custom/kernel/original1": (3, None)}
    assert sizes == (kernel if wrapper == SPECTRAL else parts)
    with pytest.raises(ShapeError, match="holds `custom`, which has no kernel of its own and no table"):
        layer(wrapper, layer=layer("custom", weights={"kernel": []})).weights((8,))


def test_on_a_microcontroller_a_spectrally_normalized_layer_is_the_layer() -> None:
    assert layer(SPECTRAL, layer=CONVOLUTION).operators(IMAGE) == CONVOLUTION.operators(IMAGE)
