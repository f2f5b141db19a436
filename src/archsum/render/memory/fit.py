"""The largest batches that fit, as a text."""

from archsum.bounds import MAX_BATCH
from archsum.errors import one_line
from archsum.memory.fit import Fit
from archsum.render.json import document
from archsum.render.layout import columns
from archsum.render.numbers import count


def render(fit: Fit) -> str:
    """Return the device's memory and the batches."""
    options, device = fit.costs.options, fit.device
    rows = (
        (f"training, {options.optimizer}, {options.precision}", _batch(fit.training)),
        (f"inference, {options.precision}", _batch(fit.inference)),
    )
    left = f"{count(device.available)} of {count(device.memory)} bytes for the network"
    return "\n".join([f"{one_line(fit.costs.summary.name)} on {device.title}: {left}", *columns(rows, "<<", "  ")])


def render_json(fit: Fit) -> str:
    """Return the same for scripts."""
    options, device = fit.costs.options, fit.device
    figures = {
        "name": fit.costs.summary.name,
        "device": device.name,
        "available": device.available,
        "optimizer": options.optimizer,
        "precision": options.precision,
        "training_batch": fit.training,
        "inference_batch": fit.inference,
    }
    return document(figures)


def _batch(batch: int) -> str:
    if batch >= MAX_BATCH:
        return f"batch {batch:,} or more"
    return f"batch {batch:,}" if batch else "does not fit, not even a batch of 1"
