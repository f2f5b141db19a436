"""Adaptive pooling: the output's size is stated, and the windows follow from it."""

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.layers.base import Kept, Step, Work
from archsum.layers.fields import AT_LEAST_1, Positive, TupleOf, one_or_list
from archsum.layers.operators import Composition, Operator, Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape, product, total
from archsum.layers.spatial import PoolingLayer

OutputSize = Annotated[TupleOf[Positive | None], one_or_list(AT_LEAST_1, {"anyOf": [AT_LEAST_1, {"type": "null"}]})]


class AdaptivePooling(PoolingLayer):
    """Pooling of `rank` spatial axes to a stated size, whatever the input's.

    Shape:
        (*sizes, channels) → (*output_size, channels), the channels first under `data_format: channels_first`;
        null in output_size keeps the size of that axis.
    FLOPs:
        1 for each element of each window, which is compared, or added.
    Kept:
        input; nothing where each output size is 1.
    """

    main_field: ClassVar[str] = "output_size"

    output_size: OutputSize = Field(
        description="The output's size: one number, or one for each axis; null keeps the input's.", examples=[7]
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, channels = self.parts(*inputs)
        return self.join(self._outputs(spatial), channels)

    def _outputs(self, spatial: Shape) -> Shape:
        return tuple(output or size for output, size in zip(self.output_size, spatial, strict=True))

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        spatial, channels = self.parts(*inputs)
        elements = product((*map(_window_elements, spatial, self._outputs(spatial)), channels))
        return (Work("elements of all windows", 1, elements),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the input, unless all of it becomes one mean: PyTorch has an operation of its own for that."""
        spatial, _ = self.parts(*inputs)
        return () if set(self._outputs(spatial)) == {1} else (Kept("input"),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return for each axis two poolings, by the smaller window and one larger by 1, joined and picked from.

        Errors: UnknownOperatorsError for other axes than an image's, an unknown size and a window larger than an axis.
        Source: keras/src/backend/tensorflow/nn.py, _adaptive_pool2d, of Keras 3.15.
        """
        spatial, channels = self.parts(*inputs)
        if self.rank != 2:
            raise UnknownOperatorsError("it is only known for images")
        made = Composition()
        (data,) = made.inputs
        sizes = list(spatial)
        for axis, (size, output) in enumerate(zip(spatial, self._outputs(spatial), strict=True)):
            pooled = [
                None if size is None or output is None else size - -(-size // output) + 1 - more for more in (0, 1)
            ]
            if any(count is not None and count < 1 for count in pooled):
                raise UnknownOperatorsError("it is not known where one window takes all", "write a global pooling")
            by_smaller, by_larger, joined, picked = (
                Operator(self.join((*sizes[:axis], count, *sizes[axis + 1 :]), channels))
                for count in (*pooled, total(pooled), output)
            )
            both = [made.add(pooling, takes=[data]) for pooling in (by_smaller, by_larger)]
            data = made.add(joined, picked, takes=both[::-1])
            sizes[axis] = output
        return made.operators

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
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool{rank}d.html
    """

    finds_indices: ClassVar[bool] = True

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept("input"), Kept.indices(self.output_shape(*inputs))


class AdaptiveMaxPooling1D(AdaptiveMaxPooling, rank=1):
    """The maximum of each part of one axis, such as time, the number of parts being stated."""

    type: Literal["adaptive_max_pooling1d"] = "adaptive_max_pooling1d"


class AdaptiveMaxPooling2D(AdaptiveMaxPooling, rank=2):
    """The maximum of each part of the height and width of an image, the number of parts being stated."""

    type: Literal["adaptive_max_pooling2d"] = "adaptive_max_pooling2d"


class AdaptiveMaxPooling3D(AdaptiveMaxPooling, rank=3):
    """The maximum of each part of the depth, height and width of a volume, the number of parts being stated."""

    type: Literal["adaptive_max_pooling3d"] = "adaptive_max_pooling3d"


class AdaptiveAveragePooling(AdaptivePooling):
    """Average pooling to a stated size.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool{rank}d.html
    """


class AdaptiveAveragePooling1D(AdaptiveAveragePooling, rank=1):
    """The average of each part of one axis, such as time, the number of parts being stated."""

    type: Literal["adaptive_average_pooling1d"] = "adaptive_average_pooling1d"


class AdaptiveAveragePooling2D(AdaptiveAveragePooling, rank=2):
    """The average of each part of the height and width of an image, the number of parts being stated."""

    type: Literal["adaptive_average_pooling2d"] = "adaptive_average_pooling2d"


class AdaptiveAveragePooling3D(AdaptiveAveragePooling, rank=3):
    """The average of each part of the depth, height and width of a volume, the number of parts being stated."""

    type: Literal["adaptive_average_pooling3d"] = "adaptive_average_pooling3d"
