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
    """The classes, for the style sheet, of a network's outermost blocks and of what is in them."""

    def __init__(self, summary: Summary) -> None:
        deepest = max(map(len, summary.groups), default=0)
        by_level = [[path for path in summary.groups if len(path) == level] for level in range(1, deepest + 1)]
        coloured = next((paths for paths in by_level if len(paths) >= _LEAST), by_level[0] if by_level else [])
        self._depth = len(coloured[0]) if coloured else 0
        self._classes = _classes(summary, coloured)

    def of(self, path: Path) -> str:
        """Return the classes of a block or a layer; of a layer outside of the blocks none."""
        return self._classes.get(path[: self._depth], "")


def _classes(summary: Summary, blocks: list[Path]) -> Mapping[Path, str]:
    hues: dict[str, int] = {}
    shades: dict[str, int] = {}
    classes = {}
    for path in blocks:
        kind = summary.groups[path].kind
        hue = hues.setdefault(kind, len(hues) % _HUES)
        shade = shades[kind] = (shades.get(kind, -1) + 1) % _SHADES
        classes[path] = f"k{hue} s{shade}"
    return classes
