"""Networks that can be edited: each edit is of one thing, and names are numbered anew as the language does it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archsum.graph import Graph, Group, Node, Owner, Path
from archsum.layers import kind_of, layer_class
from archsum.propagate import propagate
from archsum.summary import Summary


@dataclass(eq=False)
class Block:
    """A block: what it is called, without a number that it was given, and its word."""

    base: str
    group: Group


@dataclass(eq=False)
class Draft:
    """A layer that can be edited."""

    node: Node
    blocks: tuple[Block, ...]
    base: str
    inputs: "list[Draft | str]"


@dataclass(eq=False)
class Network:
    """A network that can be edited."""

    graph: Graph
    layers: list[Draft] = field(default_factory=list)
    outputs: "list[Draft | str]" = field(default_factory=list)

    def inside(self, block: Block) -> list[Draft]:
        """Return a block's layers."""
        return [layer for layer in self.layers if block in layer.blocks]

    def blocks(self) -> list[Block]:
        """Return all blocks."""
        return list({id(block): block for layer in self.layers for block in layer.blocks}.values())

    def replace_taken(self, taken: "Draft", by: "Draft | str", *, but: "list[Draft]") -> None:
        """Have whatever takes a layer take something else."""
        for layer in self.layers:
            if layer not in but:
                layer.inputs = [by if one is taken else one for one in layer.inputs]
        self.outputs = [by if one is taken else one for one in self.outputs]

    def insert(self, after: Draft, kind: str, fields: dict[str, Any], name: str = "") -> Draft:
        """Insert a layer behind another, in its block."""
        node = after.node._replace(
            layer=layer_class(kind).model_validate(fields), shared_with=None, shared_weights={}, states=0
        )
        new = Draft(node, after.blocks, name or kind, [after])
        self.replace_taken(after, new, but=[])
        self.layers.insert(self.layers.index(after) + 1, new)
        return new

    def remove(self, layer: Draft) -> None:
        """Take out a layer that passes on what it takes."""
        self.replace_taken(layer, layer.inputs[0], but=[])
        self.layers.remove(layer)

    def repeat(self, block: Block) -> Block | None:
        """Have a block twice, one use behind the other; None where it is not one in, one out, or shares weights."""
        inside = self.inside(block)
        outside = {id(one): one for layer in inside for one in layer.inputs if one not in inside}
        taken = {id(layer): layer for layer in inside for other in self.layers if other not in inside
                 if layer in other.inputs}  # fmt: skip
        taken |= {id(one): one for one in self.outputs if one in inside}
        if len(outside) != 1 or len(taken) != 1 or any(layer.node.states or shares(layer) for layer in inside):
            return None
        (before,), (last,) = outside.values(), taken.values()
        level = inside[0].blocks.index(block)
        blocks: dict[int, Block] = {}
        copies: dict[int, Draft] = {}
        for layer in inside:
            inner = tuple(
                blocks.setdefault(id(one), Block(one.base, one.group)) if place >= level else one
                for place, one in enumerate(layer.blocks)
            )
            inputs = [last if one is before else copies[id(one)] for one in layer.inputs]
            copies[id(layer)] = Draft(layer.node, inner, layer.base, inputs)  # type: ignore[arg-type]
        self.replace_taken(last, copies[id(last)], but=list(copies.values()))
        end = self.layers.index(inside[-1]) + 1
        self.layers[end:end] = copies.values()
        return blocks[id(block)]

    def summarize(self) -> tuple[Summary, dict[int, str]]:
        """Return the network's summary, and what each draft and each block is called."""
        paths, groups, called = self._paths()
        nodes = []
        old = {layer.node.name: called[id(layer)] for layer in self.layers}
        for layer, path in zip(self.layers, paths, strict=True):
            node = layer.node
            inputs = tuple(one if isinstance(one, str) else called[id(one)] for one in layer.inputs)
            shared = {name: Owner(old.get(owner.node, owner.node), owner.weight)
                      for name, owner in node.shared_weights.items()}  # fmt: skip
            whole = node.shared_with and old.get(node.shared_with, node.shared_with)
            nodes.append(
                node._replace(name="/".join(path), path=path, inputs=inputs, shared_with=whole, shared_weights=shared)
            )
        outputs = tuple(one if isinstance(one, str) else called[id(one)] for one in self.outputs)
        graph = self.graph._replace(nodes=tuple(nodes), outputs=outputs, groups=groups)
        return propagate(graph), called

    def _paths(self) -> tuple[list[Path], dict[Path, Group], dict[int, str]]:
        """Number the names on each level, in the order of what has them."""
        used: dict[Path, Counter[str]] = {}
        taken: set[Path] = set()
        known: dict[int, Path] = {}
        groups: dict[Path, Group] = {}

        def path_of(thing: Block | Draft, outer: Path) -> Path:
            if id(thing) not in known:
                numbers = used.setdefault(outer, Counter())
                while True:
                    number = numbers[thing.base]
                    numbers[thing.base] += 1
                    path = (*outer, f"{thing.base}_{number}" if number else thing.base)
                    if path not in taken:
                        break
                taken.add(path)
                known[id(thing)] = path
            return known[id(thing)]

        paths = []
        for layer in self.layers:
            outer: Path = ()
            for block in layer.blocks:
                outer = path_of(block, outer)
                groups[outer] = block.group
            paths.append(path_of(layer, outer))
        return paths, groups, {thing: "/".join(path) for thing, path in known.items()}


def draft(graph: Graph) -> Network:
    """Return a graph's network, to be edited."""
    network = Network(graph)
    blocks: dict[Path, Block] = {}
    names: dict[str, Draft | str] = {name: name for name in graph.inputs}
    siblings = {path: set(names) for path, names in _levels(graph)}
    for node in graph.nodes:
        around = []
        for level in range(1, len(node.path)):
            path = node.path[:level]
            group = graph.groups[path]
            if path not in blocks:
                blocks[path] = Block(_base(path[-1], group.kind, siblings[path[:-1]]), group)
            around.append(blocks[path])
        base = _base(node.path[-1], kind_of(type(node.layer)), siblings[node.path[:-1]])
        layer = Draft(node, tuple(around), base, [names[name] for name in node.inputs])
        names[node.name] = layer
        network.layers.append(layer)
    network.outputs = [names[name] for name in graph.outputs]
    return network


def shares(layer: Draft) -> bool:
    """Whether a layer uses weights of others."""
    return bool(layer.node.shared_with or layer.node.shared_weights)


def _levels(graph: Graph) -> Iterator[tuple[Path, set[str]]]:
    levels: dict[Path, set[str]] = {}
    for node in graph.nodes:
        for level in range(len(node.path)):
            levels.setdefault(node.path[:level], set()).add(node.path[level])
    yield from levels.items()


def _base(name: str, kind: str, siblings: set[str]) -> str:
    base, line, number = name.rpartition("_")
    return base if line and number.isdecimal() and (base == kind or base in siblings) else name
