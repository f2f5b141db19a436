"""Whose the weights are that a layer uses: its own, or those of layers further up, all of them or single ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from archsum.errors import ShapeError, Span, enumerate_words, suggest
from archsum.graph import Node, Owner
from archsum.layers.base import Layer, Weight
from archsum.layers.shapes import Shape, show
from archsum.summary import LayerSummary, SharedWeight

_MAX_NAMED = 10
_SAME_TRAINABLE = (
    "weights are trained or not, wherever they are used: give both the same `trainable`, or what they are in"
)

Layers = Mapping[str, LayerSummary]
"""Those further up, by their names, without those that are faulty: of what these own nothing is checked."""


class UnknownWeightError(ShapeError):
    """A weight is named that the layer does not have."""

    code: ClassVar[str] = "unknown-name"


def shared_weights(node: Node, weights: Sequence[Weight], layers: Layers) -> Mapping[str, SharedWeight]:
    """Return which of a node's weights are others', by their names in it, and whose.

    Errors: ShapeError where they, or whether they are trained, differ from what they are there; UnknownWeightError for
    a name of no weight.
    """
    if node.shared_with:
        return _all_of(node.shared_with, node.layer, weights, layers)
    if not node.shared_weights:
        return {}
    by_name = {weight.name: weight for weight in weights}
    _require_weights(node.shared_weights, by_name)
    shared = {}
    for name, stated in node.shared_weights.items():
        owner = _resolved(stated, layers)
        if owner != (node.name, name):
            shared[name] = SharedWeight(owner, _is_transposed(node, by_name, name, owner, layers))
    return shared


def notes_of(node: Node, layers: Layers) -> Iterator[tuple[str, Span]]:
    """Yield what a diagnostic says of the layers whose weights a node uses, and their places."""
    if node.shared_with and node.shared_with in layers:
        yield f"it shares the weights of `{node.shared_with}` at", layers[node.shared_with].span
    for name, owner in node.shared_weights.items():
        if owner.node in layers:
            yield f"its `{name}` is the `{owner.weight}` of `{owner.node}` at", layers[owner.node].span


def _all_of(name: str, layer: Layer, weights: Sequence[Weight], layers: Layers) -> Mapping[str, SharedWeight]:
    """Return all weights of a layer as those of another, or of that one's owners."""
    owner = layers.get(name)
    if owner is None:
        return {}
    _require_same(layer, weights, owner)
    return {
        weight.name: owner.shared_weights.get(weight.name) or SharedWeight(Owner(name, weight.name))
        for weight in weights
    }


def _resolved(owner: Owner, layers: Layers) -> Owner:
    """Return the owner of a weight that may itself be another's."""
    shared = layers[owner.node].shared_weights.get(owner.weight) if owner.node in layers else None
    return shared.owner if shared else owner


def _is_transposed(node: Node, by_name: Mapping[str, Weight], name: str, owner: Owner, layers: Layers) -> bool:
    """Return whether a weight is the transpose of its owner's. Errors: ShapeError where it cannot be that one."""
    layer, owned = node.layer, by_name
    if owner.node != node.name:
        if owner.node not in layers:
            return False
        layer = layers[owner.node].layer
        owned = {weight.name: weight for weight in layers[owner.node].computed.weights}
    _require_weights((owner.weight,), owned, f" of `{owner.node}`")
    weight, other = by_name[name], owned[owner.weight]
    if (node.layer.trainable and weight.trainable) != (layer.trainable and other.trainable):
        raise ShapeError(
            f"shares its `{name}` with `{owner.node}`, and only one of them trains it", _SAME_TRAINABLE
        )
    if weight.shape == other.shape:
        return False
    if len(weight.shape) == 2 and weight.shape[::-1] == other.shape:
        return True
    raise ShapeError(
        f"has a `{name}` of {show(weight.shape)}, and shares it with `{owner.node}`, whose `{owner.weight}` has "
        f"{show(other.shape)}",
        f"what is shared has the same shape in both, {_either(weight.shape)}",
    )


def _either(shape: Shape) -> str:
    return " or ".join(show(each) for each in dict.fromkeys((shape, shape[::-1] if len(shape) == 2 else shape)))


def _require_weights(names: Sequence[str] | Mapping[str, object], weights: Mapping[str, Weight], of: str = "") -> None:
    """Errors: UnknownWeightError where a layer does not have weights of all these names."""
    unknown = [name for name in names if name not in weights]
    if not unknown:
        return
    listed = enumerate_words(unknown[:_MAX_NAMED])
    if not weights:
        raise UnknownWeightError(f"shares {listed}{of}, and no weights are there", "leave it out of `shared`")
    cure = suggest(unknown[0], weights) or "name one of those that there are"
    known = enumerate_words([*weights][:_MAX_NAMED])
    raise UnknownWeightError(f"shares {listed}{of}, and the weights there are {known}", cure)


def _require_same(layer: Layer, weights: Sequence[Weight], owner: LayerSummary) -> None:
    """Check weights against those that they are shared with. Errors: ShapeError where they, or `trainable`, differ."""
    others = owner.computed.weights
    if weights and layer.trainable != owner.layer.trainable:
        raise ShapeError(f"shares the weights of `{owner.name}`, and only one of them is frozen", _SAME_TRAINABLE)
    if weights == others or _without_notes(weights) == _without_notes(others):
        return
    own, shared = (
        ", ".join(f"{weight.name} {show(weight.shape)}" for weight in listed) or "no weights"
        for listed in (weights, others)
    )
    raise ShapeError(
        f"shares the weights of `{owner.name}`, {shared}, and would have {own}",
        "what shares weights has the same fields, and inputs of the same features",
    )


def _without_notes(weights: Sequence[Weight]) -> list[Weight]:
    """Return weights without what is said of where their sizes come from, which may be different places."""
    return [weight._replace(note="") for weight in weights]
