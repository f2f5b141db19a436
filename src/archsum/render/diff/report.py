"""All that is reported of two networks: what changed, their totals, and the verdicts on their budgets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from archsum.budget import Check, Verdict
from archsum.comparison.difference import Difference
from archsum.comparison.totals import Total, totals
from archsum.formula import Value
from archsum.memory.costs import Costs
from archsum.render.numbers import count


def limit(of: Verdict) -> str:
    """Return a limit; one that is relative to the past with the growth that is allowed."""
    if of.relative is None:
        return count(of.limit)
    allowed = of.relative.growth.text
    return allowed if of.limit is None else f"{of.limit:,} ({allowed})"


GONE = "no limit any more"
"""What is said of a limit that the second network's budget lacks."""


class Judged(NamedTuple):
    """A limit before and after; None where it was not checked."""

    before: Verdict | None
    after: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """The verdict after, or else before."""
        verdict = self.after or self.before
        assert verdict
        return verdict

    @property
    def is_broken(self) -> bool:
        """Whether the limit is broken after the change."""
        return self.after is not None and self.after.ok is False

    @property
    def is_changed(self) -> bool:
        """Whether the limit is another, is new, or is gone."""
        return self.before is None or self.after is None or len(self.limits) > 1

    @property
    def limits(self) -> tuple[str, ...]:
        """The limit, or what it was and what it is."""
        return tuple(dict.fromkeys(limit(verdict) for verdict in self if verdict))


@dataclass(frozen=True)
class Report:
    """What changed from one network to another, and what it costs."""

    difference: Difference
    titles: tuple[str, str]
    """What the networks are called: their files, for the most part."""
    costs: tuple[Costs, Costs] = field(repr=False)
    checks: tuple[Check | None, Check | None] = (None, None)
    """The verdicts on their budgets; None where there is none."""
    variables: tuple[Mapping[str, Value], Mapping[str, Value]] = ({}, {})
    """The values of their variables, where they have such."""
    compared: tuple[str, ...] = ()
    """The aspects that were compared, where these were not all."""

    @property
    def equal(self) -> bool:
        """Whether the networks are the same but for names and blocks, in what was compared."""
        return self.difference.equal

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing to report: the same networks by the same names, with the same limits, all kept."""
        difference = self.difference
        return self.equal and not (difference.changes or difference.details) and not self.tells_limits

    @property
    def tells_limits(self) -> bool:
        """Whether the limits tell something whatever the networks are: one is not what it was, or is broken now."""
        return any(one.is_broken or one.is_changed for one in self.judged)

    @property
    def changed_variables(self) -> Iterator[tuple[str, Value, Value]]:
        """The variables of both that have other values, before and after: what may have caused all else."""
        before, after = self.variables
        for name in before:
            if name in after and before[name] != after[name]:
                yield name, before[name], after[name]

    @cached_property
    def totals(self) -> tuple[Total, ...]:
        """What they have in all."""
        return tuple(totals(*self.costs))

    @property
    def judged(self) -> Iterator[Judged]:
        """The limits of both budgets."""
        before, after = (
            {(verdict.name, verdict.block): verdict for verdict in check.verdicts} if check is not None else {}
            for check in self.checks
        )
        for key in dict.fromkeys([*after, *before]):
            yield Judged(before.get(key), after.get(key))

    @property
    def broken(self) -> Iterator[Verdict]:
        """The limits that the network breaks after the change."""
        yield from (one.after for one in self.judged if one.after and one.is_broken)
