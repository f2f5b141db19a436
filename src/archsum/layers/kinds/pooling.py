"""Pooling: a window slides over each channel and keeps its maximum or its average."""

from functools import cached_property
from math import prod
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.base import Backward, Kept, Work
from archsum.layers.fields import PerAxis, none_where_equal
from archsum.layers.operators import CLAMPS, Operator, Operators, UnknownOperatorsError, padded_and_on_rows
from archsum.layers.shapes import Shape, product
from archsum.layers.spatial import PoolingLayer
from archsum.layers.window import Sides, Sliding, Window

_POOL_SIZE = "The window's size: one number, or one for each axis."


class Pooling(Sliding, PoolingLayer):
    """Pooling over `rank` spatial axes.

    Shape:
        (*sizes, channels) → (*outputs, channels), the channels first under `data_format: channels_first`.
        valid: ⌊(size − e) / stride⌋ + 1; same: ⌈size / stride⌉;
        a number p for each side: ⌊(size + 2 p − e) / stride⌋ + 1; with ceil_mode ⌈ ⌉ instead of ⌊ ⌋,
        and one less where the last window would begin behind the data;
        where e = dilation × (pool − 1) + 1, the dilation being 1 for averages.
    FLOPs:
        output elements × pool_size: each element of a window is compared, or added.
    Kept:
        input, or where its sides are padded unevenly the padded input.
    Errors:
        A window larger than its input; a padding of more than half the window; ceil_mode with same padding.
    """

    main_field: ClassVar[str] = "pool_size"
    shown_fields: ClassVar[tuple[str, ...]] = ("pool_size", "strides")

    pool_size: PerAxis = Field(description=_POOL_SIZE, examples=[2])
    strides: PerAxis | None = Field(
        None, description="The window's step: one number, or one for each axis; by default the window's size."
    )
    ceil_mode: bool = Field(False, description="Keep a last window that hangs over the end, as in PyTorch.")

    @field_validator("strides")
    @classmethod
    def _the_window_s_by_default(cls, strides: Any, info: ValidationInfo) -> Any:
        return none_where_equal(strides, info, "pool_size")

    @model_validator(mode="after")
    def _padding_within_half(self) -> Self:
        if isinstance(self.padding, str):
            return self
        for pool, sides in zip(self.pool_size, self.padding, strict=True):
            if max(sides) > pool // 2:
                message = f"has a `padding` of {max(sides)}, more than half of its window of {pool}"
                raise FieldError(message, f"pad by {pool // 2} at most, or put a `zero_padding{self.rank}d` before it")
        return self

    @model_validator(mode="after")
    def _one_way_to_round(self) -> Self:
        if self.ceil_mode and self.padding == "same":
            raise FieldError("has `ceil_mode` with `padding: same`, which always rounds up", "leave `ceil_mode` out")
        return self

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        strides = self.strides or self.pool_size
        ceil, name = (self.ceil_mode,) * self.rank, ("window",) * self.rank
        return tuple(map(Window, self.pool_size, strides, self.dilations, self.paddings, ceil, name))

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, channels = self.parts(*inputs)
        return self.join(self.slide(spatial), channels)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return (Work("window × output elements", prod(self.pool_size), product(self.output_shape(*inputs))),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return what pads and pools.

        Errors: UnknownOperatorsError for a window that hangs over the end or is dilated, and for three axes.
        """
        if max(self.dilations) > 1:
            raise UnknownOperatorsError("TensorFlow Lite Micro has no pooling with dilation")
        spatial, _ = self.parts(*inputs)
        if any(window.hangs_over(size) for window, size in zip(self.windows, spatial, strict=True)):
            raise UnknownOperatorsError("TensorFlow Lite Micro has no pooling whose windows hang over the end")
        pooling = Operator(self.output_shape(*inputs), absorbs=CLAMPS)
        return padded_and_on_rows(self.padding_operators(*inputs), (pooling,), self.rank, *inputs)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (self.kept_input(*inputs),)

    def backward(self, *inputs: Shape) -> Backward:
        return Backward(between=self.padded(*inputs))


class MaxPooling(Pooling):
    """Max pooling, which PyTorch also dilates.

    Kept:
        input, or where its sides are padded unevenly the padded input;
        the places of the maxima, whole numbers of 8 bytes, of the output's shape.
    Source: https://keras.io/api/layers/pooling_layers/max_pooling{rank}d/
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool{rank}d.html
    """

    finds_indices: ClassVar[bool] = True

    def with_zeros(self, zeros: tuple[Sides, ...]) -> None:
        """Return None: what it pads with itself is never a maximum, and a zero can be."""

    pool_size: PerAxis = Field(2, validate_default=True, description=_POOL_SIZE)
    dilation_rate: PerAxis = Field(
        1, validate_default=True, description="The distance between the window's elements, as in PyTorch."
    )

    @property
    def dilations(self) -> tuple[int, ...]:
        return self.dilation_rate

    def with_fill(self, filled: tuple[Sides, ...]) -> Self | None:
        """Return the layer that pads so itself, where the channels are as they are."""
        channels = 0 if self.data_format == "channels_first" else len(filled) - 1
        if len(filled) != self.rank + 1 or any(filled[channels]):
            return None
        return super().with_zeros(filled[:channels] + filled[channels + 1 :])

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        kept_input = self.kept_input(*inputs)
        return kept_input, Kept.indices(self.output_shape(*inputs))._replace(operation=kept_input.operation)


class MaxPooling1D(MaxPooling, rank=1):
    """The maximum of each window over one axis, such as time."""

    type: Literal["max_pooling1d"] = "max_pooling1d"


class MaxPooling2D(MaxPooling, rank=2):
    """The maximum of each window over the height and width of an image."""

    type: Literal["max_pooling2d"] = "max_pooling2d"


class MaxPooling3D(MaxPooling, rank=3):
    """The maximum of each window over the depth, height and width of a volume."""

    type: Literal["max_pooling3d"] = "max_pooling3d"


class AveragePooling(Pooling):
    """Average pooling.

    Source: https://keras.io/api/layers/pooling_layers/average_pooling{rank}d/
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool{rank}d.html
    """


class AveragePooling1D(AveragePooling, rank=1):
    """The average of each window over one axis, such as time."""

    type: Literal["average_pooling1d"] = "average_pooling1d"


class AveragePooling2D(AveragePooling, rank=2):
    """The average of each window over the height and width of an image."""

    type: Literal["average_pooling2d"] = "average_pooling2d"


class AveragePooling3D(AveragePooling, rank=3):
    """The average of each window over the depth, height and width of a volume.

    Errors:
        A window larger than its input, padding on both sides and ceil_mode left aside;
        a padding of more than half the window; ceil_mode with same padding.
    """

    type: Literal["average_pooling3d"] = "average_pooling3d"

    def output_shape(self, *inputs: Shape) -> Shape:
        spatial, _ = self.parts(*inputs)
        output = super().output_shape(*inputs)
        # PyTorch checks averages over volumes alone, and no copy that is padded beforehand, as where sides are uneven.
        uneven = not isinstance(self.padding, str) and any(before != after for before, after in self.padding)
        if self.padding == "same" or uneven:
            return output
        for axis, size, pool in zip(self.axes, spatial, self.pool_size, strict=True):
            if size is not None and pool > size:
                raise ShapeError(
                    f"has a window of {axis} {pool}, larger than its input's {axis} ({size}), "
                    "which PyTorch refuses of averages over volumes, with padding too",
                    f"take a window of {axis} {size} at most, or a larger input, as behind a `zero_padding3d`",
                )
        return output
