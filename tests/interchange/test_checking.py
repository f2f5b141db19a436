"""What an import checks of itself: each layer's output, its weights, and how many of them are trained."""

from typing import Any

import pytest

import archsum
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.checking import checked
from archsum.interchange.imported import Expected

UNKNOWN = {"weights": {"w": [None]}, "output_shape": [4]}


def read(kind: str, fields: dict[str, Any], expected: Expected) -> archsum.Network:
    builder = GraphBuilder("net", "net.model")
    given = builder.add_input("x", (8,), builder.place("inputs[0]"))
    made = builder.add(kind, [given], fields, ("only",), builder.place("layers[0]"), expected=expected)
    return checked(builder.build([made], 100))


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (Expected(output=(5,)), "gives [4], and the source says [5]"),
        (Expected(weights=((8, 4),)), "has the weights [8, 4], [4], and the source says [8, 4]"),
        (Expected(trainable_params=35), "has the trainable parameters 36, and the source says 35"),
    ],
)
def test_a_difference_names_the_layer_both_values_and_the_place(expected: Expected, difference: str) -> None:
    with pytest.raises(archsum.SpecError) as caught:
        read("dense", {"units": 4}, expected)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("differs", f"`only` (Dense) {difference}")
    assert diagnostic.span
    assert diagnostic.span.place == "net.model: layers[0]"


@pytest.mark.parametrize("expected", [Expected(), Expected((4,), ((4, 8), (4,)), 36), Expected((None,))])
def test_what_agrees_is_read(expected: Expected) -> None:
    assert archsum.summarize(read("dense", {"units": 4}, expected)).params == 36


def test_a_number_that_nobody_knows_is_compared_with_none() -> None:
    assert archsum.summarize(read("custom", UNKNOWN, Expected((4,), None, 36))).params is None
