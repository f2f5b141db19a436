"""Convolutions: a kernel shared by all locations."""

from collections import Counter
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Product, Sum, equation
from archsum.layers.base import Weight
from archsum.layers.fields import NonNegative, TupleOf
from archsum.layers.kernel import KERNEL_AXES, GroupedKernelLayer
from archsum.layers.operators import Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape


class Convolution(GroupedKernelLayer):
    """A convolution of `rank` spatial axes.

    Weights:
        kernel (*kernel_size, channels / groups, filters);
        bias (filters) if tied, the output's shape if untied; along some axes, 1 along the others.
    MACs:
        output locations × kernel_size × channels / groups × filters.
    Errors:
        A kernel larger than its input; channels or filters not divisible by groups;
        a bias untied along an unknown size; strides with dilation under Keras's paddings.
    Source: https://keras.io/api/layers/convolution_layers/convolution{rank}d/
    """

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, channels = self.split(*inputs)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        seen = "input channels" if self.groups == 1 else "input channels of a group"
        return (Weight("kernel", shape, (*KERNEL_AXES[self.rank], seen, "filters")),)


class Conv1D(Convolution, rank=1):
    """Convolution over one axis, such as time or the words of a text.

    With `padding: causal` no output sees what comes after it; the sizes are those of `same`.
    """

    type: Literal["conv1d"] = "conv1d"
    padding_words: ClassVar[tuple[str, ...]] = ("valid", "same", "causal")


class Conv2D(Convolution, rank=2):
    """Convolution over the height and width of an image.

    Weights:
        kernel (*kernel_size, channels / groups, filters), or with a connection table
        (*kernel_size, connected pairs of filter and channel);
        bias (filters) if tied, the output's shape if untied; along some axes, 1 along the others.
    Source: https://keras.io/api/layers/convolution_layers/convolution2d/
        and for the connection table LeCun et al. 1998,
        "Gradient-based learning applied to document recognition", table I.
    """

    type: Literal["conv2d"] = "conv2d"

    connection_table: TupleOf[Annotated[TupleOf[NonNegative], Field(min_length=1)]] | None = Field(
        None, description="For each filter, the input channels it sees, counted from 0; by default all."
    )

    @model_validator(mode="after")
    def _table_of_filters(self) -> Self:
        if self.connection_table is None:
            return self
        if self.groups != 1:
            raise FieldError("takes `groups` or a `connection_table`, not both", "leave `groups` out")
        if len(self.connection_table) != self.filters:
            raise FieldError(
                f"has {self.filters} filters and a `connection_table` of {len(self.connection_table)}",
                "the table has one list for each filter, with the input channels that the filter sees",
            )
        if any(len(set(seen)) != len(seen) for seen in self.connection_table):
            message = "has a `connection_table` that names a channel twice for one filter"
            raise FieldError(message, "name each channel once in a filter's list")
        return self

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the kernel; with a connection table, one small kernel for each connected pair."""
        if self.connection_table is None:
            return super().kernels(*inputs)
        _, channels = self.split(*inputs)
        highest = max(max(seen) for seen in self.connection_table)
        if highest >= channels:
            raise ShapeError(
                f"has a `connection_table` that names channel {highest}, and its input has {channels}",
                f"channels count from 0 to {channels - 1}",
            )
        filters = Counter(map(len, self.connection_table))
        pairs = Sum(*(Product(filters[seen], seen) for seen in sorted(filters)))
        shape = (*self.kernel_size, sum(map(len, self.connection_table)))
        axes = (*KERNEL_AXES[self.rank], "connected filter-channel pairs")
        note = f"{equation(pairs)} pairs: filters × the channels that they see"
        return (Weight("kernel", shape, axes, note=note),)

    def products(self, *inputs: Shape) -> Operators:
        """Return the convolution. Errors: UnknownOperatorsError with a connection table."""
        if self.connection_table is not None:
            raise UnknownOperatorsError("TensorFlow Lite Micro has no convolution with a `connection_table`")
        return super().products(*inputs)


class Conv3D(Convolution, rank=3):
    """Convolution over the depth, height and width of a volume or a video."""

    type: Literal["conv3d"] = "conv3d"
