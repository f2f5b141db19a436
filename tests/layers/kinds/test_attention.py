"""Attention, with projections and without."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.base import Layer, Step
from archsum.layers.shapes import Shape, known
from tests.support.formulas import evaluate
from tests.support.layers import layer, note_of_biases


def parameters(layer: Layer, *inputs: Shape) -> int:
    return sum(known(weight.size) for weight in layer.weights(*inputs))


HEADS = layer("multi_head_attention", num_heads=12, key_dim=64)
PATCHES = (197, 768)


def test_vision_transformer() -> None:
    # ViT-B/16: four matrices of 768 × 768 with biases; torchvision's MultiheadAttention has 2,362,368 parameters.
    assert parameters(HEADS, PATCHES) == 2_362_368
    # 4 × 197 × 768² for the projections, 2 × 197² × 768 for scores and mean.
    assert HEADS.macs(PATCHES) == 464_781_312 + 59_610_624


def test_llama_3() -> None:
    # Llama 3 8B: 32 heads of 128 features share 8 of key and value, all without biases (arXiv:2407.21783, table 3).
    groups = layer("grouped_query_attention", head_dim=128, num_query_heads=32, num_key_value_heads=8, bias=False)
    assert parameters(groups, (None, 4096)) == 2 * 4096 * 4096 + 2 * 4096 * 1024
    assert groups.macs((None, 4096)) is None


def test_as_many_groups_as_heads_are_multi_head_attention() -> None:
    groups = layer("grouped_query_attention", head_dim=64, num_query_heads=12, num_key_value_heads=12)
    assert groups.weights(PATCHES) == HEADS.weights(PATCHES)
    assert groups.macs(PATCHES) == HEADS.macs(PATCHES)


def test_one_input_is_query_value_and_key_and_of_two_the_second_is_value_and_key() -> None:
    query, value = (5, 8), (7, 6)
    for kind in ("multi_head_attention", "attention"):
        attention = layer(kind, **({"num_heads": 2, "key_dim": 3} if kind == "multi_head_attention" else {}))
        assert attention.weights(query) == attention.weights(query, query, query)
        assert attention.macs(query) == attention.macs(query, query, query)
    assert HEADS.weights(query, value) == HEADS.weights(query, value, value)
    assert HEADS.output_shape(query, value) == query


def test_biases_are_known_as_such_and_used_at_every_position() -> None:
    with_bias = layer("multi_head_attention", num_heads=2, key_dim=3, value_dim=5)
    without = layer("multi_head_attention", num_heads=2, key_dim=3, value_dim=5, bias=False)
    inputs = ((4, 8), (7, 6))
    biases = {weight.name: weight.size for weight in with_bias.weights(*inputs) if weight.is_bias}
    assert biases == {"query/bias": 6, "key/bias": 6, "value/bias": 10, "attention_output/bias": 8}
    links = (with_bias.connections(*inputs) or 0) - (without.connections(*inputs) or 0)
    assert links == 4 * 6 + 7 * 6 + 7 * 10 + 4 * 8
    assert note_of_biases(without, *inputs) == "no biases; they would be 30"


def test_the_output_may_have_other_sizes() -> None:
    attention = layer("multi_head_attention", num_heads=2, key_dim=3, output_shape=[7, 2])
    assert attention.output_shape((4, 8)) == (4, 7, 2)
    assert attention.weights((4, 8))[-2].shape == (2, 3, 7, 2)


def test_positions_see_one_another_along_the_attention_axes() -> None:
    image = (6, 5, 8)
    everywhere, in_rows = (
        layer("multi_head_attention", num_heads=2, key_dim=3, bias=False, **axes)
        for axes in ({}, {"attention_axes": 2})
    )
    projections = 30 * 4 * 8 * 2 * 3
    assert everywhere.macs(image) == projections + 2 * 30 * 30 * 2 * 3
    assert in_rows.macs(image) == projections + 2 * 30 * 5 * 2 * 3
    assert in_rows.macs(image, (6, 9, 8)) == 30 * 2 * 48 + 54 * 2 * 48 + 2 * 30 * 9 * 6


@pytest.mark.parametrize(
    ("kind", "fields", "macs"),
    [
        ("attention", {}, 4 * 7 * 8 + 4 * 7 * 5),
        ("attention", {"score_mode": "concat", "use_scale": True}, 4 * 7 * 5),
        ("additive_attention", {}, 4 * 7 * 8 + 4 * 7 * 5),
        ("additive_attention", {"use_scale": False}, 4 * 7 * 5),
    ],
)
def test_attention_without_projections(kind: str, fields: dict[str, Any], macs: int) -> None:
    query, value, key = (4, 8), (7, 5), (7, 8)
    attention = layer(kind, **fields)
    assert attention.output_shape(query, value, key) == (4, 5)
    assert attention.macs(query, value, key) == macs
    step = Step.of("MACs", *attention.multiply_accumulates(query, value, key))
    assert evaluate(step.formula) == step.value == macs


def test_query_heads_are_groups() -> None:
    with pytest.raises(ValidationError, match=r"`num_query_heads` \(=3\), which must be divisible by"):
        layer("grouped_query_attention", head_dim=3, num_query_heads=3, num_key_value_heads=2)


GROUPS = layer("grouped_query_attention", head_dim=3, num_query_heads=2, num_key_value_heads=1)
IN_ROWS = layer("multi_head_attention", num_heads=2, key_dim=3, attention_axes=2)
FAR = layer("multi_head_attention", num_heads=2, key_dim=3, attention_axes=[1, 3])
PLAIN = layer("attention")


@pytest.mark.parametrize(
    ("attention", "inputs", "message"),
    [
        (HEADS, [(8,)], "takes inputs of at least 2 axes (*positions, features), not [8]"),
        (HEADS, [(4, 8), (4, 4, 8)], "takes inputs of as many axes each, not [4, 8] and [4, 4, 8]"),
        (
            HEADS,
            [(4, 8), (7, 8), (6, 8)],
            "takes a key for each position of the value, not a value [7, 8] and a key [6, 8]",
        ),
        (HEADS, [(4, None)], "needs a known number of features for its weight `query`"),
        (
            IN_ROWS,
            [(6, 5, 8), (7, 5, 8)],
            "takes a query and a value alike on the axes that are not among its `attention_axes`, "
            "not [6, 5, 8] and [7, 5, 8]",
        ),
        (FAR, [(6, 5, 8)], "has `attention_axes: [1, 3]`, and its query [6, 5, 8] has positions on axes 1 to 2"),
        (GROUPS, [(4, 4, 8)], "takes inputs of 2 axes (length, features), not [4, 4, 8]"),
        (GROUPS, [(4, 8), (4, 6)], "takes a query and a value of as many features, not [4, 8] and [4, 6]"),
        (
            PLAIN,
            [(4, 8), (4, 6)],
            "takes a query and a key that differ in their positions alone, not [4, 8] and [4, 6]",
        ),
        (
            layer("additive_attention"),
            [(4, None)],
            "needs a known number of features for its weight `scale`",
        ),
    ],
)
def test_inputs_that_do_not_go_together(attention: Layer, inputs: list[Shape], message: str) -> None:
    with pytest.raises(ShapeError) as error:
        _ = attention.output_shape(*inputs), attention.weights(*inputs)
    assert error.value.message == message


def test_unknown_lengths_go_together_with_any() -> None:
    assert HEADS.output_shape((None, 8), (5, 8), (None, 8)) == (None, 8)
    assert PLAIN.output_shape((None, 4, 8), (3, None, 8)) == (None, 4, 8)
