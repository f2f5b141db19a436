"""Costs × Budget → verdicts. A metric is one entry of a table; what kinds of layers there are is not known here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from archsum.errors import Diagnostic, Span, SpecError, one_line
from archsum.folding import part_of
from archsum.language.advice import overrides
from archsum.language.spec.budget import BlockBudget, Budget
from archsum.memory.costs import Costs, cure_of_unknown
from archsum.memory.devices import Device
from archsum.memory.fit import largest_batch
from archsum.memory.precision import PRECISIONS
from archsum.summary import LayerSummary, Summary

MAX_CONTRIBUTORS = 3
"""Layers named where a total is over its limit."""

_MAX_TRIED = 10
"""Blocks that are tried for checkpointing."""

_OF_WEIGHTS = {"max_params", "max_trainable_params", "max_weight_memory", "max_layer_params", "max_flash"}
"""Limits that fewer weights keep."""


Parts = Iterable[tuple[LayerSummary, int | None]]
"""Layers, and what each has in a figure."""


class Metric(NamedTuple):
    """A figure that a budget can limit: of the network, and the parts that layers have in it."""

    title: str
    of_network: Callable[[Costs], int | None]
    parts: Callable[[Costs], Parts] | None = None
    unit: str = ""
    per_layer: bool = False
    """Whether the limit holds for each layer by itself."""


def _each(figure: Callable[[LayerSummary], int | None]) -> Callable[[Costs], Parts]:
    return lambda costs: ((layer, figure(layer)) for layer in costs.summary.layers)


def _largest(values: Iterable[int | None]) -> int | None:
    """Return the largest value; unknown where one is unknown."""
    known = list(values)
    return None if None in known else max((value for value in known if value is not None), default=0)


def _of_any_layer(title: str, figure: Callable[[LayerSummary], int | None]) -> Metric:
    return Metric(title, lambda costs: _largest(map(figure, costs.summary.layers)), _each(figure), per_layer=True)


def _kept(costs: Costs) -> Parts:
    if costs.training is None:
        return ((layer, None) for layer in costs.unknown)
    return costs.training.kept


def _alive(costs: Costs) -> Parts:
    if costs.inference is None:
        return ((layer, None) for layer in costs.summary.layers if layer.has_unknown_size)
    layers = {layer.name: layer for layer in costs.summary.layers}
    return ((layers[tensor.name], size) for tensor, size in costs.inference.alive if tensor.name in layers)


def _alive_and_weights(costs: Costs) -> Parts:
    itemsize = PRECISIONS[costs.options.precision].weights
    alive = {layer.name: size for layer, size in _alive(costs)}
    for layer in costs.summary.layers:
        size = alive.get(layer.name, 0)
        yield layer, None if size is None else size + layer.params * itemsize


def _placed(costs: Costs) -> Parts:
    if costs.arena is None:
        return ((layer, None) for layer in costs.unconvertible)
    sizes: Counter[str] = Counter()
    for buffer, _ in costs.arena.at_highest:
        sizes[buffer.layer] += buffer.size
    return ((layer, sizes[layer.name]) for layer in costs.summary.layers)


def _in_flash(costs: Costs) -> Parts:
    if costs.arena is None:
        return ((layer, None) for layer in costs.unconvertible)
    flash = costs.arena.flash_by_layer
    return ((layer, flash.get(layer.name, 0)) for layer in costs.summary.layers)


METRICS: dict[str, Metric] = {
    "max_params": Metric("parameters", lambda costs: costs.summary.params, _each(lambda layer: layer.params)),
    "max_trainable_params": Metric(
        "trainable parameters",
        lambda costs: costs.summary.trainable_params,
        _each(lambda layer: layer.trainable_params),
    ),
    "max_macs": Metric("MACs", lambda costs: costs.summary.macs, _each(lambda layer: layer.macs)),
    "max_flops": Metric("FLOPs", lambda costs: costs.summary.flops, _each(lambda layer: layer.flops)),
    "max_weight_memory": Metric(
        "weight memory", lambda costs: costs.summary.weight_memory, _each(lambda layer: layer.weight_memory), "bytes"
    ),
    "max_activation_memory": Metric("activation memory", lambda costs: costs.activations_peak, _alive, "bytes"),
    "max_inference_memory": Metric("inference memory", lambda costs: costs.inference_peak, _alive_and_weights, "bytes"),
    "max_training_memory": Metric("training memory", lambda costs: costs.training_peak, _kept, "bytes"),
    "max_sram": Metric(
        "arena in int8", lambda costs: None if costs.arena is None else costs.arena.head, _placed, "bytes"
    ),
    "max_flash": Metric(
        "flash in int8", lambda costs: None if costs.arena is None else costs.arena.flash, _in_flash, "bytes"
    ),
    "max_layers": Metric("layers", lambda costs: len(costs.summary.layers)),
    "max_layer_params": _of_any_layer("layer parameters", lambda layer: layer.params),
    "max_layer_macs": _of_any_layer("layer MACs", lambda layer: layer.macs),
    "max_layer_flops": _of_any_layer("layer FLOPs", lambda layer: layer.flops),
}
"""What each limit of a budget, by its field's name, is compared with."""


class Contributor(NamedTuple):
    """A layer that makes a metric what it is: its part of the network's figure; of a limit for each, of all layers'."""

    layer: LayerSummary
    value: int
    whole: int


class Verdict(NamedTuple):
    """One limit, and what the network has; the value is None where it cannot be computed."""

    name: str
    value: int | None
    limit: int
    contributors: tuple[Contributor, ...] = ()
    cures: tuple[str, ...] = ()
    """What would help, where the limit is broken; what it depends on, where it is not."""
    warn_at: float | None = None
    """The share of the limit from which on it is a warning."""
    block: str | None = None
    """The block that the limit is for; None where it is for the network."""

    @property
    def title(self) -> str:
        """What is limited, and of what."""
        return f"{self.metric.title} of {self.block}" if self.block else self.metric.title

    @property
    def metric(self) -> Metric:
        """What is limited."""
        return METRICS[self.name]

    @property
    def ok(self) -> bool | None:
        """Whether the limit is kept; None where that is not known."""
        return None if self.value is None else self.value <= self.limit

    @property
    def warns(self) -> bool:
        """Whether the limit is kept, and nearly reached."""
        # The quotient of 7 and 100 is 0.07, as the share is read; the product with 0.07 would be more than 7.
        used = self.value / self.limit if self.value and self.limit else float(self.value == self.limit)
        return bool(self.ok) and self.warn_at is not None and used >= self.warn_at


@dataclass(frozen=True)
class Check:
    """A network's verdicts, and the problems that kept some of its limits, or all, from being checked."""

    name: str | None
    verdicts: tuple[Verdict, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool | None:
        """Whether every limit is kept; None where one could not be checked."""
        return None if self.problems else all(verdict.ok for verdict in self.verdicts)

    def __str__(self) -> str:
        from archsum.render.check import text as verdicts

        return verdicts.render(self, self.name or "")

    def __repr__(self) -> str:
        return f"<Check of {one_line(self.name or 'a file')}: ok={self.ok}>"

    def _repr_html_(self) -> str:
        from archsum.render.summary import html

        return html.preformatted(str(self))


def override(budget: Budget, limits: Mapping[str, Any]) -> Budget:
    """Return a budget with other limits put in or added; None lifts one.

    Errors: SpecError for an unknown limit, or for what is not a quantity.
    """
    return overrides.override(budget, limits, "the budget")


def check(
    costs: Costs, budget: Budget, device: Device | None = None, places: Mapping[str, Span] = MappingProxyType({})
) -> Check:
    """Compare a network with every limit of a budget, and with a device's memory where the budget sets no lower one.

    `places` says where the blocks are named that the budget limits.

    Errors: SpecError where there is no limit, since a check of nothing must not look like a pass, and where there is no
    block of a name.
    """
    limits = _stated(budget)
    for name, limit in limits_of(device).items() if device else ():
        limits[name] = min(limit, limits.get(name, limit))
    verdicts = [_verdict(costs, name, limits[name], budget.warn_at) for name in METRICS if name in limits]
    checked = [(costs, verdict) for verdict in verdicts]
    for block, of_block in budget.blocks.items():
        part = Costs(_block(costs.summary, block, places.get(block)), costs.options)
        for name, limit in _stated(of_block).items():
            checked.append((part, _verdict(part, name, limit, budget.warn_at)._replace(block=block)))
    if not checked:
        cure = "add `budget: {max_params: 5M}` to the file, or a limit such as `--max-params 5M` to the command"
        raise SpecError([Diagnostic("no-budget", f"{costs.summary.name} has no budget: nothing to check", cure=cure)])
    problems = (problem for part, verdict in checked for problem in _problems(part, verdict))
    return Check(costs.summary.name, tuple(verdict for _, verdict in checked), tuple(problems))


def _stated(budget: BlockBudget) -> dict[str, int]:
    return {name: limit for name in METRICS if (limit := getattr(budget, name, None)) is not None}


def _block(summary: Summary, name: str, place: Span | None) -> Summary:
    try:
        return part_of(summary, name)
    except SpecError as error:
        raise SpecError([diagnostic._replace(span=place) for diagnostic in error.diagnostics]) from None


def limits_of(device: Device) -> dict[str, int]:
    """Return the limits that a device sets: of training, or where it has flash, of the arena and the weights."""
    if device.available_flash is None:
        return {"max_training_memory": device.available}
    return {"max_sram": device.available, "max_flash": device.available_flash}


def _verdict(costs: Costs, name: str, limit: int, warn_at: float | None) -> Verdict:
    verdict = Verdict(name, METRICS[name].of_network(costs), limit, warn_at=warn_at)
    if verdict.ok is not False:
        return verdict._replace(cures=tuple(_cautions(costs, verdict)))
    return verdict._replace(contributors=_contributors(costs, verdict), cures=tuple(_cures(costs, verdict)))


def _cautions(costs: Costs, verdict: Verdict) -> Iterator[str]:
    """Say what would break a limit that is kept."""
    today = costs.arena_newer_planner if verdict.name == "max_sram" else None
    if today and today.head > verdict.limit:
        yield f"TensorFlow Lite Micro of today orders tensors of one size otherwise, and needs {today.head:,} bytes"


def _cures(costs: Costs, verdict: Verdict) -> Iterator[str]:
    """Say what would keep a limit that is broken, or save most of what is over it."""
    if verdict.name == "max_training_memory":
        batch = largest_batch(costs, verdict.limit)
        yield f"the largest batch that fits is {batch:,}" if batch else "not even a batch of 1 fits"
        yield from _checkpointing(costs, verdict.limit)
    untied = [weight for layer in costs.summary.layers for weight in layer.weights if weight.untied]
    saving = sum(weight.size - (weight.tied_size or 0) for weight in untied)
    if saving and verdict.name in _OF_WEIGHTS:
        yield f"with tied biases it would have {saving:,} fewer parameters"


def _checkpointing(costs: Costs, limit: int) -> Iterator[str]:
    """Say which blocks save most when they compute their insides again."""
    kinds = dict.fromkeys(group.kind for group in costs.summary.groups.values())
    if costs.options.checkpointing or not kinds:
        return
    peaks = {kind: costs.trained_with(checkpointing=[kind]).training_peak or 0 for kind in list(kinds)[:_MAX_TRIED]}
    kind = min(peaks, key=lambda kind: peaks[kind])
    if peaks[kind] < (costs.training_peak or 0):
        outcome = "fits" if peaks[kind] <= limit else "is not enough"
        yield f"with `checkpointing: {kind}` it takes {peaks[kind]:,} bytes, which {outcome}"


def _contributors(costs: Costs, verdict: Verdict) -> tuple[Contributor, ...]:
    """Return the layers that make a total large, or those that are themselves over the limit, the largest first."""
    metric = verdict.metric
    if metric.parts is None:
        return ()
    values = [(layer, value or 0) for layer, value in metric.parts(costs)]
    whole = verdict.value if not metric.per_layer and verdict.value else sum(value for _, value in values)
    values.sort(key=lambda part: -part[1])
    if metric.per_layer:
        chosen = [(layer, value) for layer, value in values if value > verdict.limit]
    else:
        chosen = [(layer, value) for layer, value in values[:MAX_CONTRIBUTORS] if value]
    return tuple(Contributor(layer, value, whole) for layer, value in chosen)


def _problems(costs: Costs, verdict: Verdict) -> Iterator[Diagnostic]:
    parts = verdict.metric.parts
    if verdict.ok is None and parts:
        first, *others = [layer for layer, value in parts(costs) if value is None]
        layers = f"`{first.name}`" + (f" and {len(others):,} more" if others else "")
        verb = "is" if verdict.metric.unit else "are"
        message = f"`{verdict.name}` cannot be checked: the {verdict.metric.title} of {layers} {verb} unknown"
        yield Diagnostic("unknown-value", message, first.span, cure_of_unknown(first, _field(verdict.name)))


def _field(limit: str) -> str:
    """Return the field of a layer that states what a limit is compared with, if it has such a one."""
    return "kept" if limit == "max_training_memory" else limit.removeprefix("max_").removeprefix("layer_")
