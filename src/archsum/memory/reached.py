"""Which layers the gradients of a training step reach."""

from archsum.summary import LayerSummary, Summary


def trains(layer: LayerSummary) -> bool:
    """Whether the layer has weights to train, be they another's."""
    weights = layer.layer.weights(*layer.input_shapes) if layer.shared_with else layer.weights
    return layer.layer.trainable and any(weight.trainable for weight in weights)


def reached_by_gradients(summary: Summary) -> set[str]:
    """Return the layers that have weights to train, or are behind such a one."""
    reached: set[str] = set()
    for layer in summary.layers:
        if trains(layer) or not reached.isdisjoint(layer.node.inputs):
            reached.add(layer.name)
    return reached
