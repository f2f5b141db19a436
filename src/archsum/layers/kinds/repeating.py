"""Layers that repeat elements along axes, or put inputs side by side along an axis of their own."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Amount, Product, value_of
from archsum.layers.axis import axis_name, new_positions
from archsum.layers.base import VIEW, Backward, Gradient, MovingLayer, Reuse, Step
from archsum.layers.fields import Positive, TupleOf
from archsum.layers.operators import Operators, lacking
from archsum.layers.shapes import Shape, may_equal, show, show_all

_AS_IT_IS = -1


class Stack(MovingLayer):
    """Several inputs of the same shape side by side, along an axis of their own.

    Shape:
        (*sizes), (*sizes), … → (*sizes with the number of inputs at the axis).
    Errors:
        One input alone; inputs of different shapes; an axis that the output does not have.
    Source: https://keras.io/api/ops/numpy/#stack-function;
        https://docs.pytorch.org/docs/stable/generated/torch.stack.html
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None

    type: Literal["stack"] = "stack"
    main_field: ClassVar[str] = "axis"

    axis: int = Field(description="Where the new axis is in the output; its first is 1, the last −1.", examples=[-1])

    def output_shape(self, *inputs: Shape) -> Shape:
        first, *others = inputs
        for other in others:
            if not may_equal(first, other):
                raise ShapeError(f"cannot stack {show_all(inputs)}", "all inputs have the same shape")
        (axis,) = new_positions((self.axis,), first, 1)
        return (*first[: axis - 1], len(inputs), *first[axis - 1 :])

    def backward(self, *inputs: Shape) -> Backward:
        return Backward((Gradient.VIEW,) * len(inputs))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (axis,) = new_positions((self.axis,), inputs[0], 1)
        yield Step.of(axis_name(axis), len(inputs), "the number of inputs")


class Expand(MovingLayer):
    """The input repeated along axes of size 1, and along new ones at the front, without a copy.

    Shape:
        (*sizes) → (*shape), where −1 is the input's size. An unknown size is taken to be 1, or the one stated.
    Errors:
        Fewer sizes than the input has axes; a size other than the input's, unless that is 1; −1 for a new axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html;
        https://keras.io/api/ops/numpy/#broadcastto-function
    """

    reuse: ClassVar[Reuse] = VIEW

    type: Literal["expand"] = "expand"
    main_field: ClassVar[str] = "shape"

    shape: TupleOf[int] = Field(
        description="The sizes, without the batch; −1 leaves a size as it is.", examples=[[-1, 64]]
    )

    @field_validator("shape", mode="before")
    @classmethod
    def _sizes(cls, value: Any) -> Any:
        numbers = value if isinstance(value, list | tuple) else ()
        if any(type(size) is int and not (1 <= size <= MAX_SIZE or size == _AS_IT_IS) for size in numbers):
            raise FieldError("takes sizes of at least 1, and `-1` for the input's", "write sizes such as `[-1, 64]`")
        return value

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        new = len(self.shape) - len(shape)
        if new < 0:
            raise ShapeError(
                f"has {len(self.shape)} sizes in `shape`, and its input {show(shape)} has {len(shape)} axes",
                "write a size for each axis, and before them those of new axes",
            )
        return tuple(
            self._expanded(axis, size, None if axis <= new else shape[axis - new - 1], shape, is_new=axis <= new)
            for axis, size in enumerate(self.shape, start=1)
        )

    def backward(self, *inputs: Shape) -> Backward:
        """Return the sum of what was repeated."""
        (shape,) = inputs
        return Backward((Gradient.VIEW if self.output_shape(shape) == shape else Gradient.NEW,))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        new = len(self.shape) - len(shape)
        for axis, size in enumerate(self.output_shape(shape), start=1):
            if axis <= new:
                yield Step.of(axis_name(axis), size, "a new axis")
            elif size != shape[axis - new - 1]:
                yield Step.of(axis_name(axis), size, "repeated along the axis, whose size is 1")

    def _expanded(self, axis: int, stated: int, size: int | None, shape: Shape, *, is_new: bool) -> int | None:
        """Return the size of an axis of the output. Errors: ShapeError where it cannot have the size that is stated."""
        if is_new and stated == _AS_IT_IS:
            message = f"has `-1` for {axis_name(axis)} of its output, which its input {show(shape)} does not have"
            raise ShapeError(message, "write the new axis's size in a number")
        if size not in (1, stated, None) and stated != _AS_IT_IS:
            raise ShapeError(
                f"cannot make {axis_name(axis)} of its output {stated}: in its input {show(shape)} it is {size}",
                f"only a size of 1 can become another: write `{size}`, or `-1`",
            )
        return size if stated == _AS_IT_IS else stated


class Tile(MovingLayer):
    """The input so many times over along each axis.

    Shape:
        (*sizes) → (*(size × repeats)). With more `repeats` than axes there are new axes at the front, with fewer the
        first axes stay as they are.
    Errors:
        None; an unknown size stays unknown.
    Source: https://keras.io/api/ops/numpy/#tile-function;
        https://docs.pytorch.org/docs/stable/generated/torch.tile.html
    """

    type: Literal["tile"] = "tile"
    main_field: ClassVar[str] = "repeats"

    repeats: TupleOf[Positive] = Field(description="How many times, a number for each axis.", examples=[[2, 1]])

    def output_shape(self, *inputs: Shape) -> Shape:
        return tuple(value_of(amount) for amount, _ in self._tiled(*inputs))

    def backward(self, *inputs: Shape) -> Backward:
        """Return the sum of what was repeated."""
        return Backward((Gradient.NEW if any(times > 1 for times in self.repeats) else Gradient.VIEW,))

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: microcontrollers have none."""
        raise lacking("TILE", "by which the converter repeats elements")

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        for axis, (amount, times) in enumerate(self._tiled(*inputs), start=1):
            if times > 1:
                yield Step.of(axis_name(axis), amount, "the size, so many times over")

    def _tiled(self, shape: Shape) -> Iterator[tuple[Amount, int]]:
        """Yield for each axis of the output its size, and how many times it is the input's."""
        count = max(len(shape), len(self.repeats))
        sizes = ((1,) * (count - len(shape))) + shape
        repeats = ((1,) * (count - len(self.repeats))) + self.repeats
        for size, times in zip(sizes, repeats, strict=True):
            yield (Product(size, times) if times > 1 else size), times
