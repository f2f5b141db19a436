"""The kinds of case: each draws cases, and examines what comes of one."""

from collections.abc import Iterator
from importlib import import_module
from random import Random
from typing import Protocol

from tests.fuzz.case import Case
from tests.fuzz.runner import Runner


class Kind(Protocol):
    """One kind of case."""

    name: str
    share: float
    """How much of a long run's time it gets, beside the others."""

    def draw(self, random: Random) -> Case:
        """Draw a case: the same for the same state of `random`, and of what has been examined."""

    def examine(self, case: Case, runner: Runner) -> None:
        """Run a case, in a folder of its own. Errors: AssertionError for what must not be."""


MODULES = ("mutation", "drawn", "generated", "bombs", "names", "command_lines", "faults")


def all_kinds() -> Iterator[Kind]:
    """Return all kinds, as new as on the first day."""
    for module in MODULES:
        yield from import_module(f"tests.fuzz.kinds.{module}").kinds()
