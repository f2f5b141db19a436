"""Unpooling: elements go back to where max pooling took the maxima from, and zeros are between them."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Arithmetic, Difference, Product, Sum
from archsum.layers.base import Kept, Layer, MovingLayer, Step
from archsum.layers.fields import AT_LEAST_0, NonNegative, PerAxis, TupleOf, none_where_equal, one_or_list, per_axis
from archsum.layers.shapes import Shape, may_equal, show
from archsum.layers.spatial import Spatial

Padding = Annotated[TupleOf[NonNegative], one_or_list(AT_LEAST_0)]
"""One number for every axis, or one for each."""


class MaxUnpooling(Spatial, MovingLayer):
    """Each element where the max pooling that is the second input found its maximum, with zeros between them.

    As in `inputs: [x, pool]`. A third input has the size that comes out, such as what was pooled: several sizes are
    pooled to the same one.

    Shape:
        (*sizes, channels), the same → (*outputs, channels), where an output is output_size, or the third input's size,
        or (size − 1) × stride − 2 × padding + pool.
    Kept:
        the places of the maxima, whole numbers of 8 bytes, of the input's shape, and no more than the pooling does.
    Errors:
        A second input that is no max pooling, or of another shape or data format; a size that differs by a stride or
        more from what the formula gives; two sizes; an input of another number of axes.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool{rank}d.html
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 3
    shape_only: ClassVar[frozenset[int]] = frozenset({1, 2})
    indices_of: ClassVar[int | None] = 1
    shown_fields: ClassVar[tuple[str, ...]] = ("pool_size", "strides")

    pool_size: PerAxis = Field(2, validate_default=True, description="The pooling's: one number, or one for each axis.")
    strides: PerAxis | None = Field(None, description="The pooling's; by default its window's size.")
    padding: Padding = Field(0, validate_default=True, description="The pooling's: one number, or one for each axis.")
    output_size: PerAxis | None = Field(
        None, description="The size that comes out: one number, or one for each axis; by default it is computed."
    )

    @field_validator("strides")
    @classmethod
    def _the_window_s_by_default(cls, strides: Any, info: ValidationInfo) -> Any:
        return none_where_equal(strides, info, "pool_size")

    @field_validator("padding", mode="before")
    @classmethod
    def _padding_per_axis(cls, value: Any) -> Any:
        return per_axis(value, cls.rank)

    def require_indices(self, name: str, found_by: Layer | None) -> None:
        if found_by is None or not found_by.finds_indices:
            cure = "as input 2 name the pooling, as in `inputs: [x, pool]`"
            raise ShapeError(f"undoes a max pooling, which `{name}` is not", cure)
        if isinstance(found_by, Spatial) and found_by.data_format != self.data_format:
            message = f"has the data format {self.data_format}, and `{name}`, which it undoes, {found_by.data_format}"
            raise ShapeError(message, f"write `data_format: {found_by.data_format}`, or what data both have")

    def output_shape(self, *inputs: Shape) -> Shape:
        pooled, of_pooling, *_ = inputs
        _, channels = self.parts(pooled)
        if not may_equal(pooled, of_pooling):
            raise ShapeError(
                f"puts the elements of {show(pooled)} where maxima of {show(of_pooling)} were, which is another shape",
                "its first input has the shape that the max pooling, its second, gives; where that halves an odd size, "
                "the unpooling above takes `output_size`, or what was pooled as a third input",
            )
        return self.join(tuple(step.value for step in self.explain_output(*inputs)), channels)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the places, which are the pooling's."""
        return (Kept.indices(inputs[0])._replace(number=1, of_input=True),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Derive the sizes. Errors: ShapeError for two sizes, and for one that is not pooled to the input's."""
        spatial, _ = self.parts(inputs[0])
        stated: Shape | None = self.output_size
        whence = "as `output_size` says"
        if len(inputs) > 2:
            if stated is not None:
                message = "has an `output_size`, and a third input whose size it takes"
                raise ShapeError(message, "leave out the one or the other")
            (stated, _), whence = self.parts(inputs[2]), "the third input's"
        for number, (axis, size) in enumerate(zip(self.axes, spatial, strict=True)):
            computed = None if size is None else self._unpooled(number, size)
            if stated is not None:
                self._require_near(number, stated[number], computed)
                yield Step.of(axis, stated[number], whence)
            elif computed is None:
                yield Step.of(axis, None, f"the input's {axis} is unknown")
            else:
                self._require_near(number, None, computed)
                yield Step.of(axis, computed, "(size − 1) × stride − 2 × padding + the pooling's window")

    def _unpooled(self, number: int, size: int) -> Arithmetic:
        """Return the smallest size of an axis that the window fits without rest."""
        spread = Product(Difference(size, 1), self._strides[number])
        padding = self.padding[number]
        return Sum(Difference(spread, Product(2, padding)) if padding else spread, self.pool_size[number])

    def _require_near(self, number: int, stated: int | None, computed: Arithmetic | None) -> None:
        """Check a size. Errors: ShapeError where it is nothing, or is not pooled to the input's."""
        value = None if computed is None else computed.value
        if value is None:
            return
        least, most = max(value - self._strides[number] + 1, 1), value + self._strides[number] - 1
        if stated is None and value < 1:
            raise ShapeError(
                f"makes a {self.axes[number]} of {value}, as its `padding` takes all that there is",
                "write the pooling's own `pool_size`, `strides` and `padding`",
            )
        if stated is not None and not least <= stated <= most:
            raise ShapeError(
                f"makes a {self.axes[number]} of {stated}, which is not pooled to its input's",
                f"with this window it is {least} to {most}" if least < most else f"with this window it is {most}",
            )

    @property
    def _strides(self) -> tuple[int, ...]:
        return self.strides or self.pool_size


class MaxUnpooling1D(MaxUnpooling, rank=1):
    """What max pooling over one axis has taken is put back, and zeros between."""

    type: Literal["max_unpooling1d"] = "max_unpooling1d"


class MaxUnpooling2D(MaxUnpooling, rank=2):
    """What max pooling of an image has taken is put back, and zeros between, as in SegNet."""

    type: Literal["max_unpooling2d"] = "max_unpooling2d"


class MaxUnpooling3D(MaxUnpooling, rank=3):
    """What max pooling of a volume has taken is put back, and zeros between."""

    type: Literal["max_unpooling3d"] = "max_unpooling3d"
