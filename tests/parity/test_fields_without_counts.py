"""What is said of fields that a file lacks, "it does not change the counts", is true of the frameworks' own."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import pytest

import archsum
from archsum.language.advice.fields import ENDINGS_WITHOUT_COUNTS, FIELD_REASONS, NOT_COUNTED, WITHOUT_COUNTS
from archsum.language.advice.spelling import meant_kind
from archsum.layers import KINDS
from tests.support.parity.torch_models import torchvision
from tests.support.parity.written_fields import KERAS, TORCH, Known, words_of

OTHERS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(WITHOUT_COUNTS, (True, False)),
    "dtype": ("float16", "float64"),
    "reverse_dtype": ("float16",),
    "seed": (3,),
    "sliding_window": (2,),
    "logit_soft_cap": (5.0,),
    "max_norm": (1.0,),
    "divisor_override": (2, 5),
    "padding_mode": ("reflect", "replicate", "circular"),
    "device": ("cpu",),
    "_initializer": ("ones", "zeros"),
    "_regularizer": ("l2", "l1"),
    "_constraint": ("non_neg", "unit_norm"),
}
"""Values of each field, of which one at least is not the default."""

REFUSED = {
    ("CategoryEncoding", "sparse", True): "the backend has no sparse tensors",
    ("Discretization", "sparse", True): "the backend has no sparse tensors",
    ("BatchNormalization", "synchronized", True): "TensorFlow alone takes it, for batches on several devices",
    **{(f"{name}Attention", "flash_attention", True): "the backend has none" for name in ("MultiHead", "GroupQuery")},
    **{
        (f"ConvTranspose{rank}d", "padding_mode", mode): "PyTorch takes zeros alone"
        for rank in (1, 2, 3)
        for mode in OTHERS["padding_mode"]
    },
    **{("MultiheadAttention", "is_causal", value): "tried with its mask below" for value in (True, False)},
}
"""What the framework itself refuses here, and why."""


def cases(known: Mapping[str, Known], module: Any, call: str) -> Iterator[tuple[str, str, Any, bool]]:
    for name in known:
        for word, is_called in words_of(getattr(module, name), call):
            key = word if word in OTHERS else next(end for end in ENDINGS_WITHOUT_COUNTS if word.endswith(end))
            for value in OTHERS[key]:
                if (name, word, value) not in REFUSED:
                    yield name, word, value, is_called


def in_keras(name: str, fields: Mapping[str, Any], called: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the output's shape and the weights' of one of Keras's layers."""
    known = KERAS[name]
    layer = getattr(keras.layers, name)(**{**known.fields, **fields})
    inputs = [keras.Input(batch_shape=shape) for shape in known.shapes]
    if "Cell" in name:
        inputs = [inputs[0], inputs[1:] if len(inputs) > 2 else inputs[1]]
    output = layer(inputs, **called) if known.in_list else layer(*inputs, **called)
    first = output[0] if isinstance(output, list | tuple) else output
    weights = [(weight.path.rpartition("/")[2], tuple(weight.shape)) for weight in layer.weights]
    return tuple(first.shape), [weight for weight in weights if weight[0] != "seed_generator_state"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # Keras infers some shapes with arrays that hold anything
@pytest.mark.parametrize(("name", "word", "value", "is_called"), list(cases(KERAS, keras.layers, "call")))
def test_of_keras(name: str, word: str, value: Any, is_called: bool) -> None:
    stated = {word: value}
    assert (in_keras(name, {}, stated) if is_called else in_keras(name, stated, {})) == in_keras(name, {}, {})


def test_every_layer_of_keras_that_has_one_is_tried() -> None:
    layers = {name: cls for name, cls in vars(keras.layers).items() if isinstance(cls, type)}
    first = {cls: name for name, cls in reversed(layers.items())}  # some have several names
    having = [name for cls, name in first.items() if meant_kind(name, KINDS) and words_of(cls, "call")]
    tried = {getattr(keras.layers, name) for name in KERAS}
    assert len(having) > 50
    assert [name for name in having if layers[name] not in tried] == ["RNN"]  # the base of others


def in_torch(name: str, fields: Mapping[str, Any], called: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the output's shape, the numbers of weights and the operations of one of PyTorch's modules."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    known = TORCH[name]
    kind = getattr(torch, fields.get("dtype", "float32"))
    kind = torch.int64 if name == "Embedding" else kind
    if "dtype" in fields:
        fields = {"dtype": getattr(torch, fields["dtype"])}
    module = getattr(torch.nn, name)(**{**known.fields, **fields}).eval()
    # Of attention, only the implementation by products is counted.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        output = module(*(torch.zeros(shape, dtype=kind) for shape in known.shapes), **called)
    first = output[0] if isinstance(output, tuple) else output
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return tuple(first.shape), {key: tuple(tensor.shape) for key, tensor in tensors.items()}, counter.get_total_flops()


def torch_cases() -> list[tuple[str, str, Any, bool]]:
    try:
        import torch
    except ImportError:
        return []
    return list(cases(TORCH, torch.nn, "forward"))


@pytest.mark.torch
@pytest.mark.parametrize(("name", "word", "value", "is_called"), torch_cases())
def test_of_pytorch(name: str, word: str, value: Any, is_called: bool) -> None:
    stated = {word: value}
    assert (in_torch(name, {}, stated) if is_called else in_torch(name, stated, {})) == in_torch(name, {}, {})


@pytest.mark.torch
def test_of_attention_that_is_causal() -> None:
    torch = pytest.importorskip("torch")
    mask = {"attn_mask": torch.ones(6, 6).triu(1).bool()}
    assert in_torch("MultiheadAttention", {}, {**mask, "is_causal": True, "need_weights": False}) == in_torch(
        "MultiheadAttention", {}, {"need_weights": False}
    )


@pytest.mark.torch
def test_every_module_of_pytorch_that_has_one_is_tried() -> None:
    torch = pytest.importorskip("torch")
    modules = {name: cls for name, cls in vars(torch.nn).items() if isinstance(cls, type) and hasattr(cls, "forward")}
    having = [
        name
        for name, cls in modules.items()
        if meant_kind(name, KINDS) and "Lazy" not in name and words_of(cls, "forward")
    ]
    assert len(having) > 40
    assert not [name for name in having if name not in TORCH and not name.startswith("UpsamplingNearest")]


def test_every_field_is_one_of_a_layer_that_is_tried() -> None:
    tried = {word for name in KERAS for word, _ in words_of(getattr(keras.layers, name), "call")}
    of_pytorch = {
        "padding_mode", "inplace", "return_indices", "count_include_pad", "divisor_override", "align_corners",
        "max_norm", "need_weights", "is_causal", "device",
    }  # fmt: skip
    # The rest pass through to the class below.
    assert WITHOUT_COUNTS - tried - of_pytorch == {"zero_output_for_mask", "dtype"} - tried


@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_fields_that_keras_passes_through(name: str) -> None:
    assert in_keras(name, {"zero_output_for_mask": True, "return_sequences": True}, {}) == in_keras(
        name, {"return_sequences": True}, {}
    )


OF_ONE_KIND = {
    ("flatten", "start_dim: 1"),
    ("flatten", "end_dim: -1"),
    ("batch_normalization", "track_running_stats: true"),
    ("layer_scale", "init_values"),
    ("stochastic_depth", "mode"),
}


def test_what_is_said_of_one_kind_is_tried_below() -> None:
    assert {key for key, reason in FIELD_REASONS.items() if reason == NOT_COUNTED} == OF_ONE_KIND


def test_layer_scale() -> None:
    from keras.src.applications.convnext import LayerScale

    def shapes(start: float) -> list[tuple[int, ...]]:
        layer = LayerScale(start, projection_dim=4)
        layer.build((None, 6, 6, 4))
        return [tuple(weight.shape) for weight in layer.weights]

    assert shapes(1e-6) == shapes(1.0) == [(4,)]


@pytest.mark.torch
def test_of_one_kind_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    data = torch.zeros(2, 4, 6, 6)
    assert torch.nn.Flatten(start_dim=1, end_dim=-1)(data).shape == torch.nn.Flatten()(data).shape
    assert in_torch("BatchNorm2d", {"track_running_stats": True}, {}) == in_torch("BatchNorm2d", {}, {})
    for mode in ("row", "batch"):
        depth = torchvision().ops.StochasticDepth(0.5, mode)
        assert depth(data).shape == data.shape
        assert not list(depth.parameters())


def params(layer: str, shape: str) -> archsum.Summary:
    return archsum.summarize(io.StringIO(f"input: {shape}\nlayers:\n  - {layer}\n"))


@pytest.mark.torch
def test_cures_that_say_more() -> None:
    """Followed, each gives what PyTorch's own has."""
    torch = pytest.importorskip("torch")

    def numbers(module: Any) -> int:
        return sum(tensor.numel() for tensor in [*module.parameters(), *module.buffers()] if tensor.is_floating_point())

    lstm = params("lstm: {units: 4, bias: double}", "[7, 16]")
    assert lstm.params == numbers(torch.nn.LSTM(16, 4)) == 352
    assert params("simple_rnn: {units: 4, bias: double}", "[7, 16]").params == numbers(torch.nn.RNN(16, 4))
    assert params("prelu: {shared_axes: [1, 2, 3]}", "[6, 6, 4]").params == numbers(torch.nn.PReLU())
    assert params("prelu: {shared_axes: [1, 2]}", "[6, 6, 4]").params == numbers(torch.nn.PReLU(4))
    tracked = params("batch_normalization", "[6, 6, 4]").params
    assert tracked
    untracked = numbers(torch.nn.BatchNorm2d(4, track_running_stats=False))
    assert tracked - 2 * 4 == untracked
    for mode, rank in (("linear", 1), ("trilinear", 3)):
        data = torch.zeros(2, 4, *[6] * rank)
        shapes = {torch.nn.Upsample(scale_factor=2, mode=word)(data).shape for word in ("nearest", mode)}
        assert len(shapes) == 1
