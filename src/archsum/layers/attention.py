"""What all attention has in common: a query, a value and a key, and weights of the value's positions."""

from typing import ClassVar

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.base import Kept, Layer
from archsum.layers.fields import Rate
from archsum.layers.shapes import Shape, may_equal, require_known, show


class AttentionLayer(Layer):
    """A layer that takes a query, a value and a key.

    Errors:
        Inputs of fewer than 2 axes, or not of as many; a key and a value of different lengths.
    """

    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 3

    dropout: Rate = Field(0.0, description="The part of the attention that training drops.")
    causal: bool = Field(
        False,
        description="Whether a position sees those before it alone, as where a text is generated: so it has a cache. "
        "Operations are those of all positions, as frameworks compute them.",
    )

    def weights_kept(self, scores: Shape) -> tuple[Kept, ...]:
        """Return what the softmax of the scores, and its dropout, keep; the mean keeps what comes out of them."""
        weights = (Kept("weights", shape=scores),)
        return weights if not self.dropout else (*weights, Kept("mask", shape=scores), Kept("dropped", shape=scores))

    def query_value_key(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key; where fewer are given, the last is also the others.

        Errors: ShapeError where they do not go together.
        """
        query, value, key = (*inputs, *inputs[-1:] * (3 - len(inputs)))
        for shape in inputs:
            if len(shape) < 2:
                cure = "a `reshape` gives the data an axis of positions"
                raise ShapeError(f"takes inputs of at least 2 axes (*positions, features), not {show(shape)}", cure)
        if not len(query) == len(value) == len(key):
            *first, last = map(show, inputs)
            cure = "a `reshape` gives an input other axes"
            raise ShapeError(f"takes inputs of as many axes each, not {', '.join(first)} and {last}", cure)
        if not may_equal(value[:-1], key[:-1]):
            raise ShapeError(
                f"takes a key for each position of the value, not a value {show(value)} and a key {show(key)}",
                "its inputs are the query, the value and the key",
            )
        return query, value, key


def known_features(shape: Shape, weight: str) -> tuple[int, ...]:
    """Return the number of features. Errors: ShapeError where it is not known."""
    return require_known(shape[-1:], ("number of features",), f"its weight `{weight}`")
