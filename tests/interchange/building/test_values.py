"""Models of keras.applications, read and built again: with the same weights they give the same."""

from typing import Any

import keras
import numpy
import pytest
from hypothesis import settings

import archsum
from tests.support.parity.copied_weights import copy_weights, draw_weights
from tests.support.paths import EXAMPLES

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras warns of networks that no one would train

QUICK = {"MobileNetV2": 64, "ResNet50": 64}
OTHERS = {
    "VGG16": 32,
    "EfficientNetB0": 64,
    "DenseNet121": 64,
    "Xception": 80,
    "NASNetMobile": 64,
    "InceptionV3": 96,
    "ConvNeXtTiny": 64,
    "ResNet50V2": 64,
    "InceptionResNetV2": 96,
}
"""Those that only the thorough run compares."""
IS_THOROUGH = settings.default is settings.get_profile("thorough")


@pytest.mark.parametrize("name", QUICK | OTHERS if IS_THOROUGH else QUICK)
def test_a_model_that_is_built_computes_the_same(name: str) -> None:
    size = (QUICK | OTHERS)[name]
    application = getattr(keras.applications, name)
    model = application(weights=None, input_shape=(size, size, 3), classes=10, classifier_activation=None)
    draw_weights(model)
    _compare(model, archsum.to_keras(archsum.from_keras(model)), size)


@pytest.mark.parametrize(("file", "name", "size"), [("vgg16", "VGG16", 32), ("xception", "Xception", 80)])
def test_an_example_computes_what_the_model_does_that_it_describes(file: str, name: str, size: int) -> None:
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
    draw_weights(model)
    _compare(model, archsum.to_keras(EXAMPLES / f"{file}.yaml", input=[size, size, 3]), size)


def _compare(model: Any, built: Any, size: int) -> None:
    copy_weights(model, built)
    images = numpy.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")
    wanted, found = (numpy.asarray(one(images, training=False)) for one in (model, built))
    assert wanted.std() > 0
    numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4 * abs(wanted).max())
