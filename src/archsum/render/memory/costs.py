"""The memory that a network needs, item by item, as a text, or as JSON."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from archsum.bounds import MAX_FOUND
from archsum.errors import one_line
from archsum.memory.costs import Costs, Unknown, cure_of_unknown, cure_of_unknown_memory, named
from archsum.memory.devices import DEVICES, Device
from archsum.render.json import document
from archsum.render.layout import columns, cut, wrap
from archsum.render.numbers import binary, count, percent, quantity
from archsum.render.training import options, peak_place

_MAX_ALIVE = 3
"""The tensors named at inference's peak."""

_Row = tuple[str, int | None, str]
"""What it is, its bytes, None where they are unknown, and a note."""


def render(costs: Costs, device: Device | None = None, width: int | None = None) -> str:
    """Return tables of what a training step needs, a forward pass, and a microcontroller; and of a `device`.

    The last one is left out where the device is another, or no microcontroller has room for the weights.
    """
    tables = [_training, _inference]
    if _is_for_microcontroller(costs, device):
        tables.append(_microcontroller)
    return "\n\n".join("\n".join(_fitted(table(costs, device), width)) for table in tables)


def _is_for_microcontroller(costs: Costs, device: Device | None) -> bool:
    """Whether it matters what a microcontroller needs."""
    if device is not None:
        return device.flash is not None
    return costs.flash is None or costs.flash <= max(board.available_flash or 0 for board in DEVICES.values())


def _fitted(lines: Iterable[str], width: int | None) -> Iterator[str]:
    """Break lines that are wider; what goes on begins below the last column."""
    for line in lines:
        begin = max((gap.end() for gap in re.finditer("  +", line)), default=0)
        yield from wrap(line[begin:], width, begin, line[:begin]) if width else (line,)


def render_json(costs: Costs, device: Device | None = None) -> str:
    """Return the figures for scripts; null where they are not known."""
    training, inference, arena = costs.training, costs.inference, costs.arena
    figures: dict[str, Any] = {
        "name": costs.summary.name,
        "batch": costs.options.batch,
        "optimizer": costs.options.optimizer,
        "precision": costs.options.precision,
        "checkpointing": costs.options.checkpointing or (),
        "training": training
        and {
            "weights": training.weights,
            "copies": training.copies,
            "buffers": training.buffers,
            "gradients": training.gradients,
            "optimizer_state": training.optimizer_state,
            "kept_for_backward": training.kept_for_backward,
            "optimizer_step": training.optimizer_step,
            "peak": training.peak,
            "at": training.at and training.at.name,
            "pass": training.in_pass,
        },
        "inference": inference
        and {
            "weights": inference.weights,
            "activations": inference.activations,
            "peak": inference.peak,
            "at": inference.at and inference.at.name,
            "alive": {tensor.name: size for tensor, size in inference.alive},
        },
        "key_value_cache": costs.key_value_cache._asdict(),
        "microcontroller": {
            "precision": costs.arena_precision,
            "arena": arena and arena.head,
            "arena_of_today": costs.arena_newer_planner and costs.arena_newer_planner.head,
            "at": arena and arena.highest.buffer.layer,
            "flash": costs.flash,
            "unknown": [
                {
                    "layers": [layer.name for layer in layers],
                    "place": layers[0].span and layers[0].span.place,
                    "reason": reason,
                    "help": cure,
                }
                for (reason, cure), layers in costs.causes.items()
            ],
        },
    }
    if device is not None:
        figures["device"] = {
            "name": device.name,
            "available": device.available,
            "available_flash": device.available_flash,
            "used": {
                "training": _share(costs.training_peak, device),
                "inference": _share(costs.inference_peak, device),
            },
        }
    return document(figures)


def _share(size: int | None, device: Device) -> float | None:
    """Return what part of a GPU's memory is used; None of a microcontroller, which does not train."""
    return None if size is None or device.flash is not None or not device.available else size / device.available


def _training(costs: Costs, device: Device | None) -> Iterator[str]:
    memory = costs.training
    yield f"{one_line(costs.summary.name)}: training, {options(costs.options)}"
    if memory is None:
        yield f"  unknown: {costs.why_unknown}"
        first = costs.unknown[0]
        yield from _cure(first, cure_of_unknown_memory(first, "kept"))
        return
    yield from _rows(
        [
            ("weights", memory.weights, ""),
            *([("16-bit copies", memory.copies, "")] if memory.copies else ()),
            ("buffers", memory.buffers, ""),
            ("gradients", memory.gradients, ""),
            ("optimizer state", memory.optimizer_state, ""),
            ("kept for backward", memory.kept_for_backward, ""),
            ("peak", memory.peak, peak_place(memory)),
        ]
    )
    yield from _used(memory.peak, device)


def _inference(costs: Costs, device: Device | None) -> Iterator[str]:
    memory = costs.inference
    yield f"{one_line(costs.summary.name)}: inference, batch {costs.options.batch:,}, {costs.options.precision}"
    if memory is None:
        yield f"  unknown: {costs.why_inference_unknown}"
        first = costs.of_unknown_size[0]
        yield from _cure(first, cure_of_unknown(first))
        yield from _rows(_cache(costs))
        return
    weights, activations, peak, *cache = _rows(
        [
            ("weights", memory.weights, costs.why_inference_unknown),
            ("activations", memory.activations, f"at {one_line(memory.at.name)}" if memory.at else ""),
            ("peak", memory.peak, ""),
            *_cache(costs),
        ]
    )
    shown, more = cut(memory.alive, _MAX_ALIVE, "tensor")
    yield from (weights, activations)
    yield from columns([(f"{size:,}", one_line(tensor.name)) for tensor, size in shown], "><", "    ")
    yield from (f"    {line}" for line in more)
    yield from (peak, *cache)
    if memory.peak is not None:
        yield from _used(memory.peak, device)
    else:
        first = costs.unknown_at_inference[0]
        yield from _cure(first, cure_of_unknown_memory(first))


def _used(peak: int, device: Device | None) -> Iterator[str]:
    """Yield how much of a GPU's memory is used."""
    if device is not None and device.flash is None:
        yield f"  {percent(peak, device.available)} of {_memory_of(device, device.available)}"


def _memory_of(device: Device, available: int) -> str:
    return f"the {available:,} bytes that {one_line(device.title)} has for the network"


def _cure(layer: Unknown, cure: str) -> Iterator[str]:
    if span := layer.span:
        yield f"    --> {span.place}"
    yield f"    = help: {cure}"


def _cache(costs: Costs) -> Iterator[_Row]:
    """Yield the row of the key/value cache, where a layer has one."""
    cache = costs.key_value_cache
    if cache.layers == 0:
        return
    if cache.bytes is None:
        note = f"{count(cache.per_token)} for each token; `--context` states how many there are"
    elif cache.tokens is None:
        note = f"{count(cache.per_token)} for each token, of which the layers cache different numbers"
    else:
        note = f"{count(cache.per_token)} for each of {quantity(cache.tokens, 'token')}"
    yield "key/value cache", cache.bytes, note


def _microcontroller(costs: Costs, device: Device | None) -> Iterator[str]:
    memory, newer = costs.arena, costs.arena_newer_planner
    yield f"{one_line(costs.summary.name)}: microcontroller, {costs.arena_precision}"
    if memory is None or newer is None:
        causes, more = cut(list(costs.causes.items()), MAX_FOUND, "cause")
        for (reason, cure), layers in causes:
            yield f"  arena  unknown of {named(layers)}: {reason}"
            yield from _cure(layers[0], cure)
        yield from (f"    {line}" for line in more)
        yield from _rows([_flash(costs)])
        return
    other = f"; TensorFlow Lite Micro of today: {newer.head:,}" if newer.head != memory.head else ""
    yield from _rows(
        [
            ("arena", memory.head, f"at {one_line(memory.highest.buffer.layer)}{other}"),
            _flash(costs),
        ]
    )
    yield from _used_of_board(memory.head, costs.flash, device)


def _used_of_board(arena: int, flash: int | None, device: Device | None) -> Iterator[str]:
    """Yield how much of a microcontroller's RAM and flash is used."""
    if device is None or device.available_flash is None:
        return
    yield f"  {percent(arena, device.available)} of {_memory_of(device, device.available)}"
    if flash is not None:
        yield f"  {percent(flash, device.available_flash)} of its {device.available_flash:,} bytes of flash"


def _flash(costs: Costs) -> _Row:
    return "flash", costs.flash, costs.why_weights_unknown


def _rows(rows: Iterable[_Row]) -> list[str]:
    cells = [(label, count(size), f"{'' if size is None else binary(size):>10}  {note}") for label, size, note in rows]
    return columns(cells, "<><", "  ")
