"""What is built for Keras is the network: the examples in a process of their own, and each kind of layer."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
from hypothesis import settings

import archsum
from archsum.interchange.building.names import identifier
from archsum.layers import KINDS
from tests.interchange.building.cases import CASES
from tests.support.built_code import run_all
from tests.support.parity import run_built
from tests.support.parity.random_networks import network
from tests.support.parity.tied_networks import AUTOENCODER
from tests.support.paths import EXAMPLES

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras warns of networks that no one would train

IS_THOROUGH = settings.default is settings.get_profile("thorough")
LARGE = (
    *(
        "densenet121",
        "efficientnet",
        "inception_v3",
        "mnasnet",
        "mobilenet_v3_large",
        "nasnet_mobile",
        "regnet_y_400mf",
    ),
    *("resnet50", "resnext50_32x4d", "swin", "xception", "yolov8n", "googlenet", "mobilenet_v1", "vgg16_torchvision"),
)
"""Those that only the thorough run builds."""
ALL = tuple(sorted(EXAMPLES.glob("*.yaml"))) + tuple(sorted(EXAMPLES.glob("biases/*.yaml")))
FILES = tuple(file for file in ALL if IS_THOROUGH or file.stem not in LARGE)
WITH_CUSTOM = ("galaxy_zoo", "lenet5")
"""Of which the configuration alone does not say the weights."""

TIED = {
    **{
        f"head_{bias}": f"""
input: [20]
layers:
  - embedding: {{input_dim: 30, output_dim: 8, shared: {{embeddings: table}}}}
  - dense: {{units: 8, activation: gelu}}
  - dense: {{units: 30, bias: {bias}, shared: {{kernel: table}}}}
"""
        for bias in ("tied", "untied", "false")
    },
    "masked": """
input: [20]
layers:
  - embedding: {input_dim: 30, output_dim: 8, mask_zero: true, shared: {embeddings: table}}
  - dense: {units: 30, activation: softmax, shared: {kernel: table}}
""",
    "autoencoder": AUTOENCODER,
    "frozen": """
input: [10]
layers:
  - dense: {units: 4, trainable: false, shared: {kernel: k}}
  - dense: {units: 10, trainable: false, shared: {kernel: k}}
""",
    "images": """
input: [12, 12, 3]
layers:
  - conv2d: {filters: 8, kernel_size: 3, strides: 2, activation: relu, shared: {kernel: both}}
  - conv2d_transpose: {filters: 3, kernel_size: 3, strides: 2, output_padding: 1, padding: same, shared: {kernel: both}}
""",
    "images_first": """
data_format: channels_first
input: [3, 12, 12]
layers:
  - conv2d: {filters: 3, kernel_size: 3, padding: 1, dilation_rate: 2, shared: {kernel: k}}
  - conv2d: {filters: 3, kernel_size: 3, bias: untied, shared: {kernel: k}}
""",
    "steps": """
input: [12, 3]
layers:
  - conv1d: {filters: 3, kernel_size: 3, padding: same, shared: {kernel: k}}
  - conv1d: {filters: 3, kernel_size: 3, bias: false, shared: {kernel: k}}
""",
    "one_hot": """
input: {words: [5], shares: [5, 30]}
layers:
  - embedding: {name: a, inputs: words, input_dim: 30, output_dim: 8, shared: {embeddings: table}}
  - dense: {name: b, inputs: shares, units: 8, shared: {kernel: table}}
  - add: {inputs: [a, b]}
""",
    "loop": "input: [8]\nlayers:\n  - repeat: {times: 3, layers: [dense: {units: 8, shared: {kernel: k}}]}\n",
    "block": """
variables: {words: 9, width: 4}
input: [5]
blocks:
  model:
    layers:
      - embedding: {input_dim: =words, output_dim: =width, shared: {embeddings: table}}
      - dense: {units: =words, shared: {kernel: table}}
      - reduce: {function: argmax, axis: 2}
layers: [model, model]
""",
}
"""Networks whose layers share single weights."""
LACKING = ("threshold", "weight_normalization")
WRITTEN_OTHERWISE = {
    "conv2d_transpose_untied": "the bias is behind what crops",
    "resizing_like": "the size is taken of the other input, and not the input",
    "resizing_like_nearest": "the same",
    "random": "Keras writes a range where a number is stated",
    "random_colours": "the same",
}
"""What is the same network, and is not read back as the same layers."""
NOT_COMPUTED = ("custom", "elementwise_own")
"""What is a class to fill in."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Build all examples, and run them in a new process."""
    return run_all(FILES, "keras", run_built, tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_example_is_the_same_network(file: Path, built: dict[str, Any], tmp_path: Path) -> None:
    summary = archsum.summarize(file)
    facts = built[identifier(file.stem)]
    own = [layer for layer in summary.layers if not layer.shared_weights]
    weights = [(weight, layer.layer.trainable) for layer in own for weight in layer.weights]
    assert Counter((tuple(sorted(shape)), trained) for shape, trained in facts["weights"]) == Counter(
        (tuple(sorted(size or 0 for size in weight.shape)), weight.trainable and trained) for weight, trained in weights
    )
    by_name = {layer.name: layer for layer in summary.layers}
    assert facts["outputs"] == [list(by_name[name].output_shape) for name in summary.outputs]
    if file.stem not in WITH_CUSTOM:
        config = tmp_path / "model.json"
        config.write_text(facts["config"], encoding="utf-8")
        imported = archsum.load(config)
        assert archsum.diff(file, imported).equal
        assert archsum.diff(file, archsum.convert(imported).text).equal


@pytest.mark.parametrize("name", [name for name in CASES if name not in WRITTEN_OTHERWISE])
def test_every_kind_is_read_back_as_it_is(name: str) -> None:
    read = archsum.load(CASES[name])
    assert archsum.diff(read, archsum.from_keras(archsum.to_keras(read))).equal


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_COMPUTED and name != "random_more"])
def test_every_kind_computes_what_it_announces(name: str) -> None:
    summary = archsum.summarize(CASES[name])
    model, random = archsum.to_keras(CASES[name]), numpy.random.default_rng(0)
    inputs = [random.uniform(0, 4, (2, *one.shape[1:])).astype(one.dtype) for one in model.inputs]
    for training in (False, True):
        output = numpy.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=training))
        assert output.shape[1:] == summary.layers[-1].output_shape
        assert numpy.isfinite(output).all()
    assert model.count_params() == summary.params


@pytest.mark.parametrize("name", [name for name in CASES if name != "random"])  # Keras loads no RandomShear
def test_every_kind_can_be_saved(name: str) -> None:
    model = archsum.to_keras(CASES[name])
    loaded = keras.models.model_from_json(model.to_json())
    assert [weight.shape for weight in loaded.weights] == [weight.shape for weight in model.weights]
    assert loaded.to_json() == model.to_json()


@pytest.mark.parametrize("name", TIED)
def test_a_single_weight_is_one_that_is_saved_once(name: str, tmp_path: Path) -> None:
    summary, model = archsum.summarize(TIED[name]), archsum.to_keras(TIED[name])
    trainable = sum(int(weight.value.size) for weight in model.trainable_weights)
    assert (model.count_params(), trainable) == (summary.params, summary.trainable_params)
    assert archsum.diff(archsum.load(TIED[name]), archsum.from_keras(model)).equal
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.count_params() == keras.models.model_from_json(model.to_json()).count_params() == summary.params
    data = [numpy.ones((2, *one.shape[1:]), one.dtype) for one in model.inputs]
    found, expected = (numpy.asarray(one(data if len(data) > 1 else data[0])) for one in (loaded, model))
    assert (found == expected).all()


def test_a_single_weight_that_keras_has_no_layer_for_is_said_at_its_line() -> None:
    text = "input: [8]\nlayers:\n" + "  - dense: {units: 8, shared: {bias: b}}\n" * 2
    text += "  - reshape: [2, 4]\n" + "  - lstm: {units: 4, return_sequences: true, shared: {kernel: k}}\n" * 2
    with pytest.raises(archsum.SpecError) as raised:
        archsum.build(text)
    problems = raised.value.diagnostics
    assert [one.span.line for one in problems if one.span] == [3, 4, 6, 7]
    assert {one.message for one in problems} == {
        "`dense` cannot be built: Keras has nothing but kernels and tables for layers that share a single weight",
        "`lstm` cannot be built: Keras has no such layer for layers that share a single weight",
    }


@pytest.mark.parametrize("name", NOT_COMPUTED)
def test_what_is_to_be_filled_in_says_so(name: str) -> None:
    model = archsum.to_keras(CASES[name])
    with pytest.raises(NotImplementedError, match="computes"):
        model(numpy.zeros((1, 6, 4), "float32"))


def test_there_is_a_case_of_every_kind() -> None:
    assert {*KINDS} - {*LACKING} <= {word for case in CASES.values() for word in _words(case["layers"])}


def _words(layers: Any) -> Iterator[str]:
    if isinstance(layers, str):
        yield layers
    elif isinstance(layers, list):
        for layer in layers:
            yield from _words(layer)
    elif isinstance(layers, dict):
        for word, value in layers.items():
            yield word
            yield from _words(value)


@pytest.mark.parametrize("seed", range(6))
def test_drawn_networks(seed: int) -> None:
    read = archsum.load(network(seed))
    assert archsum.diff(read, archsum.from_keras(archsum.to_keras(read))).equal


def test_what_keras_lacks_is_said_of_each_layer() -> None:
    text = "input: [8, 4]\nlayers:\n  - threshold\n  - weight_normalization: {layer: {dense: 3}}\n  - relu\n"
    with pytest.raises(archsum.SpecError) as raised:
        archsum.build(text)
    assert [(one.code, one.message) for one in raised.value.diagnostics] == [
        ("not-in-framework", "`threshold` cannot be built: Keras has no threshold whose value is not known"),
        (
            "not-in-framework",
            "`weight_normalization` cannot be built: Keras has no layer whose kernel is a length and a direction",
        ),
    ]
    assert all(one.span and one.cure for one in raised.value.diagnostics)


def test_keras_hides_later_positions_along_the_first_axis_alone() -> None:
    attention = "multi_head_attention: {num_heads: 2, key_dim: 4, attention_axes: %s, causal: true}"
    text = "input: [5, 3, 8]\nlayers:\n" + "".join(f"  - {attention % axes}\n" for axes in ("[1]", "[2]", "[1, 2]"))
    with pytest.raises(archsum.SpecError) as raised:
        archsum.build(text)
    problems = raised.value.diagnostics
    assert [one.span.line for one in problems if one.span] == [4, 5]
    assert {one.message for one in problems} == {
        "`multi_head_attention` cannot be built: Keras has causal attention along the first axis alone"
    }


def test_a_model_of_another_framework_is_built_too() -> None:
    model = keras.Sequential([keras.layers.Input((8, 8, 3)), *[keras.layers.Conv2D(4, 3, padding="same")] * 1])
    made = archsum.build(archsum.from_keras(model))
    assert 'layers.Conv2D(4, 3, padding="same")' in made.text
    assert archsum.diff(
        archsum.from_keras(model), archsum.from_keras(archsum.to_keras(archsum.from_keras(model)))
    ).equal
