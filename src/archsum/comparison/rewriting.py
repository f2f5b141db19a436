"""What all has in common that writes a network otherwise."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from archsum.graph import Graph, Node
from archsum.layers import kind_of
from archsum.layers.base import Layer
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


def kind_of_any_rank(layer: Layer) -> str:
    """Return the kind of a layer, without the number of its axes."""
    return re.sub("[123]d$", "", kind_of(type(layer)))
