"""Preprocessing: the data brought to the scale, or to the form, that a network expects."""

from itertools import pairwise
from sys import float_info
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.axis import Axes, axis_name, known_sizes, positions
from archsum.layers.base import ElementwiseLayer, Kept, MovingLayer, Weight, WeightlessLayer, Work
from archsum.layers.fields import DataFormat, Positive, TupleOf
from archsum.layers.operators import Operators, factor_operator, offset_operator
from archsum.layers.shapes import Shape, product, show, split_channels


def _one_or_several(value: Any) -> Any:
    numbers = value if isinstance(value, list | tuple) else [value]
    if not numbers or not all(type(number) in (int, float) and abs(number) <= float_info.max for number in numbers):
        raise FieldError("takes a number, or a list of numbers", "write it as in `0.5` or `[0.5, 0.25]`")
    return tuple(value) if isinstance(value, list) else value


Numbers = Annotated[
    float | tuple[float, ...],
    BeforeValidator(_one_or_several, json_schema_input_type=float | Annotated[list[float], Field(min_length=1)]),
]
"""One number for all, or one for each."""


class Rescaling(ElementwiseLayer, WeightlessLayer):
    """The data times a fixed factor plus a fixed offset.

    Weights:
        None; the factor and the offset are constants.
    FLOPs:
        2 for each element: the factor and the offset.
    Kept:
        a list of factors, once for the batch; of one number nothing.
    Errors:
        A list that is not as long as there are channels.
    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
    """

    type: Literal["rescaling"] = "rescaling"
    main_field: ClassVar[str] = "scale"
    each: ClassVar[tuple[str, int]] = ("factor and offset", 2)

    scale: Numbers = Field(description="The factor: one number, or one for each channel.", examples=[1])
    offset: Numbers = Field(0.0, description="The offset: one number, or one for each channel.")
    data_format: DataFormat = Field("channels_last", description="Where the channel axis is.")

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        channels = split_channels(shape, self.data_format)[1] if shape else 1
        for name, numbers in (("scale", self.scale), ("offset", self.offset)):
            _check_length(name, numbers, channels, "channel", shape)
        return shape

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the factors, where they are a tensor."""
        length = _length(self.scale)
        return () if length is None else (Kept("scale", shape=(length,), per_batch=True),)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return what the offset is added to."""
        return inputs

    def operators(self, *inputs: Shape) -> Operators:
        """Return the factor and the offset, of which the converter leaves out 1 and 0."""
        (shape,) = inputs
        constants = max(len(numbers) if isinstance(numbers, tuple) else 1 for numbers in (self.scale, self.offset))
        factor, offset = factor_operator(shape, constants), offset_operator(shape, constants)
        return (factor,) * (self.scale != 1) + (offset,) * (self.offset != 0)


class Normalization(ElementwiseLayer):
    """The data minus their mean over the training set, divided by their standard deviation.

    Weights:
        Not trainable: mean (the axes' sizes), variance (the axes' sizes), count ();
        none where mean and variance are given.
    FLOPs:
        2 for each element: the mean and the standard deviation.
    Kept:
        the standard deviation, as many numbers as the variance has, once for the batch.
    Errors:
        An axis that the input does not have, or whose size is unknown;
        one of mean and variance without the other, or with another length.
    Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
    """

    type: Literal["normalization"] = "normalization"
    each: ClassVar[tuple[str, int]] = ("mean and standard deviation", 2)

    axis: Axes = Field(
        -1,
        validate_default=True,
        description="The axes with a mean of their own, one or a list; null: one mean for all.",
    )
    mean: Numbers | None = Field(None, description="A fixed mean: one number, or one for each element of the axis.")
    variance: Numbers | None = Field(None, description="A fixed variance, as long as the mean.")
    invert: bool = Field(False, description="Undo the normalization instead.")

    @field_validator("axis", mode="before")
    @classmethod
    def _no_axis(cls, value: Any) -> Any:
        return () if value is None else value

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.mean is None) != (self.variance is None):
            stated, missing = ("variance", "mean") if self.mean is None else ("mean", "variance")
            cure = f"add `{missing}`, or leave `{stated}` out"
            raise FieldError("takes `mean` and `variance` together, or neither", cure)
        if _length(self.mean) != _length(self.variance):
            cure = "give both as many numbers, or one number each"
            raise FieldError("has a `mean` and a `variance` of different lengths", cure)
        if _length(self.mean) is not None and not self.axis:
            message = "has `axis: null`, so that its `mean` and `variance` are one number each"
            raise FieldError(message, "write a number in place of each list, or leave `axis` out")
        return self

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        # Keras sorts the axes by their place.
        axes = tuple(sorted(positions(self.axis, shape)))
        sizes = known_sizes(axes, shape, "its mean, one for each element along it")
        if self.mean is not None:
            _check_length("mean", self.mean, sizes[-1] if sizes else None, "element of its axis", shape)
            return ()
        names = tuple(map(axis_name, axes))
        statistics = (Weight(name, sizes, names, trainable=False) for name in ("mean", "variance"))
        return *statistics, Weight("count", (), trainable=False)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the standard deviation, which is computed of the variance each time."""
        stated = () if _length(self.variance) is None else (_length(self.variance),)
        sizes = [weight.shape for weight in self.weights(*inputs) if weight.name == "variance"]
        return (Kept("deviation", shape=sizes[0] if sizes else stated, per_batch=True),)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return what is between subtraction and division."""
        return inputs

    def operators(self, *inputs: Shape) -> Operators:
        """Return the subtraction of the mean and the division, or the reverse: an offset and a factor."""
        (shape,) = inputs
        sizes = [weight.size for weight in self.weights(shape) if weight.name == "variance"]
        constants = sizes[0] if sizes else _length(self.variance) or 1
        offset, factor = offset_operator(shape, constants), factor_operator(shape, constants)
        return (factor, offset) if self.invert else (offset, factor)


class Encoding(MovingLayer):
    """A layer that makes vectors of whole numbers: a place for each number that there can be."""

    @property
    def depth(self) -> int:
        """How many numbers there can be."""
        raise NotImplementedError

    def encoded(self, shape: Shape, mode: str) -> Shape:
        """Return the shape of the vectors: one for each number in `one_hot`, otherwise one for all of the first axis.

        Errors: ShapeError where there is no such axis.
        """
        if mode == "one_hot":
            return (*(shape[:-1] if shape[-1:] == (1,) else shape), self.depth)
        if not shape:
            raise ShapeError(f"takes an input of at least 1 axis in `output_mode: {mode}`, not []", "write `one_hot`")
        return (*shape[1:], self.depth)


class CategoryEncoding(Encoding):
    """A vector with a 1 in the place of a category, or of several.

    Shape:
        one_hot: (*sizes) → (*sizes, num_tokens), without a last axis of size 1;
        multi_hot and count: (length) → (num_tokens).
    FLOPs:
        0; places are set, nothing is computed.
    Errors:
        In multi_hot and count, an input of another number of axes than 1.
    Source: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
    """

    type: Literal["category_encoding"] = "category_encoding"
    takes_numbers: ClassVar[frozenset[int]] = frozenset({0})
    main_field: ClassVar[str] = "num_tokens"

    num_tokens: Positive = Field(description="The number of categories, the largest + 1.", examples=[10])
    output_mode: Literal["multi_hot", "one_hot", "count"] = Field(
        "multi_hot",
        description="one_hot: a vector for each category; multi_hot: one for all; count: how often there is each.",
    )

    @property
    def depth(self) -> int:
        return self.num_tokens

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if self.output_mode != "one_hot" and len(shape) > 1:
            # Keras announces another shape than it computes.
            raise ShapeError(
                f"takes an input of 1 axis in `output_mode: {self.output_mode}`, not {show(shape)}",
                "`flatten` it, or write `output_mode: one_hot`",
            )
        return self.encoded(shape, self.output_mode)


class Discretization(Encoding):
    """The number of the range in which each value lies, or a vector with a 1 in its place.

    Shape:
        int: the input's;
        one_hot: (*sizes) → (*sizes, ranges), without a last axis of size 1;
        multi_hot and count: (length, *sizes) → (*sizes, ranges);
        where ranges are the boundaries + 1, or num_bins.
    FLOPs:
        A comparison of each element with each boundary.
    Errors:
        Both bin_boundaries and num_bins, or neither; boundaries that do not ascend;
        in multi_hot and count, an input without axes.
    Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
    """

    type: Literal["discretization"] = "discretization"

    bin_boundaries: TupleOf[float] | None = Field(
        None, description="Where one range ends and the next begins.", examples=[[0.0, 0.5, 1.0]]
    )
    num_bins: Positive | None = Field(None, description="The number of ranges, whose boundaries the data make.")
    epsilon: float = Field(0.01, description="How far off these may be.")
    output_mode: Literal["int", "one_hot", "multi_hot", "count"] = Field(
        "int",
        description="int: the range's number; one_hot: a vector for each; multi_hot: one for all; count: how often.",
    )

    @model_validator(mode="after")
    def _boundaries_or_their_number(self) -> Self:
        if (self.bin_boundaries is None) == (self.num_bins is None):
            message = "takes `bin_boundaries` or `num_bins`, one of the two"
            raise FieldError(message, "write `bin_boundaries: [0, 1]`, or `num_bins: 3` where the data make them")
        boundaries = self.bin_boundaries or ()
        if any(second < first for first, second in pairwise(boundaries)):
            raise FieldError("has `bin_boundaries` that do not ascend", "write them from the least to the largest")
        return self

    @property
    def depth(self) -> int:
        return self.num_bins or len(self.bin_boundaries or ()) + 1

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        return shape if self.output_mode == "int" else self.encoded(shape, self.output_mode)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("comparisons", self.depth - 1, product(*inputs)),)


def _length(numbers: float | tuple[float, ...] | None) -> int | None:
    return len(numbers) if isinstance(numbers, tuple) else None


def _check_length(field: str, numbers: float | tuple[float, ...], size: int | None, each: str, shape: Shape) -> None:
    """Compare the length of a list with the size of an axis. Errors: ShapeError where they differ."""
    length = _length(numbers)
    if length not in (None, 1) and size not in (None, length):
        message = f"has a `{field}` of {length} numbers for its input {show(shape)}"
        raise ShapeError(message, f"give one number, or one for each {each}")
