"""Layers that pass on a part of an axis."""

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Amount, Ceiling, Difference, Quotient, value_of
from archsum.layers.axis import AlongChannels, axis_name, sample_position
from archsum.layers.base import VIEW, MovingLayer, Reuse, Step
from archsum.layers.fields import NonNegative, Positive
from archsum.layers.operators import Operator, Operators, slicing_operator
from archsum.layers.shapes import Shape, show


class PartOfAxis(AlongChannels, MovingLayer):
    """A layer that passes on a part of an axis, and all of the others."""

    reuse: ClassVar[Reuse] = VIEW

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        axis = sample_position(self.chosen_axis, shape)
        return (*shape[: axis - 1], value_of(self.part_of(axis, shape)), *shape[axis:])

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        axis = sample_position(self.chosen_axis, shape)
        yield Step.of(axis_name(axis), self.part_of(axis, shape), self.part_note(shape[axis - 1]))

    def part_of(self, axis: int, shape: Shape) -> Amount:
        """Return the part's size along an axis, counted from 1."""
        raise NotImplementedError

    def part_note(self, size: int | None) -> str:
        """Return which part of an axis of a size it is, in words."""
        raise NotImplementedError


class Split(PartOfAxis):
    """One of the equal parts of an axis.

    Shape:
        size → size / parts along the axis.
    Errors:
        A size that is not divisible by parts; a part that there is not; an axis that the input does not have.
    Source: https://keras.io/api/ops/numpy/#split-function (one of its results);
        https://docs.pytorch.org/docs/stable/generated/torch.chunk.html
    """

    type: Literal["split"] = "split"

    parts: Positive = Field(description="How many equal parts there are.", examples=[2])
    part: NonNegative = Field(description="Which of them is passed on, counted from 0.", examples=[0])

    @model_validator(mode="after")
    def _one_of_the_parts(self) -> Self:
        if self.part >= self.parts:
            raise FieldError(
                f"has {self.parts} `parts`, and no part {self.part}", f"parts count from 0 to {self.parts - 1}"
            )
        return self

    def part_of(self, axis: int, shape: Shape) -> Amount:
        """Return the size of a part. Errors: ShapeError where the parts are not equal."""
        size = shape[axis - 1]
        if size is not None and size % self.parts:
            raise ShapeError(
                f"has size {size} along {axis_name(axis)} of its input {show(shape)}, "
                f"which must be divisible by `parts` (={self.parts})",
                f"choose `parts` among the divisors of {size}, or take unequal parts with `slice`",
            )
        return Quotient(size, self.parts)

    def operators(self, *inputs: Shape) -> Operators:
        """Return SPLIT, which makes all parts at once: layers that pass on the parts of one tensor are one operator."""
        (shape,) = inputs
        written = ("SPLIT", self.parts, sample_position(self.chosen_axis, shape))
        return (Operator(self.output_shape(shape), parts=self.parts, part=self.part, merges=written),)

    def part_note(self, size: int | None) -> str:
        return f"part {self.part} of {self.parts} equal parts, counted from 0"


class Slice(PartOfAxis):
    """The elements of an axis from `start` up to, but not including, `stop`, or every so many of them one.

    Both count from 0, and from the end where they are negative, as in Python.

    Shape:
        size → ⌈(stop − start) / step⌉ along the axis, within the size. Of an unknown size it is unknown, unless it is
        1 element of any size, such as the first or the last.
    Errors:
        A slice without elements; an axis that the input does not have.
    Source: https://docs.python.org/3/library/functions.html#slice
        and https://docs.pytorch.org/docs/stable/generated/torch.narrow.html
    """

    type: Literal["slice"] = "slice"

    start: int = Field(0, description="The first element; a negative one counts from the end.", examples=[0])
    stop: int | None = Field(None, description="The element behind the last; null: the axis's end.", examples=[1])
    step: Positive = Field(1, description="How far the elements that are left are apart; 2 leaves every second one.")

    def part_of(self, axis: int, shape: Shape) -> Amount:
        """Return the number of elements. Errors: ShapeError where there are none."""
        size = shape[axis - 1]
        if size is None:
            return 1 if self._leaves_one_of_any_size else None
        start, stop = self._bounds(size)
        if stop <= start:
            bounds = f"`start: {self.start}`" if self.stop is None else f"`start: {self.start}` to `stop: {self.stop}`"
            raise ShapeError(
                f"has {bounds}, which leaves nothing of {axis_name(axis)} of its input {show(shape)}",
                f"its elements count from 0 to {size - 1}; `stop` is the one behind the last",
            )
        return Difference(stop, start) if self.step == 1 else Ceiling(Difference(stop, start), self.step)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        part = (sample_position(self.chosen_axis, shape), self.start, self.stop, self.step)
        return (slicing_operator(self.output_shape(shape), part),)

    def part_note(self, size: int | None) -> str:
        if size is None:
            return ""
        start, stop = self._bounds(size)
        elements = f"element {start}" if stop - start == 1 else f"elements {start} to {stop - 1}"
        in_steps = f" in steps of {self.step}" if self.step > 1 else ""
        return f"{elements} of {size}{in_steps}, counted from 0"

    @property
    def _leaves_one_of_any_size(self) -> bool:
        """Whether it is one element however large the axis is: the first, or the last, as no more are in reach."""
        if self.stop is None:
            return -self.step <= self.start < 0
        return self.start == 0 < self.stop <= self.step

    def _bounds(self, size: int) -> tuple[int, int]:
        start, stop, _ = slice(self.start, self.stop).indices(size)
        return start, stop
