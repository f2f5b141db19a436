"""Models of Keras and of torchvision as our YAML: the same networks, in as few lines as a person would write."""

import io
from typing import Any

import pytest

import archsum
from archsum import Network
from archsum.interchange.writing.comparison import read_again
from archsum.interchange.writing.text import write_text
from tests.interchange.keras.handmade import MODELS as HANDMADE
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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", HANDMADE)
@pytest.mark.parametrize("flat", [False, True])
def test_small_models_of_keras(name: str, flat: bool) -> None:
    keras: Any = pytest.importorskip("keras")
    keras.utils.clear_session()
    network = archsum.load(io.StringIO(HANDMADE[name]().to_json()))
    source, again = archsum.summarize(network), archsum.summarize(io.StringIO(archsum.convert(network, flat=flat).text))
    assert (again.params, again.trainable_params, again.macs, again.flops) == (
        source.params,
        source.trainable_params,
        source.macs,
        source.flops,
    )


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


def test_held_layers_and_states_of_keras() -> None:
    keras: Any = pytest.importorskip("keras")
    layers = keras.layers
    images, words = keras.Input((4, 8, 8, 3), name="images"), keras.Input((5, 8), name="words")
    sharp = layers.TimeDistributed(layers.SpectralNormalization(layers.Conv2D(4, 3)))(images)
    model = keras.Model([images, words], [sharp, *layers.LSTM(3, return_state=True)(words)])
    text = archsum.convert(archsum.from_keras(model)).text
    assert archsum.summarize(io.StringIO(text)).params == model.count_params()
    assert "outputs: [time_distributed, lstm]" in text


def test_an_input_that_nothing_counts_is_left_out() -> None:
    keras: Any = pytest.importorskip("keras")
    words, mask = keras.Input((5, 8), name="words"), keras.Input((5, 5), dtype="bool", name="mask")
    attended = keras.layers.MultiHeadAttention(2, 4)(words, words, attention_mask=mask)
    text = archsum.convert(archsum.from_keras(keras.Model([words, mask], attended))).text
    assert "# Nothing takes mask, left out here.\n" in text
    assert "input: {words: [5, 8]}\n" in text
