"""What is built for PyTorch is the network: by its shapes, its weights and its values."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy
import pytest

import archsum
from archsum.interchange.building.names import identifier
from archsum.layers.attention import AttentionLayer
from archsum.layers.shapes import known
from tests.interchange.building.cases import CASES, NOT_BUILT
from tests.interchange.building.test_keras import LACKING, TIED
from tests.interchange.building.test_structure import CUSTOM, NETWORKS, OTHERS
from tests.support.built_code import run_all
from tests.support.parity import run_torch
from tests.support.parity.random_networks import network
from tests.support.parity.tied_networks import AUTOENCODER, HEAD, IMAGES
from tests.support.paths import EXAMPLES

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.both_built import difference, inputs_of  # noqa: E402
from tests.support.parity.torch_models import torchvision  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

FILES = tuple(sorted(EXAMPLES.glob("*.yaml"))) + tuple(sorted(EXAMPLES.glob("biases/*.yaml")))
SIZES = {"untied_along_height": [128, 50, 1]}
"""What files take that leave sizes open: PyTorch's models are read as they run, on sizes that are numbers."""
OF_TORCHVISION = {
    **{name: name for name in ("mobilenet_v2", "mobilenet_v3_large", "resnet18", "squeezenet1_1", "densenet121")},
    **{"efficientnet": "efficientnet_b0", "convnext": "convnext_tiny", "mnasnet": "mnasnet1_0"},
    **{"shufflenet_v2": "shufflenet_v2_x1_0", "googlenet": "googlenet", "resnext50_32x4d": "resnext50_32x4d"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Build all examples, and run them in a new process."""
    return run_all(FILES, "torch", run_torch, tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_example_has_its_parameters_and_outputs(file: Path, built: dict[str, Any]) -> None:
    summary, facts = archsum.summarize(file), built[identifier(file.stem)]
    sizes = [(numpy.prod(shape, dtype=int), trained) for shape, trained in facts["parameters"]]
    assert sum(size for size, _ in sizes) == summary.torch_params
    assert sum(size for size, trained in sizes if trained) == summary.trainable_params
    if facts["outputs"] is not None:
        by_name = {layer.name: sorted(map(known, layer.output_shape)) for layer in summary.layers}
        assert [sorted(shape) for shape in facts["outputs"]] == [by_name[name] for name in summary.outputs]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_is_read_back_as_it_is(file: Path) -> None:
    read, model = archsum.load(file, input=SIZES.get(file.stem)), archsum.to_torch(file)
    shape = model.input_shape if file.stem not in SIZES else archsum.to_torch(read).input_shape
    assert archsum.diff(read, archsum.from_torch(model, shape)).equal


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_BUILT and name != "custom"])
def test_every_kind_gives_what_keras_gives(name: str) -> None:
    read = archsum.load(CASES[name])
    summary, ours = archsum.summarize(read), archsum.to_torch(read).eval()
    assert sum(weight.numel() for weight in ours.parameters()) == summary.torch_params
    inputs = list(inputs_of(ours, summary))
    with torch.no_grad():
        assert sorted(ours(*inputs).shape[1:]) == sorted(map(known, summary.layers[-1].output_shape))
    if name not in LACKING:
        assert difference(archsum.to_keras(read), ours, inputs) < 1e-4


def test_swin_gives_what_keras_gives() -> None:
    variables: dict[str, Any] = {"window": 2, "depths": [1, 2, 2, 1], "heads": [1, 2, 2, 4], "width": 8, "classes": 5}
    read = archsum.load(EXAMPLES / "swin.yaml", input=[64, 64, 3], variables=variables)
    ours = archsum.to_torch(read).eval()
    assert difference(archsum.to_keras(read), ours, [torch.rand(2, *ours.input_shape)]) < 1e-4


def test_what_is_normalized_by_its_value_is_so_again_when_it_is_trained() -> None:
    """Copied weights are left as they are, until a step of training divides them by their value."""
    text = "input: [6]\nlayers: [spectral_normalization: {layer: {dense: 4}}]"
    theirs, ours = archsum.to_keras(text), archsum.to_torch(text)
    assert difference(theirs, ours.eval(), [torch.rand(2, 6)]) < 1e-4
    for _ in range(30):
        ours.train()(torch.rand(2, 6))
    layer = ours.spectral_normalization
    kernel = torch.from_numpy(theirs.weights[0].numpy()).T
    assert torch.allclose(layer.weight, kernel / torch.linalg.matrix_norm(kernel, 2), atol=1e-3)


@pytest.mark.parametrize(
    "name",
    [
        *("multi_head_attention_causal", "multi_head_attention_causal_query", "multi_head_attention_causal_axis"),
        *("multi_head_attention_causal_by_use", "relative_position_bias_causal", "attention_causal_self"),
        *("grouped_query_attention_causal", "grouped_query_attention_bias_causal"),
    ],
)
def test_attention_is_read_back_as_causal(name: str) -> None:
    read = archsum.load(CASES[name])
    model = archsum.to_torch(read)
    again = archsum.from_torch(model, model.input_shape)
    stated, found = (_causal(archsum.summarize(network)) for network in (read, again))
    assert found == stated
    assert any(is_causal for _, is_causal in stated)


def _causal(summary: archsum.Summary) -> list[tuple[str, bool]]:
    """Return each attention, and whether it is causal."""
    return [(type(one.layer).__name__, one.layer.causal) for one in summary if isinstance(one.layer, AttentionLayer)]


@pytest.mark.parametrize("seed", [seed for seed in range(24) if "- average:" not in network(seed)])
def test_drawn_networks(seed: int) -> None:
    """PyTorch has no average of several: it is read back as a sum that is divided."""
    read = archsum.load(network(seed))
    model = archsum.to_torch(read)
    assert archsum.diff(read, archsum.from_torch(model, model.input_shape)).equal


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "unknown sizes"])
def test_every_structure_gives_what_keras_gives(name: str) -> None:
    read = archsum.load(dedent(NETWORKS[name]).strip() + "\n")
    summary, model = archsum.summarize(read), archsum.to_torch(read).eval()
    assert sum(weight.numel() for weight in model.parameters()) == summary.torch_params
    assert difference(archsum.to_keras(read), model, list(inputs_of(model, summary))) < 1e-4


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "inception_v3"])  # whose head is always there
def test_the_arguments_are_the_variables(name: str) -> None:
    file = EXAMPLES / f"{name}.yaml"
    made = archsum.build(file, "torch")
    namespace: dict[str, Any] = {"__name__": f"arguments_of_{name}"}
    exec(made.text, namespace)  # it is our own
    model = namespace[made.name](**OTHERS[name]).eval()
    summary = archsum.summarize(file, variables=OTHERS[name])
    assert sum(weight.numel() for weight in model.parameters()) == summary.torch_params
    with torch.no_grad():
        given = model(*inputs_of(model, summary))
    assert given.shape[1:] == summary.layers[-1].output_shape


@pytest.mark.parametrize("name", OF_TORCHVISION)
def test_torchvision_computes_the_same(name: str) -> None:
    torch.manual_seed(0)
    options = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    theirs = getattr(torchvision().models, OF_TORCHVISION[name])(weights=None, **options).eval()
    ours = archsum.to_torch(EXAMPLES / f"{name}.yaml").eval()
    _take_weights(ours, theirs)
    data = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(ours(data), theirs(data), atol=1e-4)


def _take_weights(ours: Any, theirs: Any) -> None:
    """Give both the same random weights, in order, and the same small numbers to normalize with."""
    norms = (torch.nn.BatchNorm2d, torch.nn.LayerNorm)
    own, other = ([one for one in model.modules() if isinstance(one, norms)] for model in (ours, theirs))
    for one, twin in zip(own, other, strict=True):
        one.eps = twin.eps
    waiting: dict[Any, list[Any]] = {}
    for key, tensor in ours.state_dict().items():
        waiting.setdefault(_like(key, tensor, ours), []).append(tensor)
    for key, tensor in theirs.state_dict().items():
        if tensor.is_floating_point():
            drawn = torch.rand_like(tensor) if "var" in key else torch.randn_like(tensor) / tensor[0].numel() ** 0.5
            tensor.copy_(drawn + 0.5 if "var" in key else drawn)
        twin = waiting[_like(key, tensor, theirs)].pop(0)
        twin.copy_(tensor.reshape(twin.shape))
    assert not any(waiting.values())


def _like(key: str, tensor: Any, model: Any) -> Any:
    """Return what a weight has in common with its twin: its shape, and whether it normalizes."""
    module, _, name = key.rpartition(".")
    is_of_norm = "Norm" in type(model.get_submodule(module)).__name__
    shape = tuple(tensor.shape) if tensor.dim() == 4 else tuple(size for size in tensor.shape if size > 1)
    return shape, is_of_norm, name if is_of_norm or name == "bias" else ""


def test_what_pytorch_lacks_is_said_at_its_line() -> None:
    text = "input: [8, 8, 3]\nlayers:\n  - random_flip\n  - conv2d: {filters: 2, kernel_size: 3}\n"
    with pytest.raises(archsum.SpecError) as raised:
        archsum.build(text, "torch")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.message.startswith("`random_flip` changes the data in training")
    assert diagnostic.span is not None
    assert diagnostic.cure == "leave it out, and use `torchvision.transforms.v2`"


def test_weights_are_not_called_like_what_modules_have() -> None:
    names = ("forward", "training", "parameters", "type", "a.b", "a-b")
    layer = {"output_shape": [4], "weights": {name: [2] for name in names}, "macs": 8}
    model = archsum.to_torch({"input": [8], "layers": [{"custom": layer}]})
    assert len([*model.parameters()]) == len(names)


def test_a_layer_to_fill_in_is_made_with_what_its_formulas_name() -> None:
    for units in (4, 7):
        wanted = archsum.load(CUSTOM, variables={"units": units})
        assert sum(one.numel() for one in archsum.to_torch(wanted).parameters()) == archsum.summarize(wanted).params
    made = archsum.build(CUSTOM, "torch")
    assert made.text.count("class Mine(") == 1
    namespace: dict[str, Any] = {"__name__": "made_with_what_its_formulas_name"}
    exec(made.text, namespace)  # it is our own
    summary = archsum.summarize(CUSTOM, variables={"units": 7})
    assert sum(one.numel() for one in namespace[made.name](units=7).parameters()) == summary.params


def test_single_weights_are_one_parameter() -> None:
    for text in (HEAD % "false", IMAGES):
        model = archsum.to_torch(text)
        assert sum(weight.numel() for weight in model.parameters()) == archsum.summarize(text).params
        assert archsum.diff(text, archsum.from_torch(model, model.input_shape)).equal


@pytest.mark.parametrize(
    "scores",
    ["dense: {units: 50, bias: false, shared: {kernel: table}}", "reversible_embedding: {shared: t, reverse: true}"],
)
def test_scores_by_a_table_of_words_begin_small(scores: str) -> None:
    is_whole = scores.startswith("reversible")
    table = "reversible_embedding: {shared: t}" if is_whole else "embedding: {shared: {embeddings: table}}"
    defaults = f"defaults: {{{table.partition(':')[0]}: {{input_dim: 50, output_dim: 256}}}}"
    text = f"input: [4]\n{defaults}\nlayers: [{table}, layer_normalization, {scores}]\n"
    torch.manual_seed(0)
    with torch.no_grad():
        found = archsum.to_torch(text)(torch.arange(4)[None])
    assert found.shape == (1, 4, 50)
    assert found.std() < 1  # normalized vectors have a length of 16


def test_what_a_layer_to_fill_in_begins_with_is_defined() -> None:
    weights = {"factors": [40, 30], "count": {"shape": [5], "trainable": False}}
    layer = {"name": "own", "output_shape": [8], "weights": weights, "macs": 8}
    torch.manual_seed(0)
    own = archsum.to_torch({"input": [8], "layers": [{"custom": layer}]}).own
    assert 0.015 < own.factors.std() < 0.025
    assert not own.count.any()


def test_single_weights_are_one_parameter_in_a_loop_too() -> None:
    text = "input: [8]\nlayers:\n  - repeat: {times: 3, layers: [dense: {units: 8, shared: {kernel: k}}]}\n"
    assert sum(weight.numel() for weight in archsum.to_torch(text).parameters()) == 8 * 8 + 3 * 8


@pytest.mark.parametrize("name", TIED)
def test_single_weights_give_what_keras_gives(name: str) -> None:
    summary, ours = archsum.summarize(TIED[name]), archsum.to_torch(TIED[name]).eval()
    assert sum(weight.numel() for weight in ours.parameters()) == summary.torch_params
    assert difference(archsum.to_keras(TIED[name]), ours, list(inputs_of(ours, summary))) < 1e-4


def test_a_kernel_that_is_transposed_and_another_weight_are_said_at_their_line() -> None:
    text = AUTOENCODER.replace("{units: 40, shared: {kernel: outer}}", "{units: 40, shared: {kernel: outer, bias: b}}")
    with pytest.raises(archsum.SpecError, match="`dense` shares its kernel transposed, and another weight") as raised:
        archsum.build(text, "torch")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "not-in-framework"
    assert ":6:5\n6 |   - dense: {units: 40" in str(raised.value)


def test_weights_of_another_network_are_not_copied() -> None:
    keras_model = archsum.to_keras("input: [8]\nlayers:\n  - dense: 4\n")
    torch_model = archsum.to_torch("input: [8]\nlayers:\n  - dense: 5\n")
    with pytest.raises(archsum.SpecError, match=r"has a weight \[4, 8\], and .* \[5, 8\]"):
        archsum.copy_weights(keras_model, torch_model)
