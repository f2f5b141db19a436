"""Normalization: axes, unknown sizes and channels first, which the comparison with Keras does not reach."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.operators import UnknownOperatorsError
from archsum.layers.shapes import Shape, known
from tests.support.layers import complaint as complaint_of_output
from tests.support.layers import layer


def complaint(kind: str, shape: Shape, **fields: Any) -> tuple[str, str | None]:
    with pytest.raises(ShapeError) as error:
        layer(kind, **fields).weights(shape)
    return error.value.message, error.value.cure


@pytest.mark.parametrize("kind", ["batch_normalization", "group_normalization"])
def test_under_channels_first_the_channels_are_the_first_axis(kind: str) -> None:
    # PyTorch's BatchNorm2d(64) and GroupNorm(32, 64) on (64, 7, 9), which have two vectors of 64 to train.
    gamma, beta, *_ = layer(kind, data_format="channels_first").weights((64, 7, 9))
    assert (gamma.shape, beta.shape) == ((64,), (64,))
    gamma, *_ = layer(kind, data_format="channels_first", axis=-1).weights((64, 7, 32))
    assert gamma.shape == (32,)


def test_instance_normalization_has_as_many_groups_as_channels() -> None:
    gamma, beta = layer("group_normalization", groups=-1).weights((None, None, 5))
    assert (gamma.shape, beta.shape) == ((5,), (5,))


@pytest.mark.parametrize("both", [True, False])
def test_instance_normalization_is_group_normalization_with_as_many_groups_as_channels(both: bool) -> None:
    instance = layer("instance_normalization", scale=both, center=both, data_format="channels_first")
    group = layer("group_normalization", groups=-1, scale=both, center=both, data_format="channels_first")
    shape = (5, 7, 9)
    assert instance.output_shape(shape) == group.output_shape(shape)
    assert instance.weights(shape) == group.weights(shape)
    assert instance.flops(shape) == group.flops(shape) == (5 + 2 * both) * 5 * 7 * 9
    assert layer("instance_normalization").weights(shape) == ()  # as PyTorch's


def test_instance_normalization_with_moving_statistics() -> None:
    # PyTorch's InstanceNorm2d(5, affine=True, track_running_stats=True): 10 parameters, and 10 numbers that are none.
    tracked = layer("instance_normalization", scale=True, center=True, track_running_stats=True)
    weights = tracked.weights((None, None, 5))
    assert [(weight.name, weight.trainable) for weight in weights] == [
        *(("gamma", True), ("beta", True)),
        *(("moving_mean", False), ("moving_variance", False)),
    ]
    assert tracked.flops((7, 9, 5)) == 2 * 7 * 9 * 5


def test_instance_normalization_without_weights_takes_an_unknown_number_of_channels() -> None:
    assert layer("instance_normalization").weights((7, 9, None)) == ()
    assert complaint("instance_normalization", (7, 9, None), scale=True)[0].startswith("needs a known size of axis 3")


@pytest.mark.parametrize("shape", [(5,), (1, 5), (1, 1, 5)])
def test_instance_normalization_of_one_location(shape: Shape) -> None:
    message, help_ = complaint_of_output("instance_normalization", shape)
    assert message.startswith("takes data of more than one location for each channel")
    assert help_


def test_on_a_microcontroller_instance_normalization_is_written_as_keras_has_it() -> None:
    with pytest.raises(UnknownOperatorsError) as error:
        layer("instance_normalization", scale=True).operators((7, 9, 5))
    written = "group_normalization: {groups: -1, epsilon: 1e-05, center: false}"
    assert error.value.cure == f"write `{written}`, which is the same"


def test_batch_normalization_does_not_train_two_numbers_for_each_channel() -> None:
    # The gap between keras.applications and torchvision: + 2 non-trainable for each channel.
    weights = layer("batch_normalization").weights((7, 9, 64))
    assert sum(known(weight.size) for weight in weights if weight.trainable) == 128
    assert sum(known(weight.size) for weight in weights if not weight.trainable) == 128


def test_normalization_of_colours_adds_seven() -> None:
    # keras.applications' EfficientNetB0: "a Normalization layer adds 7".
    weights = layer("normalization").weights((224, 224, 3))
    assert sum(known(weight.size) for weight in weights) == 7
    assert not any(weight.trainable for weight in weights)


def test_groups_that_do_not_divide_the_channels() -> None:
    message, help_ = complaint("group_normalization", (7, 9, 48))
    assert message == "has 48 channels, which must be divisible by `groups` (=32)"
    assert help_ == "choose `groups` among the divisors of 48, or −1 for as many as channels"


def test_an_axis_that_is_not_there() -> None:
    message, help_ = complaint("layer_normalization", (4, 5), axis=3)
    assert message == "has `axis: 3`, and its input [4, 5] has axes 1 to 2"
    assert help_ == "count from 1, or from the end, where -1 is the last axis"


def test_an_unknown_size() -> None:
    message, help_ = complaint("layer_normalization", (None, 5), axis=[1, 2])
    assert message == "needs a known size of axis 1 for its weights, one for each element along it"
    assert help_ == "give `input` a number for the size of axis 1"


def test_the_batch_cannot_have_weights() -> None:
    assert complaint("batch_normalization", (4, 5), axis=0)[0].startswith("has the batch, axis 0, for its weights")


def test_an_axis_named_twice() -> None:
    assert complaint("layer_normalization", (4, 5), axis=[2, -1])[0].startswith("names an axis twice")


def test_prelu_on_an_unknown_size_may_share_it() -> None:
    message, help_ = complaint("prelu", (None, None, 8))
    assert message == "needs a known size of axis 1 for its slopes, one for each element"
    assert help_ == "give `input` a number for the size of axis 1, or add the axis to `shared_axes`"
    (alpha,) = layer("prelu", shared_axes=[1, 2]).weights((None, None, 8))
    assert alpha.shape == (1, 1, 8)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean": 0.5}, "takes `mean` and `variance` together, or neither"),
        ({"mean": [0.5, 0.5], "variance": 1}, "has a `mean` and a `variance` of different lengths"),
        ({"axis": None, "mean": [0.5], "variance": [1]}, "its `mean` and `variance` are one number each"),
    ],
)
def test_a_mean_has_a_variance_like_it(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        layer("normalization", **fields)


def test_a_list_is_as_long_as_there_are_channels() -> None:
    message, help_ = complaint_of_output("rescaling", (224, 224, 3), scale=[1, 2])
    assert message == "has a `scale` of 2 numbers for its input [224, 224, 3]"
    assert help_ == "give one number, or one for each channel"
    assert layer("rescaling", scale=[1, 2, 3], data_format="channels_first").output_shape((3, 9, 9)) == (3, 9, 9)


def test_a_factor_is_multiplied_along_the_last_axes() -> None:
    message, help_ = complaint("rms_normalization", (4, 5), axis=1)
    assert message == "has a scale of [4], which Keras multiplies along the last axes, [5]"
    assert help_ == "write the last axes, as in `axis: -1`, or `permute` the input first"
    (scale,) = layer("rms_normalization", axis=[1, 2]).weights((4, 5))
    assert scale.shape == (4, 5)


def test_local_response_normalization_pads_the_channels() -> None:
    def squares(*shape: int, **fields: Any) -> Shape:
        kept = layer("local_response_normalization", size=5, **fields).kept(shape)
        assert kept
        return kept[1].shape

    assert squares(8, 6, 4) == (8, 6, 8)
    assert squares(4, 8, 6, data_format="channels_first") == (8, 8, 6)
    assert squares(8, 4, 6, axis=2) == (8, 8, 6)


def test_local_response_normalization_is_not_of_vectors() -> None:
    assert complaint_of_output("local_response_normalization", (8,), size=5) == (
        "takes an input of channels and other axes, not [8]",
        "put it before the data become vectors, or leave it out",
    )
