"""Paddings in numbers, which Keras has as layers of their own: both ways to write them are made one."""

from collections import Counter

from archsum.graph import Graph, Node
from archsum.layers.base import Layer
from archsum.propagate import propagate
from archsum.summary import Summary


def with_own_paddings(summary: Summary) -> Summary:
    """Return a network in which zeros around what one layer takes, and a cut of what it gives, are that layer's own.

    The layers of zeros and cuts are not there any more; those that several layers take, or the network gives, stay.
    """
    nodes = {layer.name: layer.node for layer in summary.layers}
    taken = Counter(name for node in nodes.values() for name in node.inputs) + Counter(summary.outputs)
    instead: dict[str, str] = {}
    for name, node in list(nodes.items()):
        before = nodes.get(node.inputs[0]) if len(node.inputs) == 1 else None
        if before is None or taken[before.name] > 1 or before.name in summary.outputs:
            continue
        zeros, filled, cut = before.layer.zeros_around, before.layer.filled_around, node.layer.cut_off
        padded = _alike(before, node, node.layer.with_zeros(zeros)) if zeros is not None else None
        if filled is not None:
            padded = node.layer.with_fill(filled)
        if padded:
            nodes[name] = node._replace(layer=padded, inputs=before.inputs)
            del nodes[before.name]
        elif cut is not None and (shorter := _alike(before, node, before.layer.with_cut(cut))):
            nodes[before.name] = before._replace(layer=shorter)
            instead[name] = before.name
            del nodes[name]
    if len(nodes) == len(summary.layers):
        return summary
    changed = tuple(
        node._replace(inputs=tuple(instead.get(one, one) for one in node.inputs)) for node in nodes.values()
    )
    outputs = tuple(instead.get(name, name) for name in summary.outputs)
    return propagate(Graph(summary.name, dict(summary.inputs), changed, outputs, summary.groups))


def _alike(one: Node, other: Node, layer: Layer | None) -> Layer | None:
    """Return the layer that takes the place of two, where both have the channels at the same place."""
    formats = {getattr(node.layer, "data_format", None) for node in (one, other)}
    return layer if len(formats) == 1 else None
