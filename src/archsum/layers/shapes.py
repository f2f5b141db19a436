"""Shapes: sizes that may be unknown, and how they are multiplied, written and required."""

from typing import Any

from archsum.errors import ShapeError

Shape = tuple[int | None, ...]
"""Sizes without the batch axis; None is a size that is not known."""


def product(sizes: Shape) -> int | None:
    """Multiply sizes; unknown where one is unknown."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def times(*sizes: Any) -> str:
    """Write a product as people do: `5 × 5 × 3`."""
    return " × ".join("?" if size is None else str(size) for size in sizes)


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
    """Write a shape as Keras does, without the batch axis."""
    return f"({', '.join(str(size) for size in shape)}{',' if len(shape) == 1 else ''})"
