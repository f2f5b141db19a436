"""The largest batch that fits into a memory."""

from collections.abc import Callable
from typing import NamedTuple

from archsum.errors import Diagnostic, SpecError, one_line
from archsum.memory.costs import Costs, cure_of_unknown
from archsum.memory.devices import Device

MAX_BATCH = 2**30
"""The largest batch that is tried."""


class Fit(NamedTuple):
    """The largest batches with which a network fits into a device's memory; 0 where not even one sample does."""

    costs: Costs
    device: Device
    training: int
    inference: int

    def __str__(self) -> str:
        from archsum.render import fit

        return fit.render(self)


def fit(costs: Costs, device: Device) -> Fit:
    """Find the largest batches.

    Errors: SpecError for a microcontroller, which takes one sample at a time, and where it is not known what the
    network needs.
    """
    if device.flash is not None:
        message = f"{one_line(device.title)} is a microcontroller: there a network runs in int8, a sample at a time"
        cure = f"`archsum check --device {one_line(device.name)}` says whether it fits"
        raise SpecError([Diagnostic("bad-value", message, help=cure)])
    training, inference = largest_batch(costs, device.available), largest_inference_batch(costs, device.available)
    if training is None or inference is None:
        first = costs.unknown[0]
        message = f"what fits cannot be known: {costs.why_unknown}"
        raise SpecError([Diagnostic("unknown-value", message, first.span, cure_of_unknown(first, "kept"))])
    return Fit(costs, device, training, inference)


def largest_batch(costs: Costs, memory: int) -> int | None:
    """Return the largest batch with which a training step needs no more than `memory` bytes, 0 where none does.

    None where it is not known how much that is.
    """
    return _largest(lambda batch: costs.trained_with(batch=batch).training_peak, memory)


def largest_inference_batch(costs: Costs, memory: int) -> int | None:
    """Return the same of a forward pass alone."""
    return _largest(lambda batch: costs.trained_with(batch=batch).inference_peak, memory)


def _largest(needed: Callable[[int], int | None], memory: int) -> int | None:
    """Bisect: what a step needs grows with the batch."""
    fits, too_large = 0, 1
    while fits < MAX_BATCH:
        size = needed(too_large)
        if size is None:
            return None
        if size > memory:
            break
        fits, too_large = too_large, 2 * too_large
    while fits < MAX_BATCH and too_large - fits > 1:
        middle = (fits + too_large) // 2
        size = needed(middle)
        fits, too_large = (middle, too_large) if size is not None and size <= memory else (fits, middle)
    return fits
