"""Names in a file → names in Python, each once where it is seen."""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

_RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def identifier(name: str, otherwise: str = "network") -> str:
    """Return a name of Python's that is nearest to a text; `otherwise` begins those that would begin with a digit."""
    found = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_")
    if not (found and found[0].isidentifier()):
        found = f"{otherwise}_{found}".strip("_")
    found = "".join(character if f"a{character}".isidentifier() else "_" for character in found)
    return f"{found}_" if found in _RESERVED else found


def one_of(word: str) -> str:
    """Return what one of several is called, whose name is a word."""
    return word.removesuffix("s") if word.endswith("s") and len(word) > 2 else f"inner_{word}"


class Names:
    """The names that are taken in a module, or in a function of it."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def inner(self) -> "Names":
        """Return the names in what is inside, which sees these."""
        return Names(self._taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def add(self, *wanted: str) -> str:
        """Take the first name that is free of those wanted, or else a numbered one."""
        for name in wanted:
            if name not in self._taken:
                break
        else:
            number = 1
            while f"{wanted[0]}_{number}" in self._taken:
                number += 1
            name = f"{wanted[0]}_{number}"
        self._taken.add(name)
        return name

    def free(self, name: str) -> None:
        """Let a name be taken again."""
        self._taken.discard(name)
