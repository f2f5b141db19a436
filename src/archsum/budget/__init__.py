"""Costs × Budget → verdicts. What kinds of layers there are is not known here."""

from archsum.budget.base import Base, Relative
from archsum.budget.checking import Check, check, limits_of_blocks, stated_limits
from archsum.budget.metrics import METRICS
from archsum.budget.verdicts import MAX_CONTRIBUTORS, Contributor, Verdict

__all__ = [
    "MAX_CONTRIBUTORS",
    "METRICS",
    "Base",
    "Check",
    "Contributor",
    "Relative",
    "Verdict",
    "check",
    "limits_of_blocks",
    "stated_limits",
]
