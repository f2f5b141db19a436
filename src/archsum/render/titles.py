"""What a layer or a block is called where it may be several of one structure."""

import re
from typing import NamedTuple

from archsum.errors import one_line
from archsum.graph import Path

_NUMBER = re.compile(r"_\d+$")
"""What repetitions of one name have behind it."""


class Title(NamedTuple):
    """The name of something, of what type it is, and how many there are."""

    name: str
    type: str
    """Empty where the name says it."""
    times: int


def title_of(paths: tuple[Path, ...], type_: str) -> Title:
    """Return the title of what has these paths: one, or several that are one thing repeated.

    Those of one name, but for its number, have that name and how many they are; others the first and the last name.
    """
    first, last, times = paths[0][-1], paths[-1][-1], len(paths)
    stem = _NUMBER.sub("", first)
    if times == 1:
        name = first
    elif all(_NUMBER.sub("", path[-1]) == stem for path in paths):
        name = f"{stem} × {times:,}"
    else:
        return Title(one_line(f"{first} … {last}"), one_line(f"{type_} × {times:,}"), times)
    return Title(one_line(name), "" if _says(name, type_) else one_line(type_), times)


def _says(name: str, kind: str) -> bool:
    """Whether a name says what it is a name of, as the numbered ones do: `conv2d_1` is a Conv2D."""
    return name.replace("_", "").lower().startswith(kind.replace("_", "").lower())
