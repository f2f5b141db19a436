"""Squarified treemaps: a rectangle is divided by given shares into ones that are as square as may be.

Source: Bruls, Huizing and van Wijk 2000, "Squarified Treemaps", https://vanwijk.win.tue.nl/stm.pdf
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Rectangle(NamedTuple):
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Its area."""
        return self.width * self.height


def squarify(shares: Sequence[float], whole: Rectangle) -> Iterator[Rectangle]:
    """Yield a rectangle for each share, the largest of which is the first; each is more than 0."""
    left, rest, start = whole, sum(shares), 0
    while start < len(shares):
        scale = left.area / rest if rest else 0.0
        side = min(left.width, left.height)
        end = start + 1
        while end < len(shares) and _worst(shares[start : end + 1], scale, side) <= _worst(
            shares[start:end], scale, side
        ):
            end += 1
        row = shares[start:end]
        part = sum(row) / rest
        yield from _row(row, left, part)
        left = _without(left, part)
        rest -= sum(row)
        start = end


def _worst(row: Sequence[float], scale: float, side: float) -> float:
    """Return how far from a square is the one that is farthest, of a row along the shorter side."""
    depth = sum(row) * scale / side if side else 0.0
    if not depth:
        return 1.0
    lengths = [share * scale / depth for share in (row[0], row[-1])]
    return max(max(length / depth, depth / length) for length in lengths)


def _row(row: Sequence[float], left: Rectangle, part: float) -> Iterator[Rectangle]:
    """Yield the rectangles of a row, which takes a part of what is left, along its shorter side."""
    is_column = left.width >= left.height
    at, whole = 0.0, sum(row)
    for share in row:
        length = share / whole
        if is_column:
            yield Rectangle(left.x, left.y + at * left.height, part * left.width, length * left.height)
        else:
            yield Rectangle(left.x + at * left.width, left.y, length * left.width, part * left.height)
        at += length


def _without(left: Rectangle, part: float) -> Rectangle:
    x, y, width, height = left
    if width >= height:
        return Rectangle(x + part * width, y, max(width - part * width, 0.0), height)
    return Rectangle(x, y + part * height, width, max(height - part * height, 0.0))
