"""The layers `parameter` and `constant`, which take no input."""

from typing import Any

import pytest

from archsum.errors import ShapeError, SourceText, Span
from archsum.explanation import explain
from archsum.graph import Graph, Node
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.propagate import propagate, require_inputs
from archsum.render import explanation

NOWHERE = Span(SourceText("net.yaml", ""), 0, 0)


def parameter(**fields: Any) -> Layer:
    return layer_class("parameter").model_validate(fields)


def test_position_embedding_of_vit_b_16() -> None:
    embedding = parameter(shape=[197, 768])
    assert embedding.output_shape() == (197, 768)
    (weight,) = embedding.weights()
    assert (weight.name, weight.size, weight.is_bias, weight.trainable) == ("parameter", 151_296, False, True)
    assert (embedding.macs(), embedding.connections()) == (0, 0)


def test_it_takes_no_input() -> None:
    require_inputs(parameter(shape=[1, 768]), 0)
    with pytest.raises(ShapeError, match="takes 0 inputs, not 1"):
        require_inputs(parameter(shape=[1, 768]), 1)


def test_a_constant_counts_nothing() -> None:
    # Swin's mask of windows that are shifted.
    mask = layer_class("constant").model_validate({"shape": [64, 49, 49]})
    assert mask.output_shape() == (64, 49, 49)
    assert (mask.weights(), mask.kept(), mask.macs(), mask.flops()) == ((), (), 0, 0)
    (operator,) = mask.operators()
    assert (operator.weights, operator.is_constant) == (64 * 49 * 49, True)


def test_it_starts_a_network_and_explains_itself() -> None:
    # StyleGAN's constant, 4 × 4 × 512, and a sine that is not learned.
    constant = Node("constant", parameter(shape=[4, 4, 512]), (), ("constant",), NOWHERE)
    sine = Node("sine", parameter(shape=[512], trainable=False), (), ("sine",), NOWHERE)
    both = Node("sum", layer_class("add").model_validate({}), ("constant", "sine"), ("sum",), NOWHERE)
    summary = propagate(Graph("net", {}, (constant, sine, both)))
    assert summary.layers[-1].output_shape == (4, 4, 512)
    assert (summary.params, summary.trainable_params) == (8_192 + 512, 8_192)
    assert "4 × 4 × 512 = 8,192" in explanation.render(explain(summary, "constant"))
