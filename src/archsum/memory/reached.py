"""Which layers the gradients of a training step reach."""

from archsum.summary import Summary


def reached_by_gradients(summary: Summary) -> set[str]:
    """Return the layers that have weights to train, be they another's, or are behind such a one.

    Without those of which nothing but the shape is used: no gradient comes back to them.
    """
    reached: set[str] = set()
    for layer in summary.layers:
        if layer.computed.trains or not reached.isdisjoint(layer.taken):
            reached.add(layer.name)
    if any(layer.layer.shape_only for layer in summary.layers):
        used = set(summary.outputs)
        for layer in reversed(summary.layers):
            if layer.name in used:
                used.update(layer.taken)
        reached &= used
    return reached
