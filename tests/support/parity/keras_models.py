"""The models of keras.applications, built on the numpy backend."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from archsum.layers.shapes import Shape
from tests.support.parity.real_models import Facts, image_size
from tests.support.parity.tensors import Tensors, keras_tensor


@dataclass(frozen=True)
class Application:
    """A model of keras.applications, by the name of the function that builds it."""

    name: str

    needs_torch: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"keras.applications.{self.name}"

    def facts(self, input_shape: Shape) -> Facts:
        """Build the model, and collect what it has."""
        import keras

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy meets numbers that no one has initialized
            model = getattr(keras.applications, self.name)(input_shape=(*image_size(input_shape), 3), weights=None)
        return facts_of(model)


def facts_of(model: Any) -> Facts:
    """Collect what a model has."""
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return Facts(tensors_of(model), {"params": model.count_params(), "trainable_params": trainable})


def tensors_of(model: Any) -> Tensors:
    """Collect the tensors of a model's layers."""
    tensors: Tensors = {}
    for layer in _layers(model):
        for weight in layer.weights:
            # Behind the output a recurrent layer may give its states.
            first = layer.output[0] if isinstance(layer.output, list) else layer.output
            output = first.shape[1:]
            name = weight.path.removeprefix(f"{layer.path}/")
            tensor = keras_tensor(type(layer).__name__, name, weight.shape, output, trainable=weight.trainable)
            tensors.setdefault(tensor, []).append(layer.name)
    return tensors


def _layers(model: Any) -> Iterator[Any]:
    """Return the layers, and in the place of a model within the model its layers."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer
