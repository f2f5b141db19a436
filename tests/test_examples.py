"""Every example keeps what its first lines promise; those that parity/zoo.py lacks also equal figures from outside."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum import Summary
from archsum.layers.shapes import known
from tests.support.paths import EXAMPLES

FILES = sorted(EXAMPLES.rglob("*.yaml"))

FIGURES = {
    "parameters": "params",
    "trainable parameters": "trainable_params",
    "PyTorch params": "torch_params",
    "biases": "bias_params",
    "untied biases": "untied_bias_params",
    "MACs": "macs",
    "connections": "connections",
}
"""What a line `# expected: 9 parameters, 0 biases` may promise, and the total that it means."""


def example(name: str, **variables: Any) -> Summary:
    return archsum.summarize(EXAMPLES / f"{name}.yaml", variables=variables)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(EXAMPLES)))
def test_an_example_keeps_what_its_comment_promises(file: Path) -> None:
    lines = re.findall(r"^# expected: (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == 1
    promised = {what: int(number.replace(",", "")) for number, what in re.findall(r"(\d[\d,]*) ([^,]+)", lines[0])}
    summary = archsum.summarize(file)
    assert promised == {what: getattr(summary, FIGURES[what]) for what in promised}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        # weights + biases, written out
        ("tied", 3 * 5 * 5 * 32 + 32),
        ("untied", 3 * 5 * 5 * 32 + 28 * 28 * 32),
        ("untied_along_height", 3 * 3 * 32 + 126 * 32),
        ("one_filter", 9 + 1),
        ("no_bias", 9),
        ("ten_filters", 250 + 10),
        ("grey", (9 * 1 + 1) * 10),
        ("colour", (9 * 3 + 1) * 10),
    ],
)
def test_biases(name: str, params: int) -> None:
    assert example(f"biases/{name}").params == params


def test_lenet5_has_the_paper_s_parameters_and_connections() -> None:
    # LeCun et al. 1998, section II.B. The paper counts a subsampling layer as one, here it is two.
    trainable, connections = Counter[str](), Counter[str]()
    for layer in example("lenet5").layers:
        paper_s_name = layer.name.removesuffix("_average")
        trainable[paper_s_name] += known(layer.trainable_params)
        connections[paper_s_name] += layer.connections or 0
    assert +trainable == {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
    assert +connections == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
        "output": 340_908 - 340_068,  # the paper's total, less the six above
    }


def test_alexnet_has_the_paper_s_neurons() -> None:
    # Krizhevsky et al. 2012, section 3.5, but for the first layer, where the paper has 253,440.
    layers = [layer for layer in example("alexnet").layers if layer.params]
    neurons = [55 * 55 * 96, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert [layer.neurons for layer in layers] == neurons


@pytest.mark.parametrize(
    ("name", "params", "macs"),
    [
        # Chen et al. 2016, "Eyeriss" (ISSCC 14.5): weights in millions, MACs in millions, of the convolutions.
        ("alexnet", 2.3, 666),
        ("vgg16", 14.7, 15_300),
    ],
)
def test_convolutions_against_eyeriss(name: str, params: float, macs: int) -> None:
    convolutions = [layer for layer in example(name).layers if layer.type == "Conv2D"]
    assert round(sum(known(layer.params) for layer in convolutions) / 1e6, 1) == params
    assert sum(layer.macs or 0 for layer in convolutions) / 1e6 == pytest.approx(macs, rel=0.005)


def test_galaxy_zoo_has_untied_biases_and_42_million_parameters() -> None:
    # https://github.com/benanne/kaggle-galaxies, doc/documentation.pdf, section 1.
    summary = example("galaxy_zoo")
    assert round(known(summary.params) / 1e6) == 42
    convolutions = [layer for layer in summary.layers if layer.type == "Conv2D"]
    biases = [layer.untied_bias_params for layer in convolutions]
    assert biases == [40 * 40 * 32, 16 * 16 * 64, 6 * 6 * 128, 4 * 4 * 128]
    tied = example("galaxy_zoo", bias="tied")
    assert tied.untied_bias_params == 0
    assert sum(known(layer.bias_params) for layer in tied.layers if layer.type == "Conv2D") == 32 + 64 + 128 + 128
    parts = next(layer for layer in summary.layers if layer.name == "parts")
    assert parts.macs == 15 * sum(layer.macs or 0 for layer in convolutions)


@pytest.mark.parametrize(
    ("name", "trained", "params", "macs"),
    [
        # What training sees: Keras's summary. What the device has: counted in the int8 models of
        # https://github.com/mlcommons/tiny, whose convolutions have taken the batch normalization in.
        ("anomaly_detection", 269_992, 265_864, 264_192),
        ("image_classification", 78_666, 77_706, 12_501_632),
        ("keyword_spotting", 24_908, 22_604, 2_656_768),
        ("visual_wake_words", 221_794, 210_850, 7_489_664),
    ],
)
def test_mlperf_tiny_s_models_as_trained_and_on_the_device(name: str, trained: int, params: int, macs: int) -> None:
    summary = example(f"mlperf_tiny_{name}")
    assert (summary.params, summary.macs) == (params, macs)
    assert example(f"mlperf_tiny_{name}", folded=False).params == trained


@pytest.mark.parametrize(
    ("name", "variables", "params"),
    [
        # What torchvision publishes, and what the weights of GPT-2 and T5 have that OpenAI and Google publish.
        ("efficientnet", {"width": 1.0, "depth": 1.1}, 7_794_184),
        ("efficientnet", {"width": 1.1, "depth": 1.2}, 9_109_994),
        ("efficientnet", {"width": 1.2, "depth": 1.4}, 12_233_232),
        ("efficientnet", {"width": 1.4, "depth": 1.8}, 19_341_616),
        ("efficientnet", {"width": 1.6, "depth": 2.2}, 30_389_784),
        ("efficientnet", {"width": 1.8, "depth": 2.6}, 43_040_704),
        ("efficientnet", {"width": 2.0, "depth": 3.1}, 66_347_960),
        ("convnext", {"depths": [3, 3, 27, 3]}, 50_223_688),
        ("convnext", {"depths": [3, 3, 27, 3], "widths": [192, 384, 768, 1536]}, 197_767_336),
        ("shufflenet_v2", {"widths": [48, 96, 192]}, 1_366_792),
        ("shufflenet_v2", {"widths": [176, 352, 704]}, 3_503_624),
        ("vit", {"patch": 32}, 88_224_232),
        ("swin", {"depths": [2, 2, 18, 2]}, 49_606_258),
        ("swin", {"depths": [2, 2, 18, 2], "width": 128, "heads": [4, 8, 16, 32]}, 87_768_224),
        ("t5", {"width": 768, "depth": 12, "heads": 12, "hidden": 3072}, 222_903_552),
        ("t5", {"width": 1024, "depth": 24, "heads": 16, "hidden": 4096}, 737_668_096),
        ("gpt2", {"width": 1024, "depth": 24, "heads": 16}, 354_823_168),
        ("gpt2", {"width": 1280, "depth": 36, "heads": 20}, 774_030_080),
        ("gpt2", {"width": 1600, "depth": 48, "heads": 25}, 1_557_611_200),
    ],
)
def test_variables_make_the_published_variants(name: str, variables: dict[str, Any], params: int) -> None:
    assert example(name, **variables).trainable_params == params


def test_unet_has_the_paper_s_sizes() -> None:
    # Ronneberger et al. 2015, figure 1: what each level of the U ends with, from left to right.
    ends = {"left_1/conv2d_1": 568, "left_2/conv2d_1": 280, "left_3/conv2d_1": 136, "left_4": 64, "bottom": 28}
    ends |= {
        f"right_{level}/convolutions/conv2d_1": size for level, size in zip("4321", (52, 100, 196, 388), strict=True)
    }
    sizes = {layer.name: layer.output_shape[:2] for layer in example("unet").layers}
    assert {name: sizes[name] for name in ends} == {name: (size, size) for name, size in ends.items()}


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if "budget:" in file.read_text(encoding="utf-8")],
    ids=lambda file: file.stem,
)
def test_an_example_keeps_its_budget(file: Path) -> None:
    assert archsum.check(file).ok


@pytest.mark.parametrize(("name", "lines"), [("efficientnet", 60), ("googlenet", 60), ("resnet50", 45), ("vgg16", 30)])
def test_a_network_s_file_is_short(name: str, lines: int) -> None:
    assert len((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()) <= lines


def keras_text_cnn() -> Any:
    # https://github.com/keras-team/keras/blob/2.3.1/examples/imdb_cnn.py
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((400,)),
            layers.Embedding(5000, 50),
            layers.Dropout(0.2),
            layers.Conv1D(250, 3, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(250),
            layers.Dropout(0.2),
            layers.Activation("relu"),
            layers.Dense(1),
            layers.Activation("sigmoid"),
        ]
    )


def keras_autoencoder() -> Any:
    # https://keras.io/examples/vision/autoencoder/
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu", padding="same"),
            layers.MaxPooling2D((2, 2), padding="same"),
            layers.Conv2D(32, (3, 3), activation="relu", padding="same"),
            layers.MaxPooling2D((2, 2), padding="same"),
            layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same"),
            layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same"),
            layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same"),
        ]
    )


def keras_voxnet() -> Any:
    # https://github.com/dimatura/voxnet/blob/master/scripts/config/shapenet10.py, for 40 classes
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((32, 32, 32, 1)),
            layers.Conv3D(32, 5, strides=2),
            layers.LeakyReLU(0.1),
            layers.Dropout(0.2),
            layers.Conv3D(32, 3),
            layers.LeakyReLU(0.1),
            layers.MaxPooling3D(2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(40, activation="softmax"),
        ]
    )


def keras_wavenet() -> Any:
    # arXiv:1609.03499, figure 4
    from keras import Input, Model, layers

    def gated(x: Any, rate: int) -> Any:
        options = {"padding": "causal", "dilation_rate": rate}
        return layers.Multiply()(
            [layers.Conv1D(32, 2, activation=function, **options)(x) for function in ("tanh", "sigmoid")]
        )

    inputs = Input((16000, 256))
    x, parts = layers.Conv1D(32, 2, padding="causal")(inputs), []
    for exponent in range(10):
        gate = gated(x, 2**exponent)
        parts.append(layers.Conv1D(256, 1)(gate))
        x = layers.Add()([x, layers.Conv1D(32, 1)(gate)])
    x = layers.ReLU()(layers.Add()(parts))
    x = layers.Conv1D(256, 1, activation="relu")(x)
    return Model(inputs, layers.Conv1D(256, 1, activation="softmax")(x))


def test_wavenet_equals_keras_s() -> None:
    """Layer by layer, in any order; Keras leaves the last sum out by itself, as nothing takes it."""
    model, ours = keras_wavenet(), example("wavenet")
    assert ours.params == model.count_params()
    passed_on = ("Identity", "InputLayer")

    def listed(layers: Any, output: Callable[[Any], Any], kind: Callable[[Any], str]) -> Counter[str]:
        rows = ((kind(layer), output(layer), [(w.name, tuple(w.shape)) for w in layer.weights]) for layer in layers)
        return Counter(str(row) for row in rows if row[0] not in passed_on)

    assert listed(ours.layers, lambda layer: layer.output_shape, lambda layer: layer.type) == listed(
        model.layers, lambda layer: layer.output.shape[1:], lambda layer: type(layer).__name__
    )


@pytest.mark.parametrize("build", [keras_text_cnn, keras_autoencoder, keras_voxnet])
def test_every_layer_equals_the_keras_model_s(build: Any) -> None:
    model = build()
    ours = example(build.__name__.removeprefix("keras_"))
    assert ours.params == model.count_params()
    assert [
        (layer.type, layer.output_shape, [(weight.name, weight.shape) for weight in layer.weights])
        for layer in ours.layers
    ] == [
        (type(layer).__name__, layer.output.shape[1:], [(weight.name, weight.shape) for weight in layer.weights])
        for layer in model.layers
        if type(layer).__name__ != "InputLayer"
    ]
