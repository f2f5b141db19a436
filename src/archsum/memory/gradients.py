"""The gradients of a training step: which layers they reach, and when they are in memory.

Each layer is one step, from 1 on, and the backward pass goes from the last to the first. What it makes at a step and
needs to its end is therefore alive from step 1 to that step.
"""

from collections.abc import Collection, Iterator

from archsum.memory.precision import Batch
from archsum.memory.timeline import Alive
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


def weight_gradients(summary: Summary, itemsize: int) -> Iterator[Alive]:
    """Yield the gradients of weights: there to the end, from the last use, which is the first on the way back."""
    owners = [layer.node.shared_with or layer.name for layer in summary.layers]
    last_use = {owner: step for step, owner in enumerate(owners, start=1)}
    for layer, owner in zip(summary.layers, owners, strict=True):
        yield Alive(1, last_use[owner], layer.trainable_params * itemsize)


def tensor_gradients(summary: Summary, batch: Batch, reached: Collection[str]) -> Iterator[Alive]:
    """Yield the gradients of layers' outputs and inputs, which are alive at the layer's step.

    That of a network's output is given.
    """
    for step, layer in enumerate(summary.layers, start=1):
        if layer.name not in reached:
            continue
        if layer.name not in summary.outputs:
            yield Alive(step, step, batch.bytes(layer.output_shape))
        if not layer.layer.reuse.gradient:
            inputs = dict(zip(layer.node.inputs, layer.input_shapes, strict=True))
            yield from (Alive(step, step, batch.bytes(shape)) for name, shape in inputs.items() if name in reached)
