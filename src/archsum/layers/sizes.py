"""Layers that change each spatial size by itself: the rule of one size, and margins on either side."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import field_validator

from archsum.layers.arithmetic import Arithmetic
from archsum.layers.base import MovingLayer, Step
from archsum.layers.shapes import Shape
from archsum.layers.spatial import Spatial
from archsum.layers.window import SIDES_SCHEMA, Sides, parse_padding

SidesPerAxis = Annotated[tuple[Sides, ...], SIDES_SCHEMA]
"""A number for every side; or for each axis a number, or a pair [before, after]."""

SIDES = "a number for every side, or for each axis a number or a pair [before, after]."
"""What a field takes that has sides."""


class SizeChanging(Spatial, MovingLayer):
    """A layer that changes each spatial size by itself and passes the channels on."""

    note: ClassVar[str]
    """The formula in words."""

    @field_validator("padding", "cropping", mode="before", check_fields=False)
    @classmethod
    def _per_side(cls, value: Any) -> Any:
        return parse_padding(value, cls.rank, ())

    def resized(self, axis: int, size: int) -> Arithmetic:
        """Return the size that one axis has afterwards."""
        raise NotImplementedError

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, channels = self.parts(*inputs)
        resized = (None if size is None else self.resized(axis, size).value for axis, size in enumerate(spatial))
        return self.join(tuple(resized), channels)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        spatial, _ = self.parts(*inputs)
        for axis, (name, size) in enumerate(zip(self.axes, spatial, strict=True)):
            if size is None:
                yield Step.of(name, None, f"the input's {name} is unknown")
            else:
                yield Step.of(name, self.resized(axis, size), self.note)
