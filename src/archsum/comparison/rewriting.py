"""What all has in common that writes a network otherwise."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from archsum.graph import Graph, Node
from archsum.propagate import propagate
from archsum.summary import Summary

_NOTHING: Mapping[str, str] = MappingProxyType({})


def rewritten(summary: Summary, nodes: Iterable[Node], instead: Mapping[str, str] = _NOTHING) -> Summary:
    """Return a network of other layers; `instead` is what gives the outputs of those that are not there any more."""
    outputs = tuple(instead.get(name, name) for name in summary.outputs)
    return propagate(Graph(summary.name, dict(summary.inputs), tuple(nodes), outputs, summary.groups))


def is_alone(name: str, summary: Summary) -> bool:
    """Whether one layer takes what a layer gives, and the network does not give it."""
    return len(summary.takers.get(name, ())) == 1 and name not in summary.given
