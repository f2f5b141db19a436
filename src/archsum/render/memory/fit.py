"""The largest batches that fit, as a text."""

from collections.abc import Sequence

from archsum.bounds import MAX_BATCH
from archsum.errors import one_line
from archsum.memory.devices import GB
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


def render_all(fits: Sequence[Fit]) -> str:
    """Return a table of the batches on each device."""
    first = fits[0].costs
    options = first.options
    head = ("Device", "Memory", "Training", "Inference")
    rows = [
        (
            one_line(fit.device.name),
            f"{fit.device.memory / GB:,g} GB",
            _short(fit.training),
            _short(fit.inference),
        )
        for fit in fits
    ]
    title = f"{one_line(first.summary.name)}: largest batches, {options.optimizer}, {options.precision}"
    return "\n".join([title, *columns([head, *rows], "<>>>", "  ")])


def render_all_json(fits: Sequence[Fit]) -> str:
    """Return the same for scripts."""
    costs = fits[0].costs
    figures = {
        "name": costs.summary.name,
        "optimizer": costs.options.optimizer,
        "precision": costs.options.precision,
        "devices": [
            {
                "device": fit.device.name,
                "available": fit.device.available,
                "training_batch": fit.training,
                "inference_batch": fit.inference,
            }
            for fit in fits
        ],
    }
    return document(figures)


def _short(batch: int) -> str:
    return f"{batch:,}" if batch else "–"


def _batch(batch: int) -> str:
    if batch >= MAX_BATCH:
        return f"batch {batch:,} or more"
    return f"batch {batch:,}" if batch else "does not fit, not even a batch of 1"
