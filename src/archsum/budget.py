"""Costs × Budget → verdicts. A metric is one entry of a table; what kinds of layers there are is not known here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import ValidationError

from archsum.errors import Diagnostic, SpecError, one_line
from archsum.language.document import Budget
from archsum.language.validation import Subject, diagnose
from archsum.memory.costs import Costs
from archsum.memory.precision import PRECISIONS
from archsum.summary import LayerSummary

MAX_CONTRIBUTORS = 3
"""Layers named where a total is over its limit."""


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


def _kept(costs: Costs) -> Parts:
    if costs.training is None:
        return ((layer, None) for layer in costs.unknown)
    return costs.training.kept


def _alive(costs: Costs) -> Parts:
    if costs.inference is None:
        return ((layer, layer.neurons) for layer in costs.summary.layers)
    layers = {layer.name: layer for layer in costs.summary.layers}
    return ((layers[tensor.name], size) for tensor, size in costs.inference.alive if tensor.name in layers)


def _alive_and_weights(costs: Costs) -> Parts:
    itemsize = PRECISIONS[costs.options.precision].weights
    alive = {layer.name: size for layer, size in _alive(costs)}
    for layer in costs.summary.layers:
        size = alive.get(layer.name, 0)
        yield layer, None if size is None else size + layer.params * itemsize


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
    "max_layers": Metric("layers", lambda costs: len(costs.summary.layers)),
    "max_layer_params": Metric(
        "layer parameters",
        lambda costs: max((layer.params for layer in costs.summary.layers), default=0),
        _each(lambda layer: layer.params),
        per_layer=True,
    ),
}
"""What each limit of a budget, by its field's name, is compared with."""


class Contributor(NamedTuple):
    """A layer that makes a metric what it is: its part, and all layers' together."""

    layer: LayerSummary
    value: int
    whole: int


class Verdict(NamedTuple):
    """One limit, and what the network has; the value is None where it cannot be computed."""

    name: str
    value: int | None
    limit: int
    contributors: tuple[Contributor, ...] = ()

    @property
    def metric(self) -> Metric:
        """What is limited."""
        return METRICS[self.name]

    @property
    def ok(self) -> bool | None:
        """Whether the limit is kept; None where that is not known."""
        return None if self.value is None else self.value <= self.limit


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
        from archsum.render import verdicts

        return verdicts.render(self, self.name or "")

    def __repr__(self) -> str:
        return f"<Check of {one_line(self.name or 'a file')}: ok={self.ok}>"

    def _repr_html_(self) -> str:
        from archsum.render import html

        return html.preformatted(str(self))


def override(budget: Budget, limits: Mapping[str, Any]) -> Budget:
    """Return a budget with other limits put in or added; None lifts one.

    Errors: SpecError for an unknown limit, or for what is not a quantity.
    """
    together = {**vars(budget), **limits}
    stated = {name: limit for name, limit in together.items() if limit is not None or name not in METRICS}
    try:
        return Budget.model_validate(stated)
    except ValidationError as error:
        subject = Subject("the budget", Budget, stated, lambda path, key: (None, path))
        raise SpecError(diagnose(error, subject)) from None


def check(costs: Costs, budget: Budget) -> Check:
    """Compare a network with every limit of a budget.

    Errors: SpecError where the budget has no limit, since a check of nothing must not look like a pass.
    """
    limits = {name: limit for name in METRICS if (limit := getattr(budget, name)) is not None}
    if not limits:
        cure = "add `budget: {max_params: 5M}` to the file, or a limit such as `--max-params 5M` to the command"
        raise SpecError([Diagnostic("no-budget", f"{costs.summary.name} has no budget: nothing to check", help=cure)])
    verdicts = tuple(_verdict(costs, name, limit) for name, limit in limits.items())
    return Check(costs.summary.name, verdicts, tuple(_problems(costs, verdicts)))


def _verdict(costs: Costs, name: str, limit: int) -> Verdict:
    verdict = Verdict(name, METRICS[name].of_network(costs), limit)
    return verdict if verdict.ok is not False else verdict._replace(contributors=_contributors(costs, verdict))


def _contributors(costs: Costs, verdict: Verdict) -> tuple[Contributor, ...]:
    """Return the layers that make a total large, or those that are themselves over the limit, the largest first."""
    metric = verdict.metric
    if metric.parts is None:
        return ()
    values = [(layer, value or 0) for layer, value in metric.parts(costs)]
    whole = sum(value for _, value in values)
    values.sort(key=lambda part: -part[1])
    if metric.per_layer:
        chosen = [(layer, value) for layer, value in values if value > verdict.limit]
    else:
        chosen = [(layer, value) for layer, value in values[:MAX_CONTRIBUTORS] if value]
    return tuple(Contributor(layer, value, whole) for layer, value in chosen)


def _problems(costs: Costs, verdicts: tuple[Verdict, ...]) -> Iterator[Diagnostic]:
    for verdict in verdicts:
        parts = verdict.metric.parts
        if verdict.ok is None and parts:
            first, *others = [layer for layer, value in parts(costs) if value is None]
            layers = f"`{first.name}`" + (f" and {len(others):,} more" if others else "")
            message = f"`{verdict.name}` cannot be checked: the {verdict.metric.title} of {layers} are unknown"
            yield Diagnostic("unknown-value", message, first.span, _cure(first, verdict.name))


def _cure(layer: LayerSummary, limit: str) -> str | None:
    if any(None in shape for shape in (*layer.input_shapes, layer.output_shape)):
        return "give `input` a number for every size, in the file or with `--input`"
    figure = limit.removeprefix("max_")
    return f"state `{figure}` in the layer" if figure in layer.layer.model_fields else None
