"""Poolings to one location, whose axes of size 1 PyTorch keeps for a flatten to take away: both are made one layer."""

import re
from typing import Any

from archsum.graph import Graph, Node
from archsum.layers import kind_of
from archsum.propagate import propagate
from archsum.summary import Summary


def with_flat_poolings(summary: Summary) -> Summary:
    """Return a network in which a pooling of all locations, and the flatten that alone takes it, are the pooling."""
    nodes: dict[str, Node] = {}
    instead: dict[str, str] = {}
    for layer in summary.layers:
        node = layer.node._replace(inputs=tuple(instead.get(name, name) for name in layer.node.inputs))
        pooling = nodes.get(node.inputs[0]) if kind_of(type(node.layer)) == "flatten" else None
        if pooling and _keeps_axes(pooling.layer) and _is_alone(pooling.name, summary):
            nodes[pooling.name] = pooling._replace(layer=pooling.layer.model_copy(update={"keepdims": False}))
            instead[node.name] = pooling.name
        else:
            nodes[node.name] = node
    if not instead:
        return summary
    outputs = tuple(instead.get(name, name) for name in summary.outputs)
    return propagate(Graph(summary.name, dict(summary.inputs), tuple(nodes.values()), outputs, summary.groups))


def _keeps_axes(layer: Any) -> bool:
    is_of_all = re.fullmatch("global_(average|max)_pooling[123]d", kind_of(type(layer)))
    return is_of_all is not None and layer.keepdims


def _is_alone(name: str, summary: Summary) -> bool:
    """Whether one layer takes what a layer gives, and the network does not give it."""
    return len(summary.takers[name]) == 1 and name not in summary.given
