"""Layers that are several in other frameworks, taken apart into these."""

from collections.abc import Callable, Mapping
from typing import Any

from archsum.comparison.rewriting import kind_of_any_rank
from archsum.graph import Node, Owner
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.written import fields_of_layer


def apart(node: Node, owner: Layer) -> tuple[Node, ...]:
    """Return the layers that a layer is; `owner` is the one whose weights it has, itself or another."""
    take = _KINDS.get(kind_of_any_rank(node.layer))
    return take(node, owner) if take else (node,)


def _separable(node: Node, owner: Layer) -> tuple[Node, ...]:
    """Return the convolution of each channel, and the one of size 1 that mixes them."""
    fields, rank = fields_of_layer(node.layer), getattr(node.layer, "rank", 2)
    around = {name: fields.pop(name) for name in ("data_format", "trainable")}
    mixing = {name: fields.pop(name) for name in ("filters", "bias", "activation")}
    depthwise = _layer(f"depthwise_conv{rank}d", {**around, **fields, "bias": False})
    pointwise = _layer(f"conv{rank}d", {**around, **mixing, "kernel_size": 1})
    behind = node._replace(
        name=f"{node.name}.pointwise",
        layer=pointwise,
        inputs=(node.name,),
        path=(*node.path[:-1], f"{node.path[-1]}.pointwise"),
        shared_with=node.shared_with and f"{node.shared_with}.pointwise",
    )
    return node._replace(layer=depthwise), behind


def _reversible(node: Node, owner: Layer) -> tuple[Node, ...]:
    """Return a table that is looked up, or a dense layer whose kernel is the table."""
    fields = fields_of_layer(node.layer)
    if not fields.pop("tie_weights"):
        return (node,)
    is_reverse = fields.pop("reverse")
    made = _layer("embedding", fields)
    if is_reverse:
        made = _layer("dense", {"units": fields["input_dim"], "bias": False, "trainable": fields["trainable"]})
    if getattr(owner, "reverse", is_reverse) == is_reverse:
        return (node._replace(layer=made),)
    table, kernel = ("kernel", "embeddings") if is_reverse else ("embeddings", "kernel")
    shared = {table: Owner(str(node.shared_with), kernel)}
    return (node._replace(layer=made, shared_with=None, shared_weights=shared),)


def _layer(kind: str, fields: Mapping[str, Any]) -> Layer:
    return layer_class(kind).model_validate(fields)


_KINDS: dict[str, Callable[[Node, Layer], tuple[Node, ...]]] = {
    "separable_conv": _separable,
    "reversible_embedding": _reversible,
}
