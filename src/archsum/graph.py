"""A network as a flat graph, in topological order: what the language produces and the engine reads."""

from typing import NamedTuple

from archsum.errors import Span
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape


class Node(NamedTuple):
    """A layer in its place: its name, what it takes, and where it stands in the file."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    path: tuple[str, ...]
    span: Span


class Graph(NamedTuple):
    """A network: its inputs by name, and its nodes, each after those it takes its inputs from."""

    name: str
    inputs: dict[str, Shape]
    nodes: tuple[Node, ...]
