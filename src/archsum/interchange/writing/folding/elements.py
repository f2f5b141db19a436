"""The tree that a graph is folded into: layers, and what holds layers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archsum.graph import Path
from archsum.interchange.writing.sharing import Share
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary


@dataclass(eq=False, slots=True)
class Element:
    """What is in a body: it takes what others give, and gives one tensor."""

    takes: "list[Element]" = field(default_factory=list)
    users: "list[Element]" = field(default_factory=list)
    """What takes it, once for each time."""
    shape: Shape = ()
    """What it gives."""
    key: int = -1
    """What it has in common with all of its structure, whatever the values of their fields."""


Body = list[Element]


@dataclass(eq=False, slots=True)
class Source(Element):
    """What a body is given: an input of the network, or what a block or a container takes."""

    name: str = "input"


@dataclass(eq=False, slots=True)
class Leaf(Element):
    """A layer."""

    layer: LayerSummary = field(kw_only=True)
    kind: str = field(kw_only=True)
    fields: dict[str, Any] = field(kw_only=True)
    """Those that a file would have, without defaults."""
    shares: Mapping[str | None, Share] = field(default_factory=dict)
    """What of its weights others have too, or it has of others."""
    state: Element | None = None
    """The layer whose last states it begins with."""
    opaque: str | None = None
    """What of its fields cannot be a parameter, once that has been asked for."""
    is_there: bool = True
    """Whether it is here, and not only in others of the same structure."""


@dataclass(eq=False, slots=True)
class Residual(Element):
    """Layers, a shortcut around them, and what merges the two."""

    entry: Source = field(kw_only=True)
    layers: Body = field(kw_only=True)
    shortcut: Body = field(default_factory=list)
    merge: Leaf = field(kw_only=True)
    shortcut_when: str = "always"
    when: str = "always"
    has_shortcut: bool = True
    """Whether the shortcut's layers are here, and not only in others of its structure."""
    is_there: bool = True
    """Likewise of the merge."""


@dataclass(eq=False, slots=True)
class Branch(Element):
    """Paths side by side, and what merges them."""

    entry: Source = field(kw_only=True)
    paths: list[Body] = field(kw_only=True)
    merge: Leaf = field(kw_only=True)


@dataclass(eq=False, slots=True)
class Cell(Element):
    """Layers that may become a block."""

    entry: Source = field(kw_only=True)
    body: Body = field(kw_only=True)
    word: str = ""
    """What the source calls its kind; nothing where it was found by its structure."""
    path: Path = ()
    """The source's path of it."""
    body_key: int = -1
    """The key of the body."""
    is_unit: bool = False
    """Whether it is a repetition of a run."""


@dataclass(eq=False, slots=True)
class Run(Element):
    """The same layers several times, one after the other."""

    units: list[Cell] = field(kw_only=True)


def bodies(element: Element) -> Iterator[Body]:
    """Return the bodies that an element holds."""
    match element:
        case Residual():
            yield element.layers
            yield element.shortcut
        case Branch():
            yield from element.paths
        case Cell():
            yield element.body
        case Run():
            for unit in element.units:
                yield unit.body


def merge_of(element: Element) -> Leaf | None:
    """Return what merges a container's paths."""
    return element.merge if isinstance(element, Residual | Branch) else None


def leaves(body: Body) -> Iterator[Leaf]:
    """Return all layers in a body, and in what it holds."""
    for element in body:
        if isinstance(element, Leaf):
            yield element
        for inner in bodies(element):
            yield from leaves(inner)
        if merge := merge_of(element):
            yield merge


def enclose(outer: Element, entry: Source, inner: Body) -> None:
    """Let an element stand for others: what they were given is its own, and what took the last takes it."""
    (given,), last = outer.takes, inner[-1]
    within = set(map(id, inner))
    given.users = [user for user in given.users if id(user) not in within]
    given.users.append(outer)
    for element in inner:
        for taken in taken_by(element):
            if taken is given:
                entry.users.append(element)
        replace_taken(element, given, entry)
    outer.users, last.users, outer.shape = last.users, [], last.shape
    for user in outer.users:
        replace_taken(user, last, outer)


def taken_by(element: Element) -> list[Element]:
    """Return what an element takes, and whose states."""
    return [*element.takes, element.state] if isinstance(element, Leaf) and element.state else element.takes


def replace_taken(element: Element, old: Element, new: Element) -> None:
    """Let an element take another."""
    element.takes = [new if taken is old else taken for taken in element.takes]
    if isinstance(element, Leaf) and element.state is old:
        element.state = new
