"""The layer `scale`: LeNet-5's subsampling and Caffe's Scale."""

from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape, known


def scale(**fields: Any) -> Layer:
    return layer_class("scale").model_validate(fields)


@pytest.mark.parametrize(
    ("pooled", "shape", "parameters", "connections"),
    [
        # LeCun et al. 1998, section II.B; the other connections are the links of the average pooling before it.
        pytest.param((28, 28, 6), (14, 14, 6), 12, 5_880, id="S2"),
        pytest.param((10, 10, 16), (5, 5, 16), 32, 2_000, id="S4"),
    ],
)
def test_subsampling_of_lenet5(pooled: Shape, shape: Shape, parameters: int, connections: int) -> None:
    pooling = layer_class("average_pooling2d").model_validate({"pool_size": 2})
    assert pooling.output_shape(pooled) == shape
    assert sum(known(weight.size) for weight in scale().weights(shape)) == parameters
    assert (pooling.connections(pooled) or 0) + (scale().connections(shape) or 0) == connections


def test_caffe_s_scale_without_a_bias() -> None:
    (factors,) = scale(bias=False, data_format="channels_first").weights((64, None, None))
    assert factors.shape == (64,)


def test_unknown_channels_are_an_error() -> None:
    with pytest.raises(ShapeError, match="needs a known number of channels"):
        scale().weights((9, 9, None))


def test_layer_scale_of_convnext_tiny() -> None:
    # Liu et al. 2022: 3, 3, 9 and 3 blocks of 96, 192, 384 and 768 channels, a factor for each channel of each block.
    factors = layer_class("layer_scale").model_validate({})
    blocks = {96: 3, 192: 3, 384: 9, 768: 3}
    weights = [(weight, number) for channels, number in blocks.items() for weight in factors.weights((7, 7, channels))]
    assert {weight.name for weight, _ in weights} == {"gamma"}
    assert sum(known(weight.size) * number for weight, number in weights) == 6_624


def test_layer_scale_under_channels_first() -> None:
    fields = {"data_format": "channels_first"}
    (gamma,) = layer_class("layer_scale").model_validate(fields).weights((96, None, None))
    assert gamma.shape == (96,)
    (gamma,) = layer_class("layer_scale").model_validate({**fields, "axis": -1}).weights((197, 384))
    assert gamma.shape == (384,)
    with pytest.raises(ShapeError, match="needs a known size of axis 3 for its factors, one for each channel"):
        layer_class("layer_scale").model_validate({}).weights((7, 7, None))
