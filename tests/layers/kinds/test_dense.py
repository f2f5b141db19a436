"""Dense layers, on vectors and beyond."""

from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers import layer_class
from archsum.layers.base import Layer, Step
from archsum.layers.shapes import Shape, known
from tests.support.formulas import evaluate
from tests.support.layers import note_of_biases


def dense(**fields: Any) -> Layer:
    return layer_class("dense").model_validate(fields)


@pytest.mark.parametrize(
    ("units", "shape", "parameters"),
    [
        pytest.param(84, (120,), 10_164, id="LeNet-5's F6"),
        pytest.param(4096, (7 * 7 * 512,), 102_764_544, id="VGG16's fc1"),
        pytest.param(10, (23_040,), 230_410, id="the last layer of Keras's picture of a summary"),
    ],
)
def test_published_figures(units: int, shape: Shape, parameters: int) -> None:
    assert sum(known(weight.size) for weight in dense(units=units).weights(shape)) == parameters


def test_macs_are_once_for_each_location_of_the_leading_axes() -> None:
    # torch.nn.Linear(20, 10) on a 1 × 16 × 20 × 20 input: fvcore and thop count 64,000.
    assert dense(units=10).macs((16, 20, 20)) == 64_000
    assert dense(units=10).macs((16, None, 20)) is None


def test_an_untied_bias_has_one_for_each_unit_and_location() -> None:
    kernel, bias = dense(units=5, bias="untied").weights((12, 7))
    assert (kernel.shape, bias.shape, bias.untied) == ((7, 5), (12, 5), True)


def test_on_a_vector_tied_and_untied_coincide() -> None:
    _, tied = dense(units=5).weights((7,))
    _, untied = dense(units=5, bias="untied").weights((7,))
    assert untied == tied
    assert "tied and untied are the same" in note_of_biases(dense(units=5), (7,))


def test_each_unit_uses_its_bias_at_each_location() -> None:
    assert dense(units=5).connections((12, 7)) == 12 * 7 * 5 + 12 * 5
    assert dense(units=5, bias=False).connections((12, 7)) == 12 * 7 * 5


def test_macs_are_explained() -> None:
    step = Step.of("MACs", *dense(units=5).multiply_accumulates((12, 7)))
    assert evaluate(step.formula) == step.value == 12 * 7 * 5


def test_an_unknown_number_of_features_is_an_error_with_a_cure() -> None:
    with pytest.raises(ShapeError) as error:
        dense(units=5).weights((None,))
    assert error.value.message == "needs a known number of features, the last axis of its input"
    assert error.value.cure is not None
    assert "the flatten of an unknown size is unknown" in error.value.cure


def test_an_input_without_axes_is_refused() -> None:
    with pytest.raises(ShapeError, match="at least 1 axis"):
        dense(units=5).output_shape(())
