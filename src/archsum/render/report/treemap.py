"""Where the parameters, the MACs and the kept memory of a network are: tiles, as large as their share."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from archsum.graph import Path
from archsum.render.numbers import percent
from archsum.render.report.squares import Rectangle, squarify
from archsum.summary import LayerSummary, Summary

HEIGHT = 480
"""Pixels, on every screen; the width is a share of the screen's."""
_ALONE, _ONE_OF_TWO, _NARROW = 660, 540, 340
"""Widths on a large screen, for which the tiles are laid out, and on a telephone."""
_HEADER, _BORDER = 17, 2
"""Above what is in a block, and around it."""
_LETTER = 6
"""How wide a letter is, about."""
_LEAST_TO_OPEN = 11_000
"""The area of a block whose parts are drawn."""
_LEAST = 80
"""The area of a tile; smaller ones are drawn as one."""
_MOST_PARTS = 100
"""Of a block; the largest are drawn."""

Figure = Callable[[LayerSummary], int | None]


class Tile(NamedTuple):
    """A block or a layer, or several small ones: `x` and `width` in per cent, `y` and `height` in pixels."""

    x: float
    y: float
    width: float
    height: float
    label: str
    """Its name, where there is room for it."""
    is_wide: bool
    """Whether there is room on a large screen alone."""
    name: str
    value: int
    share: str
    path: Path
    is_open: bool = False
    """Whether what is in it is drawn upon it."""


class Treemap(NamedTuple):
    """The tiles, each block before what is in it; the figure of the network, and the layers of which it is unknown."""

    tiles: tuple[Tile, ...]
    total: int
    unknown: int
    height: int = HEIGHT


class _Part(NamedTuple):
    """A layer, a block, or several that are drawn as one."""

    name: str
    path: Path
    value: int
    parts: "tuple[_Part, ...]" = ()


def treemap(summary: Summary, figure: Figure, *, is_one_of_two: bool = False) -> Treemap:
    """Lay a network out by a figure of its layers."""
    values = {layer.name: figure(layer) for layer in summary.layers}
    known = {name: value for name, value in values.items() if value is not None}
    parts = _parts((), summary.layers, known) if known else ()
    whole = sum(part.value for part in parts)
    box = Rectangle(0, 0, _ONE_OF_TWO if is_one_of_two else _ALONE, HEIGHT)
    tiles = tuple(_tiles(parts, box, box.width, whole)) if whole else ()
    return Treemap(tiles, whole, len(values) - len(known))


def _parts(path: Path, layers: Sequence[LayerSummary], values: dict[str, int]) -> tuple[_Part, ...]:
    """Return what is in a block, the largest first, without what has nothing."""
    level = len(path) + 1
    found = []
    for inner, group in groupby(layers, lambda layer: layer.path[:level]):
        inside = tuple(group)
        is_layer = inside[0].path == inner
        parts = () if is_layer else _parts(inner, inside, values)
        value = values.get(inside[0].name, 0) if is_layer else sum(part.value for part in parts)
        if value:
            found.append(_Part(inner[-1], inner, value, parts))
    return tuple(sorted(found, key=lambda part: -part.value))


def _tiles(parts: Sequence[_Part], box: Rectangle, width: float, whole: int) -> Iterator[Tile]:
    """Yield the tiles of parts that fill a box of a treemap that is so wide."""
    shown = _together(parts, box)
    boxes = squarify([part.value for part in shown], box)
    for part, place in zip(shown, boxes, strict=True):
        inner = Rectangle(
            place.x + _BORDER, place.y + _HEADER, place.width - 2 * _BORDER, place.height - _HEADER - _BORDER
        )
        is_open = place.area >= _LEAST_TO_OPEN and min(inner[2:]) > _HEADER and len(_together(part.parts, inner)) > 1
        yield _tile(part, place, width, whole, is_open=is_open)
        if is_open:
            yield from _tiles(part.parts, inner, width, whole)


def _together(parts: Sequence[_Part], box: Rectangle) -> list[_Part]:
    """Return the parts for a box, of which those that are too small to be seen are one."""
    whole = sum(part.value for part in parts)
    large = [part for part in parts if part.value * box.area >= _LEAST * whole][:_MOST_PARTS]
    small = parts[len(large) :]
    if len(small) > 1:
        path = small[0].path[:-1]
        large.append(_Part(f"{len(small):,} smaller parts", path, sum(part.value for part in small)))
    else:
        large += small
    return sorted(large, key=lambda part: -part.value)


def _tile(part: _Part, place: Rectangle, width: float, whole: int, *, is_open: bool) -> Tile:
    x, y, wide, high = place
    needed = _LETTER * len(part.name) + 8
    fits = high >= _HEADER - 2 and needed <= wide
    return Tile(
        round(100 * x / width, 2),
        round(y, 1),
        round(100 * wide / width, 2),
        round(high, 1),
        part.name if fits else "",
        needed > wide * _NARROW / width,
        "/".join(part.path) if part.path and part.path[-1] == part.name else part.name,
        part.value,
        percent(part.value, whole),
        part.path,
        is_open,
    )
