"""Networks of ours as if they came from another framework."""

from textwrap import dedent

from archsum import load
from archsum.graph import Graph, Origin
from archsum.propagate import propagate
from archsum.summary import Summary


def written(text: str) -> str:
    """Return a text as a file has it."""
    return dedent(text).strip() + "\n"


def imported(text: str) -> Summary:
    """Return what a network of ours is that has been read of a framework."""
    graph = load(written(text)).graph
    nodes = tuple(node._replace(origin=Origin(node.name, "module")) for node in graph.nodes)
    return propagate(Graph(graph.name, graph.inputs, nodes, graph.outputs, graph.groups))
