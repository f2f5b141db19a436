"""A difference as lines: what changed alike is said once, and what only follows from other changes is folded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from archsum.comparison import Change, Detail, Difference
from archsum.comparison.facts import WeightFacts
from archsum.comparison.parts import Part
from archsum.errors import one_line
from archsum.render.diff.groups import Exact, Group, Key, grouped, innermost, inside, is_shape_alone, rough
from archsum.render.diff.words import condense, describe
from archsum.render.numbers import quantity, sizes

SIGNS = {"added": "+", "removed": "−", "moved": "→", "renamed": "=", "changed": "~"}

MAX_LINES = 40
"""As many can be taken in: where there are more, blocks are folded."""
_MUCH_SHORTER = 3
"""So many times fewer lines without the blocks are better."""
_MAX_FOLLOWING = 3
"""The consequences of a change that are said beside it."""


class Line(NamedTuple):
    """One thing to say: of a part, or of several that changed alike."""

    level: int
    status: str
    title: str
    where: str = ""
    """Which parts these are, or where they were added."""
    notes: tuple[str, ...] = ()
    params: int | None = 0
    """How many parameters more there are."""
    macs: int | None = 0

    @property
    def sign(self) -> str:
        """Which tells at a glance what happened."""
        return SIGNS[self.status]


def lines(difference: Difference, depth: int | None = None) -> list[Line]:
    """Return what to say of the parts that changed, outermost first.

    What is more than `depth` levels deep is folded, and at the deepest level only counted; without a depth, as much as
    it takes for `MAX_LINES`, if that can be.
    """
    uses: Counter[tuple[str, str]] = Counter()
    whole = _without_words(difference.whole, uses) or replace(difference.whole, children=())
    words = [
        Line(0, "renamed", f"block {one_line(before)} → {one_line(after)}", f"used {number:,} ×")
        for (before, after), number in uses.items()
    ]
    return [*words, *_of_parts(whole, depth)]


def _of_parts(whole: Change, depth: int | None) -> list[Line]:
    if depth is not None:
        return list(_nested([whole], Exact(), depth))
    found = list(_nested([whole], Exact(), None))
    deepest = max((line.level for line in found), default=0)
    if deepest:
        listed = [_line(group, 0) for group in grouped(innermost(whole), Exact())]
        if len(listed) * _MUCH_SHORTER <= min(len(found), MAX_LINES):
            return listed
    while len(found) > MAX_LINES and deepest >= 0:
        found = list(_nested([whole], Exact(), deepest))
        deepest -= 1
    return found


def _without_words(change: Change, uses: Counter[tuple[str, str]]) -> Change | None:
    """Return a change without the words for blocks, whose uses are counted; None where nothing else changed."""
    words = [detail for detail in change.details if detail.name == "block" and detail.aspect == "names"]
    uses.update((word.before, word.after) for word in words)
    children = tuple(kept for child in change.children if (kept := _without_words(child, uses)))
    if children == change.children and not words:
        return change
    details = tuple(detail for detail in change.details if detail not in words)
    is_left = details or children or change.is_moved
    return replace(change, details=details, children=children) if is_left else None


def _nested(parents: Sequence[Change], key: Key, depth: int | None, level: int = 0) -> Iterator[Line]:
    """Yield the lines of what changed in blocks that changed alike."""
    is_deepest = depth is not None and level >= depth
    following = []
    for group in grouped(inside(parents), rough if is_deepest else key):
        if is_shape_alone(group):
            following.append(_line(group, level))
            continue
        yield _line(group, level, is_deepest=is_deepest)
        if group.first.children and not group.follows and not is_deepest:
            yield from _nested(group.changes, key, depth, level + 1)
    yield from following


def _line(group: Group, level: int, *, is_deepest: bool = False) -> Line:
    first, number = group.first, len(group.members)
    figures = group.params, group.macs
    if is_shape_alone(group) and number > 1:
        return Line(level, "changed", f"{number:,} layers", "", ("other output sizes, no other change",), *figures)
    title = _title(group, level)
    if group.is_lonely:
        return Line(level, first.status, title, _place(group, level), (), *figures)
    notes = _condensed(group) if is_deepest else _notes(group)
    return Line(level, first.status, title, _names(group, level) if number > 1 else "", tuple(notes), *figures)


def _title(group: Group, level: int) -> str:
    part, number, count = group.first.part, len(group.members), counted(group)
    if number > 1:
        return f"{number:,} × {one_line(part.kind)}{count}"
    name = "/".join(part.path[level:])
    is_told = count or part.path[-1].startswith(part.kind)
    return one_line(name if is_told else f"{name} ({part.kind})") + count


def counted(group: Group) -> str:
    """Return how many of the kind were in the block, and are now, so that what repeats is seen to grow, or to shrink.

    Beside a single name, which may end in a number of its own, that is with the kind. Nothing of what both networks
    have, and where there are several blocks, or never were several of the kind.
    """
    if not group.is_lonely or len(group.parents) > 1:
        return ""
    (parent,), kind = group.parents, group.first.part.kind
    before, after = (kinds[kind] for kinds in parent.kinds)
    if not (before and after and before != after and max(before, after) > 2):
        return ""
    of = "" if len(group.members) > 1 else f"{one_line(kind)}: "
    return f" ({of}{before:,} → {after:,})"


def _notes(group: Group) -> Iterator[str]:
    """Yield what changed: of several parts, what changed alike in all."""
    first, common = group.first, group.common
    is_single = len(group.members) == 1
    if first.is_moved and is_single and first.before:
        yield f"was {_behind(first.before)}"
    yield from map(describe, (detail for detail in common if not detail.follows))
    is_frozen = any(detail.name == "trainable" for detail in common)
    following = [detail for detail in common if detail.follows and not (is_frozen and _keeps_shape(detail))]
    yield from map(describe, following[:_MAX_FOLLOWING])
    if len(following) > _MAX_FOLLOWING:
        yield f"and {len(following) - _MAX_FOLLOWING} more of its weights"
    if first.children and first.follows:
        yield _output(first) if is_single else "other sizes, no other change"


def _keeps_shape(detail: Detail) -> bool:
    """Whether a weight is frozen, or trained, and else what it was."""
    before, after = detail.before, detail.after
    return isinstance(before, WeightFacts) and isinstance(after, WeightFacts) and before.shape == after.shape


def _output(change: Change) -> str:
    """Return how what a block gives has changed, or that only what is in it has."""
    before, after = change.before, change.after
    if before and after and before.output != after.output:
        return f"output {sizes(before.output)} → {sizes(after.output)}"
    return "other sizes within it, no other change"


def _condensed(group: Group) -> Iterator[str]:
    """Yield what changed in many parts, and in what is in them: what is a consequence in a word."""
    if len(group.members) == 1 and not group.first.children:
        yield from _notes(group)
        return
    waiting, details = list(group.changes), list[Detail]()
    lonely: Counter[str] = Counter()
    while waiting:
        change = waiting.pop()
        details += change.details
        waiting += change.children
        if not (change.before and change.after):
            lonely[change.status] += change.part.size
    yield from (f"{quantity(number, 'layer')} {status}" for status, number in sorted(lonely.items()))
    own = [detail for detail in details if not detail.follows]
    yield from condense(own)
    if len(own) < len(details):
        yield "sizes follow" if own or lonely else "other sizes, no other change"


def _names(group: Group, level: int) -> str:
    """Return the names of the parts: of many the first and the last."""
    level = level if len(group.parents) == 1 else 0
    names = [one_line("/".join(change.part.path[level:])) for change in group.changes]
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} … {names[-1]}"


def _place(group: Group, level: int) -> str:
    """Return where parts were added, or were before they were removed."""
    parts = [change.part for change in group.changes]
    is_run = all(second.previous is first for first, second in pairwise(parts))
    names = [_names(group, level)] if len(parts) > 1 else []
    if is_run:
        previous = parts[0].previous
        is_told = previous is not None and group.parents[0].statuses.get(previous) == group.first.status
        return ", ".join(names if is_told else [*names, _behind(parts[0])])
    kinds = {part.previous.kind if part.previous else "" for part in parts}
    each = [f"each after {_a(kinds.pop())}"] if len(kinds) == 1 and "" not in kinds else []
    return ", ".join([*names, *each])


def _behind(part: Part) -> str:
    return f"after {one_line(part.previous.path[-1])}" if part.previous else "as the first"


def _a(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {one_line(kind)}"
