"""Models of Keras and of torchvision as our YAML: the same networks, in as few lines as a person would write."""

import io
from typing import Any

import pytest

import archsum
from archsum import Network
from archsum.interchange.writing.comparison import read_again
from archsum.interchange.writing.text import write_text
from tests.interchange.writing.support import folded

KERAS = {
    **{"ResNet50": 35, "MobileNet": 30, "MobileNetV2": 45, "DenseNet121": 50, "EfficientNetB0": 60},
    **{"Xception": 65},
}
TORCH = {
    **{"resnet50": 35, "mobilenet_v2": 45, "densenet121": 50, "vit_b_16": 40, "googlenet": 75, "regnet_y_400mf": 60},
    **{"swin_t": 65, "swin_v2_t": 100, "maxvit_t": 120},
}
"""The lines that models may take."""


def lines(network: Network) -> int:
    """Return how many lines a network takes that is folded as far as that goes, and seen to be that network."""
    summary = archsum.summarize(network)
    text = write_text(folded(summary))
    assert read_again(text, summary)
    again = archsum.summarize(io.StringIO(archsum.convert(network).text))
    assert (again.params, again.trainable_params, again.macs) == (
        summary.params,
        summary.trainable_params,
        summary.macs,
    )
    return text.count("\n")


@pytest.mark.parametrize("name", KERAS)
def test_keras(name: str) -> None:
    keras: Any = pytest.importorskip("keras")
    model = getattr(keras.applications, name)(weights=None)
    assert lines(archsum.load(io.StringIO(model.to_json()))) <= KERAS[name]


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH)
def test_torchvision(name: str) -> None:
    pytest.importorskip("torch")
    from tests.support.parity.torch_models import Torchvision

    device = "cpu" if name.startswith("regnet") else "meta"
    model = Torchvision(name, device=device).build()
    size = 256 if name.startswith("swin_v2") else 224
    network = archsum.from_torch(model, (3, size, size))
    assert lines(network) <= TORCH[name]
    named = archsum.convert(network).names
    assert len(named) == len(network.graph.nodes) or name == "densenet121"  # whose first concatenation is of one tensor
