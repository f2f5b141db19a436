"""Adaptive pooling: the output's size is stated, and the windows follow from it."""

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.layers.base import Kept, Step, WeightlessLayer, Work
from archsum.layers.fields import AT_LEAST_1, Positive, TupleOf, one_or_list
from archsum.layers.shapes import Shape, product
from archsum.layers.spatial import Spatial

OutputSize = Annotated[TupleOf[Positive | None], one_or_list(AT_LEAST_1, {"anyOf": [AT_LEAST_1, {"type": "null"}]})]


class AdaptivePooling(Spatial, WeightlessLayer):
    """Pooling of `rank` spatial axes to a stated size, whatever the input's.

    Shape:
        (*sizes, channels) → (*output_size, channels), the channels first under `data_format: channels_first`;
        null in output_size keeps the size of that axis.
    Weights:
        None.
    MACs:
        0; comparing and adding are not multiply-accumulates of weights.
    FLOPs:
        1 for each element of each window, which is compared, or added.
    Kept:
        input; nothing where each output size is 1.
    Errors:
        An input of another number of axes.
    """

    output_size: OutputSize = Field(
        description="The output's size: one number, or one for each axis; null keeps the input's.", examples=[7]
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, channels = self.parts(*inputs)
        return self.join(self._outputs(spatial), channels)

    def _outputs(self, spatial: Shape) -> Shape:
        return tuple(output or size for output, size in zip(self.output_size, spatial, strict=True))

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("elements of all windows", 1, self.connections(*inputs)),)

    def connections(self, *inputs: Shape) -> int | None:
        """Return the elements of all windows: each is a link, as LeCun counts them."""
        spatial, channels = self.parts(*inputs)
        return product((*map(_window_elements, spatial, self._outputs(spatial)), channels))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the input, unless all of it becomes one mean: PyTorch has an operation of its own for that."""
        spatial, _ = self.parts(*inputs)
        return () if set(self._outputs(spatial)) == {1} else (Kept.input(),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        spatial, _ = self.parts(*inputs)
        for axis, stated, output in zip(self.axes, self.output_size, self._outputs(spatial), strict=True):
            note = "kept, as `output_size` says" if stated is None else "as `output_size` says"
            yield Step.of(axis, output, note)


def _window_elements(size: int | None, output: int | None) -> int | None:
    """Return the elements of the `output` windows from ⌊i × size / output⌋ to ⌈(i + 1) × size / output⌉, in all.

    Neighbours share an element wherever a boundary between them is not whole; gcd − 1 of the inner ones are.
    """
    if size is None or output is None:
        return None
    return size + output - math.gcd(size, output)


class AdaptiveMaxPooling(AdaptivePooling):
    """Max pooling to a stated size.

    Kept:
        input; the places of the maxima, whole numbers of 8 bytes, of the output's shape.
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept.input(), Kept.indices(self.output_shape(*inputs))


class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    """The maximum of each part of one axis, such as time, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
    """

    type: Literal["adaptive_max_pooling1d"] = "adaptive_max_pooling1d"
    rank: ClassVar[int] = 1


class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    """The maximum of each part of the height and width of an image, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
    """

    type: Literal["adaptive_max_pooling2d"] = "adaptive_max_pooling2d"
    rank: ClassVar[int] = 2


class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    """The maximum of each part of the depth, height and width of a volume, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
    """

    type: Literal["adaptive_max_pooling3d"] = "adaptive_max_pooling3d"
    rank: ClassVar[int] = 3


class AdaptiveAveragePooling1D(AdaptivePooling):
    """The average of each part of one axis, such as time, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
    """

    type: Literal["adaptive_average_pooling1d"] = "adaptive_average_pooling1d"
    rank: ClassVar[int] = 1


class AdaptiveAveragePooling2D(AdaptivePooling):
    """The average of each part of the height and width of an image, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    type: Literal["adaptive_average_pooling2d"] = "adaptive_average_pooling2d"
    rank: ClassVar[int] = 2


class AdaptiveAveragePooling3D(AdaptivePooling):
    """The average of each part of the depth, height and width of a volume, the number of parts being stated.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
    """

    type: Literal["adaptive_average_pooling3d"] = "adaptive_average_pooling3d"
    rank: ClassVar[int] = 3
