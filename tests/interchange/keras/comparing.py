"""Compares what is read with Keras's own model, layer by layer."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras

from archsum.layers.shapes import Shape, may_equal
from archsum.summary import Summary

Weights = Counter[tuple[tuple[int, ...], bool]]
"""Sizes of each, in any order, and whether it is trained."""


_MASK = "not_equal"
"""What Keras calls the function by which an embedding makes a mask, which counts nothing."""


class Theirs(NamedTuple):
    """A layer of Keras's: its output's shape, where it has one alone, and its weights."""

    output: Shape | None
    weights: Weights


def compare(model: Any, summary: Summary) -> None:
    """Check that a summary has Keras's layers by their names, with their shapes, weights and trainability."""
    theirs = dict(_layers(model, "", trained=model.trainable))
    weights: dict[str, Weights] = defaultdict(Counter)
    outputs: dict[str, list[Shape]] = defaultdict(list)
    for layer in summary.layers:
        assert layer.node.origin
        path = layer.node.origin.path
        outputs[path].append(layer.output_shape)
        trains = layer.layer.trainable
        weights[path].update((_sizes(weight.shape), weight.trainable and trains) for weight in layer.weights)
    assert {name for name, own in theirs.items() if own.weights} <= weights.keys()
    for name, own in theirs.items():
        if name == _MASK:
            assert name not in outputs
            continue
        assert name in outputs, name
        assert weights[name] == own.weights, name
        assert own.output is None or any(may_equal(own.output, shape) for shape in outputs[name]), name
    assert summary.params == model.count_params()
    assert summary.trainable_params == sum(keras.ops.size(weight) for weight in model.trainable_weights)


def _layers(model: Any, prefix: str, *, trained: bool) -> Iterator[tuple[str, Theirs]]:
    """Yield the layers by the names of the models around them and their own, each once for its first model."""
    for layer in getattr(model, "operations", model.layers):
        trains = trained and getattr(layer, "trainable", True)
        held = layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer
        if isinstance(held, keras.Model):
            yield from _layers(held, f"{prefix}{layer.name}/", trained=trains and held.trainable)
        elif not isinstance(layer, keras.layers.InputLayer):
            learned = {id(weight) for weight in getattr(layer, "trainable_weights", ()) if trains}
            weights = getattr(layer, "weights", ())
            counted = Counter((_sizes(tuple(weight.shape)), id(weight) in learned) for weight in weights)
            yield f"{prefix}{layer.name}", Theirs(_output(layer) if prefix == "" else None, counted)


def _output(layer: Any) -> Shape | None:
    nodes = layer._inbound_nodes
    outputs: Any = nodes[0].output_tensors if len(nodes) == 1 else ()
    if len(outputs) != 1:
        return None
    _, *sizes = outputs[0].shape
    return tuple(sizes)


def _sizes(shape: Shape) -> tuple[int, ...]:
    return tuple(sorted(size or 0 for size in shape))
