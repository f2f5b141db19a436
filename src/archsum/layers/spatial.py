"""What layers over 1-D, 2-D and 3-D data share: the axes' names, and where the channels are."""

from typing import Any, ClassVar

from pydantic import Field, field_validator

from archsum.errors import ShapeError
from archsum.layers.base import Layer, WeightlessLayer
from archsum.layers.fields import DataFormat, per_axis
from archsum.layers.shapes import Shape, T, join_channels, require_channels, show, split_channels

AXES = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The spatial axes by rank, in order."""


class Spatial(Layer):
    """A layer whose input has `rank` spatial axes and a channel axis.

    Errors:
        An input of another number of axes.
    """

    rank: ClassVar[int]
    """How many, which a kind states beside its base: `class Conv2D(Convolution, rank=2)`."""

    data_format: DataFormat = Field("channels_last", description="Where the channel axis is.")

    def __init_subclass__(cls, rank: int | None = None, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if rank is not None:
            cls.rank = rank

    @field_validator(
        "kernel_size", "pool_size", "strides", "dilation_rate", "output_padding", "output_size", "size",
        mode="before", check_fields=False,
    )  # fmt: skip
    @classmethod
    def _one_per_axis(cls, value: Any) -> Any:
        return None if value is None else per_axis(value, cls.rank)

    @property
    def axes(self) -> tuple[str, ...]:
        """The spatial axes' names."""
        return AXES[self.rank]

    @property
    def axes_with_channels(self) -> tuple[str, ...]:
        """All axes' names, in the order of a shape."""
        return self.join(self.axes, "channels")

    def parts(self, shape: Shape) -> tuple[Shape, int | None]:
        """Take a shape apart into the spatial sizes and the channels.

        Errors: ShapeError where the rank is not this layer's.
        """
        if len(shape) != self.rank + 1:
            wanted = ", ".join(self.axes_with_channels)
            message = f"takes an input of {self.rank + 1} axes ({wanted}), not {show(shape)}"
            raise ShapeError(message, _rank_help(shape, self.rank))
        return split_channels(shape, self.data_format)

    def split(self, shape: Shape) -> tuple[Shape, int]:
        """Take a shape apart, for a layer whose weights depend on the channels.

        Errors: ShapeError where the rank is not this layer's, or the channels are unknown.
        """
        spatial, channels = self.parts(shape)
        return spatial, require_channels(channels)

    def join(self, spatial: tuple[T, ...], channels: T) -> tuple[T, ...]:
        """Put spatial sizes and channels together in this layer's order."""
        return join_channels(spatial, channels, self.data_format)


class PoolingLayer(Spatial, WeightlessLayer):
    """A layer that compares or adds the elements of each channel.

    MACs:
        0; comparing and adding are not multiply-accumulates of weights.
    """

    def connections(self, *inputs: Shape) -> int | None:
        """Return the elements that are compared or added: each is a link, as LeCun counts them."""
        return self.elementwise(*inputs)


def _rank_help(shape: Shape, rank: int) -> str:
    if len(shape) == rank:
        return "if the channel axis is missing, add it: a grey image is [height, width, 1]"
    if len(shape) == rank + 2 and shape[0] in (1, None):
        return f"leave the batch axis out of `input`, if that is what the first axis of {show(shape)} is"
    if len(shape) < rank:
        return "a `reshape` before it gives the data the axes back"
    return "a `flatten`, a `reshape` or a global pooling before it takes axes away"
