"""What the way back through each kind of layer makes in memory, byte for byte as a PyTorch process allocates it."""

from itertools import pairwise
from typing import Any

import pytest

from archsum.layers import KINDS
from archsum.layers.base import Gradient
from archsum.layers.shapes import Shape, product
from tests.support.parity.cases import build

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.allocations import peak  # noqa: E402
from tests.support.parity.memory_cases import CASES, Case, own_kernels  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:LSTM with projections")]

BATCH = 2


class Ends(torch.autograd.Function):  # type: ignore[misc, name-defined]
    """An input whose gradient goes as soon as it is there, as no leaf's does."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> None:
        return None


def ours(case: Case, parameters: int) -> int:
    """Return the most bytes that there are on the way back, the output's gradient and what is kept not counted."""
    layer = build(case.kind, case.fields)
    backward = layer.backward(*case.shapes)
    new = [
        shape
        for number, shape in enumerate(case.shapes)
        if backward.gradient_of(number) is Gradient.NEW and layer.passes_gradient(number) and _is_reached(case)
    ]
    made = [_bytes(new) + _bytes(backward.scratch) + 4 * parameters, *(_bytes([shape]) for shape in backward.between)]
    return max(*(one + other for one, other in pairwise([*made, 0])), made[-1] + _bytes(backward.per_batch) // BATCH)


def _bytes(shapes: list[Shape] | tuple[Shape, ...]) -> int:
    return sum(4 * BATCH * (product(shape) or 0) for shape in shapes)


def _is_reached(case: Case) -> bool:
    return any(tensor.requires_grad for tensor in case.inputs(BATCH))


def theirs(case: Case, module: Any) -> int:
    with own_kernels():
        inputs = [Ends.apply(tensor) if tensor.requires_grad else tensor for tensor in case.inputs(BATCH)]
        output = case.output(module, inputs)
        given = torch.randn(output.shape)
        most, _ = peak(lambda: torch.autograd.backward(output, given))
    return most


COMPOSED = {
    "locally_connected2d": 0.25,
    "einsum_dense": 0.01,
    "einsum": 0.15,  # of vectors that are repeated, each for the other
    "weight_normalization": 0.01,  # with an activation
    "multiply": 0.45,  # of four inputs, three of which are repeated
    "divide": 0.01,  # by a tensor that is repeated
    "gather": 0.5,  # of the first sample, whose gradient becomes one of the batch
    "maximum": 0.15,
    "minimum": 0.1,
    "reduce": 0.2,  # which elements are the largest of several axes, or 0, is stated in truth values
    "multi_head_attention": 0.15,  # the gradient of a bias of the scores is there before those of the projections
    "grouped_query_attention": 0.25,
    "attention": 0.4,
    "additive_attention": 0.1,
    "simple_rnn": 0.2,
    "lstm": 0.05,
    "gru": 0.05,
    "conv_lstm2d": 0.2,
    "bidirectional": 0.05,
}
"""How far off kinds may be that are many operations, of which we state the largest: a part of the whole."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_peak_on_the_way_back(case: Case) -> None:
    if case.fields.get("l1"):
        pytest.skip("what regularization adds to the loss has a way back of its own")
    module = case.module()
    expected = theirs(case, module)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    assert ours(case, parameters) == pytest.approx(expected, rel=COMPOSED.get(case.kind, 0), abs=0)


def test_most_kinds_are_exact() -> None:
    assert len({case.kind for case in CASES} - COMPOSED.keys()) > len(KINDS) / 2
