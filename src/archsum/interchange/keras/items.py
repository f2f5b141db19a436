"""A configuration's JSON: parsed within bounds, and its values by their places."""

import json
from typing import Any

from archsum.bounds import MAX_FILE_BYTES, MAX_FILE_NODES, MAX_SIZE
from archsum.errors import Diagnostic, Location, SpecError, quote

_LONGEST_KEY = 100

BROKEN = "is the file whole, and does Keras load it?"


class BadItemError(Exception):
    """A value that cannot be what is there: what is wrong, where, and what would help."""

    def __init__(self, code: str, message: str, within: str, cure: str = BROKEN) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.within = within
        self.cure = cure


class Item:
    """A value in a configuration, and the path that leads to it."""

    __slots__ = ("value", "within")

    def __init__(self, value: Any, within: str) -> None:
        self.value = value
        self.within = within

    def __getitem__(self, key: str) -> "Item":
        """Return what a mapping has under a key. Errors: BadItemError where it has nothing, or this is no mapping."""
        found = self.get(key)
        if found is None:
            raise BadItemError("bad-model", f"{self._called} has no `{key}`", self.within)
        return found

    def get(self, key: str) -> "Item | None":
        """Return the same; None where there is nothing, or null. Errors: BadItemError where this is no mapping."""
        value = self.mapping().get(key)
        return None if value is None else Item(value, self.at(key))

    def at(self, key: str) -> str:
        """Return the path to what a mapping has under a key."""
        separator = "" if not self.within or self.within.endswith(" ") else "."
        return f"{self.within}{separator}{key[:_LONGEST_KEY]}"

    def mapping(self) -> dict[str, Any]:
        """Return the value. Errors: BadItemError where it is no mapping."""
        if type(self.value) is dict:
            return self.value
        raise self._wrong("a mapping")

    def items(self) -> "list[Item]":
        """Return what is in a list. Errors: BadItemError where it is none."""
        if type(self.value) is not list:
            raise self._wrong("a list")
        return [Item(value, f"{self.within}[{number}]") for number, value in enumerate(self.value)]

    def text(self) -> str:
        """Return the value. Errors: BadItemError where it is no text."""
        if type(self.value) is str:
            return self.value
        raise self._wrong("a text")

    def text_of(self, key: str) -> str:
        """Return the text that a mapping has under a key, an empty one where there is none. Errors: BadItemError."""
        value = self.mapping().get(key)
        if value is None:
            return ""
        return value if type(value) is str else Item(value, self.at(key)).text()

    def count(self) -> int:
        """Return the value. Errors: BadItemError where it is no whole number of at least 0."""
        if type(self.value) is int and self.value >= 0:
            return self.value
        raise self._wrong("a whole number of at least 0")

    def shape(self) -> tuple[int | None, ...]:
        """Return a shape without its batch axis. Errors: BadItemError where it is none."""
        sizes = self.value
        if type(sizes) is dict:  # a TensorShape of Keras 2
            sizes = sizes.get("items")
        if type(sizes) is not list or not sizes or not all(_is_size(size) for size in sizes):
            raise self._wrong("a shape, sizes of at least 1 or null, the batch first")
        return tuple(sizes[1:])

    def _wrong(self, wanted: str) -> BadItemError:
        return BadItemError("bad-model", f"{self._called} takes {wanted}, not {quote(self.value)}", self.within)

    @property
    def _called(self) -> str:
        last = self.within.rpartition(": ")[2].rpartition(".")[2]
        return f"`{last}`" if last else "the file"


def _is_size(size: Any) -> bool:
    return size is None or (type(size) is int and 1 <= size <= MAX_SIZE)


def parse(content: bytes, name: str, within: str = "") -> Item:
    """Parse JSON. Errors: SpecError where it is none, or has more of something than any model needs."""
    place = Location(name, within)
    if len(content) > MAX_FILE_BYTES:
        message = f"the configuration is larger than {MAX_FILE_BYTES // 1024**2} MiB"
        raise SpecError([Diagnostic("too-large", message, place, "weights do not belong into it")])
    # Each value is behind one of these, or the first.
    if sum(map(content.count, (b",", b"{", b"["))) > MAX_FILE_NODES:
        message = f"the configuration has more than {MAX_FILE_NODES:,} values"
        raise SpecError([Diagnostic("too-large", message, place, "no model has as many: is this the right file?")])
    try:
        value = json.loads(content)
    except RecursionError:
        message = "lists and mappings are nested deeper than any model needs"
        raise SpecError([Diagnostic("too-deep", message, place, BROKEN)]) from None
    except ValueError as error:  # also of a number with thousands of digits, and of bytes that are no text
        message = f"the configuration is not JSON: {error}"
        raise SpecError([Diagnostic("bad-model", message, place, BROKEN)]) from None
    return Item(value, f"{within}: " if within else "")
