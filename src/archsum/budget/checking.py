"""Costs × Budget → a check: every limit's verdict, and what keeps one from being checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from archsum.budget.base import Base, Limit, limit_of, of_block
from archsum.budget.metrics import METRICS
from archsum.budget.verdicts import Verdict, judge
from archsum.errors import Diagnostic, Place, SpecError, one_line
from archsum.language.spec.budget import BlockBudget, Budget
from archsum.language.spec.growth import Growth
from archsum.memory.costs import Costs
from archsum.memory.devices import Device


@dataclass(frozen=True)
class Check:
    """A network's verdicts, and the problems that kept some of its limits, or all, from being checked."""

    name: str | None
    verdicts: tuple[Verdict, ...]
    problems: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...] = ()
    """What is to be said of the file, whatever the verdicts."""

    @property
    def ok(self) -> bool | None:
        """Whether every limit is kept; None where one could not be checked."""
        kept = [verdict.ok for verdict in self.verdicts]
        return None if self.problems or None in kept else all(kept)

    def __repr__(self) -> str:
        return f"<Check of {one_line(self.name or 'a file')}: ok={self.ok}>"


class Limited(NamedTuple):
    """One limit of a block, and what the block costs."""

    costs: Costs
    name: str
    limit: Limit
    block: str


def check(
    costs: Costs,
    budget: Budget,
    device: Device | None = None,
    places: Mapping[str, Place] = MappingProxyType({}),
    base: Base | None = None,
) -> Check:
    """Compare a network with every limit of a budget, and with a device's memory where the budget sets no lower one.

    `places` are those at which the budget names its blocks; `base` is what limits that are a growth are relative to.

    Errors: SpecError where there is no limit, since a check of nothing must not look like a pass, and where there is no
    block of a name.
    """
    of_network = stated_limits(budget, device, base)
    verdicts = [judge(costs, name, limit, budget.warn_at) for name, limit in of_network.items()]
    verdicts += [
        judge(limited.costs, limited.name, limited.limit, budget.warn_at, limited.block)
        for limited in limits_of_blocks(costs, budget, places, base)
    ]
    if not verdicts:
        cure = (
            "add `budget: {max_params: 5M}` to the file, or state a limit: `--max-params 5M`, "
            'in Python `budget={"max_params": "5M"}`'
        )
        message = f"{costs.summary.name} has no budget: nothing to check"
        raise SpecError([Diagnostic("no-budget", message, None, cure)])
    problems = dict.fromkeys(problem for verdict in verdicts for problem in verdict.problems)
    return Check(costs.summary.name, tuple(verdicts), tuple(problems))


def limits_of_blocks(
    costs: Costs, budget: Budget, places: Mapping[str, Place] = MappingProxyType({}), base: Base | None = None
) -> Iterator[Limited]:
    """Yield the limits of a network's blocks. Errors: SpecError where there is no block of a name."""
    for block, of in budget.blocks.items():
        part = _block(costs, block, places.get(block))
        for name, stated in _stated(of).items():
            yield Limited(part, name, limit_of(name, stated, base, block), block)


def stated_limits(budget: BlockBudget, device: Device | None = None, base: Base | None = None) -> dict[str, Limit]:
    """Return the limits on a network, or a block: a budget's, and those of a device's memory where they are lower."""
    stated = {name: limit_of(name, limit, base) for name, limit in _stated(budget).items()}
    for name, size in _limits_of(device).items() if device else ():
        stated[name] = _lower(stated.get(name), size)
    return {name: stated[name] for name in METRICS if name in stated}


def _stated(budget: BlockBudget) -> dict[str, int | Growth]:
    return {name: limit for name in METRICS if (limit := getattr(budget, name, None)) is not None}


def _block(costs: Costs, name: str, place: Place | None) -> Costs:
    try:
        return of_block(costs, name)
    except SpecError as error:
        raise SpecError([diagnostic._replace(span=place) for diagnostic in error.diagnostics]) from None


def _limits_of(device: Device) -> dict[str, int]:
    """Return the limits that a device sets: of training, or where it has flash, of the arena and the weights."""
    if device.available_flash is None:
        return {"max_training_memory": device.available}
    return {"max_sram": device.available, "max_flash": device.available_flash}


def _lower(limit: Limit | None, size: int) -> Limit:
    """Return the lower of a limit and a device's memory; one that cannot be known stays unknown."""
    if limit is None or (limit.value is None and not limit.problems):
        return Limit(size)
    return limit if limit.value is None or limit.value <= size else Limit(size)
