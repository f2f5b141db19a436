"""Words of the source, from the names of its layers and blocks."""

import re
from collections.abc import Sequence

from archsum.layers import KINDS

_GENERIC = frozenset(
    {
        "conv", "bn", "norm", "fc", "dense", "linear", "layer", "layers", "block", "blocks", "features", "module",
        "body", "net", "model", "op", "relu", "act", "activation", "pool", "down", "dw", "add", "0",
    }
)  # fmt: skip
"""Words that say nothing of a layer but what it is."""


_MOST_PARTS = 2


def telling_words(path: Sequence[str]) -> tuple[str, ...]:
    """Return what tells a layer from others, of its name and those of the blocks around it: the nearest first."""
    found = []
    number = ""
    for name in reversed(path):
        if name.isdigit():
            number = name
            continue
        word = _telling(name)
        if word:
            found.append(f"{word}_{number}" if number and word.startswith("branch") else word)
        number = ""
    return tuple(found)


def _telling(name: str) -> str:
    if re.sub(r"_\d+$", "", name) in KINDS:
        return ""
    if name.startswith("branch"):
        return re.sub(r"\W", "_", name)
    parts = [part for part in re.split(r"[\W_]+", name) if part and not any(sign.isdigit() for sign in part)]
    return "_".join([part.lower() for part in parts if part.lower() not in _GENERIC][-_MOST_PARTS:])
