"""What is in memory at each step, where every tensor is alive from one step to another."""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Alive(NamedTuple):
    """The bytes of a tensor, and the first and the last step at which it is in memory."""

    first: int
    last: int
    bytes: int


class Timeline:
    """The bytes that are in memory at each of a number of steps."""

    def __init__(self, steps: int, tensors: Iterable[Alive] = ()) -> None:
        self._changes = [0] * (steps + 1)
        for tensor in tensors:
            self.add(*tensor)

    def add(self, first: int, last: int, size: int) -> None:
        """Add what is alive from one step to another, both included; nothing where the last is before the first."""
        self._changes[first] += size
        self._changes[last + 1] -= size

    @property
    def bytes(self) -> list[int]:
        """What is in memory at each step."""
        return list(accumulate(self._changes))[:-1]
