"""The figures that a budget can limit, each an entry of a table, and the part that each layer has in them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from archsum.layers.shapes import product, total
from archsum.memory.costs import (
    Causes,
    Costs,
    Unknown,
    cure_of_unknown,
    cure_of_unknown_memory,
    cure_of_unknown_weights,
)
from archsum.memory.precision import PRECISIONS
from archsum.memory.storage import inside_of
from archsum.summary import LayerSummary, Totals

Figure = Callable[[Totals | LayerSummary], int | None]
"""A figure that a network has, and each of its layers."""

Parts = Iterable[tuple[LayerSummary, int | None]]
"""Layers, and what each has in a figure; None where that is unknown."""


class Metric(NamedTuple):
    """A figure that a budget can limit: of the network, and the parts that layers have in it."""

    title: str
    """What it is; `{precision}` stands for a microcontroller's."""
    of_network: Callable[[Costs], int | None]
    parts: Callable[[Costs], Parts] | None = None
    unit: str = ""
    per_layer: bool = False
    """Whether the limit holds for each layer by itself."""
    cure: Callable[[Unknown], str] = cure_of_unknown
    """What makes the part of a layer known."""
    unknown: Callable[[Costs], Sequence[Unknown]] | None = None
    """What keeps it from being known, where that is not layers whose part is unknown."""
    causes: Callable[[Costs], Causes] | None = None
    """Why it is not known, where that is more than that parts of it are not."""
    of_layers: Callable[[Totals], int | None] | None = None
    """The same of layers, where it depends on nothing else."""

    def __repr__(self) -> str:
        return f"<Metric: {self.title}>"


def _each(figure: Figure) -> Callable[[Costs], Parts]:
    return lambda costs: ((layer, figure(layer)) for layer in costs.summary.layers)


def _stated(field: str) -> Callable[[Unknown], str]:
    """Return the cure of what a layer can state in a field."""
    return partial(cure_of_unknown, field=field)


def _together(title: str, figure: Figure, cure: Callable[[Unknown], str], unit: str = "") -> Metric:
    """Return the metric of what all layers have together."""
    return Metric(title, lambda costs: figure(costs.summary), _each(figure), unit, cure=cure, of_layers=figure)


def _of_any_layer(title: str, figure: Figure, cure: Callable[[Unknown], str]) -> Metric:
    """Return the metric of what the layer that has most of it has."""

    def of_layers(totals: Totals) -> int | None:
        return _largest(map(figure, totals.layers))

    return Metric(
        title, lambda costs: of_layers(costs.summary), _each(figure), per_layer=True, cure=cure, of_layers=of_layers
    )


def _largest(values: Iterable[int | None]) -> int | None:
    """Return the largest value; unknown where one is unknown."""
    known = list(values)
    return None if None in known else max((value for value in known if value is not None), default=0)


def _kept(costs: Costs) -> Parts:
    """Yield what each layer keeps for the backward pass, and what it gives to the outside, which is as long there."""
    if costs.training is None:
        return ()
    outputs = costs.training.outputs
    return ((layer, kept + outputs.get(layer.name, 0)) for layer, kept in costs.training.kept_by_layer)


def _alive(costs: Costs) -> Parts:
    if costs.inference is None:
        return ()
    layers = costs.summary.layers
    names = {inside_of(layer.name): layer for layer in layers} | {layer.name: layer for layer in layers}
    sizes: Counter[str] = Counter()
    for tensor, size in costs.inference.alive:
        if tensor.name in names:
            sizes[names[tensor.name].name] += size
    return ((names[name], size) for name, size in sizes.items())


def _alive_and_weights(costs: Costs) -> Parts:
    itemsize = PRECISIONS[costs.options.precision].weights
    alive = {layer.name: size for layer, size in _alive(costs)}
    for layer in costs.summary.layers:
        yield layer, total((alive.get(layer.name, 0), product((layer.params, itemsize))))


def _placed(costs: Costs) -> Parts:
    if costs.arena is None:
        return ()
    sizes: Counter[str] = Counter()
    for buffer, _ in costs.arena.at_highest:
        sizes[buffer.layer] += buffer.size
    return ((layer, sizes[layer.name]) for layer in costs.summary.layers)


def _in_flash(costs: Costs) -> Parts:
    return ((layer, costs.flash_by_layer.get(layer.name, 0)) for layer in costs.summary.layers)


METRICS: dict[str, Metric] = {
    "max_params": _together("parameters", lambda of: of.params, cure_of_unknown_weights),
    "max_trainable_params": _together("trainable parameters", lambda of: of.trainable_params, cure_of_unknown_weights),
    "max_macs": _together("MACs", lambda of: of.macs, _stated("macs")),
    "max_flops": _together("FLOPs", lambda of: of.flops, _stated("flops")),
    "max_weight_memory": _together("weight memory", lambda of: of.weight_memory, cure_of_unknown_weights, "bytes"),
    "max_activation_memory": Metric(
        "activation memory",
        lambda costs: costs.activations_peak,
        _alive,
        "bytes",
        unknown=lambda costs: costs.of_unknown_size,
    ),
    "max_inference_memory": Metric(
        "inference memory",
        lambda costs: costs.inference_peak,
        _alive_and_weights,
        "bytes",
        cure=cure_of_unknown_memory,
        unknown=lambda costs: costs.unknown_at_inference,
    ),
    "max_training_memory": Metric(
        "training memory",
        lambda costs: costs.training_peak,
        _kept,
        "bytes",
        cure=partial(cure_of_unknown_memory, field="kept"),
        unknown=lambda costs: costs.unknown,
    ),
    "max_sram": Metric(
        "arena in {precision}",
        lambda costs: costs.arena.head if costs.arena else None,
        _placed,
        "bytes",
        causes=lambda costs: costs.causes,
    ),
    "max_flash": Metric(
        "flash in {precision}", lambda costs: costs.flash, _in_flash, "bytes", cure=cure_of_unknown_weights
    ),
    "max_layers": Metric(
        "layers", lambda costs: len(costs.summary.layers), of_layers=lambda totals: len(totals.layers)
    ),
    "max_layer_params": _of_any_layer("layer parameters", lambda of: of.params, cure_of_unknown_weights),
    "max_layer_macs": _of_any_layer("layer MACs", lambda of: of.macs, _stated("macs")),
    "max_layer_flops": _of_any_layer("layer FLOPs", lambda of: of.flops, _stated("flops")),
}
"""What each limit of a budget, by its field's name, is compared with."""
