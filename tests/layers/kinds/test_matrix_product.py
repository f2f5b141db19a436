"""Matrix products: attention's, those of vectors, what is counted, and inputs that do not fit."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

SIZES = st.integers(1, 4)


def test_attention_of_swin() -> None:
    # torchvision's swin_t, first stage: 64 windows of 49 positions, 3 heads of 32 features.
    product = layer("matmul")
    queries, keys = (64, 3, 49, 32), (64, 3, 32, 49)
    assert product.output_shape(queries, keys) == (64, 3, 49, 49)
    assert product.macs(queries, keys) == 64 * 3 * 49 * 49 * 32
    assert product.flops(queries, keys) == 2 * 64 * 3 * 49 * 49 * 32
    assert product.weights(queries, keys) == ()
    operations = product.multiply_accumulates(queries, keys)
    assert evaluate(getattr(operations.amount, "formula", "")) == product.macs(queries, keys)


@given(st.lists(SIZES, max_size=2), SIZES, SIZES, SIZES, st.booleans(), st.booleans())
def test_shapes_are_numpy_s(leading: list[int], rows: int, length: int, columns: int, row: bool, column: bool) -> None:
    first = (length,) if row else (*leading, rows, length)
    second = (length,) if column else (*leading, length, columns)
    expected = numpy.matmul(numpy.zeros(first), numpy.zeros(second)).shape
    product = layer("matmul")
    assert product.output_shape(first, second) == expected
    assert product.macs(first, second) == int(numpy.prod(expected)) * length
    steps = list(product.explain_output(first, second))
    assert [step.value for step in steps] == list(expected)


def test_unknown_sizes() -> None:
    product = layer("matmul")
    assert product.output_shape((4, None, 8), (4, 8, None)) == (4, None, None)
    assert product.macs((4, None, 8), (4, 8, None)) is None
    assert product.output_shape((5, None), (8, 3)) == (5, 3)
    assert product.macs((5, None), (8, 3)) == 5 * 8 * 3


def test_an_input_that_is_repeated_is_kept_as_often() -> None:
    product = layer("matmul")
    kept = product.kept((4, 6, 16), (1, 16, 5))
    assert kept is not None
    assert [(tensor.name, tensor.shape) for tensor in kept] == [("input", ()), ("repeated", (4, 16, 5))]
    kept = product.kept((4, 6, 16), (16, 5))
    assert kept is not None
    assert [tensor.name for tensor in kept] == ["input", "input"]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            (4, 6, 16),
            (4, 15, 5),
            "cannot multiply [4, 6, 16] and [4, 15, 5]: the first has rows of 16 elements, the second columns of 15",
        ),
        ((4, 6, 16), (3, 16, 5), "cannot multiply [4, 6, 16] and [3, 16, 5]: axis 1 differs, 4 and 3"),
        ((2, 4, 6, 16), (3, 16, 5), "cannot multiply [2, 4, 6, 16] and [3, 16, 5]: axis -3 differs, 4 and 3"),
        ((), (4,), "multiplies matrices or vectors, not [] and [4]"),
    ],
)
def test_inputs_that_do_not_fit(first: tuple[int, ...], second: tuple[int, ...], message: str) -> None:
    assert complaint("matmul", first, second)[0] == message
