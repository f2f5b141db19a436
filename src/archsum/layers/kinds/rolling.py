"""Layers that move the data along an axis: what falls off one end comes in at the other."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from archsum.errors import FieldError
from archsum.layers.axis import Axes, sample_position
from archsum.layers.base import MovingLayer
from archsum.layers.shapes import Shape


class Roll(MovingLayer):
    """The elements moved along axes; those that fall off one end come in at the other, as Swin shifts its windows.

    Shape:
        The input's.
    Errors:
        Not one shift for each axis; an axis that the input does not have.
    Source: https://keras.io/api/ops/numpy/#roll-function;
        https://docs.pytorch.org/docs/stable/generated/torch.roll.html
    """

    type: Literal["roll"] = "roll"
    shown_fields: ClassVar[tuple[str, ...]] = ("shift",)

    shift: Axes = Field(description="By how many places, one number for each axis; back where negative.", examples=[-3])
    axis: Axes = Field(description="The axis, or a list of several; a sample's first is 1.", examples=[1])

    @model_validator(mode="after")
    def _a_shift_for_each_axis(self) -> Self:
        if len(self.shift) != len(self.axis) or not self.axis:
            raise FieldError(
                f"takes a `shift` for each `axis`, not {list(self.shift)} for {list(self.axis)}",
                "write as many numbers in both, such as `shift: [-3, -3]` and `axis: [1, 2]`",
            )
        return self

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        for axis in self.axis:
            sample_position(axis, shape)
        return shape
