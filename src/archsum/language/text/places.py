"""Data that knows where in the file its values are, and how their places are found."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from archsum.errors import Span

Loc = tuple[int | str, ...]
"""The keys and indices that lead to a value, as pydantic calls them."""

Mark = tuple[int, int]
"""Where something starts and ends, in characters."""


class SpannedMapping(dict[str, Any]):
    """A mapping that knows where each key and value is: (key start, key end, value start, value end)."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        self.marks: dict[str, tuple[int, int, int, int]] = {}


class SpannedList(list[Any]):
    """A list that knows where each of its items is: (start, end)."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        self.marks: list[Mark] = []


class Places:
    """Where the values of `data` are in a file; `whole` is the place of what has none of its own.

    Values that do not come from the file, as those of `--set`, are `given`, by their location, with the location that
    messages name; they have no place.
    """

    __slots__ = ("data", "given", "whole")

    def __init__(self, data: Any, whole: Span, given: Mapping[Loc, Loc] | None = None) -> None:
        self.data = data
        self.whole = whole
        self.given = given or {}

    def find(self, loc: Loc, *, key: bool = False) -> tuple[Span | None, Loc]:
        """Return the place of a value, or of its key, and the steps that lead there.

        A location can have steps that the data lacks, which are passed over: pydantic goes on into the list that was
        made of a single number, and that number has one place.
        """
        for given, shown in self.given.items():
            if not key and loc[: len(given)] == given:
                return None, shown + loc[len(given) :]
        return self._walk(loc, key)

    def value(self, *loc: int | str) -> Span:
        """Return the place of a value of the file."""
        return self._walk(loc, key=False)[0]

    def key(self, *loc: int | str) -> Span:
        """Return the place of a value's key."""
        return self._walk(loc, key=True)[0]

    def at(self, step: int | str) -> "Places":
        """Return the places in the value at a key or an index."""
        return Places(self.data[step], self.value(step))

    def _walk(self, loc: Loc, key: bool) -> tuple[Span, Loc]:
        data, span, found = self.data, self.whole, []
        for step in loc:
            if isinstance(data, SpannedMapping) and step in data:
                mark = data.marks[cast(str, step)]
                span = Span(span.source, *(mark[:2] if key else mark[2:]))
                data = data[cast(str, step)]
            elif isinstance(data, SpannedList) and isinstance(step, int) and step < len(data):
                span = Span(span.source, *data.marks[step])
                data = data[step]
            else:
                continue
            found.append(step)
        return span, tuple(found)


def values_in(data: Any) -> Iterator[Any]:
    """Yield a value and all the scalars, lists and mappings in it, in no order."""
    pending = [data]
    while pending:
        value = pending.pop()
        yield value
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())


def count_values(data: Any) -> int:
    """Count the scalars, lists and mappings in a value, itself included."""
    return sum(1 for _ in values_in(data))
