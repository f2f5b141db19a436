"""Tables of learned biases for attention's scores, and attention that adds them."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.shapes import Shape
from tests.support.formulas import evaluate
from tests.support.layers import layer


@pytest.mark.parametrize(
    ("fields", "positions", "rows"),
    [
        # Swin-T's first stage: windows of 7 × 7, 3 heads.
        ({"num_heads": 3, "window_size": [7, 7]}, 49, 13 * 13),
        ({"num_heads": 3, "window_size": [2, 3, 4]}, 24, 3 * 5 * 7),
        ({"num_heads": 8, "window_size": 512}, 512, 1023),
        # T5-small: 32 buckets for all distances in both directions.
        ({"num_heads": 8, "window_size": [512], "num_buckets": 32}, 512, 32),
    ],
)
def test_table(fields: dict[str, Any], positions: int, rows: int) -> None:
    bias = layer("relative_position_bias", **fields)
    (weight,) = bias.weights()
    assert (weight.shape, weight.is_bias) == ((rows, fields["num_heads"]), False)
    assert bias.output_shape() == (fields["num_heads"], positions, positions)
    assert (bias.macs(), bias.flops(), bias.connections()) == (0, 0, 0)
    steps = {step.label: step for step in bias.explain_output()}
    assert evaluate(steps["positions"].formula) == steps["positions"].value == positions
    assert ("distances" in steps) is ("num_buckets" not in fields)
    if "distances" in steps:
        assert evaluate(steps["distances"].formula) == steps["distances"].value == rows


def test_a_window_has_axes() -> None:
    with pytest.raises(ValidationError):
        layer("relative_position_bias", num_heads=3, window_size=[])


HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"num_query_heads": 2, "num_key_value_heads": 1, "head_dim": 3}
BOTH = [("multi_head_attention", HEADS), ("grouped_query_attention", GROUPS)]


@pytest.mark.parametrize(("kind", "fields"), BOTH)
@pytest.mark.parametrize("inputs", [((5, 8),), ((5, 8), (7, 8)), ((5, 8), (7, 8), (7, 8))])
def test_a_bias_changes_an_addition_for_each_score(
    kind: str, fields: dict[str, Any], inputs: tuple[Shape, ...]
) -> None:
    plain, biased = layer(kind, **fields), layer(kind, **fields, score_bias=True)
    scores: Shape = (2, 5, inputs[-1][0])
    with_bias = (*inputs, scores)
    assert biased.output_shape(*with_bias) == plain.output_shape(*inputs)
    assert biased.weights(*with_bias) == plain.weights(*inputs)
    assert biased.macs(*with_bias) == plain.macs(*inputs)
    assert biased.connections(*with_bias) == plain.connections(*inputs)
    more = (biased.flops(*with_bias) or 0) - (plain.flops(*inputs) or 0)
    assert more == 2 * 5 * (inputs[-1][0] or 0)


def test_positions_of_a_window_are_one_axis_of_the_bias() -> None:
    # Windows of 7 × 7 within an image of 56 × 56, as in Swin's first stage.
    attention = layer("multi_head_attention", num_heads=3, key_dim=32, attention_axes=[2, 4], score_bias=True)
    image = (8, 7, 8, 7, 96)
    assert attention.output_shape(image, (3, 49, 49)) == image
    assert attention.output_shape((None, 7, 8, None, 96), (3, 49, 49)) == (None, 7, 8, None, 96)


@pytest.mark.parametrize(
    ("fields", "inputs", "message"),
    [
        ({"score_bias": True}, [(5, 8)], "takes the bias of its scores as its last input, and has one input alone"),
        ({"score_bias": True}, [(5, 8), (7, 8)], "takes a bias [2, 5, 5] of its scores as its last input, not [7, 8]"),
        (
            {"score_bias": True},
            [(5, 8), (7, 8), (2, 5, 5)],
            "takes a bias [2, 5, 7] of its scores as its last input, not [2, 5, 5]",
        ),
        ({}, [(5, 8), (7, 8), (7, 8), (2, 5, 7)], "takes 1 to 3 inputs, not 4"),
    ],
)
def test_a_bias_that_does_not_fit(fields: dict[str, Any], inputs: list[Shape], message: str) -> None:
    for kind, heads in BOTH:
        with pytest.raises(ShapeError) as error:
            layer(kind, **heads, **fields).output_shape(*inputs)
        assert error.value.message == message
