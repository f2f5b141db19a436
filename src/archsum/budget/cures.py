"""What would keep a limit that is broken, and what would break one that is kept."""

from collections.abc import Iterator

from archsum.bounds import MAX_TRIED_BLOCKS
from archsum.memory.costs import Costs
from archsum.memory.fit import largest_batch

_OF_WEIGHTS = {"max_params", "max_trainable_params", "max_weight_memory", "max_layer_params", "max_flash"}
"""Limits that fewer weights keep."""


def cautions(costs: Costs, name: str, limit: int) -> Iterator[str]:
    """Yield what would break a limit that is kept."""
    today = costs.arena_newer_planner if name == "max_sram" else None
    if today and today.head > limit:
        yield f"TensorFlow Lite Micro of today orders tensors of one size otherwise, and needs {today.head:,} bytes"


def cures(costs: Costs, name: str, limit: int) -> Iterator[str]:
    """Yield what would keep a limit that is broken, or save most of what is over it."""
    if name == "max_training_memory":
        batch = largest_batch(costs, limit)
        yield f"the largest batch that fits is {batch:,}" if batch else "not even a batch of 1 fits"
        yield from _checkpointing(costs, limit)
    untied = [weight for layer in costs.summary.layers for weight in layer.weights if weight.untied]
    saving = sum(weight.size - (weight.tied_size or 0) for weight in untied)
    if saving and name in _OF_WEIGHTS:
        yield f"with tied biases it would have {saving:,} fewer parameters"


def _checkpointing(costs: Costs, limit: int) -> Iterator[str]:
    """Yield which blocks save most when they compute their insides again."""
    kinds = dict.fromkeys(group.kind for group in costs.summary.groups.values())
    if costs.options.checkpointing or not kinds:
        return
    peaks = {
        kind: costs.trained_with(checkpointing=[kind]).training_peak or 0 for kind in list(kinds)[:MAX_TRIED_BLOCKS]
    }
    kind = min(peaks, key=lambda kind: peaks[kind])
    if peaks[kind] < (costs.training_peak or 0):
        outcome = "fits" if peaks[kind] <= limit else "is not enough"
        yield f"with `checkpointing: {kind}` it takes {peaks[kind]:,} bytes, which {outcome}"
