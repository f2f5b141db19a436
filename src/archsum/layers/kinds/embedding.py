"""Layers for sequences of words: their vectors, and which of them count."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product
from archsum.layers.base import (
    Backward,
    ElementwiseLayer,
    Gradient,
    IdleLayer,
    Kept,
    Operations,
    Step,
    Weight,
    WeightlessLayer,
)
from archsum.layers.fields import Positive
from archsum.layers.operators import Constant, Operator, Operators, UnknownOperatorsError, lacking
from archsum.layers.shapes import Shape, show, total


class Table(IdleLayer):
    """A table with a vector for each word, in the row that the word's number names.

    FLOPs:
        2 × MACs; a row that is looked up takes none.
    Kept:
        input, as whole numbers of 8 bytes, unless the table is frozen.
    """

    input_dim: Positive = Field(description="The number of words, the largest + 1.", examples=[10000])
    output_dim: Positive = Field(description="The length of a word's vector.", examples=[64])
    mask_zero: bool = Field(False, description="The word 0 is padding, which later layers pass over.")

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        return (*shape, self.output_dim)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("embeddings", (self.input_dim, self.output_dim), ("words", "features")),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the words, which say whose vectors the gradient changes."""
        return (Kept("input", itemsize=8, for_weights=True),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return GATHER, as Keras 2 writes it of words that are whole numbers; Keras 3 writes SELECT too."""
        weights = total(weight.size for weight in self.weights(*inputs))
        table = Constant("embeddings", is_reversed=False, has_one_scale=True)
        return (Operator(self.output_shape(*inputs), weights=weights, constant=table, takes_words=True),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("features", self.output_dim, "`output_dim`, a new axis: each word's vector")


class Embedding(Table):
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
    takes_numbers: ClassVar[frozenset[int]] = frozenset({0})


class ReversibleEmbedding(Table):
    """A vector for each word or, with reverse, a score of each word for a vector.

    A language model ends with the table that it begins with: two uses, the second with `reverse: true`,
    that have the same `shared` label. Where scores have a bias, they are a `dense` layer that shares the
    table as its kernel: `shared: {kernel: table}`.

    Shape:
        (*sizes) → (*sizes, output_dim);
        with reverse (*sizes, output_dim) → (*sizes, input_dim).
    Weights:
        embeddings (input_dim, output_dim);
        reverse_embeddings (output_dim, input_dim) without tie_weights.
    MACs:
        0; a row is looked up, not computed;
        with reverse sizes × output_dim × input_dim.
    Kept:
        input, unless the table is frozen; words are whole numbers of 8 bytes.
    Errors:
        With reverse, vectors of another length than output_dim.
    Source: https://keras.io/api/layers/core_layers/reversible_embedding/
    """

    type: Literal["reversible_embedding"] = "reversible_embedding"
    shown_fields: ClassVar[tuple[str, ...]] = ("reverse",)

    tie_weights: bool = Field(True, description="Scores use the same table; false: a table of their own.")
    reverse: bool = Field(False, description="True makes scores of vectors, false vectors of words.")

    @property
    def takes_numbers(self) -> frozenset[int]:
        return frozenset() if self.reverse else frozenset({0})

    def output_shape(self, *inputs: Shape) -> Shape:
        return (*self._vectors(*inputs), self.input_dim) if self.reverse else super().output_shape(*inputs)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the table, or both; each use has both."""
        reverse = Weight("reverse_embeddings", (self.output_dim, self.input_dim), ("features", "words"))
        return super().weights(*inputs) + (reverse,) * (not self.tie_weights)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        if not self.reverse:
            return super().multiply_accumulates(*inputs)
        products = Product(*self._vectors(*inputs), self.output_dim, self.input_dim)
        return Operations(products, "each vector with each word's vector")

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (Kept("input", for_weights=True),) if self.reverse else super().kept(*inputs)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the table, which PyTorch multiplies turned, has a gradient that is turned back."""
        return Backward(of_weights=Gradient.VIEW) if self.reverse else Backward()

    def operators(self, *inputs: Shape) -> Operators:
        if self.reverse:
            raise UnknownOperatorsError("it is not known with `reverse`")
        return super().operators(*inputs)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        if self.reverse:
            yield Step.of("scores", self.input_dim, "`input_dim`, one for each word")
        else:
            yield from super().explain_output(*inputs)

    def _vectors(self, shape: Shape) -> Shape:
        """Return the sizes of the axes before the vectors'. Errors: ShapeError where these have another length."""
        if shape[-1:] not in ((self.output_dim,), (None,)):
            raise ShapeError(
                f"takes vectors of `output_dim` (={self.output_dim}) features, not an input {show(shape)}",
                "a `dense` layer brings them to this length",
            )
        return shape[:-1]


class Masking(ElementwiseLayer, WeightlessLayer):
    """Steps in which every feature has a certain value are padding, which later layers pass over.

    FLOPs:
        2 for each element, which is compared with the value, and with what is said of its step so far.
    Kept:
        the mask, 1 for each step: the input's shape with size 1 on the last axis.
    Errors:
        None; it takes an input of any shape.
    Source: https://keras.io/api/layers/core_layers/masking/
    """

    type: Literal["masking"] = "masking"
    each: ClassVar[tuple[str, int]] = ("comparisons", 2)
    main_field: ClassVar[str] = "mask_value"

    mask_value: float = Field(0.0, description="The value of the padding.")

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the mask, with which the data are multiplied."""
        (shape,) = inputs
        return (Kept("mask", shape=(*shape[:-1], 1)),)

    def operators(self, *inputs: Shape) -> Operators:
        raise lacking("REDUCE_ANY", "by which padding is found")
