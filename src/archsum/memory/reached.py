"""Which layers the gradients of a training step reach."""

from archsum.summary import Summary


def reached_by_gradients(summary: Summary) -> set[str]:
    """Return the layers that have weights to train, be they another's, or are behind such a one."""
    reached: set[str] = set()
    for layer in summary.layers:
        if layer.computed.trains or not reached.isdisjoint(layer.node.inputs):
            reached.add(layer.name)
    return reached
