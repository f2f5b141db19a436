"""Strides together with dilation: Keras refuses them in convolutions that mix channels, and in no others."""

import re
from math import prod
from typing import Any

import keras
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from archsum.layers.shapes import Shape
from tests.support.parity.cases import REFUSED, Case, Fields, build, ours
from tests.support.parity.keras_kinds import keras_outcome, keras_runs

DEPTHWISE = {"kernel_size": 3, "strides": 2, "padding": "same", "dilation_rate": [3, 1]}


def test_a_depthwise_convolution_takes_both() -> None:
    case = Case(DEPTHWISE, (14, 14, 516))
    found = ours("depthwise_conv2d", case)
    assert found
    assert found.output_shape == (7, 7, 516)
    assert sum(prod(shape) for _, shape, _ in found.weights) == 5_160
    assert keras_outcome("depthwise_conv2d", case) == found
    assert keras_runs("depthwise_conv2d", case, found.output_shape)


TOGETHER = {"kernel_size": 2, "strides": 2, "dilation_rate": 2}
SHAPES_BY_RANK = {1: (9, 2), 2: (9, 9, 2), 3: (9, 9, 9, 2)}
BY_WORD = [
    *((f"conv{rank}d", {"filters": 2}, rank) for rank in (1, 2, 3)),
    *((f"conv{rank}d_transpose", {"filters": 2}, rank) for rank in (1, 2, 3)),
    *((f"depthwise_conv{rank}d", {}, rank) for rank in (1, 2)),
    *((f"separable_conv{rank}d", {"filters": 2}, rank) for rank in (1, 2)),
]


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kind", "fields", "rank"), BY_WORD)
def test_keras_refuses_both_in_what_mixes_channels_alone(kind: str, fields: Fields, rank: int, padding: str) -> None:
    case = Case({**TOGETHER, **fields, "padding": padding}, SHAPES_BY_RANK[rank])
    expected = keras_outcome(kind, case)
    assert (expected is REFUSED) is kind.startswith("conv")
    assert ours(kind, case) == expected
    assert expected is REFUSED or keras_runs(kind, case, expected.output_shape)


STEPS = st.integers(1, 4)


@st.composite
def refused(draw: st.DrawFn, words: tuple[str, ...]) -> Fields:
    """Draw fields of a convolution over two axes that Keras would refuse for its strides and its dilation."""
    pairs = st.lists(STEPS, min_size=2, max_size=2)
    beyond_1 = pairs.filter(lambda steps: max(steps) > 1)
    fields = {"filters": 1, "kernel_size": draw(pairs), "strides": draw(beyond_1), "dilation_rate": draw(beyond_1)}
    return {**fields, "padding": draw(st.sampled_from(words))}


def followed(kind: str, fields: Fields, shape: Shape) -> Shape:
    """Return the output's sizes of the layer that the error says to write."""
    with pytest.raises(ValidationError, match="which Keras refuses together") as error:
        build(kind, fields)
    cure = error.value.errors()[0]["ctx"]["error"].cure
    *stated, word = re.findall("`([^`]*)`", cure)
    assert word == fields["padding"]
    numbers: Fields = {}
    for field in stated:
        numbers |= yaml.safe_load(field)
    return build(kind, {**fields, **numbers}).output_shape(shape)[:2]


def keras_sizes(operation: Any, fields: Fields, shape: Shape) -> Shape:
    """Return the sizes that Keras's operation announces, which does not check what its layer checks."""
    kernel = keras.KerasTensor((*fields["kernel_size"], 1, 1))
    arguments = {name: value for name, value in fields.items() if name not in ("filters", "kernel_size")}
    return tuple(operation(keras.KerasTensor((1, *shape)), kernel, **arguments).shape[1:3])


SHAPES = st.tuples(st.integers(13, 20), st.integers(13, 20), st.just(1))  # a kernel is 13 wide at most


@given(refused(("valid", "same")), SHAPES)
def test_numbers_in_the_place_of_a_word_give_the_same_sizes(fields: Fields, shape: Shape) -> None:
    assert followed("conv2d", fields, shape) == keras_sizes(keras.ops.conv, fields, shape)


def test_so_they_do_in_the_place_of_causal() -> None:
    fields = {"filters": 1, "kernel_size": 3, "strides": 2, "dilation_rate": 2, "padding": "causal"}
    with pytest.raises(ValidationError, match="Keras refuses") as error:
        build("conv1d", fields)
    assert error.value.errors()[0]["ctx"]["error"].cure.startswith("write `padding: [4, 0]`, ")
    assert build("conv1d", {**fields, "padding": [4, 0]}).output_shape((9, 1)) == (5, 1)


@settings(max_examples=2 * settings().max_examples)
@given(refused(("valid", "same")), SHAPES, st.none() | st.integers(0, 3))
def test_so_they_do_in_a_transposed_convolution(fields: Fields, shape: Shape, extra: int | None) -> None:
    if extra is not None:
        fields = {**fields, "output_padding": [min(extra, stride - 1) for stride in fields["strides"]]}
    sizes = keras_sizes(keras.ops.conv_transpose, fields, shape)
    assert followed("conv2d_transpose", fields, shape) == sizes
