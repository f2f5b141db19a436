"""Costs × one limit → a verdict: whether the limit is kept, which layers contribute most, and what would help."""

from collections.abc import Iterator
from typing import NamedTuple

from archsum.bounds import MAX_TRIED_BLOCKS, MAX_TRIED_LAYERS
from archsum.budget.base import Limit, Relative
from archsum.budget.metrics import METRICS, Metric
from archsum.budget.unknown import causes_of_unknown
from archsum.errors import Diagnostic
from archsum.layers.shapes import known
from archsum.memory.arena import BYTES_PER_BIAS
from archsum.memory.conversion import ITEMSIZES, ArenaPrecision
from archsum.memory.costs import Costs
from archsum.memory.fit import largest_batch
from archsum.summary import LayerSummary

MAX_CONTRIBUTORS = 3
"""Layers named where a total is over its limit."""

_OF_WEIGHTS = {"max_params", "max_trainable_params", "max_weight_memory", "max_layer_params", "max_flash"}
"""Limits that fewer weights keep."""


class Contributor(NamedTuple):
    """A layer that makes a metric what it is: its part of the network's figure; of a limit for each, of all layers'."""

    layer: LayerSummary
    value: int
    whole: int


class Verdict(NamedTuple):
    """One limit, and what the network has; the value is None where it cannot be computed.

    So is the limit where it is relative to what cannot be known, or to nothing, as of a new network.
    """

    name: str
    value: int | None
    limit: int | None
    contributors: tuple[Contributor, ...] = ()
    cures: tuple[str, ...] = ()
    """What would help, where the limit is broken; what it depends on, where it is not."""
    warn_at: float | None = None
    """The share of the limit from which on it is a warning."""
    block: str | None = None
    """The block that the limit is for; None where it is for the network."""
    arena_precision: ArenaPrecision = "int8"
    relative: Relative | None = None
    """How the limit comes of the past; None where it is a number of its own."""
    problems: tuple[Diagnostic, ...] = ()
    """What keeps the limit from being checked."""

    @property
    def figure(self) -> str:
        """What is limited."""
        return self.metric.title.format(precision=self.arena_precision)

    @property
    def title(self) -> str:
        """What is limited, and of what."""
        return f"{self.figure} of {self.block}" if self.block else self.figure

    @property
    def metric(self) -> Metric:
        """What is limited."""
        return METRICS[self.name]

    @property
    def ok(self) -> bool | None:
        """Whether the limit is kept; None where that is not known."""
        if self.value is None or self.limit is None:
            return True if self.value is not None and self.is_new else None
        return self.value <= self.limit

    @property
    def is_new(self) -> bool:
        """Whether what may grow was not there."""
        return self.limit is None and self.relative is not None and self.relative.is_new

    @property
    def warns(self) -> bool:
        """Whether the limit is kept, and nearly reached; not of a growth, of which one that is small is always near."""
        if self.relative:
            return False
        # The quotient of 7 and 100 is 0.07, as the share is read; the product with 0.07 would be more than 7.
        used = self.value / self.limit if self.value and self.limit else float(self.value == self.limit)
        return bool(self.ok) and self.warn_at is not None and used >= self.warn_at


def judge(costs: Costs, name: str, limit: Limit, warn_at: float | None, block: str | None = None) -> Verdict:
    """Compare a network, or a block of it, with a limit."""
    value = METRICS[name].of_network(costs)
    verdict = Verdict(
        name,
        value,
        limit.value,
        warn_at=warn_at,
        block=block,
        arena_precision=costs.arena_precision,
        relative=limit.relative,
        problems=(*(causes_of_unknown(costs, name) if value is None else ()), *limit.problems),
    )
    if limit.value is None:
        return verdict
    if verdict.ok is not False:
        return verdict._replace(cures=tuple(_cautions(costs, name, limit.value)))
    contributors = _contributors(costs, verdict, limit.value)
    return verdict._replace(contributors=contributors, cures=tuple(_cures(costs, name, limit.value)))


def _contributors(costs: Costs, verdict: Verdict, limit: int) -> tuple[Contributor, ...]:
    """Return the layers that make a total large, or those that are themselves over the limit, the largest first."""
    metric = verdict.metric
    if metric.parts is None:
        return ()
    values = [(layer, value or 0) for layer, value in metric.parts(costs)]
    whole = verdict.value if not metric.per_layer and verdict.value else sum(value for _, value in values)
    values.sort(key=lambda part: -part[1])
    if metric.per_layer:
        chosen = [(layer, value) for layer, value in values if value > limit]
    else:
        chosen = [(layer, value) for layer, value in values[:MAX_CONTRIBUTORS] if value]
    return tuple(Contributor(layer, value, whole) for layer, value in chosen)


def _cautions(costs: Costs, name: str, limit: int) -> Iterator[str]:
    """Yield what would break a limit that is kept."""
    newer = costs.arena_newer_planner if name == "max_sram" else None
    if newer and newer.head > limit:
        yield f"TensorFlow Lite Micro of today orders tensors of one size otherwise, and needs {newer.head:,} bytes"


def _cures(costs: Costs, name: str, limit: int) -> Iterator[str]:
    """Yield what would keep a limit that is broken, or save most of what is over it."""
    if name == "max_training_memory":
        batch = largest_batch(costs, limit)
        yield f"the largest batch that fits is {batch:,}" if batch else "not even a batch of 1 fits"
        yield from _checkpointing(costs, limit)
    if name == "max_flash":
        yield from _copies(costs)
    untied = [weight for layer in costs.summary.layers for weight in layer.weights if weight.untied]
    saving = sum(known(weight.size) - known(weight.tied_size) for weight in untied)
    if saving and name in _OF_WEIGHTS:
        yield f"with tied biases it would have {saving:,} fewer parameters"


def _copies(costs: Costs) -> Iterator[str]:
    """Yield which layers have weights of others a second time, as they may be written otherwise there."""
    itemsize = ITEMSIZES[costs.arena_precision]
    for layer in costs.summary.layers:
        shared = [layer.computed.weights_by_name[name] for name in layer.shared_weights]
        biases = sum(known(weight.size) for weight in layer.computed.weights if weight.is_bias)
        weights = sum(known(weight.size) for weight in shared if not weight.is_bias)
        if weights and (costs.flash_by_layer.get(layer.name) or 0) >= weights * itemsize + biases * BYTES_PER_BIAS:
            owner = layer.owner_of(shared[0]).node
            counted = "which are counted twice: they are not known to be written alike"
            yield f"`{layer.name}` and `{owner}` share weights, {counted}"


def _checkpointing(costs: Costs, limit: int) -> Iterator[str]:
    """Yield which blocks save most when they compute their insides again."""
    kinds = dict.fromkeys(group.kind for group in costs.summary.groups.values())
    if costs.options.checkpointing or not kinds:
        return
    tried = list(kinds)[: max(1, min(MAX_TRIED_BLOCKS, MAX_TRIED_LAYERS // max(1, len(costs.summary.layers))))]
    peaks = {kind: costs.trained_with(checkpointing=[kind]).training_peak or 0 for kind in tried}
    kind = min(peaks, key=lambda kind: peaks[kind])
    if peaks[kind] < (costs.training_peak or 0):
        outcome = "fits" if peaks[kind] <= limit else "is not enough"
        yield f"with `checkpointing: {kind}` it takes {peaks[kind]:,} bytes, which {outcome}"
