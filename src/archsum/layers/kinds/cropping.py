"""Cropping: the data without their margins."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Arithmetic, Difference
from archsum.layers.base import VIEW, Backward, Reuse
from archsum.layers.operators import Operators, slicing_operator
from archsum.layers.shapes import Shape
from archsum.layers.sizes import SIDES, SidesPerAxis, SizeChanging
from archsum.layers.window import Sides


class Cropping(SizeChanging):
    """The data without its margins.

    Shape:
        (*sizes, channels) → (*(size − before − after), channels).
    Errors:
        Margins that leave nothing; an input of another number of axes.
    Source: https://keras.io/api/layers/reshaping_layers/cropping{rank}d/
    """

    main_field: ClassVar[str] = "cropping"
    note: ClassVar[str] = "size − what is cut off before and after"
    reuse: ClassVar[Reuse] = VIEW

    cropping: SidesPerAxis = Field(1, validate_default=True, description=f"The margins: {SIDES}")

    @property
    def cut_off(self) -> tuple[Sides, ...]:
        return self.cropping

    def backward(self, *inputs: Shape) -> Backward:
        """Return the gradients of what has been cropped along some axes already; PyTorch crops one after another."""
        cropped, _ = self.parts(self.output_shape(*inputs))
        spatial, channels = self.parts(*inputs)
        between = (self.join((*cropped[:done], *spatial[done:]), channels) for done in range(1, self.rank))
        return Backward(between=tuple(between))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return nothing: all are views of the input."""
        return ()

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

    cropping: SidesPerAxis = Field(0, validate_default=True, description=f"The margins: {SIDES}")


class Cropping3D(Cropping, rank=3):
    """A volume or a video without its outer slices."""

    type: Literal["cropping3d"] = "cropping3d"
