"""Colours of blocks: a hue for each kind, shades for those of one kind; the diagram and the treemaps have the same."""

from collections.abc import Mapping

from archsum.graph import Path
from archsum.summary import Summary

_HUES = 7
"""As many hues the colour-blind tell apart; the style sheet has them."""
_SHADES = 4
_LEAST = 2
"""Where fewer blocks than that are outermost, those in them have the colours."""


class Tones:
    """The classes, for the style sheet, of a network's outermost blocks and of what is in them.

    Where there are no blocks, layers with weights have them, by their type.
    """

    def __init__(self, summary: Summary) -> None:
        coloured = _outermost(summary) or {layer.path: layer.type for layer in summary.layers if layer.params != 0}
        self._depth = max(map(len, coloured), default=0)
        self._classes = _classes(coloured)

    def of(self, path: Path) -> str:
        """Return the classes of a block or a layer; of a layer outside of the blocks none."""
        return self._classes.get(path[: self._depth], "")


def _outermost(summary: Summary) -> dict[Path, str]:
    """Return the blocks of a level, and their kinds."""
    deepest = max(map(len, summary.groups), default=0)
    levels = [
        {path: group.kind for path, group in summary.groups.items() if len(path) == level}
        for level in range(1, deepest + 1)
    ]
    return next((blocks for blocks in levels if len(blocks) >= _LEAST), levels[0] if levels else {})


def _classes(kinds: Mapping[Path, str]) -> Mapping[Path, str]:
    hues: dict[str, int] = {}
    shades: dict[str, int] = {}
    classes = {}
    for path, kind in kinds.items():
        hue = hues.setdefault(kind, len(hues) % _HUES)
        shade = shades[kind] = (shades.get(kind, -1) + 1) % _SHADES
        classes[path] = f"k{hue} s{shade}"
    return classes
