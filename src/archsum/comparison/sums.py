"""Sums of several tensors, which frameworks write as sums of two, or along a stack of them: all are made one layer."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from archsum.comparison.rewriting import is_alone, rewritten
from archsum.graph import Node
from archsum.layers import kind_of, layer_class
from archsum.layers.base import Layer
from archsum.summary import Summary


def with_whole_sums(summary: Summary) -> Summary:
    """Return a network in which a sum of sums is one sum, and so is what adds up along the axis of a stack.

    The layers within are not there any more; those that several layers take, or the network gives, stay.
    """
    nodes: dict[str, Node] = {}
    terms: dict[str, deque[str]] = {}
    for layer in summary.layers:
        node = layer.node
        parts = {name: nodes[name] for name in node.inputs if name in nodes and is_alone(name, summary)}
        if _kind(node.layer) == "add":
            sums = {name: part for name, part in parts.items() if _kind(part.layer) == "add"}
        elif any(_adds_up(node.layer, part.layer, len(layer.input_shapes[0])) for part in parts.values()):
            sums, node = parts, node._replace(layer=layer_class("add").model_validate({}))
        else:
            sums = {}
        terms[node.name] = _joined([terms.pop(name) if name in sums else deque([name]) for name in node.inputs])
        for name in sums:
            del nodes[name]
        nodes[node.name] = node
    if len(nodes) == len(summary.layers):
        return summary
    made = (node._replace(inputs=tuple(terms[name])) for name, node in nodes.items())
    return rewritten(summary, made)


def _joined(parts: Sequence[deque[str]]) -> deque[str]:
    """Join lists of terms to the longest of them, so that long chains of sums take no time for what they have."""
    if not parts:
        return deque()
    place, longest = max(enumerate(parts), key=lambda part: len(part[1]))
    for part in reversed(parts[:place]):
        longest.extendleft(reversed(part))
    for part in parts[place + 1 :]:
        longest.extend(part)
    return longest


def _kind(layer: Layer) -> str:
    return kind_of(type(layer))


def _adds_up(layer: Any, stack: Any, axes: int) -> bool:
    """Whether a layer adds up along the axis of a stack, whose output has so many axes."""
    if (_kind(layer), _kind(stack)) != ("reduce", "stack") or layer.function != "sum" or layer.keepdims:
        return False
    return layer.axis is not None and [axis % (axes + 1) for axis in layer.axis] == [stack.axis % (axes + 1)]
