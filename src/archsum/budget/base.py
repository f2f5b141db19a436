"""What limits are relative to: the network as it was, and the limit that comes of its figure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from archsum.budget.metrics import METRICS
from archsum.budget.unknown import causes_of_unknown
from archsum.errors import Diagnostic, SpecError
from archsum.folding import part_of
from archsum.language.spec.growth import Growth
from archsum.memory.costs import Costs


@dataclass(frozen=True)
class Base:
    """A network as it was, which is read when a limit is relative to it."""

    name: str
    """What it is called, such as `main:net.yaml`."""
    read: Callable[[], Costs | None] = field(repr=False)
    """Returns None where the network is new. Errors: SpecError."""

    @cached_property
    def costs(self) -> Costs | None:
        """What it costs; None where it was not there. Errors: SpecError."""
        return self.read()


class Relative(NamedTuple):
    """How a limit comes of the past."""

    growth: Growth
    against: str | None = None
    """What the base is called; None where there is none."""
    base: int | None = None
    """What the figure was there."""
    is_new: bool = False
    """Whether there was nothing that could have grown."""


class Limit(NamedTuple):
    """The largest value allowed; None where it is not known, for these problems, or where what it limits is new."""

    value: int | None
    relative: Relative | None = None
    problems: tuple[Diagnostic, ...] = ()


def limit_of(name: str, stated: int | Growth, base: Base | None, block: str | None = None) -> Limit:
    """Return the limit that a budget states of a figure, or what its base makes of it."""
    if not isinstance(stated, Growth):
        return Limit(stated)
    if base is None:
        message = f"`{name}` cannot be checked: it is `{stated.text}`, and there is nothing to compare with"
        cure = (
            'name the revision to compare with, or a file: `--against main`, in Python `against="main"`; a report is '
            "of two networks then"
        )
        return Limit(None, Relative(stated), (Diagnostic("no-base", message, None, cure),))
    relative = Relative(stated, base.name)
    try:
        costs = base.costs
    except SpecError as error:
        return Limit(None, relative, tuple(error.diagnostics))
    if costs and block:
        costs = of_block(costs, block) if costs.summary.has(block) else None
    if costs is None:
        return Limit(None, relative._replace(is_new=True))
    value = METRICS[name].of_network(costs)
    if value is None:
        return Limit(None, relative, tuple(causes_of_unknown(costs, name)))
    return Limit(stated.limit(value), relative._replace(base=value))


def of_block(costs: Costs, block: str) -> Costs:
    """Return the costs of a block, or a layer, by itself. Errors: SpecError where nothing has that name."""
    of = part_of(costs.summary, block)
    return Costs(of, costs.options, costs.arena_precision, costs.steps_allowed, costs.context)
