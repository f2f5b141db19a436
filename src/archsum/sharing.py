"""Whose the weights are that a layer uses: its own, or those of layers further up, all of them or single ones."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from archsum.errors import Place, ShapeError, enumerate_words, quote, suggest
from archsum.graph import Node, Owner
from archsum.layers.base import Layer, Weight
from archsum.layers.shapes import show
from archsum.summary import Computed, LayerSummary, SharedWeight

_MAX_NAMED = 10
_BOTH_TRAINED = (
    "weights are trained or not, wherever they are used: give both the same `trainable`, or what they are in"
)

Above = Mapping[str, LayerSummary]
"""The layers further up, by their names, without the faulty ones: of what these own nothing is known."""


class UnknownWeightError(ShapeError):
    """A layer's complaint that a weight is named which it does not have."""


def shared_weights(node: Node, computed: Computed, above: Above) -> Mapping[str, SharedWeight]:
    """Return which of the weights that a node uses are others', by their names in it, and whose.

    Errors: ShapeError where their shapes, or whether they are trained, differ from what they are there;
    UnknownWeightError for a name of no weight.
    """
    if node.shared_with:
        owner = above.get(node.shared_with)
        return _all_of(owner, node.layer, computed.weights) if owner else {}
    _require_named(node.shared_weights, computed, "it")
    shared = {}
    for name, stated in node.shared_weights.items():
        owner_of_weight = _owner_of(stated, above)
        if owner_of_weight != (node.name, name):
            transposed = _is_transposed(node, name, computed, owner_of_weight, above)
            shared[name] = SharedWeight(owner_of_weight, transposed)
    return shared


def notes_of(node: Node, above: Above) -> Iterator[tuple[str, Place]]:
    """Yield what a diagnostic says of the layers whose weights a node uses, and their places."""
    if node.shared_with and node.shared_with in above:
        yield f"it shares the weights of `{node.shared_with}` at", above[node.shared_with].span
    for name, owner in node.shared_weights.items():
        if owner.node in above:
            yield f"its {quote(name)} is the {quote(owner.weight)} of `{owner.node}` at", above[owner.node].span


def _all_of(owner: LayerSummary, layer: Layer, weights: Sequence[Weight]) -> Mapping[str, SharedWeight]:
    """Return all weights of a layer as those of another, or of that one's owners."""
    _require_same(layer, weights, owner)
    return {
        weight.name: owner.shared_weights.get(theirs.name) or SharedWeight(Owner(owner.name, theirs.name))
        for weight, theirs in zip(weights, owner.computed.weights, strict=True)
    }


def _owner_of(stated: Owner, above: Above) -> Owner:
    """Return the owner of a weight, also where the one that is stated uses another's."""
    shared = above[stated.node].shared_weights.get(stated.weight) if stated.node in above else None
    return shared.owner if shared else stated


def _is_transposed(node: Node, name: str, computed: Computed, owner: Owner, above: Above) -> bool:
    """Return whether a weight is the transpose of its owner's. Errors: ShapeError where it cannot be that one."""
    there = computed if owner.node == node.name else above[owner.node].computed if owner.node in above else None
    if there is None:
        return False
    _require_named((owner.weight,), there, f"`{owner.node}`")
    weight, other = computed.weights_by_name[name], there.weights_by_name[owner.weight]
    if (node.layer.trainable and weight.trainable) != (there.layer.trainable and other.trainable):
        message = f"shares its `{name}` with `{owner.node}`, and only one of them trains it"
        raise ShapeError(message, _BOTH_TRAINED)
    if weight.shape == other.shape:
        return False
    if len(weight.shape) == 2 and weight.shape[::-1] == other.shape:
        return True
    raise ShapeError(
        f"has a `{name}` of {show(weight.shape)}, and shares it with `{owner.node}`, whose `{owner.weight}` is "
        f"{show(other.shape)}",
        "weights that are one have the same shape, or are matrices of which one is the other's transpose",
    )


def _require_named(names: Collection[str], computed: Computed, where: str) -> None:
    """Check that there are weights of these names. Errors: UnknownWeightError where there are not."""
    found = computed.weights_by_name
    unknown = [name for name in names if name not in found]
    if not unknown:
        return
    listed, known = enumerate_words(unknown[:_MAX_NAMED]), [*found][:_MAX_NAMED]
    if not found:
        raise UnknownWeightError(f"shares {listed}, and {where} has no weights", "leave it out of `shared`")
    close = suggest(unknown[0], found)
    cure = f"in `shared`, {close}" if close else f"name {enumerate_words(known, 'or')} in `shared`"
    raise UnknownWeightError(f"shares {listed}, and the weights that {where} has are {enumerate_words(known)}", cure)


def _require_same(layer: Layer, weights: Sequence[Weight], owner: LayerSummary) -> None:
    """Check weights against those that they are shared with. Errors: ShapeError where they, or `trainable`, differ."""
    others = owner.computed.weights
    if weights and layer.trainable != owner.layer.trainable:
        raise ShapeError(f"shares the weights of `{owner.name}`, and only one of them is frozen", _BOTH_TRAINED)
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
    """Return weights without what is said of where their sizes come from, and of what holds the layer they are of."""
    return [weight._replace(note="", name=weight.name.rpartition("/")[2]) for weight in weights]
