"""Rows of elements in any order: where only dense layers tell their order, another one is other weights, no more."""

from archsum.comparison.orders import in_order
from archsum.comparison.rewriting import is_alone
from archsum.layers import kind_of
from archsum.summary import LayerSummary, Summary


def rows_to_dense(summary: Summary) -> frozenset[str]:
    """Return what is taken by dense layers alone, at once or behind layers that take each element by itself.

    Their weights are used for rows alone that a flatten has made.
    """
    found: set[str] = set()
    layers = {layer.name: layer for layer in summary.layers}
    of_others = _owners_of_others(summary)
    for name in reversed(layers):
        takers = [layers[taker] for taker in summary.takers.get(name, ())]
        ends = bool(takers) and all(
            (_is_dense(it) and of_others.isdisjoint(_owners(it))) or (_is_between(it) and it.name in found)
            for it in takers
        )
        if ends and name not in summary.given:
            found.add(name)
    return frozenset(found)


def rows_of_dense(summary: Summary) -> frozenset[str]:
    """Return what dense layers give, or layers behind them that take each element by itself, for one layer to take."""
    found: set[str] = set()
    for layer in summary.layers:
        is_shared = layer.shared_weights or layer.name in summary.borrowers
        comes_of = _is_dense(layer) or (_is_between(layer) and layer.node.inputs[0] in found)
        if is_alone(layer.name, summary) and comes_of and not is_shared:
            found.add(layer.name)
    return frozenset(found)


def _owners_of_others(summary: Summary) -> set[str]:
    """Return whose weights are used by others than dense layers that take a row which a flatten has made."""
    owners: set[str] = set()
    rows: set[str] = set()
    for layer in summary.layers:
        takes_row = layer.node.inputs[:1] and layer.node.inputs[0] in rows
        if kind_of(type(layer.layer)) == "flatten" or (takes_row and _is_between(layer)):
            rows.add(layer.name)
        elif not (takes_row and _is_dense(layer)):
            owners |= _owners(layer)
    return owners


def _owners(layer: LayerSummary) -> set[str]:
    """Return whose weights a layer has: its own, and those of others."""
    return {layer.name, *(shared.owner.node for shared in layer.shared_weights.values())}


def _is_dense(layer: LayerSummary) -> bool:
    return kind_of(type(layer.layer)) == "dense" and len(layer.output_shape) == 1


def _is_between(layer: LayerSummary) -> bool:
    """Whether a layer takes each element of one row by itself, with weights of its own or none."""
    if len(layer.node.inputs) != 1 or len(layer.output_shape) != 1:
        return False
    found = in_order(layer.layer, (2, 1))
    return kind_of(type(layer.layer)) == "batch_normalization" or (found is not None and found[0] is layer.layer)
