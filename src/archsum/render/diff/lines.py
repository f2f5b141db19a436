"""A difference as lines: what changed alike is said once, and what only follows from other changes is folded."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from archsum.comparison.difference import Change, Difference
from archsum.comparison.parts import Part
from archsum.errors import one_line
from archsum.layers import arithmetic
from archsum.layers.shapes import total
from archsum.render.diff.words import condense, describe

SIGNS = {"added": "+", "removed": "−", "moved": "→", "renamed": "=", "changed": "~"}

MAX_LINES = 40
"""As many can be taken in: where there are more, blocks are folded."""


class Line(NamedTuple):
    """One thing to say: of a part, or of several that changed alike."""

    level: int
    status: str
    title: str
    where: str
    """Which parts these are, or where they were added."""
    notes: tuple[str, ...]
    params: int | None
    """How many parameters more there are."""
    macs: int | None
    follows: bool = False
    """Whether it comes of what other lines say."""

    @property
    def sign(self) -> str:
        """Which tells at a glance what happened."""
        return SIGNS[self.status]


def lines(difference: Difference, depth: int | None = None) -> list[Line]:
    """Return what to say of the parts that changed, outermost first.

    What is more than `depth` levels deep is folded, and at the deepest level only counted; without a depth, as much as
    it takes for `MAX_LINES`, if that can be.
    """
    if depth is not None:
        return list(_Lines(depth).of([difference.whole]))
    found = list(_Lines(None).of([difference.whole]))
    deepest = max((line.level for line in found), default=0)
    while len(found) > MAX_LINES and deepest >= 0:
        found = list(_Lines(deepest).of([difference.whole]))
        deepest -= 1
    return found


class _Lines:
    """Lines of changes down to a depth."""

    def __init__(self, depth: int | None) -> None:
        self._depth = depth
        self._known: dict[int, Hashable] = {}

    def of(self, parents: Sequence[Change], level: int = 0) -> Iterator[Line]:
        """Yield the lines of what changed in blocks that changed alike."""
        is_deepest = self._depth is not None and level >= self._depth
        groups: dict[Hashable, list[Change]] = {}
        for change in chain.from_iterable(parent.children for parent in parents):
            key = _rough_key(change) if is_deepest else self._key(change)
            groups.setdefault(key, []).append(change)
        following = groups.pop(_SHAPE_ALONE, [])
        for group in groups.values():
            yield _line(group, parents, level, is_deepest=is_deepest)
            if group[0].children and not group[0].follows and not is_deepest:
                yield from self.of(group, level + 1)
        if following:
            yield _of_shapes_alone(following, parents, level)

    def _key(self, change: Change) -> Hashable:
        """Return what changes have in common that are said once."""
        if id(change) not in self._known:
            self._known[id(change)] = self._find_key(change)
        return self._known[id(change)]

    def _find_key(self, change: Change) -> Hashable:
        if not (change.before and change.after):
            return change.status, change.part.kind, change.part.stated
        own = repr([detail for detail in change.details if not detail.follows])
        if change.follows and change.part.layer:
            return _of_what_follows(change)
        if change.follows:
            return "follows", change.part.kind
        inner = dict.fromkeys(self._key(child) for child in change.children if not child.follows)
        return change.status, change.before.kind, change.part.kind, own, tuple(inner)


_SHAPE_ALONE = "shape"


def _of_what_follows(layer: Change) -> Hashable:
    weights = [detail for detail in layer.details if detail.aspect == "weights"]
    return ("follows", layer.part.kind, repr(weights)) if weights else _SHAPE_ALONE


def _rough_key(change: Change) -> Hashable:
    if change.follows and change.part.layer:
        return _SHAPE_ALONE if _of_what_follows(change) == _SHAPE_ALONE else ("follows", change.part.kind)
    return change.status, change.part.kind, change.follows


def _line(group: Sequence[Change], parents: Sequence[Change], level: int, *, is_deepest: bool) -> Line:
    first = group[0]
    title = _title(first.part, level) if len(group) == 1 else f"{len(group):,} × {one_line(first.part.kind)}"
    is_lonely = not (first.before and first.after)
    if is_lonely:
        title += _counted(first, parents)
    notes = _folded_notes(group, level) if is_deepest and not is_lonely else _notes(group, level)
    where = _after(group, level) if is_lonely else _from(group, level)
    return Line(level, first.status, title, where, tuple(notes), *_differences(group), first.follows)


def _of_shapes_alone(group: Sequence[Change], parents: Sequence[Change], level: int) -> Line:
    if len(group) == 1:
        return _line(group, parents, level, is_deepest=False)
    params, macs = _differences(group)
    return Line(level, "changed", f"{len(group):,} layers", "", ("the output's shape alone",), params, macs, follows=True)


def _differences(group: Sequence[Change]) -> tuple[int | None, int | None]:
    """Return how many parameters and multiply-accumulates more there are."""
    before = [change.before for change in group if change.before]
    after = [change.after for change in group if change.after]
    params = total(part.params for part in after), total(part.params for part in before)
    macs = total(part.macs for part in after), total(part.macs for part in before)
    return arithmetic.Difference(*params).value, arithmetic.Difference(*macs).value


def _title(part: Part, level: int) -> str:
    name = "/".join(part.path[level:])
    is_told = part.path[-1].startswith(part.kind)
    return one_line(name if is_told else f"{name} ({part.kind})")


def _counted(change: Change, parents: Sequence[Change]) -> str:
    """Return how many of the kind there are now in the block, and were: what repeats has grown, or shrunk."""
    if len(parents) > 1:
        return ""
    kind, (parent,) = change.part.kind, parents
    before = _count(parent.before, kind)
    after = _count(parent.after, kind)
    return f", {before:,} → {after:,}" if before and after else ""


def _count(block: Part | None, kind: str) -> int:
    return sum(part.kind == kind for part in block.children) if block else 0


def _notes(group: Sequence[Change], level: int) -> Iterator[str]:
    """Yield what changed: of several parts, what changed alike in all."""
    first, *others = group
    common = [detail for detail in first.details if all(detail in other.details for other in others)]
    if first.is_moved and len(group) == 1 and first.before:
        yield f"was {_place(first.before, level)}"
    yield from map(describe, common)
    if first.children and first.follows and len(group) == 1 and first.before and first.after:
        yield describe_output(first)


def describe_output(change: Change) -> str:
    """Return how what a block gives has changed, or that only what is in it has."""
    assert change.before
    assert change.after
    before, after = change.before.output, change.after.output
    return f"output {before} → {after}" if before != after else "sizes within it"


def _folded_notes(group: Sequence[Change], level: int) -> list[str]:
    if len(group) == 1 and not group[0].children:
        return list(_notes(group, level))
    waiting, details = list(group), []
    added = removed = 0
    while waiting:
        change = waiting.pop()
        details += change.details
        waiting += change.children
        added += change.part.size if change.status == "added" else 0
        removed += change.part.size if change.status == "removed" else 0
    counts = [f"{number:,} layers {word}" for number, word in ((added, "added"), (removed, "removed")) if number]
    return [*counts, *condense(details)]


def _from(group: Sequence[Change], level: int) -> str:
    """Return the names of the first and the last."""
    if len(group) == 1:
        return ""
    first, last = (one_line("/".join(change.part.path[level:])) for change in (group[0], group[-1]))
    same_parent = group[0].part.path[:-1] == group[-1].part.path[:-1]
    return f"{first} … {last}" if same_parent else f"{one_line(group[0].part.name)} … {one_line(group[-1].part.name)}"


def _after(group: Sequence[Change], level: int) -> str:
    """Return where parts were added, or were before they were removed."""
    parts = [change.part for change in group]
    if len(parts) == 1:
        return _place(parts[0], level)
    is_run = all(second.previous is first for first, second in zip(parts, parts[1:], strict=False))
    if is_run:
        return f"{_from(group, level)}, {_place(parts[0], level)}"
    kinds = {part.previous.kind if part.previous else "" for part in parts}
    each = f", each after a {one_line(kinds.pop())}" if len(kinds) == 1 and "" not in kinds else ""
    return _from(group, level) + each


def _place(part: Part, level: int) -> str:
    return f"after {one_line('/'.join(part.previous.path[level:]))}" if part.previous else "as the first"
