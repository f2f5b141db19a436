"""Recurrent layers and attention as PyTorch has them: two biases, one tensor for the projections of attention.

PyTorch is an extra, as for test_torch.py.
"""

import io
import json
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.layers.shapes import known
from tests.support.parity.cases import Case, Fields, build, ours

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from tests.support.parity.memory_cases import own_kernels  # noqa: E402
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:LSTM with projections")]

SIZES = st.integers(1, 9)
RECURRENT = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def parameters(kind: str, case: Case) -> int:
    return sum(known(weight.size) for weight in build(kind, case.fields).weights(*case.shapes))


def torch_parameters(module: Any) -> int:
    return sum(prod(parameter.shape) for parameter in module.parameters())


def recurrent(kind: str, units: int, bias: bool) -> Fields:
    """Return the fields of PyTorch's layer, whose GRU is Keras's with its two biases."""
    double = {} if kind == "gru" else {"bias": "double"}
    return {"units": units, "return_sequences": True, **(double if bias else {"bias": False})}


@pytest.mark.parametrize("kind", RECURRENT)
@given(features=SIZES, units=SIZES, steps=SIZES, bias=st.booleans())
def test_recurrent_layer(kind: str, features: int, units: int, steps: int, bias: bool) -> None:
    module = getattr(torch.nn, RECURRENT[kind])(features, units, bias=bias, batch_first=True, device="meta")
    found = ours(kind, Case(recurrent(kind, units, bias), (steps, features)))
    assert found
    output, _ = module(torch.empty(1, steps, features, device="meta"))
    assert found.output_shape == tuple(output.shape[1:])
    weights = {name: shape for name, shape, _ in found.weights}
    theirs = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    assert weights["kernel"] == theirs["weight_ih_l0"][::-1]
    assert weights["recurrent_kernel"] == theirs["weight_hh_l0"][::-1]
    if bias:
        assert weights["bias"] == (2, *theirs["bias_ih_l0"]) == (2, *theirs["bias_hh_l0"])
    assert len(weights) == 2 + bias


@given(features=SIZES, units=st.integers(2, 9), steps=SIZES, bias=st.booleans(), twice=st.booleans(), data=st.data())
def test_lstm_with_a_projection(
    features: int, units: int, steps: int, bias: bool, twice: bool, data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, units - 1))
    fields = {**recurrent("lstm", units, bias), "proj_size": size}
    settings = {"proj_size": size, "bias": bias, "bidirectional": twice, "batch_first": True, "device": "meta"}
    module = torch.nn.LSTM(features, units, **settings)
    kind, fields = ("bidirectional", {"layer": {"lstm": fields}}) if twice else ("lstm", fields)
    found = ours(kind, Case(fields, (steps, features)))
    with FlopCounterMode(display=False) as counter:
        output, (state, memory) = module(torch.empty(1, steps, features, device="meta"))
    assert found
    assert found.output_shape == tuple(output.shape[1:])
    assert (state.shape[-1], memory.shape[-1]) == (size, units)
    weights = [shape for _, shape, _ in found.weights][: 3 + bias]
    theirs = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    kernels = theirs["weight_ih_l0"][::-1], theirs["weight_hh_l0"][::-1]
    biases = [(2, *theirs["bias_ih_l0"])] if bias else []
    assert weights == [*kernels, *biases, theirs["weight_hr_l0"][::-1]]
    assert parameters(kind, Case(fields, (steps, features))) == torch_parameters(module)
    assert build(kind, fields).macs((steps, features)) == counter.get_total_flops() / 2


@pytest.mark.parametrize("size", [8, 9])
def test_a_projection_that_is_not_smaller_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="proj_size has to be smaller than hidden_size"):
        torch.nn.LSTM(4, 8, proj_size=size)
    assert ours("lstm", Case({"units": 8, "proj_size": size}, (5, 4))) is None


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_macs_of_recurrent_convolutions_are_half_the_operations_that_pytorch_counts(rank: int) -> None:
    steps, channels, sizes, filters = 5, 3, (12, 11, 10)[:rank], 8
    convolution = getattr(torch.nn, f"Conv{rank}d")
    taken = convolution(channels, 4 * filters, 3, stride=2, device="meta")
    remembered = convolution(filters, 4 * filters, 3, padding="same", bias=False, device="meta")
    with FlopCounterMode(display=False) as counter:
        for _ in range(steps):
            gates = taken(torch.empty(1, channels, *sizes, device="meta"))
            assert remembered(gates[:, :filters]).shape == gates.shape
    layer = build(f"conv_lstm{rank}d", {"filters": filters, "kernel_size": 3, "strides": 2})
    assert layer.macs((steps, *sizes, channels)) == counter.get_total_flops() / 2


class EncoderAndDecoder(torch.nn.Module):  # type: ignore[misc, name-defined]
    """A recurrent layer that begins with the last state of another."""

    def __init__(self, cls: str, features: int, units: int, *, both: bool) -> None:
        super().__init__()
        self.encoder, self.decoder = (
            getattr(torch.nn, cls)(features, units, batch_first=True, bidirectional=both) for _ in range(2)
        )

    def forward(self, source: Any, target: Any) -> Any:
        _, states = self.encoder(source)
        output, _ = self.decoder(target, states)
        return output


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("kind", RECURRENT)
def test_an_encoder_and_a_decoder_have_the_parameters_of_pytorch_s_and_keep_as_much(kind: str, both: bool) -> None:
    fields = {"units": 8} | ({} if kind == "gru" else {"bias": "double"})
    reads: Fields = {kind: fields}
    writes: Fields = {kind: fields | {"return_sequences": True}}
    if both:
        reads, writes = ({"bidirectional": {"layer": layer}} for layer in (reads, writes))
    word = "bidirectional" if both else kind
    reads[word] |= {"name": "encoder", "inputs": "source"}
    writes[word] |= {"inputs": "target", "initial_state": "encoder"}
    file = json.dumps({"input": {"source": [7, 6], "target": [5, 6]}, "layers": [reads, writes]})
    module = EncoderAndDecoder(RECURRENT[kind], 6, 8, both=both)
    network = archsum.load(io.StringIO(file))
    assert archsum.summarize(network).params == torch_parameters(module)
    inputs = [torch.randn(3, steps, 6) for steps in (7, 5)]
    with own_kernels():
        expected = kept_bytes(saved_tensors(module, *inputs))
    memory = archsum.costs(network, {"batch": 3}).training
    assert memory is not None
    assert memory.kept_for_backward == expected


@pytest.mark.parametrize("kind", RECURRENT)
@given(features=SIZES, units=SIZES)
def test_two_directions(kind: str, features: int, units: int) -> None:
    module = getattr(torch.nn, RECURRENT[kind])(features, units, bidirectional=True, batch_first=True, device="meta")
    case = Case({"layer": {kind: recurrent(kind, units, bias=True)}}, (5, features))
    output, _ = module(torch.empty(1, 5, features, device="meta"))
    found = ours("bidirectional", case)
    assert found
    assert found.output_shape == tuple(output.shape[1:])
    assert parameters("bidirectional", case) == torch_parameters(module)


@given(heads=SIZES, key_dim=SIZES, length=SIZES, bias=st.booleans())
def test_self_attention(heads: int, key_dim: int, length: int, bias: bool) -> None:
    features = heads * key_dim
    module = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True, device="meta")
    case = Case({"num_heads": heads, "key_dim": key_dim, "bias": bias}, (length, features))
    assert parameters("multi_head_attention", case) == torch_parameters(module)


@given(heads=SIZES, key_dim=SIZES, value=SIZES, key=SIZES)
def test_attention_to_another_sequence(heads: int, key_dim: int, value: int, key: int) -> None:
    features = heads * key_dim
    module = torch.nn.MultiheadAttention(features, heads, kdim=key, vdim=value, batch_first=True, device="meta")
    query = torch.empty(1, 4, features, device="meta")
    output, _ = module(query, torch.empty(1, 7, key, device="meta"), torch.empty(1, 7, value, device="meta"))
    case = Case({"num_heads": heads, "key_dim": key_dim}, (4, features), ((7, value), (7, key)))
    found = ours("multi_head_attention", case)
    assert found
    assert found.output_shape == tuple(output.shape[1:])
    assert parameters("multi_head_attention", case) == torch_parameters(module)


def test_macs_of_attention_are_half_the_operations_that_pytorch_counts() -> None:
    module = torch.nn.MultiheadAttention(64, 8, batch_first=True, device="meta")
    data = torch.empty(1, 49, 64, device="meta")
    with FlopCounterMode(display=False) as counter:
        module(data, data, data, need_weights=False)
    layer = build("multi_head_attention", {"num_heads": 8, "key_dim": 8})
    assert layer.macs((49, 64)) == counter.get_total_flops() / 2
