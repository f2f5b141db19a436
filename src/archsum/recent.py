"""What has been found, kept to be found again, until nobody has asked for it in a while."""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(dict[Key, Value]):
    """What has been added, or asked for, since `forget` was called; what is older than that comes back when asked for.

    To ask is `recent[key]`, or `find`; whatever else a `dict` does is done with the former alone.
    """

    def __init__(self, size_of: Callable[[Value], int] = lambda value: 1) -> None:
        super().__init__()
        self._older: dict[Key, Value] = {}
        self._size_of = size_of
        self.size = 0
        """How much there is, without what is older."""

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.size += self._size_of(value)

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._older[key]
        return value

    def find(self, key: Key) -> Value | None:
        """Return what there is; None where there is nothing."""
        try:
            return self[key]
        except KeyError:
            return None

    def forget(self) -> None:
        """Forget what has not been asked for since this was called before."""
        self._older = dict(self)
        self.clear()
        self.size = 0
