"""Which stretches of an arena are taken, and when: finds the first gap without looking at each pair of tensors.

Time is a binary tree: leaves are steps, and a node spans those below it. A life is told by the few nodes that span it
together. What overlaps a life is what any node below these holds, and what the nodes above them are taken by as a
whole. Stretches that touch are one, and in a network of many tensors that are alive together most touch.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol


class Lived(Protocol):
    """What takes a stretch for a time."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def first(self) -> int:
        """The first step at which it is alive."""

    @property
    def last(self) -> int:
        """The last."""


class _Stretches:
    """Stretches that are taken, in order; none touches another."""

    __slots__ = ("ends", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Take a stretch, and what of it is taken already."""
        first, last = bisect_left(self.ends, start), bisect_right(self.starts, end)
        if first < last:
            start, end = min(start, self.starts[first]), max(end, self.ends[last - 1])
        self.starts[first:last] = (start,)
        self.ends[first:last] = (end,)

    def first_gap(self, start: int, size: int) -> int:
        """Return where the first gap of a size begins, from `start` on."""
        for index in range(bisect_right(self.ends, start), len(self.ends)):
            if self.starts[index] - start >= size:
                break
            start = self.ends[index]
        return start


class TakenByTime:
    """The stretches that are taken at each step, by tensors whose lives are known beforehand."""

    def __init__(self, tensors: Sequence[Lived]) -> None:
        self._leaves = 1 << max(tensor.last for tensor in tensors).bit_length()
        self._asked = {node for tensor in tensors for node in self._spanning(tensor)}
        """The nodes that lives are told by: of others nobody asks what they hold."""
        self._topmost = min(self._asked)
        self._held: dict[int, _Stretches] = {}
        """What is taken at any step that a node spans."""
        self._whole: dict[int, _Stretches] = {}
        """What is taken at all of them."""

    def place(self, tensor: Lived) -> int:
        """Take the first gap in which a tensor fits for its whole life, and return where that is."""
        spanning, above = self._spanning(tensor), self._above(tensor)
        overlapping = [self._held[node] for node in spanning if node in self._held]
        overlapping += [self._whole[node] for node in above if node in self._whole]
        offset = _first_common_gap(overlapping, tensor.size)
        if tensor.size:
            end = offset + tensor.size
            for node in spanning:
                self._whole.setdefault(node, _Stretches()).add(offset, end)
            for node in above.union(spanning) & self._asked:
                self._held.setdefault(node, _Stretches()).add(offset, end)
        return offset

    def _spanning(self, tensor: Lived) -> list[int]:
        """Return the nodes that span a life together. Node n is below node n // 2; the leaves come last."""
        nodes = []
        left, right = tensor.first + self._leaves, tensor.last + self._leaves + 1
        while left < right:
            if left % 2:
                nodes.append(left)
                left += 1
            if right % 2:
                right -= 1
                nodes.append(right)
            left //= 2
            right //= 2
        return nodes

    def _above(self, tensor: Lived) -> set[int]:
        """Return the nodes that span the first step of a life or the last: all that span more are among them."""
        above: set[int] = set()
        for node in (tensor.first + self._leaves, tensor.last + self._leaves):
            while node >= self._topmost and node not in above:
                above.add(node)
                node //= 2
        return above


def _first_common_gap(taken: Sequence[_Stretches], size: int) -> int:
    offset, before = 0, -1
    while offset != before:
        before = offset
        for stretches in taken:
            offset = stretches.first_gap(offset, size)
    return offset
