"""What has been found, kept to be found again, until nobody has asked for it in a while."""

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(dict[Key, Value]):
    """What has been added, or asked for, since `forget` was called; what is older than that comes back when asked for.

    To ask is `recent[key]`, or `find`; whatever else a `dict` does is done with the former alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self._older: dict[Key, Value] = {}

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
