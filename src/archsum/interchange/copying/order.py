"""The order of a network's weights, which is the same in whatever framework it is written."""

from collections.abc import Iterator

from archsum.summary import LayerSummary, Summary


def in_order(summary: Summary) -> Iterator[LayerSummary]:
    """Yield the layers with weights of their own, each behind all that it comes of, from the first output on.

    What a layer takes comes in the order in which it takes that, so that it does not matter how the framework orders
    its layers, or which layers without weights there are.
    """
    layers = {layer.name: layer for layer in summary.layers}
    done: set[str] = set()
    waiting = [(name, False) for name in reversed(summary.outputs)]
    while waiting:
        name, is_behind = waiting.pop()
        layer = layers.get(name)
        if layer is None:
            continue
        if is_behind:
            yield from _with_weights(layer, layers)
        elif name not in done:
            done.add(name)
            waiting.append((name, True))
            waiting += [(taken, False) for taken in reversed(layer.node.inputs)]


def _with_weights(layer: LayerSummary, layers: dict[str, LayerSummary]) -> Iterator[LayerSummary]:
    if layer.computed.weights:
        yield layers[layer.node.shared_with] if layer.node.shared_with else layer
