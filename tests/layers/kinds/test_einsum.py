"""Products by an equation: MaxViT's attention, learned tensors, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer


def test_attention_of_maxvit() -> None:
    # torchvision's maxvit_t, first stage: 64 partitions of 49 positions, 2 heads of 32 features.
    scores = layer("einsum", equation="bghid,bghjd->bghij")
    shapes = ((64, 2, 49, 32), (64, 2, 49, 32))
    assert scores.output_shape(*shapes) == (64, 2, 49, 49)
    assert scores.macs(*shapes) == layer("matmul").macs((64, 2, 49, 32), (64, 2, 32, 49)) == 64 * 2 * 49 * 49 * 32
    amount: Any = scores.multiply_accumulates(*shapes).amount
    assert evaluate(amount.formula) == scores.macs(*shapes)


def test_a_learned_tensor_has_no_batch() -> None:
    product = layer("einsum", equation="bti,ij->btj")
    assert product.output_shape((5, 16), (16, 4)) == (5, 4)
    assert product.macs((5, 16), (16, 4)) == 5 * 16 * 4
    both = layer("einsum", equation="ij,jk->ik")
    assert both.output_shape((3, 4), (4, 5)) == (3, 5)
    assert both.macs((3, 4), (4, 5)) == 60
    turned = layer("einsum", equation="bti,ji->btj").kept((5, 16), (4, 16)) or ()
    assert [(tensor.name, tensor.number) for tensor in turned] == [("input", 0), ("input", 1)]


def test_unknown_sizes() -> None:
    product = layer("einsum", equation="bij, bjk -> bik")
    assert product.output_shape((None, 4), (None, 5)) == (None, 5)
    assert product.output_shape((3, None), (4, None)) == (3, None)
    assert product.macs((3, None), (4, 5)) == 60
    assert product.macs((None, 4), (4, 5)) is None


def test_three_inputs_are_multiplied_in_an_order_that_is_not_stated() -> None:
    product = layer("einsum", equation="bi,bj,bk->bijk")
    assert product.output_shape((2,), (3,), (4,)) == (2, 3, 4)
    assert (product.macs((2,), (3,), (4,)), product.kept((2,), (3,), (4,))) == (None, None)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("bij,bjk", "is `bij,bjk`, which is not an equation of inputs and an output"),
        ("...ij,...jk->...ik", "is `...ij,...jk->...ik`, which is not an equation of inputs and an output"),
        ("bii->bi", "names an axis twice: `bii`"),
        ("bij->bik", "has an axis `k` of the output that no input has"),
    ],
)
def test_what_is_no_equation(equation: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        layer("einsum", equation=equation)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("equation", "shapes", "message"),
    [
        ("bij,bjk->bik", [(3, 4)], "has an equation of 2 inputs, and takes 1"),
        ("bij,bjk->bik", [(3, 4), (5, 6)], "cannot multiply [3, 4] and [5, 6]: axis `j` is 4 and 5"),
        ("bij,bjk->bik", [(3, 4), (4,)], "has `bjk` in its equation for an input [4] of 1 axes"),
        ("bij,jb->bi", [(3, 4), (4, 3)], "has `jb` in its equation for an input [4, 3] of 2 axes"),
    ],
)
def test_inputs_that_do_not_fit(equation: str, shapes: list[tuple[int, ...]], message: str) -> None:
    assert complaint("einsum", *shapes, equation=equation)[0] == message
