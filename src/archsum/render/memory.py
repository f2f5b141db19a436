"""The memory that a network needs, item by item, as a text."""

from collections.abc import Iterator
from typing import Any

from archsum.errors import one_line
from archsum.memory.costs import Costs
from archsum.render.numbers import binary

_MAX_ALIVE = 3
"""The tensors named at inference's peak."""


def render(costs: Costs) -> str:
    """Return two tables: what a training step needs, and what a forward pass needs."""
    return "\n\n".join(["\n".join(_training(costs)), "\n".join(_inference(costs))])


def as_json(costs: Costs) -> dict[str, Any]:
    """Return the same figures, for scripts; null where they are not known."""
    training, inference = costs.training, costs.inference
    return {
        "schema_version": 1,
        "name": costs.summary.name,
        "batch": costs.options.batch,
        "optimizer": costs.options.optimizer,
        "precision": costs.options.precision,
        "training": training
        and {
            "weights": training.weights,
            "buffers": training.buffers,
            "gradients": training.gradients,
            "optimizer_state": training.optimizer_state,
            "kept_for_backward": training.kept_for_backward,
            "optimizer_step": training.optimizer_step,
            "peak": training.peak,
            "at": training.at and training.at.name,
        },
        "inference": inference
        and {
            "weights": inference.weights,
            "activations": inference.activations,
            "peak": inference.peak,
            "at": inference.at.name,
            "alive": {tensor.name: size for tensor, size in inference.alive},
        },
    }


def _training(costs: Costs) -> Iterator[str]:
    options, memory = costs.options, costs.training
    yield f"{one_line(costs.summary.name)}: training, batch {options.batch:,}, {options.optimizer}, {options.precision}"
    if memory is None:
        yield f"  unknown: {costs.why_unknown}"
        return
    place = f"in the backward pass of {memory.at.name}" if memory.at else "in the optimizer's step"
    yield from _rows(
        [
            ("weights", memory.weights, ""),
            ("buffers", memory.buffers, ""),
            ("gradients", memory.gradients, ""),
            ("optimizer state", memory.optimizer_state, ""),
            ("kept for backward", memory.kept_for_backward, ""),
            ("peak", memory.peak, place),
        ]
    )


def _inference(costs: Costs) -> Iterator[str]:
    options, memory = costs.options, costs.inference
    yield f"{one_line(costs.summary.name)}: inference, batch {options.batch:,}, {options.precision}"
    if memory is None:
        yield f"  unknown: {costs.why_unknown}"
        return
    alive = ", ".join(f"{tensor.name} {size:,}" for tensor, size in memory.alive[:_MAX_ALIVE])
    yield from _rows(
        [
            ("weights", memory.weights, ""),
            ("activations", memory.activations, f"at {memory.at.name}: {alive}"),
            ("peak", memory.peak, ""),
        ]
    )


def _rows(rows: list[tuple[str, int, str]]) -> Iterator[str]:
    width = max(len(label) for label, _, _ in rows)
    digits = max(len(f"{size:,}") for _, size, _ in rows)
    for label, size, note in rows:
        yield f"  {label:<{width}}  {size:>{digits},}  {binary(size):>10}  {note}".rstrip()
