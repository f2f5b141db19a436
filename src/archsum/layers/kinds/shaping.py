"""Layers that give the same elements another shape, or repeat them."""

from collections.abc import Iterator
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Product, Quotient
from archsum.layers.axis import Axes, axis_name, new_positions, positions, sample_position
from archsum.layers.base import VIEW, Backward, Gradient, MovingLayer, Reuse, Step
from archsum.layers.fields import DataFormat, Positive, TupleOf
from archsum.layers.operators import CLAMPS, Operator, Operators, lacking_repetition
from archsum.layers.shapes import Shape, product, show

_SIZE_TO_SOLVE = -1


class Reshaping(MovingLayer):
    """A layer that gives all elements another place in the shape, and so is a view both ways."""

    reuse: ClassVar[Reuse] = VIEW

    def backward(self, *inputs: Shape) -> Backward:
        return Backward((Gradient.VIEW,))


class Flatten(Reshaping):
    """All elements in one row.

    Shape:
        (*sizes) → (their product).
    Errors:
        None; an unknown size makes the output unknown.
    Source: https://keras.io/api/layers/reshaping_layers/flatten/
    """

    type: Literal["flatten"] = "flatten"

    data_format: DataFormat = Field("channels_last", description="Where the channel axis is; it moves to the end.")

    def output_shape(self, *inputs: Shape) -> Shape:
        return (product(*inputs),)

    def operators(self, *inputs: Shape) -> Operators:
        return (Operator(self.output_shape(*inputs), "reshape"),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        yield Step.of("features", Product(*shape), "all elements in one row")


class Reshape(Reshaping):
    """The same elements, in the same order, in another shape.

    Shape:
        (*sizes) → (*target_shape), where −1 is the number of elements / the product of the other sizes.
        With an unknown size in the input, −1 is unknown.
    Errors:
        A target with more or fewer elements than the input, or than it can have, where a size is unknown.
    Source: https://keras.io/api/layers/reshaping_layers/reshape/
    """

    type: Literal["reshape"] = "reshape"
    main_field: ClassVar[str] = "target_shape"

    target_shape: TupleOf[int] = Field(
        description="The sizes, without the batch; one may be −1, for the rest.", examples=[[4, -1]]
    )

    @field_validator("target_shape", mode="before")
    @classmethod
    def _sizes(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            if value.count(_SIZE_TO_SOLVE) > 1:
                raise FieldError("takes one `-1` at most: two cannot be solved", "write the other sizes in numbers")
            if any(type(size) is int and not (1 <= size <= MAX_SIZE or size == _SIZE_TO_SOLVE) for size in value):
                raise FieldError(
                    "takes sizes of at least 1, and one `-1` for the rest", "write sizes such as `[4, -1]`"
                )
        return value

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        elements, stated, rest = product(shape), self._stated_elements, None
        if elements is not None:
            rest = elements // stated
            if elements != (rest * stated if _SIZE_TO_SOLVE in self.target_shape else stated):
                raise self._does_not_fit(shape, elements)
        elif _SIZE_TO_SOLVE not in self.target_shape and stated % (known := prod(size or 1 for size in shape)):
            raise ShapeError(
                f"cannot make {show(self.target_shape)} of its input {show(shape)}: "
                f"{stated:,} elements cannot be divided by {known:,}",
                f"the sizes multiply to a multiple of {known:,}; write `-1` for one that follows from the others",
            )
        return tuple(rest if size == _SIZE_TO_SOLVE else size for size in self.target_shape)

    def operators(self, *inputs: Shape) -> Operators:
        return (Operator(self.output_shape(*inputs), "reshape"),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        output = self.output_shape(shape)
        for axis, (stated, size) in enumerate(zip(self.target_shape, output, strict=True), start=1):
            if stated == _SIZE_TO_SOLVE:
                rest = None if size is None else Quotient(Product(*shape), self._stated_elements)
                yield Step.of(axis_name(axis), rest, "−1: all elements / the product of the other sizes")

    @property
    def _stated_elements(self) -> int:
        """The product of the sizes but −1."""
        return prod(size for size in self.target_shape if size != _SIZE_TO_SOLVE)

    def _does_not_fit(self, shape: Shape, elements: int) -> ShapeError:
        given = f"cannot make {show(self.target_shape)} of its input {show(shape)}: "
        if _SIZE_TO_SOLVE in self.target_shape:
            return ShapeError(
                f"{given}{elements:,} elements cannot be divided by {self._stated_elements:,}",
                f"the sizes beside the -1 multiply to a divisor of {elements:,}",
            )
        return ShapeError(
            f"{given}{elements:,} elements are not {self._stated_elements:,}",
            f"the sizes multiply to {elements:,}; write `-1` for the one that follows from the others",
        )


class Permute(Reshaping):
    """The axes in another order.

    Shape:
        axis i of the output is axis dims[i] of the input, counted from 1, without the batch.
    Errors:
        An input with another number of axes than `dims`.
    Source: https://keras.io/api/layers/reshaping_layers/permute/
    """

    type: Literal["permute"] = "permute"
    main_field: ClassVar[str] = "dims"
    shown_fields: ClassVar[tuple[str, ...]] = ("dims",)

    dims: TupleOf[int] = Field(description="The input's axes, counted from 1, in their new order.", examples=[[2, 1]])

    @field_validator("dims", mode="before")
    @classmethod
    def _permutation(cls, value: Any) -> Any:
        numbers = isinstance(value, list | tuple) and all(type(axis) is int for axis in value)
        if numbers and sorted(value) != list(range(1, len(value) + 1)):
            cure = f"name the axes 1 to {len(value)}, each once"
            raise FieldError("takes each axis once, counted from 1, such as [2, 1]", cure)
        return value

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) != len(self.dims):
            raise ShapeError(
                f"has {len(self.dims)} `dims`, and its input {show(shape)} has another number of axes, {len(shape)}",
                f"name the axes 1 to {len(shape)}, each once",
            )
        return tuple(shape[axis - 1] for axis in self.dims)

    def operators(self, *inputs: Shape) -> Operators:
        return (Operator(self.output_shape(*inputs), passes=CLAMPS),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        for axis, (source, size) in enumerate(zip(self.dims, self.output_shape(*inputs), strict=True), start=1):
            yield Step.of(axis_name(axis), size, f"{axis_name(source)} of the input")


class ExpandDims(Reshaping):
    """The input with more axes, of size 1 each.

    Shape:
        (*sizes) → (*sizes with 1 at the axes).
    Errors:
        An axis that the output does not have, or an axis twice.
    Source: https://keras.io/api/ops/numpy/#expanddims-function;
        https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html
    """

    type: Literal["expand_dims"] = "expand_dims"
    main_field: ClassVar[str] = "axis"

    axis: Annotated[Axes, Field(min_length=1)] = Field(
        description="Where the axis is in the output, or a list of several; its first is 1, the last −1.", examples=[-1]
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        new = new_positions(self.axis, shape, len(self.axis))
        sizes = iter(shape)
        return tuple(1 if axis in new else next(sizes) for axis in range(1, len(shape) + len(new) + 1))


class Squeeze(Reshaping):
    """The input without some axes, whose size is 1.

    Shape:
        (*sizes) → (*sizes without the axes). An unknown size of one of them is taken to be 1.
    Errors:
        An axis that the input does not have, or an axis twice; one whose size is not 1.
    Source: https://keras.io/api/ops/numpy/#squeeze-function;
        https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
    """

    type: Literal["squeeze"] = "squeeze"
    main_field: ClassVar[str] = "axis"

    axis: Annotated[Axes, Field(min_length=1)] = Field(
        description="The axis, or a list of several; a sample's first is 1.", examples=[-1]
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        for axis in self.axis:
            sample_position(axis, shape)
        gone = positions(self.axis, shape)
        for axis in gone:
            if shape[axis - 1] not in (1, None):
                raise ShapeError(
                    f"cannot take {axis_name(axis)} of its input {show(shape)} away: its size is {shape[axis - 1]}",
                    "name axes of size 1; `reshape` joins an axis with another, `slice` takes a part of it",
                )
        return tuple(size for axis, size in enumerate(shape, start=1) if axis not in gone)


class RepeatVector(MovingLayer):
    """A vector, n times over.

    Shape:
        (features) → (n, features).
    Errors:
        An input that is not a vector.
    Source: https://keras.io/api/layers/reshaping_layers/repeat_vector/
    """

    type: Literal["repeat_vector"] = "repeat_vector"
    main_field: ClassVar[str] = "n"

    n: Positive = Field(description="How many times.", examples=[10])

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        if len(shape) != 1:
            raise ShapeError(f"takes a vector, not {show(shape)}", "a `flatten` before it makes a vector")
        return (self.n, *shape)

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError, with how it is written in operators that microcontrollers have."""
        raise lacking_repetition((1, *inputs[0]), self.n)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("length", self.n, "`n`, the repetitions of the vector")
