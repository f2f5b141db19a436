"""A network as a flat graph, in topological order: what the language produces and the engine reads."""

from collections.abc import Callable, Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import NamedTuple

from archsum.errors import Place, one_line
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape

Path = tuple[str, ...]
"""The place of a layer: the blocks that it is in, outermost first, and its own name."""


def shared_levels(path: Path, other: Path) -> int:
    """Return how many blocks, from the outermost on, two paths have in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, other, strict=False)))


class Use(NamedTuple):
    """A block's use, or a repetition, that layers came out of, as a note says it, and its place."""

    what: str
    span: Place
    repetitions: int | None = None
    """How many of them there are, of a repetition."""

    @property
    def note(self) -> tuple[str, Place]:
        """What a diagnostic says of it."""
        return f"{self.what} at", self.span


class Origin(NamedTuple):
    """What a node was in the framework that its network was read from."""

    path: str
    """The framework's own name of it, as in `layer1.0.conv1`."""
    type: str
    """The name of its class, or of the function or operator that it was."""
    weights: tuple[str, ...] = ()
    """The framework's names of its weights, where that has any."""


class Owner(NamedTuple):
    """Whose a weight is: the node, and what the weight is called there."""

    node: str
    weight: str


class Node(NamedTuple):
    """A layer in its place: its name, what it takes, and its place in the file.

    Nodes of one block follow one another.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    path: Path
    span: Place
    uses: tuple[Use, ...] = ()
    """What the layer came out of, innermost first."""
    shared_with: str | None = None
    """The node, further up, whose weights the layer uses."""
    frozen_by: str | None = None
    """The block or the container around, by its kind, whose `trainable: false` freezes the layer."""
    states: int = 0
    """How many inputs, the last ones, are not what the layer of that name gives, but the states it ends with."""
    shared_weights: Mapping[str, Owner] = MappingProxyType({})
    """Single weights, by their names here, that belong to a node further up, or to another name of this one.

    One that belongs to itself is the layer's own, as it would be without that.
    """
    origin: Origin | None = None
    """What it was, where the network was read from another framework's."""


_NO_NAMES: Mapping[str, str] = {}


class Group(NamedTuple):
    """What nodes with a common path came out of: the block's name, or a container's, and where it was used."""

    kind: str
    span: Place
    inputs: Mapping[str, str] = _NO_NAMES
    """What a block that takes or gives several things takes: inputs and nodes, by the names that it has for them."""
    outputs: Mapping[str, str] = _NO_NAMES
    """The nodes that give what it gives, likewise."""

    def renamed(self, name_of: Callable[[str], str]) -> "Group":
        """Return the same where nodes are called otherwise."""
        if not (self.inputs or self.outputs):
            return self
        inputs = {own: name_of(node) for own, node in self.inputs.items()}
        return self._replace(inputs=inputs, outputs={own: name_of(node) for own, node in self.outputs.items()})


class Graph(NamedTuple):
    """A network: its inputs by name, and its nodes, each after those it takes its inputs from."""

    name: str
    inputs: dict[str, Shape]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...] = ()
    groups: Mapping[Path, Group] = MappingProxyType({})
    """The blocks, by the path that their nodes have in common."""
    input_places: Mapping[str, Place] = MappingProxyType({})
    """Where the file states the inputs."""

    def __repr__(self) -> str:
        return f"<Graph of {one_line(self.name)}: nodes={len(self.nodes)}>"
