"""Padding: zeros, or the data's own elements, around the data."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, ShapeError
from archsum.layers.arithmetic import Arithmetic, Sum
from archsum.layers.axis import axis_name
from archsum.layers.base import Backward, Kept, MovingLayer, Step
from archsum.layers.operators import Operator, Operators, UnknownOperatorsError
from archsum.layers.shapes import Shape, show
from archsum.layers.sizes import SIDES, SidesPerAxis, SizeChanging
from archsum.layers.window import Sides


class Padding(SizeChanging):
    """Elements around the data.

    Shape:
        (*sizes, channels) → (*(before + size + after), channels).
    """

    main_field: ClassVar[str] = "padding"
    note: ClassVar[str] = "padding before + size + padding after"

    padding: SidesPerAxis = Field(1, validate_default=True, description=f"How many elements: {SIDES}")

    def resized(self, axis: int, size: int) -> Arithmetic:
        before, after = self.padding[axis]
        return Sum(before, size, after)


class ZeroPadding(Padding):
    """Zeros around the data.

    Source: https://keras.io/api/layers/reshaping_layers/zero_padding{rank}d/
    """

    note: ClassVar[str] = "zeros before + size + zeros after"

    @property
    def zeros_around(self) -> tuple[Sides, ...]:
        return self.padding

    padding: SidesPerAxis = Field(1, validate_default=True, description=f"The zeros: {SIDES}")

    def operators(self, *inputs: Shape) -> Operators:
        """Return one, which moves every element."""
        return (Operator(self.output_shape(*inputs)),)


class ZeroPadding1D(ZeroPadding, rank=1):
    """Zeros before and after the data along one axis, such as time."""

    type: Literal["zero_padding1d"] = "zero_padding1d"


class ZeroPadding2D(ZeroPadding, rank=2):
    """Rows and columns of zeros around an image."""

    type: Literal["zero_padding2d"] = "zero_padding2d"


class ZeroPadding3D(ZeroPadding, rank=3):
    """Zeros around a volume or a video."""

    type: Literal["zero_padding3d"] = "zero_padding3d"


def _sides_of_each_axis(value: Any) -> tuple[Sides, ...]:
    """Return the sides of each axis in a list. Errors: FieldError for what is none."""
    items = value if isinstance(value, list | tuple) else ()
    pairs = [tuple(item) if isinstance(item, list | tuple) else (item, item) for item in items]
    numbers = [number for pair in pairs for number in pair]
    if (
        not pairs
        or any(len(pair) != 2 for pair in pairs)
        or any(type(number) is not int or not 0 <= number <= MAX_SIZE for number in numbers)
    ):
        raise FieldError(
            "takes a list of as many pairs [before, after] as a sample has axes, of numbers of at least 0",
            "write one for each axis, such as `[[0, 0], [1, 1]]`",
        )
    return tuple(pairs)


_SidesOfEachAxis = Annotated[
    tuple[Sides, ...],
    PlainValidator(
        _sides_of_each_axis,
        json_schema_input_type=list[Annotated[int, Field(ge=0)] | list[Annotated[int, Field(ge=0)]]],
    ),
]


class Pad(MovingLayer):
    """Zeros, or another number, around the data along any axes; or the data's own elements.

    Shape:
        (*sizes) → (*(before + size + after)).
    Kept:
        Nothing; in the modes `reflect` and `replicate` the input.
    Errors:
        Not a pair for each axis of the input;
        in the mode `reflect` a side of as many elements as the axis has, or more.
    Source: https://keras.io/api/ops/numpy/#pad-function;
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
    """

    type: Literal["pad"] = "pad"
    main_field: ClassVar[str] = "padding"

    padding: _SidesOfEachAxis = Field(
        description="For each axis of a sample, in their order, a pair [before, after], or a number for both sides.",
        examples=[[[0, 0], [1, 1]]],
    )
    mode: Literal["constant", "reflect", "replicate"] = Field(
        "constant", description="What is around the data: a number, the data mirrored, or the elements at the borders."
    )

    @property
    def filled_around(self) -> tuple[Sides, ...] | None:
        return self.padding if self.mode == "constant" else None

    def output_shape(self, *inputs: Shape) -> Shape:
        return tuple(None if size is None else padded.value for size, padded in self._padded(*inputs))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return () if self.mode == "constant" else (Kept("input"),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return one, which moves every element. Errors: UnknownOperatorsError for the data's own elements."""
        if self.mode != "constant":
            raise UnknownOperatorsError(f"it is not known which operators the mode `{self.mode}` becomes")
        return (Operator(self.output_shape(*inputs)),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        for axis, (size, padded) in enumerate(self._padded(*inputs), start=1):
            if any(self.padding[axis - 1]):
                amount = None if size is None else padded
                yield Step.of(axis_name(axis), amount, "padding before + size + padding after")

    def _padded(self, shape: Shape) -> Iterator[tuple[int | None, Sum]]:
        """Yield each size, and what it becomes. Errors: ShapeError where the padding does not fit."""
        if len(shape) != len(self.padding):
            raise ShapeError(
                f"has {len(self.padding)} pairs in `padding`, and its input {show(shape)} has {len(shape)} axes",
                "write a pair for each axis, `[0, 0]` for one that is not padded",
            )
        for axis, (size, (before, after)) in enumerate(zip(shape, self.padding, strict=True), start=1):
            if self.mode == "reflect" and size is not None and max(before, after) >= size:
                raise ShapeError(
                    f"pads {axis_name(axis)} of its input {show(shape)} by {max(before, after)} on a side, "
                    f"and {size - 1} are the most that can be mirrored",
                    "pad by less, or take a larger input",
                )
            yield size, Sum(before, size, after)


class PaddingByData(Padding):
    """The data's own elements around the data, of which there are only so many."""

    to_spare: ClassVar[int]
    """How many elements of an axis there are at least beside those that go to one side."""
    whence: ClassVar[str]
    """Where those come from, in words."""

    def resized(self, axis: int, size: int) -> Arithmetic:
        """Return the padded size. Errors: ShapeError where a side needs more elements than there are."""
        needed, most = max(self.padding[axis]), size - self.to_spare
        if needed > most:
            name = self.axes[axis]
            enough = f"pad the {name} by {most} at most" if most else f"leave the {name} without padding"
            raise ShapeError(
                f"pads its input's {name} of {size} by {needed} on a side, and {most} are the most {self.whence}",
                f"{enough}, or take a larger input",
            )
        return super().resized(axis, size)


class ReflectionPadding(PaddingByData):
    """The data mirrored at the borders, which are not repeated themselves.

    Kept:
        input.
    Errors:
        A side of as many elements as the axis has, or more; an input of another number of axes.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad{rank}d.html
    """

    to_spare: ClassVar[int] = 1
    whence: ClassVar[str] = "that can be mirrored"

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the input, of which PyTorch needs the sizes."""
        return (Kept("input"),)


class ReflectionPadding1D(ReflectionPadding, rank=1):
    """The elements of one axis, such as time, mirrored at its beginning and end."""

    type: Literal["reflection_padding1d"] = "reflection_padding1d"


class ReflectionPadding2D(ReflectionPadding, rank=2):
    """An image mirrored at its borders."""

    type: Literal["reflection_padding2d"] = "reflection_padding2d"


class ReflectionPadding3D(ReflectionPadding, rank=3):
    """A volume or a video mirrored at its borders."""

    type: Literal["reflection_padding3d"] = "reflection_padding3d"


class ReplicationPadding(Padding):
    """The data with the elements at the borders repeated.

    Kept:
        input.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad{rank}d.html
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the input, of which PyTorch needs the sizes."""
        return (Kept("input"),)


class ReplicationPadding1D(ReplicationPadding, rank=1):
    """The elements of one axis, such as time, with the first and the last repeated."""

    type: Literal["replication_padding1d"] = "replication_padding1d"


class ReplicationPadding2D(ReplicationPadding, rank=2):
    """An image with its outer rows and columns repeated."""

    type: Literal["replication_padding2d"] = "replication_padding2d"


class ReplicationPadding3D(ReplicationPadding, rank=3):
    """A volume or a video with its outer slices repeated."""

    type: Literal["replication_padding3d"] = "replication_padding3d"


class CircularPadding(PaddingByData):
    """The data continued by what is at the other end.

    Errors:
        A side of more elements than the axis has; an input of another number of axes.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad{rank}d.html
    """

    to_spare: ClassVar[int] = 0
    whence: ClassVar[str] = "that the other end has"

    def backward(self, *inputs: Shape) -> Backward:
        """Return two copies of the output's gradient: PyTorch copies one side after another."""
        return Backward(scratch=(self.output_shape(*inputs),) * 2)


class CircularPadding1D(CircularPadding, rank=1):
    """One axis, such as a day's hours, with its end before its beginning and its beginning behind its end."""

    type: Literal["circular_padding1d"] = "circular_padding1d"


class CircularPadding2D(CircularPadding, rank=2):
    """An image continued by what is at its opposite border, such as a map of the earth."""

    type: Literal["circular_padding2d"] = "circular_padding2d"


class CircularPadding3D(CircularPadding, rank=3):
    """A volume continued by what is at its opposite border, such as a crystal's cell."""

    type: Literal["circular_padding3d"] = "circular_padding3d"
