"""A layer for each step of a sequence."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.base import Layer
from tests.support.layers import layer


def each(held: Layer) -> Layer:
    return layer("time_distributed", layer=held)


CONVOLUTION = layer("conv2d", filters=64, kernel_size=3)
VIDEO = (10, 128, 128, 3)


def test_the_example_of_keras() -> None:
    # https://keras.io/api/layers/recurrent_layers/time_distributed/
    assert each(CONVOLUTION).output_shape(VIDEO) == (10, 126, 126, 64)


def test_all_steps_have_the_same_weights() -> None:
    kernel, bias = each(CONVOLUTION).weights(VIDEO)
    assert (kernel.name, kernel.shape, bias.name, bias.shape) == ("conv2d/kernel", (3, 3, 3, 64), "conv2d/bias", (64,))
    assert (kernel.is_bias, bias.is_bias) == (False, True)


def test_each_step_works_and_links_as_the_layer_does() -> None:
    assert each(CONVOLUTION).macs(VIDEO) == 10 * 126 * 126 * 3 * 3 * 3 * 64
    assert each(CONVOLUTION).connections(VIDEO) == 10 * 126 * 126 * 64 * (3 * 3 * 3 + 1)


def test_of_an_unknown_number_of_steps_only_no_work_is_known() -> None:
    video = (None, *VIDEO[1:])
    assert each(CONVOLUTION).output_shape(video) == (None, 126, 126, 64)
    assert each(CONVOLUTION).macs(video) is None
    assert each(layer("flatten")).macs(video) == 0


def test_an_untied_bias_is_the_same_in_all_steps() -> None:
    untied = layer("conv2d", filters=64, kernel_size=3, bias="untied")
    _, bias = each(untied).weights(VIDEO)
    assert (bias.shape, bias.untied) == ((126, 126, 64), True)


def test_a_frozen_layer_stays_frozen() -> None:
    frozen = layer("dense", units=3, trainable=False)
    assert not any(weight.trainable for weight in each(frozen).weights((5, 4)))
    statistics = each(layer("batch_normalization")).weights((5, 4))
    assert [weight.trainable for weight in statistics] == [True, True, False, False]


def test_wrappers_hold_wrappers() -> None:
    words = each(layer("bidirectional", layer=layer("lstm", units=4)))
    assert words.output_shape((5, 6, 3)) == (5, 8)
    kernel = words.weights((5, 6, 3))[0]
    assert (kernel.name, kernel.note) == ("bidirectional/forward_lstm/kernel", "")


@pytest.mark.parametrize("shape", [(), (5,)])
def test_the_input_has_steps(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="at least 2 axes"):
        each(layer("flatten")).output_shape(shape)


def test_the_layer_s_complaint_is_the_wrapper_s() -> None:
    with pytest.raises(ShapeError, match="needs a known number of features"):
        each(layer("dense", units=3)).weights((5, None))


@pytest.mark.parametrize(("kind", "fields"), [("subtract", {}), ("parameter", {"shape": [3]})])
def test_it_holds_a_layer_of_one_input(kind: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="does not take one input"):
        each(layer(kind, **fields))


def test_a_wrapper_s_fields_have_those_of_the_layer_that_it_holds() -> None:
    assert each(layer("dense", units=3)).model_dump()["layer"]["units"] == 3
