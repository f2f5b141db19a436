"""The order of a network's layers, which is the same in whatever framework it is written."""

from collections.abc import Iterator

from archsum.summary import LayerSummary, Summary


def in_order(summary: Summary) -> Iterator[LayerSummary]:
    """Yield each layer once, behind all that it comes of, from the first output on; of shared ones the first.

    What a layer takes comes in the order in which it takes that, so that it does not matter how the framework orders
    its layers, or which layers without weights there are.
    """
    layers = {layer.name: layer for layer in summary.layers}
    done, given = set[str](), set[str]()
    waiting = [(name, False) for name in reversed(summary.outputs)]
    while waiting:
        name, is_behind = waiting.pop()
        layer = layers.get(name)
        if layer is None:
            continue
        if not is_behind and name not in done:
            done.add(name)
            waiting.append((name, True))
            waiting += [(taken, False) for taken in reversed(layer.node.inputs)]
        elif is_behind:
            owner = layers[layer.node.shared_with] if layer.node.shared_with else layer
            if owner.name not in given:
                given.add(owner.name)
                yield owner
