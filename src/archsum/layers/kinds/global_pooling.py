"""Global pooling: each channel becomes one number."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.base import Kept, Step, Work
from archsum.layers.operators import Operators, reducing_operator
from archsum.layers.shapes import Shape, product
from archsum.layers.spatial import PoolingLayer


class GlobalPooling(PoolingLayer):
    """Pooling of `rank` spatial axes into one location.

    Shape:
        (*sizes, channels) → (channels); with keepdims the axes stay, each of size 1.
    FLOPs:
        1 for each input element, which is compared, or added.
    """

    sums: ClassVar[bool] = False
    """Whether its kernel on a microcontroller sums."""

    keepdims: bool = Field(False, description="Keep the spatial axes, each of size 1.")

    def output_shape(self, *inputs: Shape) -> Shape:
        _, channels = self.parts(*inputs)
        return self.join((1,) * self.rank, channels) if self.keepdims else (channels,)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("input elements", 1, product(*inputs)),)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        return (reducing_operator(self.output_shape(shape), shape, self.rank, sums=self.sums),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        _, channels = self.parts(*inputs)
        yield Step.of("channels", channels, "one number for each of the channels")


class GlobalMaxPooling(GlobalPooling):
    """The maximum of each channel.

    Kept:
        input; the places of the maxima, whole numbers of 8 bytes, one for each channel.
    Source: https://keras.io/api/layers/pooling_layers/global_max_pooling{rank}d/
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept("input"), Kept.indices(self.output_shape(*inputs))


class GlobalMaxPooling1D(GlobalMaxPooling, rank=1):
    """The maximum of each channel over one axis, such as time."""

    type: Literal["global_max_pooling1d"] = "global_max_pooling1d"


class GlobalMaxPooling2D(GlobalMaxPooling, rank=2):
    """The maximum of each channel over the height and width of an image."""

    type: Literal["global_max_pooling2d"] = "global_max_pooling2d"


class GlobalMaxPooling3D(GlobalMaxPooling, rank=3):
    """The maximum of each channel over the depth, height and width of a volume."""

    type: Literal["global_max_pooling3d"] = "global_max_pooling3d"


class GlobalAveragePooling(GlobalPooling):
    """The average of each channel.

    Kept:
        Nothing.
    Source: https://keras.io/api/layers/pooling_layers/global_average_pooling{rank}d/
    """

    sums: ClassVar[bool] = True

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return nothing: each element has the same part in the mean."""
        return ()


class GlobalAveragePooling1D(GlobalAveragePooling, rank=1):
    """The average of each channel over one axis, such as time."""

    type: Literal["global_average_pooling1d"] = "global_average_pooling1d"


class GlobalAveragePooling2D(GlobalAveragePooling, rank=2):
    """The average of each channel over the height and width of an image."""

    type: Literal["global_average_pooling2d"] = "global_average_pooling2d"


class GlobalAveragePooling3D(GlobalAveragePooling, rank=3):
    """The average of each channel over the depth, height and width of a volume."""

    type: Literal["global_average_pooling3d"] = "global_average_pooling3d"
