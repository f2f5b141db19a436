"""Files that hypothesis draws, read by the functions that the package offers."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.fuzz.case import Case
from tests.fuzz.examiner import Examiner
from tests.fuzz.runner import Runner
from tests.fuzz.strategies import FILES

_AT_ONCE = 100
"""The files that are drawn with one seed, as hypothesis takes a while to begin."""


class Drawn:
    """Files of one strategy."""

    share = 0.3

    def __init__(self, name: str, strategy: SearchStrategy[Any]) -> None:
        self.name = name
        self._strategy = strategy
        self._drawn: list[Any] = []

    def draw(self, random: Random) -> Case:
        while not self._drawn:
            self._drawn = draw_files(self._strategy, random.getrandbits(32))
        content = self._drawn.pop()
        content, overrides = content if isinstance(content, tuple) else (content, {})
        return Case(self.name, content if isinstance(content, bytes) else content.encode(), (), json.dumps(overrides))

    def examine(self, case: Case, runner: Runner) -> None:
        runner.measure(lambda: Examiner()(case.content, **json.loads(case.expected)))


def draw_files(strategy: SearchStrategy[Any], number: int) -> list[Any]:
    """Return what hypothesis draws of a strategy with that seed."""
    drawn: list[Any] = []

    @seed(number)
    @settings(max_examples=_AT_ONCE, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    @given(strategy)
    def collect(value: Any) -> None:
        drawn.append(value)

    collect()
    return drawn


def kinds() -> Iterator[Drawn]:
    for name, strategy in FILES.items():
        yield Drawn(name, strategy)
