"""Functions of elements: shapes of several inputs, operations, and what of unknown functions is unknown."""

import pytest
from pydantic import ValidationError

from archsum.layers.written import fields_of_layer
from tests.support.layers import complaint, layer


def test_inputs_are_repeated_as_where_they_merge() -> None:
    where = layer("elementwise", function="where")
    assert where.output_shape((7, 1), (1, 5), ()) == (7, 5)
    assert where.output_shape((None, 1), (1, 5), (5,)) == (None, 5)
    (first, second) = where.explain_output((7, 1), (1, 5), ())
    assert (first.label, first.value, second.label, second.value) == ("axis 1", 7, "axis 2", 5)


def test_inputs_that_do_not_fit() -> None:
    message, _ = complaint("elementwise", (7, 4), (7, 5), function="pow")
    assert message == "cannot combine the elements of [7, 4] and [7, 5]: axis 2 differs, 4 and 5"


def test_what_a_function_takes() -> None:
    assert layer("elementwise", function="sin").flops((7, 4)) == 28
    assert layer("elementwise", function="gelu_new", operations=8).flops((7, 4)) == 8 * 28
    assert layer("elementwise", function="erfinv", operations=0).flops((None, 4)) == 0
    assert layer("elementwise", function="sin").flops((None, 4)) is None


def test_what_is_kept_of_an_unknown_function_is_unknown() -> None:
    assert layer("elementwise", function="erfinv").kept((7, 4)) is None
    assert layer("elementwise", function="pow").kept((7, 4), (7, 4)) is None
    assert layer("elementwise", function="greater").kept((7, 4), (7, 4)) == ()


def test_no_gradient_goes_through_a_comparison_or_to_a_condition() -> None:
    where = layer("elementwise", function="where")
    assert [where.passes_gradient(number) for number in range(3)] == [False, True, True]
    assert not layer("elementwise", function="equal").passes_gradient(0)


def test_a_function_has_a_name() -> None:
    with pytest.raises(ValidationError, match="cannot be"):
        layer("elementwise", function="x + 1")


@pytest.mark.parametrize(
    ("spellings", "function"),
    [
        # NumPy and Keras, PyTorch, ONNX.
        (("absolute", "abs"), "abs"),
        (("clip", "clamp"), "clamp"),
        (("power", "pow"), "power"),
        (("negative", "neg"), "negative"),
        (("arctan", "atan"), "atan"),
        (("arcsinh", "asinh"), "asinh"),
        (("subtract", "sub"), "subtract"),
        (("true_divide", "divide", "div"), "divide"),
        (("greater_equal", "ge"), "greater_equal"),
        (("not_equal", "ne"), "not_equal"),
        (("where",), "where"),
        (("of_mine",), "of_mine"),
    ],
)
def test_a_function_has_one_name_however_frameworks_spell_it(spellings: tuple[str, ...], function: str) -> None:
    found = {fields_of_layer(layer("elementwise", function=spelling))["function"] for spelling in spellings}
    assert found == {function}
