"""Recurrent convolutions: an LSTM whose steps and states are images."""

from math import prod
from typing import Any

import pytest
from pydantic import ValidationError

from archsum.layers.base import Layer, Step
from archsum.layers.shapes import Shape, known
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer, note_of_biases

VIDEO = (19, 64, 64, 1)


def conv_lstm(rank: int = 2, **fields: Any) -> Layer:
    return layer(f"conv_lstm{rank}d", **{"filters": 8, "kernel_size": 3, **fields})


def parameters(layer: Layer, shape: Shape) -> int:
    return sum(known(weight.size) for weight in layer.weights(shape))


def test_published_figures() -> None:
    first = conv_lstm(filters=64, kernel_size=5, padding="same")
    assert [weight.shape for weight in first.weights(VIDEO)] == [(5, 5, 1, 256), (5, 5, 64, 256), (256,)]
    assert parameters(first, VIDEO) == 416_256  # Keras's summary of https://keras.io/examples/vision/conv_lstm/


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_only_the_kernel_of_the_input_takes_strides_and_dilation(rank: int) -> None:
    sizes = (12, 11, 10)[:rank]
    strided, dilated = conv_lstm(rank, strides=2), conv_lstm(rank, dilation_rate=2, return_sequences=True)
    assert strided.output_shape((5, *sizes, 3)) == (*((size - 3) // 2 + 1 for size in sizes), 8)
    assert dilated.output_shape((5, *sizes, 3)) == (5, *(size - 4 for size in sizes), 8)
    for recurrent in (strided, dilated):
        locations = prod(size or 0 for size in recurrent.output_shape((5, *sizes, 3))[-rank - 1 : -1])
        kernel, recurrent_kernel, bias = recurrent.weights((5, *sizes, 3))
        links = known(kernel.size) + known(recurrent_kernel.size)
        assert recurrent.macs((5, *sizes, 3)) == 5 * locations * links
        assert recurrent.connections((5, *sizes, 3)) == 5 * locations * (links + known(bias.size))
        step = Step.of("MACs", *recurrent.multiply_accumulates((5, *sizes, 3)))
        assert evaluate(step.formula) == step.value


def test_the_channels_may_come_first() -> None:
    first = conv_lstm(data_format="channels_first", return_sequences=True, padding="same")
    assert first.output_shape((5, 3, 12, 10)) == (5, 8, 12, 10)
    assert first.weights((5, 3, 12, 10)) == conv_lstm(padding="same").weights((5, 12, 10, 3))
    assert first.macs((5, 3, 12, 10)) == conv_lstm(padding="same").macs((5, 12, 10, 3))


def test_with_a_kernel_of_1_on_one_location_it_is_an_lstm() -> None:
    of_one, lstm = conv_lstm(1, kernel_size=1), layer("lstm", units=8)
    assert of_one.macs((7, 1, 3)) == lstm.macs((7, 3))
    assert of_one.flops((7, 1, 3)) == lstm.flops((7, 3))
    assert parameters(of_one, (7, 1, 3)) == parameters(lstm, (7, 3))
    assert note_of_biases(of_one, (7, 1, 3)) == "one for each filter in each of the 4 gates"
    assert note_of_biases(conv_lstm(1, bias=False), (7, 5, 3)) == "no bias; it would be 32"


def test_of_a_sequence_of_unknown_length_the_operations_are_unknown() -> None:
    recurrent = conv_lstm(return_sequences=True)
    shape = (None, 12, 12, 3)
    assert recurrent.output_shape(shape) == (None, 10, 10, 8)
    assert (recurrent.macs(shape), recurrent.flops(shape), recurrent.connections(shape)) == (None, None, None)
    kept = recurrent.kept(shape)
    assert kept
    assert any(None in tensor.shape for tensor in kept)


def test_its_states_are_images() -> None:
    recurrent = conv_lstm(strides=2)
    assert recurrent.final_states((5, 12, 12, 3)) == ((5, 5, 8), (5, 5, 8))
    assert recurrent.output_shape((5, 12, 12, 3), (5, 5, 8), (5, 5, 8)) == (5, 5, 8)
    assert complaint("conv_lstm2d", (5, 12, 12, 3), (12, 12, 8), (5, 5, 8), filters=8, kernel_size=3, strides=2) == (
        "has a state of [5, 5, 8], and cannot begin with one of [12, 12, 8]",
        "both need the same sizes, as of the same `units` or `filters`",
    )


def test_it_has_two_directions() -> None:
    both = layer("bidirectional", layer=conv_lstm(return_sequences=True, padding="same"))
    assert both.output_shape((5, 12, 12, 3)) == (5, 12, 12, 16)
    assert [weight.name for weight in both.weights((5, 12, 12, 3))][::3] == [
        "forward_conv_lstm2d/kernel",
        "backward_conv_lstm2d/kernel",
    ]


@pytest.mark.parametrize(
    ("shape", "message", "cure"),
    [
        (
            (64, 64, 3),
            "takes an input of 4 axes (steps, height, width, channels), not [64, 64, 3]",
            "the first axis is that of the steps: `input: [steps, height, width, channels]`",
        ),
        (
            (),
            "takes an input of 4 axes (steps, height, width, channels), not []",
            "a `reshape` before it gives the data such axes",
        ),
        (
            (64, 3),
            "takes an input of 4 axes (steps, height, width, channels), not [64, 3]",
            "a `reshape` before it gives the data such axes",
        ),
        (
            (5, None, 64, 3),
            "needs a known height for its states, which begin as zeros",
            "give `input` a number for the height",
        ),
        (
            (5, 64, 64, None),
            "needs a known number of channels",
            "give `input` a number for the channel axis",
        ),
    ],
)
def test_other_inputs_are_refused(shape: Shape, message: str, cure: str) -> None:
    assert complaint("conv_lstm2d", shape, filters=8, kernel_size=3) == (message, cure)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"bias": "untied"}, id="an untied bias"),
        pytest.param({"padding": "causal"}, id="a padding of Conv1D"),
        pytest.param({"strides": 2, "dilation_rate": 2, "padding": "same"}, id="strides and dilation"),
        pytest.param({"groups": 2}, id="groups"),
    ],
)
def test_what_keras_s_layer_lacks_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        conv_lstm(**fields)
