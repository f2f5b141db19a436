"""Why a figure that a limit is for is not known."""

from collections.abc import Iterator

from archsum.budget.metrics import METRICS
from archsum.errors import Diagnostic
from archsum.memory.costs import Costs, Unknown


def causes_of_unknown(costs: Costs, name: str) -> Iterator[Diagnostic]:
    """Yield what keeps the figure of a limit, which is unknown, from being known."""
    metric = METRICS[name]
    if metric.parts is None:
        return
    if metric.causes:
        for (reason, cure), layers in metric.causes(costs).items():
            yield _unknown(costs, name, layers, f": {reason}", cure)
    else:
        unknown = (layer for layer, value in metric.parts(costs) if value is None)
        layers = list(metric.unknown(costs) if metric.unknown else unknown)
        yield _unknown(costs, name, layers, "", metric.cure(layers[0]))


def _unknown(costs: Costs, name: str, layers: list[Unknown], reason: str, cure: str) -> Diagnostic:
    metric = METRICS[name]
    first, *others = layers
    named = f"`{first.name}`" + (f" and {len(others):,} more" if others else "")
    verb = "is" if metric.unit else "are"
    figure = metric.title.format(precision=costs.arena_precision)
    message = f"`{name}` cannot be checked: the {figure} of {named} {verb} unknown{reason}"
    return Diagnostic("unknown-value", message, first.span, cure)
