"""Shapes: sizes that may be unknown, and how they are taken apart, multiplied, written and required."""

from collections.abc import Iterable
from typing import TypeVar

from archsum.errors import ShapeError, write_scalar
from archsum.layers.fields import DataFormat

T = TypeVar("T")

Shape = tuple[int | None, ...]
"""Sizes without the batch axis; None is a size that is not known."""

_MOST_SHOWN = 8


def product(sizes: Shape) -> int | None:
    """Multiply sizes; unknown where one is unknown, unless another is 0."""
    result, unknown = 1, False
    for size in sizes:
        if size is None:
            unknown = True
        else:
            result *= size
    return None if unknown and result else result


def total(sizes: Iterable[int | None]) -> int | None:
    """Add sizes, or other numbers; unknown where one is unknown."""
    result = 0
    for size in sizes:
        if size is None:
            return None
        result += size
    return result


def known(number: int | None) -> int:
    """Return a number of which the caller has made sure that it is known."""
    assert number is not None
    return number


def may_equal(first: Shape, second: Shape) -> bool:
    """Whether two shapes are the same, as far as their sizes are known."""
    return len(first) == len(second) and all(
        one == other or one is None or other is None for one, other in zip(first, second, strict=True)
    )


def require_known(shape: Shape, axes: tuple[str, ...], purpose: str, cure: str = "") -> tuple[int, ...]:
    """Return the shape with every size known.

    Errors: ShapeError that names the first unknown axis, what needs it and how to make it known.
    """
    for size, axis in zip(shape, axes, strict=True):
        if size is None:
            cures = [f"give `input` a number for the {axis}", *([cure] if cure else [])]
            raise ShapeError(f"needs a known {axis} for {purpose}", ", or ".join(cures))
    return tuple(size for size in shape if size is not None)


def show(shape: Shape) -> str:
    """Write a shape as a file does."""
    return f"[{', '.join(map(write_scalar, shape))}]"


def show_all(shapes: Iterable[Shape]) -> str:
    """Write several shapes as a sentence does, equal ones once; of very many the first."""
    different = list(map(show, dict.fromkeys(shapes)))
    if len(different) > _MOST_SHOWN:
        different[_MOST_SHOWN:] = [f"{len(different) - _MOST_SHOWN:,} other shapes"]
    *most, last = different
    return f"{', '.join(most)} and {last}" if most else last


def split_channels(shape: Shape, data_format: DataFormat) -> tuple[Shape, int | None]:
    """Take a shape of at least one axis apart into the spatial sizes and the channels."""
    return (shape[:-1], shape[-1]) if data_format == "channels_last" else (shape[1:], shape[0])


def join_channels(spatial: tuple[T, ...], channels: T, data_format: DataFormat) -> tuple[T, ...]:
    """Put spatial sizes, or their names, and the channels together."""
    return (*spatial, channels) if data_format == "channels_last" else (channels, *spatial)


def require_channels(channels: int | None) -> int:
    """Return the number of channels. Errors: ShapeError where it is not known."""
    if channels is None:
        raise ShapeError("needs a known number of channels", "give `input` a number for the channel axis")
    return channels


def require_groups(count: int | None, groups: int, what: str = "channels", otherwise: str = "") -> None:
    """Check that groups can share channels evenly. Errors: ShapeError where they cannot."""
    if count is not None and count % groups:
        raise ShapeError(
            f"has {count} {what}, which must be divisible by `groups` (={groups})",
            f"choose `groups` among the divisors of {count}{otherwise}",
        )
