"""What is in memory at each step, where every tensor is alive from one step to another."""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Alive(NamedTuple):
    """The bytes of a tensor, and the first and the last step at which it is in memory.

    It is never there where the last is before the first.
    """

    first: int
    last: int
    bytes: int


def timeline(steps: int, tensors: Iterable[Alive]) -> list[int]:
    """Return the bytes that are in memory at each of a number of steps."""
    changes = [0] * (steps + 1)
    for first, last, size in tensors:
        changes[first] += size
        changes[last + 1] -= size
    return list(accumulate(changes))[:-1]
