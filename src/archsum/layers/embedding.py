"""Layers for sequences of words: their vectors, and which of them count."""

from collections.abc import Iterator
from typing import Literal

from archsum.layers.base import ElementwiseLayer, Layer, Step, Weight, WeightlessLayer
from archsum.layers.fields import Positive
from archsum.layers.shapes import Shape
from archsum.model import field


class Embedding(Layer):
    """A vector for each word: the row of a table that the word's number names.

    Shape:
        (*sizes) → (*sizes, output_dim).
    Weights:
        embeddings (input_dim, output_dim).
    MACs:
        0; a row is looked up, not computed.
    Errors:
        None; it takes numbers of words in any shape.
    Source: https://keras.io/api/layers/core_layers/embedding/
    """

    type: Literal["embedding"] = "embedding"

    input_dim: Positive = field(description="The number of words, the largest + 1.", example=10000)
    output_dim: Positive = field(description="The length of a word's vector.", example=64)
    mask_zero: bool = field(False, description="The word 0 is padding, which later layers pass over.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the input's shape and the vectors' axis."""
        (shape,) = inputs
        return (*shape, self.output_dim)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the table."""
        return (Weight("embeddings", (self.input_dim, self.output_dim), ("words", "features")),)

    def macs(self, *inputs: Shape) -> int | None:
        """Return 0: a row is looked up, not computed."""
        return 0

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Name the new axis."""
        yield Step("features", str(self.output_dim), self.output_dim, "`output_dim`, a new axis: each word's vector")


class Masking(ElementwiseLayer, WeightlessLayer):
    """Steps in which every feature has a certain value are padding, which later layers pass over.

    Errors:
        None; it takes an input of any shape.
    Source: https://keras.io/api/layers/core_layers/masking/
    """

    type: Literal["masking"] = "masking"

    mask_value: float = field(0.0, description="The value of the padding.")
