"""Layers that change the spatial sizes without weights: padding, cropping, repeating."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Arithmetic, Difference, Product, Sum
from archsum.layers.base import VIEW, Backward, MovingLayer, Reuse, Step, Work
from archsum.layers.fields import PerAxis
from archsum.layers.operators import Operator, Operators, lacking, lacking_repetition, slicing_operator
from archsum.layers.shapes import Shape, product
from archsum.layers.spatial import Spatial
from archsum.layers.window import SIDES_SCHEMA, Sides, parse_padding

SidesPerAxis = Annotated[tuple[Sides, ...], SIDES_SCHEMA]
"""A number for every side; or for each axis a number, or a pair [before, after]."""

_SIDES = "a number for every side, or for each axis a number or a pair [before, after]."

_NEIGHBOURS = {"nearest": 0, "bilinear": 4, "bicubic": 16, "lanczos3": 36, "lanczos5": 100}
"""The input elements of which an output element is made; one that is repeated is made of none."""


class Resizing(Spatial, MovingLayer):
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

    def operators(self, *inputs: Shape) -> Operators:
        """Return one, which moves every element."""
        return (Operator(self.output_shape(*inputs)),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        spatial, _ = self.parts(*inputs)
        for axis, (name, size) in enumerate(zip(self.axes, spatial, strict=True)):
            if size is None:
                yield Step.of(name, None, f"the input's {name} is unknown")
            else:
                yield Step.of(name, self.resized(axis, size), self.note)


class ZeroPadding(Resizing):
    """Zeros around the data.

    Shape:
        (*sizes, channels) → (*(before + size + after), channels).
    Source: https://keras.io/api/layers/reshaping_layers/zero_padding{rank}d/
    """

    note: ClassVar[str] = "zeros before + size + zeros after"
    main_field: ClassVar[str] = "padding"

    padding: SidesPerAxis = Field(1, validate_default=True, description=f"The zeros: {_SIDES}")

    def resized(self, axis: int, size: int) -> Arithmetic:
        before, after = self.padding[axis]
        return Sum(before, size, after)


class ZeroPadding1D(ZeroPadding, rank=1):
    """Zeros before and after the data along one axis, such as time."""

    type: Literal["zero_padding1d"] = "zero_padding1d"


class ZeroPadding2D(ZeroPadding, rank=2):
    """Rows and columns of zeros around an image."""

    type: Literal["zero_padding2d"] = "zero_padding2d"


class ZeroPadding3D(ZeroPadding, rank=3):
    """Zeros around a volume or a video."""

    type: Literal["zero_padding3d"] = "zero_padding3d"


class Cropping(Resizing):
    """The data without its margins.

    Shape:
        (*sizes, channels) → (*(size − before − after), channels).
    Errors:
        Margins that leave nothing; an input of another number of axes.
    Source: https://keras.io/api/layers/reshaping_layers/cropping{rank}d/
    """

    note: ClassVar[str] = "size − what is cut off before and after"
    reuse: ClassVar[Reuse] = VIEW
    main_field: ClassVar[str] = "cropping"

    cropping: SidesPerAxis = Field(1, validate_default=True, description=f"The margins: {_SIDES}")

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of what has been cropped along some axes already; PyTorch crops one after another."""
        cropped, _ = self.parts(self.output_shape(*inputs))
        spatial, channels = self.parts(*inputs)
        between = (self.join((*cropped[:done], *spatial[done:]), channels) for done in range(1, self.rank))
        return Backward(between=tuple(between))

    def resized(self, axis: int, size: int) -> Arithmetic:
        """Return what is left. Errors: ShapeError where nothing is."""
        before, after = self.cropping[axis]
        if before + after >= size:
            raise ShapeError(
                f"cuts off {before} + {after} of its input's {self.axes[axis]} of {size}, so that nothing is left",
                "crop less, or take a larger input",
            )
        return Difference(size, before, after)

    def operators(self, *inputs: Shape) -> Operators:
        return (slicing_operator(self.output_shape(*inputs)),)


class Cropping1D(Cropping, rank=1):
    """The data without its beginning and end along one axis, such as time.

    Source: https://keras.io/api/layers/reshaping_layers/cropping1d/
        (Keras's has no `data_format`: its data are channels_last.)
    """

    type: Literal["cropping1d"] = "cropping1d"


class Cropping2D(Cropping, rank=2):
    """An image without its outer rows and columns."""

    type: Literal["cropping2d"] = "cropping2d"

    cropping: SidesPerAxis = Field(0, validate_default=True, description=f"The margins: {_SIDES}")


class Cropping3D(Cropping, rank=3):
    """A volume or a video without its outer slices."""

    type: Literal["cropping3d"] = "cropping3d"


class UpSampling(Resizing):
    """Each element several times along every axis.

    Shape:
        (*sizes, channels) → (*(size × times), channels).
    Source: https://keras.io/api/layers/reshaping_layers/up_sampling{rank}d/
    """

    note: ClassVar[str] = "size × `size`, how often each element is repeated"
    main_field: ClassVar[str] = "size"

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
