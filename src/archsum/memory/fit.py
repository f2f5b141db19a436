"""The largest batch that fits into a memory."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archsum.bounds import MAX_BATCH
from archsum.errors import Diagnostic, SpecError, one_line
from archsum.memory.costs import Costs, cure_of_unknown_memory
from archsum.memory.devices import Device

_Needs = Sequence[Sequence[int] | None]
"""What is in memory at each turn with a batch of 1, and of 2; None where that is not known."""


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
    (found,) = fit_each(costs, [device])
    return found


def fit_each(costs: Costs, devices: Iterable[Device]) -> list[Fit]:
    """Find the largest batches for each of several GPUs. Errors: SpecError where it is not known what is needed."""
    training, inference = _training_needs(costs), _inference_needs(costs)
    fits = []
    for device in devices:
        batches = _largest(training, device.available), _largest(inference, device.available)
        if batches[0] is None or batches[1] is None:
            first = costs.unknown[0]
            message = f"what fits cannot be known: {costs.why_unknown}"
            raise SpecError([Diagnostic("unknown-value", message, first.span, cure_of_unknown_memory(first, "kept"))])
        fits.append(Fit(costs, device, batches[0], batches[1]))
    return fits


def largest_batch(costs: Costs, memory: int) -> int | None:
    """Return the largest batch with which a training step needs no more than `memory` bytes, 0 where none does.

    None where it is not known how much that is.
    """
    return _largest(_training_needs(costs), memory)


def largest_inference_batch(costs: Costs, memory: int) -> int | None:
    """Return the same of a forward pass alone."""
    return _largest(_inference_needs(costs), memory)


def _training_needs(costs: Costs) -> _Needs:
    both = (costs.trained_with(batch=batch).training for batch in (1, 2))
    return [training.needs if training else None for training in both]


def _inference_needs(costs: Costs) -> _Needs:
    both = (costs.trained_with(batch=batch).inference for batch in (1, 2))
    return [inference.needs if inference else None for inference in both]


def _largest(needs_of_1_and_2: _Needs, memory: int) -> int | None:
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
