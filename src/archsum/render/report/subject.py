"""What a page is about: a network, or two, of which the second is what became of the first."""

from dataclasses import dataclass
from functools import cached_property

from archsum.bounds import MAX_COMPARED_MEMORY
from archsum.budget import Check
from archsum.errors import SpecError
from archsum.memory.costs import Costs
from archsum.memory.devices import Device
from archsum.memory.training import TrainingMemory
from archsum.render.diff.report import Report as Difference
from archsum.summary import Summary


@dataclass(frozen=True)
class Reported:
    """A network, with the verdicts on its budget and the device that it is trained on, where there are such."""

    title: str
    """What it is called: its file, for the most part."""
    costs: Costs
    check: Check | None = None
    device: Device | None = None

    @property
    def summary(self) -> Summary:
        """Its layers."""
        return self.costs.summary

    @property
    def is_small(self) -> bool:
        """Whether its memory, a diagram and its totals' derivation are found quickly."""
        return len(self.summary.layers) <= MAX_COMPARED_MEMORY

    @cached_property
    def training(self) -> TrainingMemory | None:
        """The memory of a training step; None where it is not known, or takes too long to find."""
        if not self.is_small:
            return None
        try:
            return self.costs.training
        except SpecError:  # it takes more work than a file of this size may
            return None

    @property
    def why_unknown(self) -> str:
        """Why the memory is not known."""
        large = "the network is so large that it takes long to find"
        return (self.costs.why_unknown if self.is_small else "") or large


@dataclass(frozen=True)
class Subject:
    """What a page is about."""

    networks: tuple[Reported, ...]
    """One, or two: before and after."""
    difference: Difference | None = None
    """What changed, of two."""

    @property
    def whens(self) -> tuple[str, ...]:
        """What tells two networks apart; of one nothing does."""
        return ("before", "after") if len(self.networks) > 1 else ("",)

    @property
    def last(self) -> Reported:
        """The network, or what became of it."""
        return self.networks[-1]
