"""A layer for each step of a sequence."""

import io

import pytest

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


def test_each_of_several_inputs_has_steps() -> None:
    total = each(layer("add"))
    assert total.takes == layer("add").takes
    assert total.output_shape((5, 4, 3), (5, 1, 3), (None, 4, 3)) == (5, 4, 3)
    assert total.output_shape((None, 4), (5, 4)) == (5, 4)
    assert total.flops((5, 4), (5, 4)) == 5 * 4
    assert complaint("time_distributed", (5, 4), (6, 4), layer=layer("add")) == (
        "takes the same number of steps of each input, not 5 and 6",
        "give it sequences that are as long, as of layers on one and the same",
    )
    assert complaint("time_distributed", (5, 4), (4,), layer=layer("add")) == (
        "takes an input of at least 2 axes (steps, *sizes), not [4]",
        "what makes each of them sees each step, too",
    )


def test_what_takes_no_input_is_the_same_in_each_step() -> None:
    token = each(layer("parameter", shape=[1, 8]))
    assert (token.takes, token.shape_only) == ((1, 1), frozenset({0}))
    assert token.output_shape((5, 4, 4, 3)) == (5, 1, 8)
    assert [weight.shape for weight in token.weights((5, 4, 4, 3))] == [(1, 8)]
    assert (token.macs((5, 4)), token.flops((5, 4)), token.kept((5, 4))) == (0, 0, ())


def test_states_are_those_of_each_step() -> None:
    words = each(layer("lstm", units=4, initial_state="encoder"))
    assert (words.begins_with, words.state_names) == ("encoder", ("state", "memory"))
    assert words.final_states((5, 6, 3)) == ((5, 4), (5, 4))
    assert words.output_shape((5, 6, 3), (5, 4), (5, 4)) == (5, 4)


def test_indices_are_those_of_each_step() -> None:
    pooling, unpooling = each(layer("max_pooling2d")), each(layer("max_unpooling2d"))
    assert (pooling.finds_indices, pooling.indices_of) == (True, None)
    assert (unpooling.finds_indices, unpooling.indices_of, unpooling.shape_only) == (False, 1, frozenset({1, 2}))
    assert unpooling.output_shape((5, 4, 4, 3), (5, 4, 4, 3)) == (5, 8, 8, 3)
    unpooling.require_indices("pool", pooling)
    with pytest.raises(ShapeError, match="undoes a max pooling, which `x` is not"):
        unpooling.require_indices("x", each(layer("relu")))
    with pytest.raises(ShapeError, match="has the data format channels_last, and `pool`, which it undoes, channels_fi"):
        unpooling.require_indices("pool", each(layer("max_pooling2d", data_format="channels_first")))


def test_a_wrapper_s_fields_have_those_of_the_layer_that_it_holds() -> None:
    assert each(layer("dense", units=3)).model_dump()["layer"]["units"] == 3


@pytest.mark.parametrize("wrapper", ["time_distributed", "spectral_normalization", "weight_normalization"])
def test_frozen_weights_that_are_held_are_parameters_to_pytorch(wrapper: str) -> None:
    def total(trainable: str) -> int:
        layer = f"{wrapper}: {{layer: {{dense: {{units: 4, trainable: {trainable}}}}}}}"
        return known(archsum.summarize(io.StringIO(f"input: [5, 8]\nlayers: [{layer}]\n")).torch_params)

    assert total("false") == total("true") > 0
