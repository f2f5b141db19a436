"""The largest batch that fits into a memory."""

from collections.abc import Callable

from archsum.memory.costs import Costs

MAX_BATCH = 2**30
"""The largest batch that is tried."""


def largest_batch(costs: Costs, memory: int) -> int | None:
    """Return the largest batch with which a training step needs no more than `memory` bytes, 0 where none does.

    None where it cannot be known how much that is.
    """
    return _largest(lambda batch: costs.on_batch(batch).training_peak, memory)


def largest_inference_batch(costs: Costs, memory: int) -> int | None:
    """Return the same of a forward pass alone."""
    return _largest(lambda batch: costs.on_batch(batch).inference_peak, memory)


def _largest(needed: Callable[[int], int | None], memory: int) -> int | None:
    """Bisect: what a step needs grows with the batch."""
    fits, too_large = 0, 1
    while too_large <= MAX_BATCH:
        bytes_ = needed(too_large)
        if bytes_ is None:
            return None
        if bytes_ > memory:
            break
        fits, too_large = too_large, 2 * too_large
    while too_large - fits > 1:
        middle = (fits + too_large) // 2
        bytes_ = needed(middle)
        fits, too_large = (middle, too_large) if bytes_ is not None and bytes_ <= memory else (fits, middle)
    return fits
