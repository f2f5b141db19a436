"""Poolings to one location, whose axes of size 1 PyTorch keeps for a flatten to take away: both are made one layer."""

from typing import Any

from archsum.comparison.rewriting import is_alone, kind_of_any_rank, rewritten
from archsum.graph import Node
from archsum.layers import kind_of
from archsum.summary import Summary


def with_flat_poolings(summary: Summary) -> Summary:
    """Return a network in which a pooling of all locations, and the flatten that alone takes it, are the pooling."""
    nodes: dict[str, Node] = {}
    instead: dict[str, str] = {}
    for layer in summary.layers:
        node = layer.node._replace(inputs=tuple(instead.get(name, name) for name in layer.node.inputs))
        pooling = nodes.get(node.inputs[0]) if kind_of(type(node.layer)) == "flatten" else None
        if pooling and _keeps_axes(pooling.layer) and is_alone(pooling.name, summary):
            nodes[pooling.name] = pooling._replace(layer=pooling.layer.model_copy(update={"keepdims": False}))
            instead[node.name] = pooling.name
        else:
            nodes[node.name] = node
    if not instead:
        return summary
    return rewritten(summary, nodes.values(), instead)


def _keeps_axes(layer: Any) -> bool:
    is_of_all = kind_of_any_rank(layer) in ("global_average_pooling", "global_max_pooling")
    return is_of_all and layer.keepdims
