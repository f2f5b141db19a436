"""Unpooling: the sizes that are pooled to the input's, and which layers it undoes."""

import io
from typing import Any

import pytest

import archsum
from archsum.layers.shapes import Shape
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer

KINDS = [f"max_unpooling{rank}d" for rank in (1, 2, 3)]


@pytest.mark.parametrize(
    ("fields", "like", "output"),
    [
        ({}, [], (10, 14, 3)),
        ({"pool_size": [3, 1], "strides": 2}, [], (11, 13, 3)),
        ({"pool_size": 3, "strides": 2, "padding": [1, 0]}, [], (9, 15, 3)),
        ({"output_size": [11, 13]}, [], (11, 13, 3)),
        ({}, [(9, 15, 1)], (9, 15, 3)),
        ({}, [(None, 15, 1)], (None, 15, 3)),
    ],
)
def test_sizes(fields: dict[str, Any], like: list[Shape], output: Shape) -> None:
    unpooling = layer("max_unpooling2d", **fields)
    shapes = ((5, 7, 3), (5, 7, 3), *like)
    assert unpooling.output_shape(*shapes) == output
    assert tuple(step.value for step in unpooling.explain_output(*shapes)) == output[:2]


@pytest.mark.parametrize("kind", KINDS)
def test_each_size_is_derived(kind: str) -> None:
    shape = (7, 8, 9)[: int(kind[-2])]
    unpooling = layer(kind, pool_size=4, strides=3, padding=1)
    for step, size in zip(unpooling.explain_output((*shape, 2), (*shape, 2)), shape, strict=True):
        assert evaluate(step.formula) == step.value == (size - 1) * 3 - 2 + 4


def test_an_unknown_size_is_unknown_unless_it_is_stated() -> None:
    assert layer("max_unpooling2d").output_shape((None, 7, 3), (5, 7, None)) == (None, 14, 3)
    assert layer("max_unpooling2d", output_size=[9, 14]).output_shape((None, 7, 3), (None, 7, 3)) == (9, 14, 3)


@pytest.mark.parametrize(
    ("fields", "shapes", "message", "cure"),
    [
        (
            {},
            [(5, 7, 3), (5, 7, 4)],
            "puts the elements of [5, 7, 3] where maxima of [5, 7, 4] were, which is another shape",
            "its first input has the shape that the max pooling, its second, gives; where that halves an odd size, "
            "the unpooling above takes `output_size`, or what was pooled as a third input",
        ),
        (
            {"output_size": [10, 16]},
            [(5, 7, 3)] * 2,
            "makes a width of 16, which is not pooled to its input's",
            "with this window it is 13 to 15",
        ),
        (
            {"strides": 1},
            [(5, 7, 3), (5, 7, 3), (6, 9, 3)],
            "makes a width of 9, which is not pooled to its input's",
            "with this window it is 8",
        ),
        (
            {"output_size": 10},
            [(5, 7, 3)] * 3,
            "has an `output_size`, and a third input whose size it takes",
            "leave out the one or the other",
        ),
        (
            {"padding": [0, 7]},
            [(5, 7, 3)] * 2,
            "makes a width of 0, as its `padding` takes all that there is",
            "write the pooling's own `pool_size`, `strides` and `padding`",
        ),
    ],
)
def test_sizes_that_are_not_pooled_to_the_inputs(
    fields: dict[str, Any], shapes: list[Shape], message: str, cure: str
) -> None:
    assert complaint("max_unpooling2d", *shapes, **fields) == (message, cure)


@pytest.mark.parametrize("pooling", ["max_pooling2d", "adaptive_max_pooling2d: {output_size: 4}"])
def test_every_max_pooling_can_be_undone(pooling: str) -> None:
    kind, _, fields = pooling.partition(": {")
    named = f"{kind}: {{name: pool{', ' + fields if fields else '}'}"
    network = f"input: [8, 8, 3]\nlayers: [{named}, relu: {{name: x}}, max_unpooling2d: {{inputs: [x, pool]}}]\n"
    assert archsum.summarize(io.StringIO(network)).layers[-1].output_shape == (8, 8, 3)
