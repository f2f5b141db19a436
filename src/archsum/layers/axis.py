"""Axes by number, as Keras counts them: the batch is axis 0, a sample's first axis is 1, the last is −1."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from archsum.errors import ShapeError
from archsum.layers.base import Layer
from archsum.layers.fields import DataFormat, Positive, TupleOf
from archsum.layers.shapes import Shape, join_channels, product, require_known, show
from archsum.layers.spatial import AXES


def listed(value: Any) -> Any:
    """Make a list of a single value."""
    return value if isinstance(value, list | tuple) else (value,)


Axes = Annotated[TupleOf[int], BeforeValidator(listed, json_schema_input_type=int | list[int])]
"""One axis or several."""

Sizes = Annotated[TupleOf[Positive], BeforeValidator(listed, json_schema_input_type=Positive | list[Positive])]
"""One positive number or several."""


class AlongChannels(Layer):
    """A layer that works along the channel axis, unless another is stated."""

    data_format: DataFormat = Field(
        "channels_last", description="Under channels_first the channel axis is 1, unless `axis` says otherwise."
    )
    axis: int = Field(
        -1, description="The channel axis, or another; the batch is 0. Under channels_first the default is 1."
    )

    @property
    def implied(self) -> Mapping[str, Any]:
        return {"axis": 1} if self.data_format == "channels_first" else {}

    @property
    def chosen_axis(self) -> int:
        """The axis: the one stated, or else the data format's."""
        first = self.data_format == "channels_first" and "axis" not in self.model_fields_set
        return 1 if first else self.axis

    def channels(self, shape: Shape, *, weights: str = "weights") -> int:
        """Return the size of the axis. Errors: ShapeError where there is no such axis, or its size is unknown."""
        (channels,) = known_sizes((self.chosen_axis,), shape, f"its {weights}, one for each channel")
        return channels


def positions(axes: tuple[int, ...], shape: Shape, field: str = "axis") -> tuple[int, ...]:
    """Return the axes counted from the batch, which is 0.

    Errors: ShapeError where the input has no such axis, or one is named twice.
    """
    count = len(shape)
    for axis in axes:
        if not -count - 1 <= axis <= count:
            raise ShapeError(
                f"has `{field}: {axis}`, and its input {show(shape)} has axes 1 to {count}",
                "count from 1, or from the end, where -1 is the last axis",
            )
    found = tuple(axis % (count + 1) for axis in axes)
    if len(set(found)) < len(found):
        raise ShapeError(f"names an axis twice: `{field}: {list(axes)}` on an input {show(shape)}", "name each once")
    return found


def new_positions(axes: tuple[int, ...], shape: Shape, more: int) -> tuple[int, ...]:
    """Return where new axes are in the output, which has so many more. Errors: ShapeError where they cannot be there.

    Counted from the end, −1 is the output's last.
    """
    output = (*shape, *(1,) * more)
    for axis in axes:
        if not -len(output) <= axis <= len(output) or axis == 0:
            raise ShapeError(
                f"has `axis: {axis}`, and its output, of {len(output)} axes, has axes 1 to {len(output)}",
                "count the axes of the output from 1, or from the end, where -1 is the last",
            )
    return positions(axes, output)


def sample_position(axis: int, shape: Shape, field: str = "axis") -> int:
    """Return an axis counted from the batch, which it may not be.

    Errors: ShapeError where the input has no such axis, or it is the batch.
    """
    (position,) = positions((axis,), shape, field)
    if position == 0:
        raise ShapeError(f"has the batch as its `{field}`", "a sample's axes count from 1")
    return position


def known_sizes(axes: tuple[int, ...], shape: Shape, purpose: str) -> tuple[int, ...]:
    """Return the sizes of the axes that weights lie along.

    Errors: ShapeError where there is no such axis, or its size is not known, as the batch's never is.
    """
    found = positions(axes, shape)
    if 0 in found:
        raise ShapeError(f"has the batch, axis 0, for {purpose}", "a sample's axes count from 1")
    return require_known(tuple(shape[position - 1] for position in found), tuple(map(size_name, found)), purpose)


def reduced(axes: tuple[int, ...], shape: Shape) -> tuple[Shape, bool]:
    """Return the shape with size 1 along axes, and whether the batch is among them."""
    found = positions(axes, shape)
    return tuple(1 if axis in found else size for axis, size in enumerate(shape, start=1)), 0 in found


def axis_name(position: int) -> str:
    """Return the name of an axis of which only the number is known."""
    return f"axis {position}"


def size_name(position: int) -> str:
    """Return the name of such an axis's size."""
    return f"size of {axis_name(position)}"


def named_axes(shape: Shape, data_format: DataFormat) -> tuple[str, ...]:
    """Return the names of a shape's axes, which follow from how many there are."""
    if len(shape) == 1:
        return ("features",)
    spatial = AXES.get(len(shape) - 1)
    if spatial is None:
        return tuple(map(size_name, range(1, len(shape) + 1)))
    return join_channels(spatial, "channels", data_format)


def input_sizes(shape: Shape, data_format: DataFormat) -> dict[str, int | None]:
    """Return an input's sizes by the names that formulas use."""
    named = zip(named_axes(shape, data_format), shape, strict=True)
    return {**{f"input_{axis}": size for axis, size in named}, "input_elements": product(shape)}
