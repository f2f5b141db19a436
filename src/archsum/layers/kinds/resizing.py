"""Layers that make data larger or smaller: elements are repeated or interpolated."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.arithmetic import Arithmetic, Product
from archsum.layers.base import Work
from archsum.layers.fields import PerAxis
from archsum.layers.operators import Operator, Operators, lacking, lacking_repetition
from archsum.layers.shapes import Shape, product
from archsum.layers.sizes import SizeChanging

_NEIGHBOURS = {"nearest": 0, "bilinear": 4, "bicubic": 16, "lanczos3": 36, "lanczos5": 100}
"""The input elements of which an output element is made; one that is repeated is made of none."""


class UpSampling(SizeChanging):
    """Each element several times along every axis.

    Shape:
        (*sizes, channels) → (*(size × times), channels).
    Source: https://keras.io/api/layers/reshaping_layers/up_sampling{rank}d/
    """

    note: ClassVar[str] = "size × `size`, how often each element is repeated"

    size: PerAxis = Field(
        2, validate_default=True, description="How many for each element: one number, or one for each axis."
    )

    def resized(self, axis: int, size: int) -> Arithmetic:
        return Product(size, self.size[axis])

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError: an image alone is enlarged by an operator that microcontrollers have."""
        (shape,) = inputs
        raise lacking_repetition(shape, self.size[0])


class UpSampling1D(UpSampling, rank=1):
    """Each step several times along one axis, such as time.

    Source: https://keras.io/api/layers/reshaping_layers/up_sampling1d/
        (Keras's has no `data_format`: its data are channels_last.)
    """

    type: Literal["up_sampling1d"] = "up_sampling1d"


class UpSampling2D(UpSampling, rank=2):
    """A larger image, its rows and columns repeated or interpolated.

    FLOPs:
        output elements × 2 × the input elements that each is made of, for a product and a sum:
        4 under bilinear, 16 under bicubic, 36 under lanczos3, 100 under lanczos5; none under nearest.
    """

    type: Literal["up_sampling2d"] = "up_sampling2d"

    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = Field(
        "nearest", description="How the elements in between are found."
    )

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work(self.interpolation, 2 * _NEIGHBOURS[self.interpolation], product(self.output_shape(*inputs))),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return RESIZE_NEAREST_NEIGHBOR, which Keras 2 writes, or RESIZE_BILINEAR.

        Errors: UnknownOperatorsError for other interpolations.
        """
        if self.interpolation not in ("nearest", "bilinear"):
            raise lacking(f"interpolation by `{self.interpolation}`")
        return (Operator(self.output_shape(*inputs)),)


class UpSampling3D(UpSampling, rank=3):
    """A larger volume, its slices, rows and columns repeated."""

    type: Literal["up_sampling3d"] = "up_sampling3d"
