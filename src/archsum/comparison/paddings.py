"""Paddings in numbers, which Keras has as layers of their own: both ways to write them are made one."""

from archsum.comparison.rewriting import is_alone, rewritten
from archsum.graph import Node
from archsum.layers.base import Layer
from archsum.summary import Summary


def with_own_paddings(summary: Summary) -> Summary:
    """Return a network in which zeros around what one layer takes, and a cut of what it gives, are that layer's own.

    The layers of zeros and cuts are not there any more; those that several layers take, or the network gives, stay.
    """
    nodes = {layer.name: layer.node for layer in summary.layers}
    instead: dict[str, str] = {}
    for name, node in list(nodes.items()):
        before = nodes.get(node.inputs[0]) if len(node.inputs) == 1 else None
        if before is None or not is_alone(before.name, summary):
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
    changed = (node._replace(inputs=tuple(instead.get(one, one) for one in node.inputs)) for node in nodes.values())
    return rewritten(summary, changed, instead)


def _alike(one: Node, other: Node, layer: Layer | None) -> Layer | None:
    """Return the layer that takes the place of two, where both have the channels at the same place."""
    formats = {getattr(node.layer, "data_format", None) for node in (one, other)}
    return layer if len(formats) == 1 else None
