"""A layer for each step of a sequence, and layers whose kernel is normalized."""

import io
from typing import Any

import pytest
from pydantic import ValidationError

import archsum
from archsum.errors import ShapeError
from archsum.layers.base import Layer
from archsum.layers.shapes import known
from tests.support.layers import complaint, layer


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


SPECTRAL, LENGTHS = "spectral_normalization", "weight_normalization"
IMAGE = (10, 10, 3)


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


@pytest.mark.parametrize("wrapper", ["time_distributed", "spectral_normalization", "weight_normalization"])
def test_frozen_weights_that_are_held_are_parameters_to_pytorch(wrapper: str) -> None:
    def total(trainable: str) -> int:
        layer = f"{wrapper}: {{layer: {{dense: {{units: 4, trainable: {trainable}}}}}}}"
        return known(archsum.summarize(io.StringIO(f"input: [5, 8]\nlayers: [{layer}]\n")).torch_params)

    assert total("false") == total("true") > 0
