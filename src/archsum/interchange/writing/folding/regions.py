"""A graph → a tree: the source's blocks that have one input and one output, shortcuts, and paths side by side."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from archsum.graph import Path
from archsum.interchange.writing.alike import implies_axis
from archsum.interchange.writing.comparison import CHAINED, COMMUTATIVE
from archsum.interchange.writing.entries import Entry
from archsum.interchange.writing.fields import Fields, in_file
from archsum.interchange.writing.folding.elements import (
    Body,
    Branch,
    Cell,
    Element,
    Leaf,
    Residual,
    Run,
    Source,
    bodies,
    enclose,
    leaves,
    merge_of,
    taken_by,
)
from archsum.interchange.writing.sharing import Share, shares_of
from archsum.language.spec.containers import CONTAINERS
from archsum.layers import kind_of
from archsum.summary import LayerSummary, Summary

MERGES = (*COMMUTATIVE, "subtract", CHAINED)
"""The kinds that a person would write as what merges the paths of a container."""
TRANSPARENT = ("Sequential", "ModuleList", "ModuleDict", "Functional", "Model", *CONTAINERS)
"""The kinds of blocks that say nothing of what is in them."""
_DEEPEST_NEST = 2
"""The most shortcuts of one kind in one another: more are the skips of an hourglass such as a U-Net, and have names."""
_OUTPUT = Source(name="")
"""What takes the network's outputs."""


def tree(summary: Summary, fields: Fields, data_format: str) -> tuple[dict[str, Source], Body, list[Element]]:
    """Return a network's inputs, its layers as a tree, and its outputs."""
    regions = Regions(summary, fields, data_format)
    while banned := regions.too_deep():
        regions = Regions(summary, fields, data_format, regions.banned | banned)
    return regions.inputs, regions.body, regions.outputs


class Regions:
    """One graph's tree."""

    def __init__(
        self, summary: Summary, fields: Fields, data_format: str, banned: frozenset[str] = frozenset()
    ) -> None:
        self.banned = banned
        """The nodes that merge what is not written as a container."""
        self._summary = summary
        self._fields = fields
        self._data_format = data_format
        self.inputs = {name: Source(shape=shape, name=name) for name, shape in summary.inputs.items()}
        self._made: dict[str, Element] = {**self.inputs}
        self._shared = shares_of(summary.layers)
        self._members: Counter[Share] = Counter()
        self._put_together: dict[tuple[str, tuple[int, ...]], str] = {}
        listed = [leaf for layer in summary.layers if (leaf := self._leaf(layer))]
        self.outputs = [self._made[name] for name in summary.outputs]
        for output in self.outputs:
            output.users.append(_OUTPUT)
        self.body = self._level(listed, 0)

    def _leaf(self, layer: LayerSummary) -> Leaf | None:
        """Make a node's element; None for what passes on its only input."""
        node, kind = layer.node, kind_of(type(layer.layer))
        taken = [self._made[name] for name in node.inputs[: len(node.inputs) - node.states]]
        if kind == CHAINED:
            if len(taken) == 1:
                self._made[node.name] = taken[0]
                return None
            taken = self._chained(layer, taken)
        stated = self._stated(layer, kind)
        leaf = Leaf(
            taken,
            [],
            layer.output_shape,
            layer=layer,
            kind=kind,
            fields=stated,
            shares=self._shared.get(node.name, {}),
        )
        for one in taken:
            one.users.append(leaf)
        if node.states:
            leaf.state = self._made[node.inputs[-1]]
            leaf.state.users.append(leaf)
        self._members.update(leaf.shares.values())
        self._made[node.name] = leaf
        return leaf

    def _stated(self, layer: LayerSummary, kind: str) -> dict[str, Any]:
        """Return the fields that a file states: not the last axis, where that is what the kind takes by default."""
        fields = dict(self._fields.of(layer.layer))
        is_last = implies_axis(type(layer.layer)) and fields.get("axis") == len(layer.input_shapes[0])
        if is_last and "data_format" not in fields:
            fields["axis"] = -1
            if self._data_format == "channels_last":
                del fields["axis"]
        return in_file(Entry(kind, fields), self._data_format)

    def _chained(self, layer: LayerSummary, taken: list[Element]) -> list[Element]:
        """Return what a concatenation takes: where one before has put together all but the last, that one."""
        fields, numbers = f"{self._fields.of(layer.layer)}", tuple(map(id, taken))
        before = self._put_together.get((fields, numbers[:-1]))
        self._put_together[fields, numbers] = layer.name
        return [self._made[before], taken[-1]] if before else taken

    def _level(self, listed: list[Leaf], depth: int) -> Body:
        """Return the body of a block: its layers, and those of its blocks."""
        body: Body = []
        start = 0
        while start < len(listed):
            path = listed[start].layer.path
            end = start + 1
            if len(path) > depth + 1:
                while end < len(listed) and _is_in(listed[end].layer.path, path, depth):
                    end += 1
                body += self._cell(self._level(listed[start:end], depth + 1), path[: depth + 1])
            else:
                body.append(listed[start])
            start = end
        return self._contracted(body)

    def _cell(self, body: Body, path: Path) -> Body:
        """Return a block as one element, where it is one for a reader; else what it holds."""
        group = self._summary.groups.get(path)
        word = group.kind if group else path[-1]
        inside = set(map(id, body))
        outside = {id(one): one for element in body for one in taken_by(element) if id(one) not in inside}
        exits = [element for element in body if any(id(user) not in inside for user in element.users)]
        is_stage = all(isinstance(element, Cell) and element.word == body[0].word for element in body)  # type: ignore[attr-defined]
        is_one = len(body) == 1 and isinstance(body[0], Leaf | Cell)
        if word in TRANSPARENT or is_one or is_stage or len(outside) != 1 or exits != body[-1:]:
            return body
        if not self._keeps_weights(body):
            return body
        (given,) = outside.values()
        entry = Source(shape=given.shape)
        cell = Cell([given], entry=entry, body=body, word=word, path=path)
        enclose(cell, entry, body)
        return [cell]

    def _keeps_weights(self, body: Body) -> bool:
        """Whether all that share weights with layers in a body are in it too."""
        inside = Counter(share for leaf in leaves(body) for share in leaf.shares.values())
        return all(self._members[share] == count for share, count in inside.items())

    def _contracted(self, body: Body) -> Body:
        """Return a body with containers in the place of paths that part and meet again."""
        gone: set[int] = set()
        done: Body = []
        there = set(map(id, body))
        for element in body:
            container = self._container(element, there) if isinstance(element, Leaf) else None
            if container:
                gone |= {id(inner) for path in bodies(container) for inner in path}
                there.add(id(container))
            done.append(container or element)
        return [element for element in done if id(element) not in gone]

    def _container(self, merge: Leaf, there: set[int]) -> Element | None:
        """Return the container that ends in a merge, where all that it merges comes from one tensor on paths."""
        if merge.kind not in MERGES or len(merge.takes) < 2 or merge.layer.name in self.banned or merge.shares:
            return None
        traced = [_path(taken, there) for taken in merge.takes]
        starts = {id(start) for start, _ in traced}
        given = traced[0][0]
        paths = [path for _, path in traced]
        if len(starts) > 1 or not any(paths):
            return None
        entry = Source(shape=given.shape)
        container = _arranged(merge, paths, entry)
        container.takes = [given]
        enclose(container, entry, [*(one for path in paths for one in path), merge])
        return container

    def too_deep(self) -> frozenset[str]:
        """Return the nodes that merge the containers of one kind of which too many are in one another."""
        found: set[str] = set()
        _nests(self.body, {}, found)
        return frozenset(found)


def standing(body: Body, outputs: list[Element]) -> list[Element]:
    """Return the elements of a body that give what others, which may be in them by now, gave once."""
    stands: dict[int, Element] = {}
    for element in body:
        last: Element | None = element
        while last is not None:
            stands[id(last)] = element
            match last:
                case Residual() | Branch():
                    last = last.merge if not isinstance(last, Residual) or last.is_there else last.layers[-1]
                case Cell():
                    last = last.body[-1]
                case Run():
                    last = last.units[-1]
                case Leaf() if not last.is_there:
                    (last,) = last.takes
                case _:
                    last = None
    return [stands.get(id(output), output) for output in outputs]


def _nests(body: Body, around: dict[str, list[str]], found: set[str]) -> None:
    """Add the merges of containers that are in too many others with the same kind of merge."""
    for element in body:
        merge = merge_of(element)
        inner = around
        if merge:
            nest = [*around.get(merge.kind, []), merge.layer.name]
            inner = {**around, merge.kind: nest}
            if len(nest) > _DEEPEST_NEST:
                found.update(nest)
        for held in bodies(element):
            _nests(held, {} if isinstance(element, Cell) else inner, found)


def _is_in(path: Path, block: Path, depth: int) -> bool:
    return len(path) > depth + 1 and path[: depth + 1] == block[: depth + 1]


def _path(element: Element, there: Collection[int]) -> tuple[Element, Body]:
    """Return the chain that ends in an element, and where it begins: at a tensor that others take too."""
    path: Body = []
    while id(element) in there and len(element.users) == 1 and len(taken_by(element)) == 1:
        if isinstance(element, Leaf) and element.shares:
            break
        path.append(element)
        element = element.takes[0]
    return element, path[::-1]


def _arranged(merge: Leaf, paths: list[Body], entry: Source) -> Residual | Branch:
    """Return the container that a person would write of paths."""
    if len(paths) == 2:
        first, second = paths
        may_turn = merge.kind in COMMUTATIVE
        if not first:
            return Residual(entry=entry, layers=second, merge=merge)
        if not second and may_turn:
            return Residual(entry=entry, layers=first, merge=merge)
        if second and merge.kind == "add":
            short, long = sorted(paths, key=_size)
            if _size(short) < _size(long):
                return Residual(entry=entry, layers=long, shortcut=short, merge=merge)
    return Branch(entry=entry, paths=paths, merge=merge)


def _size(body: Body) -> int:
    return sum(1 for _ in leaves(body))
