"""Costs × Budget → a check: every limit's verdict, and what keeps one from being checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from archsum.budget.metrics import METRICS
from archsum.budget.verdicts import Verdict, judge
from archsum.errors import Diagnostic, Place, SpecError, one_line
from archsum.folding import part_of
from archsum.language.spec.budget import BlockBudget, Budget
from archsum.memory.costs import Costs, Unknown
from archsum.memory.devices import Device
from archsum.summary import Summary


@dataclass(frozen=True)
class Check:
    """A network's verdicts, and the problems that kept some of its limits, or all, from being checked."""

    name: str | None
    verdicts: tuple[Verdict, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool | None:
        """Whether every limit is kept; None where one could not be checked."""
        kept = [verdict.ok for verdict in self.verdicts]
        return None if self.problems or None in kept else all(kept)

    def __repr__(self) -> str:
        return f"<Check of {one_line(self.name or 'a file')}: ok={self.ok}>"


class Limit(NamedTuple):
    """One limit, and the costs of what it is for: a network, or the block of it that is named."""

    costs: Costs
    name: str
    most: int
    block: str | None = None


def check(
    costs: Costs, budget: Budget, device: Device | None = None, places: Mapping[str, Place] = MappingProxyType({})
) -> Check:
    """Compare a network with every limit of a budget, and with a device's memory where the budget sets no lower one.

    `places` are those at which the budget names its blocks.

    Errors: SpecError where there is no limit, since a check of nothing must not look like a pass, and where there is no
    block of a name.
    """
    checked = [
        (limit.costs, judge(limit.costs, limit.name, limit.most, budget.warn_at, limit.block))
        for limit in limits(costs, budget, device, places)
    ]
    if not checked:
        cure = "add `budget: {max_params: 5M}` to the file, or a limit such as `--max-params 5M` to the command"
        message = f"{costs.summary.name} has no budget: nothing to check"
        raise SpecError([Diagnostic("no-budget", message, None, cure)])
    problems = (problem for part, verdict in checked for problem in _problems(part, verdict))
    return Check(costs.summary.name, tuple(verdict for _, verdict in checked), tuple(problems))


def limits(
    costs: Costs, budget: Budget, device: Device | None = None, places: Mapping[str, Place] = MappingProxyType({})
) -> Iterator[Limit]:
    """Yield every limit of a budget, and those of a device. Errors: SpecError where there is no block of a name."""
    for name, limit in stated_limits(budget, device).items():
        yield Limit(costs, name, limit)
    for block, of_block in budget.blocks.items():
        of = _block(costs.summary, block, places.get(block))
        part = Costs(of, costs.options, costs.arena_precision, costs.steps_allowed, costs.context)
        for name, limit in _stated(of_block).items():
            yield Limit(part, name, limit, block)


def stated_limits(budget: Budget, device: Device | None = None) -> dict[str, int]:
    """Return the limits on a network: a budget's, and those of a device's memory where they are lower."""
    stated = _stated(budget)
    for name, limit in _limits_of(device).items() if device else ():
        stated[name] = min(limit, stated.get(name, limit))
    return {name: stated[name] for name in METRICS if name in stated}


def _stated(budget: BlockBudget) -> dict[str, int]:
    return {name: limit for name in METRICS if (limit := getattr(budget, name, None)) is not None}


def _block(summary: Summary, name: str, place: Place | None) -> Summary:
    try:
        return part_of(summary, name)
    except SpecError as error:
        raise SpecError([diagnostic._replace(span=place) for diagnostic in error.diagnostics]) from None


def _limits_of(device: Device) -> dict[str, int]:
    """Return the limits that a device sets: of training, or where it has flash, of the arena and the weights."""
    if device.available_flash is None:
        return {"max_training_memory": device.available}
    return {"max_sram": device.available, "max_flash": device.available_flash}


def _problems(costs: Costs, verdict: Verdict) -> Iterator[Diagnostic]:
    metric = verdict.metric
    if verdict.ok is not None or metric.parts is None:
        return
    if metric.causes:
        for (reason, cure), layers in metric.causes(costs).items():
            yield _unknown(verdict, layers, f": {reason}", cure)
    else:
        unknown = (layer for layer, value in metric.parts(costs) if value is None)
        layers = list(metric.unknown(costs) if metric.unknown else unknown)
        yield _unknown(verdict, layers, "", metric.cure(layers[0]))


def _unknown(verdict: Verdict, layers: list[Unknown], reason: str, cure: str) -> Diagnostic:
    first, *others = layers
    named = f"`{first.name}`" + (f" and {len(others):,} more" if others else "")
    verb = "is" if verdict.metric.unit else "are"
    message = f"`{verdict.name}` cannot be checked: the {verdict.figure} of {named} {verb} unknown{reason}"
    return Diagnostic("unknown-value", message, first.span, cure)
