"""Changes that are alike, together: what is said of one is said of all."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from archsum.comparison import Change, Detail
from archsum.comparison.parts import Part
from archsum.layers.arithmetic import Difference
from archsum.layers.shapes import total


class Placed(NamedTuple):
    """A change, and the block in which it is."""

    change: Change
    parent: Change


class Group(NamedTuple):
    """Changes that are alike."""

    members: tuple[Placed, ...]

    @property
    def first(self) -> Change:
        """The first of them."""
        return self.members[0].change

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes."""
        return tuple(change for change, _ in self.members)

    @property
    def follows(self) -> bool:
        """Whether they come of other changes."""
        return self.first.follows

    @property
    def is_lonely(self) -> bool:
        """Whether they are of parts that one network lacks."""
        return self.first.status in ("added", "removed")

    @property
    def parents(self) -> tuple[Change, ...]:
        """The blocks in which they are."""
        return tuple({id(parent): parent for _, parent in self.members}.values())

    @property
    def common(self) -> list[Detail]:
        """What changed in all of them, from the same to the same."""
        first, *others = self.changes
        return [detail for detail in first.details if all(detail in other.details for other in others)]

    @property
    def params(self) -> int | None:
        """How many parameters more there are."""
        return self._more(lambda part: part.params)

    @property
    def macs(self) -> int | None:
        """How many multiply-accumulates more there are."""
        return self._more(lambda part: part.macs)

    def _more(self, figure: Callable[[Part], int | None]) -> int | None:
        before = total(figure(change.before) for change in self.changes if change.before)
        return Difference(total(figure(change.after) for change in self.changes if change.after), before).value


Key = Callable[[Change], Hashable]
"""Returns what changes have in common that are alike."""


def grouped(placed: Iterable[Placed], key: Key) -> list[Group]:
    """Return the groups, in the order of their first members."""
    groups: dict[Hashable, list[Placed]] = {}
    for one in placed:
        groups.setdefault(key(one.change), []).append(one)
    return [Group(tuple(members)) for members in groups.values()]


def inside(parents: Iterable[Change]) -> Iterator[Placed]:
    """Yield the changes in blocks."""
    return chain.from_iterable((Placed(child, parent) for child in parent.children) for parent in parents)


def innermost(whole: Change) -> Iterator[Placed]:
    """Yield each change for itself: of layers, of parts that one side lacks, and of blocks what they are called."""
    waiting = list(inside([whole]))[::-1]
    while waiting:
        change, parent = waiting.pop()
        if not change.children:
            yield Placed(change, parent)
        elif change.details or change.is_moved:
            yield Placed(replace(change, children=()), parent)
        waiting += list(inside([change]))[::-1]


class Exact:
    """The key of changes that are alike in all that is no consequence, and in all that is in them."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Hashable, Change]] = {}  # the change is kept, so that its id stays its own

    def __call__(self, change: Change) -> Hashable:
        if id(change) not in self._known:
            self._known[id(change)] = self._find(change), change
        return self._known[id(change)][0]

    def _find(self, change: Change) -> Hashable:
        if not (change.before and change.after):
            return change.status, change.part.kind, change.part.stated
        if change.follows:
            return _of_what_follows(change)
        own = repr([detail for detail in change.details if not detail.follows])
        inner = dict.fromkeys(self(child) for child in change.children if not child.follows)
        return change.status, change.before.kind, change.part.kind, own, tuple(inner)


def rough(change: Change) -> Hashable:
    """Return the key of changes of one kind of part, whatever changed from what to what."""
    if change.follows:
        return _SHAPE_ALONE if _is_shape_alone(change) else ("follows", change.part.kind)
    names = {detail.name for detail in change.details if not detail.follows}
    return change.status, change.part.kind, frozenset() if change.children else frozenset(names)


_SHAPE_ALONE = "shape"


def is_shape_alone(group: Group) -> bool:
    """Whether nothing but the outputs of layers have other sizes, as what they take has."""
    return all(map(_is_shape_alone, group.changes))


def _is_shape_alone(change: Change) -> bool:
    return bool(change.follows and change.part.layer) and all(detail.aspect == "shapes" for detail in change.details)


def _of_what_follows(change: Change) -> Hashable:
    if _is_shape_alone(change):
        return _SHAPE_ALONE
    weights = [detail for detail in change.details if detail.aspect == "weights"]
    return "follows", change.part.kind, repr(weights)
