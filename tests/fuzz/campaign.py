"""Runs cases of all kinds, for some time or up to a number of them, and tells what came of them as a table."""

import faulthandler
import gc
import resource
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

from tabulate import tabulate

from tests.fuzz.case import Case
from tests.fuzz.kinds import Kind, all_kinds
from tests.fuzz.runner import MAX_BYTES, MAX_SECONDS, SMALL, Runner

_ADDRESS_SPACE = 4 * 1024**3
"""The most memory of a process of the long run: more than that ends in a MemoryError, not in a machine that swaps."""

_HANGS_AFTER = 600
"""Seconds by the clock after which a process that is busy with one case is ended."""

_COLLECT_EVERY = 200
"""Cases of a kind after which garbage is collected, so that it is not taken for the next case's."""


@dataclass
class Tally:
    """What came of the cases of one kind."""

    cases: int = 0
    failures: int = 0
    slowest: float = 0.0
    """Seconds of a processor."""
    largest: int = 0
    """Bytes."""
    seconds: float = 0.0
    """Of this kind's cases together."""
    where: list[str] = field(default_factory=list)
    """The failures' first lines, or the folders that they were saved in."""

    def cells(self) -> tuple[str, ...]:
        """Return what a table has of it."""
        largest = f"{self.largest / 1024**2:,.0f} MiB"
        return f"{self.cases:,}", f"{self.failures:,}", f"{self.slowest:.2f} s", largest

    def add(self, other: "Tally") -> None:
        """Add what came of other cases of the kind."""
        self.cases += other.cases
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)
        self.seconds += other.seconds
        self.where += other.where


Tallies = dict[str, Tally]


class Failure(NamedTuple):
    """Why a case failed, in a line and at length."""

    reason: str
    details: str


def examine(kind: Kind, case: Case, runner: Runner) -> Failure | None:
    """Examine a case in a folder of its own, and return why it failed; None where it did not."""
    runner.reset()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, chdir(folder):
        if case.file != "-":
            Path(case.file).write_bytes(case.content)
        try:
            kind.examine(case, runner)
        except Exception as error:
            reason = "".join(traceback.format_exception_only(error)).splitlines()[0]
            return Failure(reason, traceback.format_exc())
    if len(case.content) <= SMALL and runner.seconds > MAX_SECONDS:
        return Failure("TooLong", f"{runner.seconds:.1f} s")
    if len(case.content) <= SMALL and runner.bytes > MAX_BYTES:
        return Failure("TooLarge", f"{runner.bytes / 1024**2:,.0f} MiB")
    return None


class Campaign:
    """Cases of some kinds, of one seed, in one process."""

    def __init__(self, kinds: Iterable[Kind], seed: str, save: Path | None) -> None:
        self._kinds = list(kinds)
        self._seed = seed
        self._save = save
        self._runner = Runner()
        self._numbers = {kind.name: 0 for kind in self._kinds}
        self.tallies = {kind.name: Tally() for kind in self._kinds}

    def step(self, kind: Kind) -> None:
        """Draw and examine the next case of a kind."""
        number, tally = self._numbers[kind.name], self.tallies[kind.name]
        self._numbers[kind.name] += 1
        started = time.perf_counter()
        case = kind.draw(Random(f"{self._seed} {kind.name} {number}"))
        with self._survived(case):
            failure = examine(kind, case, self._runner)
        if failure or number % _COLLECT_EVERY == 0:
            gc.collect()
        if failure:
            tally.failures += 1
            saved = self._save and case.save_in(self._save, f"{failure.reason}\n{failure.details}")
            tally.where.append(f"{saved or case}: {failure.reason}")
        tally.cases += 1
        tally.slowest = max(tally.slowest, self._runner.seconds)
        tally.largest = max(tally.largest, self._runner.bytes)
        tally.seconds += time.perf_counter() - started

    @contextmanager
    def _survived(self, case: Case) -> Iterator[None]:
        """Keep a case that ends this process, or hangs where no signal reaches it, in the folder `running-…`."""
        if self._save is None:
            yield
            return
        place = self._save / f"running-{self._seed}"
        case.save(place, "the process has not survived it")
        faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
        yield
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(place)

    def run_for(self, seconds: float) -> None:
        """Examine cases for some time: always of the kind that has had least of its share."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.step(min(self._kinds, key=lambda kind: self.tallies[kind.name].seconds / kind.share))


def run(seconds: float, seed: int, processes: int, save: Path, names: Iterable[str] = ()) -> Tallies:
    """Run for some time in several processes, which draw other cases each; `names` are of kinds, or else all."""
    arguments = [(seconds, f"{seed}.{number}", save.absolute(), tuple(names)) for number in range(processes)]
    together: Tallies = {}
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for tallies in pool.map(_work, *zip(*arguments, strict=True)):
            for name, tally in tallies.items():
                together.setdefault(name, Tally()).add(tally)
    return together


def _work(seconds: float, seed: str, save: Path, names: tuple[str, ...]) -> Tallies:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    campaign = Campaign((kind for kind in all_kinds() if not names or kind.name in names), seed, save)
    campaign.run_for(seconds)
    return campaign.tallies


def table(tallies: Tallies) -> str:
    """Return a table of what came of the cases, and below it where the failures are."""
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    rows = [(name, *tally.cells()) for name, tally in (*tallies.items(), ("together", whole))]
    drawn = tabulate(
        rows,
        ["kind of case", "cases", "failures", "slowest", "largest"],
        "github",
        colalign=("left", *["right"] * 4),
        disable_numparse=True,
    )
    return "\n".join([drawn, *whole.where])


def replay(place: Path) -> Failure | None:
    """Examine a saved case again, and return why it fails; None where it does not any more."""
    case = Case.load(place)
    (kind,) = (kind for kind in all_kinds() if kind.name == case.kind)
    return examine(kind, case, Runner())
