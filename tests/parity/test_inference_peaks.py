"""The peak of a forward pass against a PyTorch process, and what each kind of layer has in memory while it runs."""

from importlib.util import find_spec
from itertools import pairwise

import pytest

import archsum
from archsum.layers import KINDS
from archsum.layers.activations import ACTIVATION_SCRATCH
from archsum.layers.shapes import product
from tests.support.measured_memory import FORWARD, GENERATED, NAMED, RECURRENT, TIED, TORCHVISION, Trained
from tests.support.parity.cases import build

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.allocations import forward_pass, peak, without_fast_path  # noqa: E402
from tests.support.parity.memory_cases import CASES, Case, own_kernels  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:LSTM with projections")]

LARGE = {"U-Net, 7.8 M", "U-Net, 31 M", "skip over a deep path"}
A_NUMBER = 8
"""The bytes of a number of which PyTorch makes a tensor, such as the one by which a sum is divided."""

CHANNELS_FIRST = "data_format: channels_first"
BY_HAND = {
    "convolutions, activations as fields": f"""
input: [3, 32, 32]
{CHANNELS_FIRST}
layers:
  - conv2d: {{filters: 16, kernel_size: 3, padding: 1, activation: relu}}
  - conv2d: {{filters: 24, kernel_size: 3, strides: 2, padding: same, activation: silu}}
  - global_average_pooling2d
  - dense: {{units: 10, activation: softmax}}
""",
    "convolutions, activations as layers": f"""
input: [3, 32, 32]
{CHANNELS_FIRST}
layers:
  - conv2d: {{filters: 16, kernel_size: 3, padding: 1}}
  - relu
  - conv2d: {{filters: 24, kernel_size: 3, strides: 2, padding: same}}
  - batch_normalization
  - activation: silu
  - global_average_pooling2d
  - dense: 10
""",
    "feed-forward, gelu as a field": """
input: [64, 96]
layers:
  - residual: [dense: {units: 384, activation: gelu}, dense: 96]
  - layer_normalization
""",
    "feed-forward, gelu as a layer": """
input: [64, 96]
layers:
  - residual: [dense: 384, activation: gelu, dense: 96]
  - layer_normalization
""",
    "residual block": f"""
input: [16, 24, 24]
{CHANNELS_FIRST}
layers:
  - residual:
      - conv2d: {{filters: 16, kernel_size: 3, padding: 1, activation: relu}}
      - batch_normalization
      - conv2d: {{filters: 16, kernel_size: 3, padding: 1}}
  - relu
""",
    "self-attention": """
input: [20, 32]
layers: [residual: [layer_normalization, multi_head_attention: {num_heads: 4, key_dim: 8}]]
""",
    "attention to another input": """
input: {words: [20, 32], image: [30, 32]}
layers: [multi_head_attention: {inputs: [words, image], num_heads: 4, key_dim: 8}, dense: {units: 64, activation: tanh}]
""",
    "separable convolution": f"""
input: [4, 20, 20]
{CHANNELS_FIRST}
layers:
  - separable_conv2d: {{filters: 8, kernel_size: 4, padding: same, depth_multiplier: 4, activation: relu}}
  - separable_conv2d: {{filters: 8, kernel_size: 3, padding: 1}}
""",
    "padded pooling": f"""
input: [8, 21, 21]
{CHANNELS_FIRST}
layers:
  - max_pooling2d: {{pool_size: 3, strides: 1, padding: [[0, 1], [1, 0]]}}
  - average_pooling2d: {{pool_size: 2, padding: same}}
  - flatten
""",
    "sums of several": """
input: [64]
layers:
  - branch: {merge: add, paths: [[dense: 256], [dense: {units: 256, activation: relu}], [dense: 256], [dense: 256]]}
  - dense: 4
""",
}


def _ours(network: Trained, batch: int) -> int:
    memory = archsum.costs(network.network, {"batch": batch}).inference
    assert memory
    return memory.activations


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize(
    "network",
    [
        *(Trained(name, text) for name, text in BY_HAND.items()),
        *(it for it in NAMED if it.name not in LARGE),
        *TIED,
        *FORWARD,
        *GENERATED[:40],
    ],
    ids=str,
)
def test_peak_of_a_process(network: Trained, batch: int) -> None:
    theirs = forward_pass(network.build(), lambda: network.inputs(batch))
    assert _ours(network, batch) in (theirs, theirs - A_NUMBER)


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("network", RECURRENT, ids=str)
def test_peak_of_recurrent_layers(network: Trained, batch: int) -> None:
    """What we lack are the states at their beginning and end."""
    with own_kernels():
        theirs = forward_pass(network.build(), lambda: network.inputs(batch))
    assert 0.96 * theirs < _ours(network, batch) < theirs


@pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"')
@pytest.mark.parametrize("network", [it for it in TORCHVISION if it.name in ("resnet18", "googlenet")], ids=str)
def test_who_calls_a_model_holds_its_input(network: Trained) -> None:
    """That is what torchvision's take more, where nothing works in place."""
    model, inputs = network.build().eval(), network.inputs(1)
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    with torch.inference_mode():
        most, _ = peak(lambda: model(*inputs))
    assert most == _ours(network, 1)


BATCH = 2

COMPOSED = {
    **dict.fromkeys(ACTIVATION_SCRATCH, 0.8),
    "dense": 0.35,  # with such an activation
    "masking": 0.1,
    "unit_normalization": 0.12,
    "gather": 0.35,  # where the places are computed
    "elementwise": 0.2,  # truth values
    "dot": 0.9,  # of vectors that are made to have length 1 first
    **dict.fromkeys(("reduce", *(f"adaptive_max_pooling{rank}d" for rank in (1, 2, 3))), 0.67),  # places of the maxima
    **dict.fromkeys((f"global_max_pooling{rank}d" for rank in (1, 2, 3)), 0.67),
    **dict.fromkeys((f"max_unpooling{rank}d" for rank in (1, 2, 3)), 0.5),  # the function pools first
    "attention": 0.3,  # the function holds the scores to its end
    "multi_head_attention": 0.13,  # holds query, key and value, where the value has other features
    "grouped_query_attention": 0.45,  # holds them too
    **dict.fromkeys(("weight_normalization", "spectral_normalization"), 0.95),  # the kernel that is made
    **dict.fromkeys(("simple_rnn", "lstm", "gru", "bidirectional", "conv_lstm2d"), 0.85),  # states, of few steps
}
"""How far under kinds may be that are many operations, of which we state the largest: a part of the whole."""

IN_TRAINING = {"dropout", "gaussian_dropout", "gaussian_noise", "stochastic_depth", "activity_regularization"}
"""Kinds whose cases are functions that do what they do in training alone."""


def _is_otherwise(case: Case) -> bool:
    """Whether PyTorch's module does something else than we count: in training, in place, or inside of a kernel."""
    modules = [*case.theirs.modules()] if isinstance(case.theirs, torch.nn.Module) else []
    pads_itself = any(getattr(module, "padding", None) == "same" for module in modules)
    in_place = any(getattr(module, "inplace", False) for module in modules)
    return case.kind in IN_TRAINING or "renorm" in case.fields or pads_itself or in_place


def ours(case: Case) -> int:
    """Return the most bytes that there are while a layer runs, its inputs not counted."""
    layer = build(case.kind, case.fields)
    view = layer.reuse_for(*case.shapes).at_inference
    between = (product(shape) or 0 for shape in layer.between(*case.shapes))
    tensors = [0, *between, 0 if view else product(layer.output_shape(*case.shapes)) or 0]
    return 4 * BATCH * max(map(sum, pairwise(tensors)))


def theirs(case: Case) -> int:
    module = case.module().eval()
    with own_kernels(), without_fast_path(), torch.inference_mode():
        inputs = [tensor.detach() for tensor in case.inputs(BATCH)]
        most, _ = peak(lambda: case.output(module, inputs))
    return most


@pytest.mark.parametrize("case", [case for case in CASES if not _is_otherwise(case)], ids=str)
def test_peak_inside_a_layer(case: Case) -> None:
    kind = case.fields["activation"] if case.kind == "activation" else case.kind
    assert ours(case) == pytest.approx(theirs(case), rel=COMPOSED.get(kind, 0), abs=5 * A_NUMBER)


def test_most_kinds_are_exact() -> None:
    assert len({case.kind for case in CASES} - COMPOSED.keys()) > len(KINDS) / 2
