"""What each kind of layer keeps for the backward pass, byte for byte as PyTorch does.

Batches of two sizes tell what grows with the batch.
"""

from typing import Any

import pytest

from archsum.layers import KINDS, layer_class
from archsum.layers.shapes import product
from tests.support.parity.cases import build
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.memory_cases import CASES, Case, own_kernels  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:LSTM with projections")]


def ours(case: Case, batch: int, *, frozen: bool) -> int:
    """Add up what our layer keeps; an input, or the output, once."""
    layer = build(case.kind, case.fields)
    output, tensors = layer.output_shape(*case.shapes), layer.kept(*case.shapes)
    assert tensors is not None
    sizes: dict[Any, int] = {}
    for number, kept in enumerate(tensors):
        if kept.for_weights and frozen:
            continue
        shape = {"input": case.shapes[kept.number], "output": output}.get(kept.name, kept.shape)
        key = number if kept.is_own else (kept.name, kept.number)
        elements = product(shape)
        assert elements is not None
        sizes[key] = elements * (kept.itemsize or 4) * (1 if kept.per_batch else batch)
    return sum(sizes.values())


def theirs(case: Case, batch: int, *, frozen: bool) -> int:
    """Add up what PyTorch keeps where the inputs' gradients are wanted."""
    module = case.module().requires_grad_(not frozen)
    with own_kernels():
        return kept_bytes(saved_tensors(module, *case.inputs(batch)))


every_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.mark.parametrize("batch", [2, 3])
@every_case
def test_bytes_kept(case: Case, batch: int) -> None:
    assert ours(case, batch, frozen=False) == theirs(case, batch, frozen=False)


@every_case
def test_bytes_kept_where_weights_are_frozen(case: Case) -> None:
    assert ours(case, 2, frozen=True) == theirs(case, 2, frozen=True)


@every_case
def test_a_view_of_the_input_is_said_to_be_one(case: Case) -> None:
    inputs = case.inputs(2)
    reuse = build(case.kind, case.fields).reuse_for(*case.shapes)
    assert reuse.in_training == _share(case.output(case.module(), inputs), inputs[0])


def _share(one: Any, other: Any) -> bool:
    return bool(one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr())


@pytest.mark.parametrize("frozen", [False, True])
def test_which_rows_of_a_table_of_distances_are_looked_up_is_kept_once_for_the_batch(frozen: bool) -> None:
    table = torch.nn.Embedding(32, 4).requires_grad_(not frozen)
    kept = saved_tensors(table, torch.zeros(6, 6, dtype=torch.int64))
    (rows,) = build("relative_position_bias", {"num_heads": 4, "window_size": 6, "num_buckets": 32}).kept() or ()
    assert (rows.per_batch, rows.for_weights) == (True, True)
    assert kept_bytes(kept) == (0 if frozen else (product(rows.shape) or 0) * (rows.itemsize or 4))


def test_every_rule_has_a_case() -> None:
    rules = {kind: layer_class(kind).kept for kind in KINDS}
    tested = {rules[case.kind] for case in CASES}
    untested = [kind for kind, rule in rules.items() if rule not in tested]
    assert untested == ["custom", "parameter", "constant", "relative_position_bias"]  # which PyTorch has no module for
