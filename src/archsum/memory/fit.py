"""The largest batch that fits into a memory."""

from collections.abc import Sequence
from typing import NamedTuple

from archsum.bounds import MAX_BATCH
from archsum.errors import Diagnostic, SpecError, one_line
from archsum.memory.costs import Costs, cure_of_unknown_memory
from archsum.memory.devices import Device


class Fit(NamedTuple):
    """The largest batches with which a network fits into a device's memory; 0 where not even one sample does."""

    costs: Costs
    device: Device
    training: int
    inference: int


def fit(costs: Costs, device: Device) -> Fit:
    """Find the largest batches.

    Errors: SpecError for a microcontroller, which takes one sample at a time, and where it is not known what the
    network needs.
    """
    if device.flash is not None:
        message = f"{one_line(device.title)} is a microcontroller: there a network runs a sample at a time"
        cure = f"`archsum check --device {one_line(device.name)}` says whether it fits"
        raise SpecError([Diagnostic("bad-value", message, None, cure)])
    training, inference = largest_batch(costs, device.available), largest_inference_batch(costs, device.available)
    if training is None or inference is None:
        first = costs.unknown[0]
        message = f"what fits cannot be known: {costs.why_unknown}"
        raise SpecError([Diagnostic("unknown-value", message, first.span, cure_of_unknown_memory(first, "kept"))])
    return Fit(costs, device, training, inference)


def largest_batch(costs: Costs, memory: int) -> int | None:
    """Return the largest batch with which a training step needs no more than `memory` bytes, 0 where none does.

    None where it is not known how much that is.
    """
    both = (costs.trained_with(batch=batch).training for batch in (1, 2))
    return _largest([training.needs if training else None for training in both], memory)


def largest_inference_batch(costs: Costs, memory: int) -> int | None:
    """Return the same of a forward pass alone."""
    both = (costs.trained_with(batch=batch).inference for batch in (1, 2))
    return _largest([inference.needs if inference else None for inference in both], memory)


def _largest(needs_of_1_and_2: Sequence[Sequence[int] | None], memory: int) -> int | None:
    """Solve for the batch: with each sample what is in memory at a turn grows by the same."""
    one, two = needs_of_1_and_2
    if one is None or two is None:
        return None
    turns = zip(one, two, strict=True)
    return min(_most(memory - first, second - first) for first, second in turns)


def _most(left: int, growth: int) -> int:
    """Return how many samples there can be: one, and as many more as what it leaves has room for."""
    if left < 0:
        return 0
    return min(1 + left // growth, MAX_BATCH) if growth else MAX_BATCH
