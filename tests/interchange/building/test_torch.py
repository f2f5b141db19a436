"""What is built for PyTorch is the network: by its shapes, its weights and its values."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy
import pytest

import archsum
from archsum.interchange.building.names import identifier
from archsum.layers.attention import AttentionLayer
from archsum.layers.shapes import known
from tests.interchange.building.test_keras import CASES, LACKING
from tests.interchange.building.test_structure import NETWORKS
from tests.support.built_code import run_all
from tests.support.parity import run_torch
from tests.support.parity.copied_weights import draw_weights
from tests.support.parity.random_networks import network
from tests.support.paths import EXAMPLES

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.parity.test_tied import AUTOENCODER, HEAD, IMAGES  # noqa: E402
from tests.support.parity.allocations import training_steps  # noqa: E402
from tests.support.parity.torch_models import torchvision  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

FILES = tuple(sorted(EXAMPLES.glob("*.yaml"))) + tuple(sorted(EXAMPLES.glob("biases/*.yaml")))
READ_OTHERWISE = {
    "autoencoder": "what a transposed convolution cuts off is stated in numbers",
    "conv_lstm": "steps are read one by one",
    "convnext": "channels are moved for a layer normalization",
    "galaxy_zoo": "its custom layer does not run",
    "gpt2": "a table that is a dense layer's kernel too is read as such",
    "lenet5": "its custom layer does not run",
    "lstm_text_classifier": "the last step is read as a part of all",
    "nasbench_101": "identities, and slices of all channels, are no layers",
    "nasnet_mobile": "a separable convolution is two",
    "seq2seq": "what begins with another's states is read as custom",
    "segnet": "unpooling is read as custom",
    "shufflenet_v2": "a channel shuffle is read as custom",
    "swin": "windows are moved by functions",
    "t5": "a table that is a dense layer's kernel too is read as such",
    "text_cnn": "channels are moved for a convolution",
    "untied": "an untied bias is a parameter that is added",
    "untied_along_height": "a size is unknown, so that it does not say what it takes",
    "vit": "channels are moved for what attends to patches",
    "wavenet": "a causal padding is a layer",
    "xception": "a separable convolution is two",
    "yolov8n": "channels are moved to reshape",
}
"""What the same network is read back as, where it is not the same layers."""
SAME_AGAIN = [file for file in FILES if file.stem not in READ_OTHERWISE]
VALUES_DIFFER = {
    "depth_to_space": "PyTorch takes the channels in another order",
    "functions_3": "Keras's sparsemax sums up sums",
    "normalization": "the statistics are no parameters in PyTorch",
    "resizing_factor": "PyTorch takes other neighbours for a factor",
    "space_to_depth": "PyTorch puts the channels in another order",
    "spectral_normalization": "PyTorch looks for the value itself",
}
NOT_BUILT = ("elementwise_own", "random", "random_colours", "random_more")
"""What PyTorch cannot do, or does outside of models."""
TRAINED = {"mlperf_tiny_image_classification": 8, "mlperf_tiny_keyword_spotting": 8, "squeezenet1_1": 2, "voxnet": 8}
"""Examples that are trained for a step, with how many samples."""
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


@pytest.mark.parametrize("file", SAME_AGAIN, ids=lambda file: file.stem)
def test_an_example_is_read_back_as_it_is(file: Path) -> None:
    model = archsum.to_torch(file)
    assert archsum.diff(file, archsum.from_torch(model, model.input_shape)).equal


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_BUILT and name != "custom"])
def test_every_kind_gives_what_keras_gives(name: str) -> None:
    read = archsum.load(CASES[name])
    summary, ours = archsum.summarize(read), archsum.to_torch(read).eval()
    assert sum(weight.numel() for weight in ours.parameters()) == summary.torch_params
    inputs = list(_inputs(ours, summary))
    with torch.no_grad():
        assert sorted(ours(*inputs).shape[1:]) == sorted(map(known, summary.layers[-1].output_shape))
    if name in VALUES_DIFFER or name in LACKING:
        return
    theirs = archsum.to_keras(read)
    draw_weights(theirs)
    archsum.copy_weights(theirs, ours)
    given = [_as_keras(data, one.shape) for data, one in zip(inputs, theirs.inputs, strict=True)]
    expected = numpy.asarray(theirs(given if len(given) > 1 else given[0]))
    with torch.no_grad():
        found = ours(*inputs).numpy()
    moved = numpy.moveaxis(found, 1, -1) if found.ndim > 2 else found
    assert any(one.shape == expected.shape and numpy.allclose(one, expected, atol=1e-4) for one in (found, moved))


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


def _inputs(model: Any, summary: archsum.Summary) -> Iterator[Any]:
    """Draw two samples of what a network takes."""
    random = torch.Generator().manual_seed(0)
    said = model.input_shape
    words = any(isinstance(module, torch.nn.Embedding) for module in model.modules())
    for name, shape in zip(summary.inputs, said.values() if isinstance(said, dict) else [said], strict=True):
        if words or name == "n":
            yield torch.randint(0, 4, (2, *shape), generator=random)
        else:
            yield torch.rand(2, *shape, generator=random) * 4


def _as_keras(data: Any, shape: tuple[int | None, ...]) -> Any:
    """Return data as a Keras model takes them."""
    return (data if tuple(data.shape[1:]) == tuple(shape[1:]) else data.movedim(1, -1)).numpy()


@pytest.mark.parametrize("seed", [seed for seed in range(24) if "- average:" not in network(seed)])
def test_drawn_networks(seed: int) -> None:
    """PyTorch has no average of several: it is read back as a sum that is divided."""
    read = archsum.load(network(seed))
    model = archsum.to_torch(read)
    assert archsum.diff(read, archsum.from_torch(model, model.input_shape)).equal


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "unknown sizes"])
def test_every_structure_takes_the_weights_of_keras(name: str) -> None:
    read = archsum.load(dedent(NETWORKS[name]).strip() + "\n")
    summary, model = archsum.summarize(read), archsum.to_torch(read).eval()
    assert sum(weight.numel() for weight in model.parameters()) == summary.torch_params
    with torch.no_grad():
        given = model(*_inputs(model, summary))
    shapes = {layer.name: sorted(map(known, layer.output_shape)) for layer in summary.layers}
    outputs = given if isinstance(given, tuple) else (given,)
    assert [sorted(tensor.shape[1:]) for tensor in outputs] == [shapes[output] for output in summary.outputs]
    archsum.copy_weights(archsum.to_keras(read), model)


@pytest.mark.parametrize("name", TRAINED)
def test_a_training_step_takes_what_is_said(name: str) -> None:
    file = EXAMPLES / f"{name}.yaml"
    model, batch = archsum.to_torch(file), TRAINED[name]
    theirs = training_steps(model, [torch.rand(batch, *model.input_shape)])
    for optimizer, peak in theirs.items():
        costs = archsum.costs(file, {"batch": batch, "optimizer": optimizer})
        assert costs.training is not None
        assert costs.training.peak == pytest.approx(peak, rel=0.02)


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


def test_single_weights_are_one_parameter() -> None:
    for text in (HEAD % "false", IMAGES):
        model = archsum.to_torch(text)
        assert sum(weight.numel() for weight in model.parameters()) == archsum.summarize(text).params
        assert archsum.diff(text, archsum.from_torch(model, model.input_shape)).equal


def test_single_weights_are_one_parameter_in_a_loop_too() -> None:
    text = "input: [8]\nlayers:\n  - repeat: {times: 3, layers: [dense: {units: 8, shared: {kernel: k}}]}\n"
    assert sum(weight.numel() for weight in archsum.to_torch(text).parameters()) == 8 * 8 + 3 * 8


def test_a_weight_that_is_transposed_is_said_at_its_line() -> None:
    with pytest.raises(archsum.SpecError, match="`dense` shares its `kernel` transposed") as raised:
        archsum.build(AUTOENCODER, "torch")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "not-in-framework"
    assert ":5:5\n5 |   - dense: {units: 24" in str(raised.value)


def test_weights_of_another_network_are_not_copied() -> None:
    keras_model = archsum.to_keras("input: [8]\nlayers:\n  - dense: 4\n")
    torch_model = archsum.to_torch("input: [8]\nlayers:\n  - dense: 5\n")
    with pytest.raises(archsum.SpecError, match=r"has a weight \[4, 8\], and .* \[5, 8\]"):
        archsum.copy_weights(keras_model, torch_model)
