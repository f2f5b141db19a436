"""Rows of elements in any order: where only dense layers tell their order, another one is other weights, no more."""

from archsum.comparison.orders import in_order
from archsum.layers import kind_of
from archsum.summary import LayerSummary, Summary


def rows_to_dense(summary: Summary) -> frozenset[str]:
    """Return what is taken by dense layers alone, at once or behind layers that take each element by itself."""
    found: set[str] = set()
    layers = {layer.name: layer for layer in summary.layers}
    for name in reversed([*summary.inputs, *layers]):
        takers = [layers[taker] for taker in summary.takers.get(name, ())]
        ends = bool(takers) and all(_is_dense(it) or (_is_between(it) and it.name in found) for it in takers)
        if ends and name not in summary.given:
            found.add(name)
    return frozenset(found)


def rows_of_dense(summary: Summary) -> frozenset[str]:
    """Return what dense layers give, or layers behind them that take each element by itself, for one layer to take."""
    found: set[str] = set()
    for layer in summary.layers:
        is_alone = len(summary.takers.get(layer.name, ())) == 1 and layer.name not in summary.given
        is_shared = layer.shared_weights or layer.name in summary.borrowers
        comes_of = _is_dense(layer) or (_is_between(layer) and layer.node.inputs[0] in found)
        if is_alone and comes_of and not is_shared:
            found.add(layer.name)
    return frozenset(found)


def _is_dense(layer: LayerSummary) -> bool:
    return kind_of(type(layer.layer)) == "dense" and len(layer.output_shape) == 1


def _is_between(layer: LayerSummary) -> bool:
    """Whether a layer takes each element of one row by itself, with weights of its own or none."""
    if len(layer.node.inputs) != 1 or len(layer.output_shape) != 1:
        return False
    found = in_order(layer.layer, (2, 1))
    return kind_of(type(layer.layer)) == "batch_normalization" or (found is not None and found[0] is layer.layer)
