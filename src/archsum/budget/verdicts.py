"""Costs × one limit → a verdict: whether the limit is kept, which layers contribute most, and what would help."""

from typing import NamedTuple

from archsum.budget.cures import cautions, cures
from archsum.budget.metrics import METRICS, Metric
from archsum.memory.costs import Costs
from archsum.summary import LayerSummary

MAX_CONTRIBUTORS = 3
"""Layers named where a total is over its limit."""


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


def judge(costs: Costs, name: str, limit: int, warn_at: float | None, block: str | None = None) -> Verdict:
    """Compare a network, or a block of it, with a limit."""
    verdict = Verdict(name, METRICS[name].of_network(costs), limit, warn_at=warn_at, block=block)
    if verdict.ok is not False:
        return verdict._replace(cures=tuple(cautions(costs, name, limit)))
    return verdict._replace(contributors=_contributors(costs, verdict), cures=tuple(cures(costs, name, limit)))


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
