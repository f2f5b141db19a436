import io
from typing import ClassVar

import pytest

import archsum
from archsum.bounds import MAX_ELEMENTS
from archsum.errors import SourceText, Span
from archsum.graph import Node
from archsum.layers.base import NO_MACS, Layer, Operations, Weight
from archsum.layers.shapes import Shape
from archsum.propagate import Computations, Engine
from tests.support.layers import layer

HUGE = ", ".join(["1000000000000"] * 40)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        (HUGE, "flatten"),
        (HUGE, "dropout: {rate: 0.5}"),
        ("1000000000000, 1000000000000, 1000000000000", "flatten"),
        ("8", f"custom: {{macs: 0, weights: {{w: [{HUGE}]}}}}"),
    ],
)
def test_tensor_beyond_any_computer(shape: str, layer: str) -> None:
    """Its size would be a number too long to print."""
    with pytest.raises(archsum.SpecError) as caught:
        archsum.summarize(io.StringIO(f"input: [{shape}]\nlayers:\n  - {layer}\n"))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "shape"
    assert "makes a tensor of more than 1e+30 elements" in diagnostic.message


def test_largest_tensor() -> None:
    text = "input: [1000000000000, 1000000000000, 1000000]\nlayers:\n  - flatten\n"
    assert archsum.summarize(io.StringIO(text)).layers[0].output_shape == (MAX_ELEMENTS,)


PLACE = Span(SourceText("file.yaml", "dense"), 0, 5)


def node(name: str, kind: Layer, *inputs: str) -> Node:
    return Node(name, kind, inputs, (name,), PLACE)


def test_the_engine_computes_what_was_added_since_it_was_last_asked() -> None:
    nodes = [node("a", layer("dense", units=4), "input")]
    engine = Engine({"input": (8,)}, nodes)
    assert [engine.shape(name) for name in ("input", "a", "b")] == [(8,), (4,), None]
    nodes.append(node("b", layer("dense", units=2), "a"))
    assert engine.shape("b") == (2,)
    assert [(computed.name, computed.params) for computed in engine.layers] == [("a", 36), ("b", 10)]


def test_the_engine_passes_over_what_is_behind_a_faulty_layer() -> None:
    nodes = [node("a", layer("conv2d", filters=4, kernel_size=3), "input"), node("b", layer("flatten"), "a")]
    engine = Engine({"input": (8,)}, nodes)
    assert engine.shape("b") is None
    assert engine.layers == ()
    assert [diagnostic.message.split()[0] for diagnostic in engine.diagnostics] == ["`a`"]


def test_a_size_can_take_the_place_of_unknown_ones() -> None:
    nodes = [node("a", layer("conv2d", filters=4, kernel_size=3), "input")]
    assert Engine({"input": (None, 9, 3)}, nodes).shape("a") == (None, 7, 4)
    assert Engine({"input": (None, 9, 3)}, nodes, unknown=100).shape("a") == (98, 7, 4)


class Counted(Layer):
    """Counts how often it is computed."""

    computed: ClassVar[int] = 0

    def output_shape(self, *inputs: Shape) -> Shape:
        Counted.computed += 1
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return NO_MACS


def test_engines_share_what_was_computed_of_a_layer_and_a_shape() -> None:
    counted, other, computations = Counted(trainable=True), Counted(trainable=True), Computations()
    assert counted == other
    for shape, kinds in (((8,), [counted, counted]), ((8,), [counted]), ((9,), [counted]), ((8,), [other])):
        nodes = [node(f"layer_{number}", kind, "input") for number, kind in enumerate(kinds)]
        assert Engine({"input": shape}, nodes, computations).shape("layer_0") == shape
    assert Counted.computed == 3
    assert counted == other
