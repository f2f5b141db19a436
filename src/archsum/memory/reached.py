"""Which layers the gradients of a training step reach."""

from archsum.summary import Summary


def reached_by_gradients(summary: Summary) -> set[str]:
    """Return the layers that have weights to train, be they another's, or are behind such a one.

    Without those that no gradient comes back to, as nothing but their shape is used, or they are compared.
    """
    reached: set[str] = set()
    for layer in summary.layers:
        if layer.computed.trains or not reached.isdisjoint(layer.learned_from):
            reached.add(layer.name)
    used = set(summary.outputs)
    for layer in reversed(summary.layers):
        if layer.name in used:
            used.update(layer.learned_from)
    return reached & used
