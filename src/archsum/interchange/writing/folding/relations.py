"""Fields that vary over bodies of one structure: what is equal, a multiple, or follows from the input's channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archsum.interchange.writing.folding.formulas import HOLE, Expression
from archsum.interchange.writing.folding.slots import Slot

_MAX_FACTOR = 64
BASE = "base"
"""What stands in a formula for the name of a parameter that has none yet."""


@dataclass(eq=False)
class Group:
    """Fields that have the same value as one another in each body."""

    values: list[Any]
    """HOLE where none of them is there."""
    slots: list[Slot]
    is_size: bool = False

    @property
    def field(self) -> str:
        """The field that the first of them is."""
        return self.slots[0].field

    def takes(self, slot: Slot) -> bool:
        """Whether a field has the same values, as far as both are known."""
        pairs = [
            (one, other)
            for one, other in zip(self.values, slot.values, strict=True)
            if one is not HOLE and other is not HOLE
        ]
        return bool(pairs) and all(type(one) is type(other) and one == other for one, other in pairs)

    def add(self, slot: Slot) -> None:
        """Add a field, which may know more values."""
        self.slots.append(slot)
        self.values = [other if one is HOLE else one for one, other in zip(self.values, slot.values, strict=True)]


def grouped(slots: Sequence[Slot]) -> list[Group]:
    """Return groups of fields that vary: sizes with sizes, others with those of the same name."""
    groups: list[Group] = []
    for slot in slots:
        for group in groups:
            alike = slot.is_size if group.is_size else group.field == slot.field
            if alike and group.is_size == slot.is_size and group.takes(slot):
                group.add(slot)
                break
        else:
            groups.append(Group(list(slot.values), [slot], slot.is_size))
    return groups


_AXES = ("input_channels", "input_features", "input_height", "input_width", "input_length")
"""The sizes of an input that others may follow from, the likeliest first."""


def by_input(group: Group) -> list[Expression] | None:
    """Return how each field of a group follows from the sizes that its own layer takes; None where one does not."""
    found = [by_sizes(slot.values, slot.sizes) for slot in group.slots]
    return None if None in found else [expression for expression in found if expression]


def by_sizes(values: Sequence[Any], sizes: Sequence[Mapping[str, int | None]]) -> Expression | None:
    """Return how values follow from one of the sizes of an input that differ; None where they do not."""
    known = [(value, size) for value, size in zip(values, sizes, strict=False) if value is not HOLE]
    for axis in _AXES:
        bases = [size.get(axis) for _, size in known]
        if len(set(bases)) > 1 and None not in bases:
            found = ratio([value for value, _ in known], bases, axis)
            if found:
                return found
    return None


def by_other(group: Group, others: Sequence[Group]) -> tuple[Group, Expression] | None:
    """Return from which of others a group of sizes follows, and how."""
    for other in others:
        if not (group.is_size and other.is_size):
            continue
        pairs = list(zip(group.values, other.values, strict=True))
        if any(one is not HOLE and two is HOLE for one, two in pairs):
            continue
        known = [(one, two) for one, two in pairs if one is not HOLE]
        values, bases = [one for one, _ in known], [two for _, two in known]
        found = ratio(values, bases, BASE) or _square(values, bases)
        if found:
            return other, found
    return None


def _square(values: Sequence[Any], bases: Sequence[Any]) -> Expression | None:
    """Return values as the squares of others, as windows are so many in each direction; None where they are none."""
    pairs = zip(values, bases, strict=True)
    is_square = len(set(bases)) > 2 and all(value == base**2 for value, base in pairs)
    return Expression(f"{BASE} ** 2") if is_square else None


def ratio(values: Sequence[Any], bases: Sequence[Any], name: str) -> Expression | None:
    """Return values as the same multiple or part of others; None where they are none."""
    if any(
        type(value) is not int or type(base) is not int or value < 1 or base < 1
        for value, base in zip(values, bases, strict=True)
    ):
        return None
    pairs = list(zip(values, bases, strict=True))
    value, base = pairs[0]
    if all(one == other for one, other in pairs):
        return Expression(name)
    factor = value // base
    if 2 <= factor <= _MAX_FACTOR and all(one == factor * other for one, other in pairs):
        return Expression(f"{factor} * {name}")
    part = base // value
    if 2 <= part <= _MAX_FACTOR and all(one * part == other for one, other in pairs):
        return Expression(f"{name} // {part}")
    return None


def when(conditions: Sequence[Any], values: Sequence[Any], name: str) -> Expression | None:
    """Return a condition as what one value of another parameter means; None where it follows from none."""
    pairs = [(one, other) for one, other in zip(conditions, values, strict=True) if one is not HOLE]
    if any(not isinstance(other, int | str) or isinstance(other, bool) for _, other in pairs):
        return None
    for truth, sign in ((True, "=="), (False, "!=")):
        alike = {other for one, other in pairs if one is truth}
        others = {other for one, other in pairs if one is not truth}
        if len(alike) == 1 and not alike & others:
            return Expression(f"{name} {sign} {alike.pop()!r}")
    return None


def one_of_two(values: Sequence[Any], others: Sequence[Any], name: str) -> Expression | None:
    """Return values of which there are two as what another parameter's value means; None where it does not."""
    known = [value for value in values if value is not HOLE]
    if not known or any(not isinstance(value, int | str) for value in known):
        return None
    first = known[0]
    rest = [value for value in known if value != first]
    if not rest or any(value != rest[0] for value in rest):
        return None
    conditions = [HOLE if value is HOLE else value == first for value in values]
    found = when(conditions, others, name)
    if found is None or "!=" in found.text:
        found = when([HOLE if value is HOLE else value != first for value in values], others, name)
        first, rest = rest[0], [first]
    return Expression(f"{first!r} if {found.text} else {rest[0]!r}") if found else None
