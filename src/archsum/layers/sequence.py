"""What layers have in common that go through a sequence step by step."""

from typing import ClassVar

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.base import Layer
from archsum.layers.fields import Positive
from archsum.layers.shapes import Shape, show


class SequenceLayer(Layer):
    """A layer that goes through a sequence of steps, each a vector, and remembers what it saw."""

    main_field: ClassVar[str] = "units"

    return_sequences: bool = Field(False, description="Give the output of every step, not only of the last one.")
    units: Positive = Field(description="The number of output features, and of those that it remembers.", examples=[64])

    def split(self, shape: Shape) -> tuple[int | None, int]:
        """Take a shape apart into the steps and the features of each.

        Errors: ShapeError where it has other axes, or the number of features is not known.
        """
        if len(shape) != 2:
            cure = (
                "a `reshape` makes steps of the other axes" if len(shape) > 2 else "an `embedding` or a `reshape` does"
            )
            raise ShapeError(f"takes an input of 2 axes (steps, features), not {show(shape)}", cure)
        steps, features = shape
        if features is None:
            raise ShapeError(
                "needs a known number of features, the last axis of its input",
                "give `input` a number for the last axis",
            )
        return steps, features

    def output_shape(self, *inputs: Shape) -> Shape:
        steps, _ = self.split(*inputs)
        return (steps, self.units) if self.return_sequences else (self.units,)
