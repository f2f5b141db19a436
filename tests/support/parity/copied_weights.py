"""Weights of one Keras model, copied into another that is the same network, whatever its layers are called."""

from typing import Any

import keras
import numpy

import archsum
from archsum.comparison.facts import Catalogue
from archsum.comparison.matching import isomorphism
from archsum.summary import LayerSummary


def draw_weights(model: Any, seed: int = 0) -> None:
    """Give a model weights with which its outputs neither vanish nor overflow."""
    random = numpy.random.default_rng(seed)
    for weight in model.weights:
        if not weight.dtype.startswith("float"):
            continue
        is_positive = any(word in weight.name for word in ("variance", "gamma"))
        spread = 1 / max(1, numpy.prod(weight.shape[:-1])) ** 0.5
        drawn = random.uniform(0.5, 1.5, weight.shape) if is_positive else random.normal(0, spread, weight.shape)
        weight.assign(drawn.astype(weight.dtype))
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with what it makes of its weights


def copy_weights(source: Any, target: Any) -> None:
    """Copy a model's weights. Both must be the same network, layer by layer."""
    before, after = (archsum.summarize(archsum.from_keras(model)) for model in (source, target))
    pairs = isomorphism(before, after, Catalogue(up_to_layout=False, up_to_words=True))
    assert pairs is not None
    copied = set()
    for one, other in pairs:
        given, taken = (_layer(model, each) for model, each in ((source, one), (target, other)))
        if id(taken) not in copied:
            taken.set_weights(given.get_weights())
            copied.add(id(taken))


def _layer(model: Any, layer: LayerSummary) -> Any:
    """Return the layer of a model by what the network says that it was."""
    assert layer.node.origin
    for name in layer.node.origin.path.split("/"):
        inner = model.operations if hasattr(model, "operations") else model.layers
        model = next(one for one in inner if one.name == name)
    return model if hasattr(model, "weights") else _NoWeights()


class _NoWeights:
    """A function, which has none."""

    def get_weights(self) -> list[Any]:
        return []

    def set_weights(self, weights: list[Any]) -> None:
        assert not weights
