"""What changed between two networks, as a plain value."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

from archsum.comparison.parts import Part
from archsum.summary import Summary

Aspect = Literal["fields", "shapes", "weights", "inputs", "names"]

ASPECTS: tuple[Aspect, ...] = ("fields", "shapes", "weights", "inputs", "names")
"""What is compared of a part that both sides have: its kind and fields; its output's shape; its weights' shapes, and
whether they are trained; what it takes; and what it is called, which makes no network another."""


class Detail(NamedTuple):
    """One thing that changed: what it is called, and its values; None where there is no such thing."""

    aspect: Aspect
    name: str
    before: Any
    after: Any

    @property
    def follows(self) -> bool:
        """Whether it comes of what changed elsewhere: sizes do, unless a field of the layer itself changed."""
        return self.aspect in ("shapes", "weights") and self.name != SHARED


SHARED = "shared with"
"""The detail that says whose weights a layer uses."""


@dataclass(frozen=True, eq=False)
class Change:
    """A part that is not as it was, or is there on one side alone."""

    before: Part | None
    after: Part | None
    is_moved: bool = False
    details: tuple[Detail, ...] = ()
    children: "tuple[Change, ...]" = ()
    """Of a block, the parts in it that changed."""

    @property
    def status(self) -> str:
        """`added`, `removed`, `moved`, `renamed` or `changed`."""
        if not self.before or not self.after:
            return "removed" if self.before else "added"
        if self.is_moved:
            return "moved"
        is_renamed = self.details and not self.children and all(detail.aspect == "names" for detail in self.details)
        return "renamed" if is_renamed else "changed"

    @property
    def part(self) -> Part:
        """The part after the change, or the one that is gone."""
        part = self.after or self.before
        assert part
        return part

    @cached_property
    def statuses(self) -> Mapping[Part, str]:
        """What happened to each part in it that changed."""
        return {child.part: child.status for child in self.children}

    @cached_property
    def kinds(self) -> tuple[Counter[str], Counter[str]]:
        """How many parts of each kind a block had, and has."""
        before, after = (
            Counter(part.kind for part in block.children) if block else Counter[str]()
            for block in (self.before, self.after)
        )
        return before, after

    @property
    def is_name_alone(self) -> bool:
        """Whether nothing changed but what it, and what is in it, is called."""
        if not self.before or not self.after or self.is_moved:
            return False
        names = all(detail.aspect == "names" for detail in self.details)
        return names and all(child.is_name_alone for child in self.children)

    @property
    def follows(self) -> bool:
        """Whether nothing changed in it but what comes of changes elsewhere."""
        if not self.before or not self.after or self.is_moved:
            return False
        return all(detail.follows for detail in self.details) and all(child.follows for child in self.children)

    def limited(self, aspects: Collection[str]) -> "Change | None":
        """Return what is left where only some aspects are compared; None if nothing is."""
        if not self.before or not self.after:
            return self
        details = tuple(detail for detail in self.details if detail.aspect in aspects)
        children = tuple(kept for child in self.children if (kept := child.limited(aspects)))
        is_moved = self.is_moved and "inputs" in aspects
        if not details and not children and not is_moved:
            return None
        return replace(self, details=details, children=children, is_moved=is_moved)


@dataclass(frozen=True)
class Difference:
    """What changed from one network to another: of the networks, and of each part that changed, outermost first."""

    before: Summary
    after: Summary
    details: tuple[Detail, ...]
    """Of the networks themselves: their data format, inputs and outputs."""
    whole: Change
    """The networks themselves, with what changed in them."""
    is_regrouped: bool = False
    """Whether equal networks have other blocks, or list their layers in another order."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The parts that changed, the outermost; what is in them is among their children."""
        return self.whole.children

    @property
    def equal(self) -> bool:
        """Whether the networks are the same but for names and blocks."""
        details = all(detail.aspect == "names" for detail in self.details)
        return details and all(change.is_name_alone for change in self.changes)

    def limited(self, aspects: Collection[str]) -> "Difference":
        """Return what is left where only some of `ASPECTS` are compared; parts of one side alone are left in any."""
        changes = (change.limited(aspects) for change in self.changes)
        details = tuple(detail for detail in self.details if detail.aspect in aspects)
        whole = replace(self.whole, children=tuple(change for change in changes if change))
        return replace(self, details=details, whole=whole)

    def layers(self, status: str) -> int:
        """Return how many layers are, for example, `added`; of what is in blocks, each counts."""
        return sum(part.size if status in ("added", "removed") else 1 for part in self._parts(status))

    def _parts(self, status: str) -> Iterator[Part]:
        waiting = list(self.changes)
        while waiting:
            change = waiting.pop()
            waiting += change.children
            if change.status == status and (change.part.layer or status in ("added", "removed")):
                yield change.part
