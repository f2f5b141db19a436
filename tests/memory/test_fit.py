"""The largest batch that fits: it does, and one more does not."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum import SpecError
from archsum.bounds import MAX_BATCH
from archsum.memory.costs import Costs
from archsum.memory.fit import largest_batch, largest_inference_batch

NETWORK = """\
input: [4, 4, 3]
blocks: {pair: {layers: [conv2d: {filters: 4, kernel_size: 3, padding: same}, batch_normalization, relu]}}
layers: [pair, pair, residual: [pair], flatten, dense: {units: 5}]
"""


def of(text: str = NETWORK, **options: Any) -> Costs:
    return archsum.costs(io.StringIO(text), options)


optimizers = st.sampled_from(["sgd", "momentum", "adam", "adafactor"])
precisions = st.sampled_from(["float32", "float16", "mixed"])
checkpointing = st.sampled_from([None, ["pair"]])


@given(st.integers(0, 10**9), optimizers, precisions, checkpointing)
def test_largest_batch_fits_and_one_more_does_not(memory: int, optimizer: str, precision: str, blocks: Any) -> None:
    costs = of(optimizer=optimizer, precision=precision, checkpointing=blocks)
    trained, inferred = largest_batch(costs, memory), largest_inference_batch(costs, memory)
    assert trained is not None
    assert inferred is not None
    assert all((costs.trained_with(batch=batch).training_peak or 0) <= memory for batch in [trained] if batch)
    assert all((costs.trained_with(batch=batch).inference_peak or 0) <= memory for batch in [inferred] if batch)
    assert (costs.trained_with(batch=trained + 1).training_peak or 0) > memory
    assert (costs.trained_with(batch=inferred + 1).inference_peak or 0) > memory


@given(st.integers(1, 10**6), st.integers(0, 10**3), optimizers, precisions, checkpointing)
def test_a_larger_batch_takes_no_less(batch: int, more: int, optimizer: str, precision: str, blocks: Any) -> None:
    small, large = (
        of(batch=size, optimizer=optimizer, precision=precision, checkpointing=blocks) for size in (batch, batch + more)
    )
    assert 0 < (small.training_peak or 0) <= (large.training_peak or 0)
    assert 0 < (small.inference_peak or 0) <= (large.inference_peak or 0)


def test_by_hand() -> None:
    """A dense layer of 4 weights and 2 biases, as sgd trains it: 24 bytes, as many for their gradients.

    And of each sample the input and the output.
    """
    costs = of("input: [2]\nlayers: [dense: {units: 2}]\n", optimizer="sgd")
    assert largest_batch(costs, 24 + 24 + (8 + 8) * 10) == 10
    assert largest_batch(costs, 24 + 24 + (8 + 8) * 10 - 1) == 9
    assert largest_batch(costs, 24 + 24 + 16) == 1
    assert largest_batch(costs, 24 + 24 + 15) == 0
    assert largest_inference_batch(costs, 24 + 16 * 3 + 15) == 3


def test_unknown() -> None:
    costs = of("input: [null, 2]\nlayers: [dense: {units: 2}]\n")
    assert largest_batch(costs, 10**9) is largest_inference_batch(costs, 10**9) is None


def test_no_end() -> None:
    assert largest_batch(of("input: [1]\nlayers: [dense: {units: 1}]\n"), 10**12) == MAX_BATCH


def test_device_of_the_budget_or_another() -> None:
    text = f"{NETWORK}devices: {{small: {{memory: 1 MB, held_back: 0}}}}\nbudget: {{device: small}}\n"
    found = archsum.fit(io.StringIO(text), training={"optimizer": "sgd"})
    assert found.device.available == 10**6
    assert found.training == largest_batch(found.costs, 10**6)
    assert found.inference == largest_inference_batch(found.costs, 10**6)
    assert archsum.fit(io.StringIO(text), "t4").device.name == "t4"


@pytest.mark.parametrize(
    ("text", "device", "message", "cure"),
    [
        (NETWORK, None, "<input> names no device to fit into", "add `budget: {device: a100-40gb}` to the file"),
        (NETWORK, "h10", "`device` cannot be `h10`, which is no device", "did you mean `h100`?"),
        (
            NETWORK,
            "pico",
            "Raspberry Pi Pico (RP2040) is a microcontroller: there a network runs a sample at a time",
            "`archsum check --device pico` says whether it fits",
        ),
        (
            "input: [null, 2]\nlayers: [dense: {units: 2}]\n",
            "t4",
            "what fits cannot be known: sizes, or what is kept, of dense",
            "give `input` a number for every size",
        ),
        (
            "input: [2]\nlayers: [custom: {output_shape: [2]}]\n",
            "t4",
            "what fits cannot be known: sizes, or what is kept, of custom",
            "state `kept` in the layer",
        ),
    ],
)
def test_what_is_wrong(text: str, device: str | None, message: str, cure: str) -> None:
    with pytest.raises(SpecError) as caught:
        archsum.fit(io.StringIO(text), device)
    (problem,) = caught.value.diagnostics
    assert problem.message == message
    assert (problem.cure or "").startswith(cure)
