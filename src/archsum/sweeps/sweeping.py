"""The run over all variants: in chunks, in order, with few of them in flight; a chunk that is lost is done again."""

import pickle
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from functools import lru_cache
from itertools import islice
from threading import get_ident
from time import perf_counter
from typing import NamedTuple

from archsum.errors import Diagnostic, SpecError, one_line, quote
from archsum.sweeps.engines import Engine
from archsum.sweeps.rows import Question, Row
from archsum.sweeps.space import Variant

_FIRST = 16
"""The variants of a chunk, before it is known how long they take."""
_MOST = 20_000
_SECONDS = 1.0
"""How long a chunk should take: far longer than its way to a worker and back."""
_LOOKED_AFTER = 2.0
"""The seconds after which it is looked whether a cluster is still there."""
_LOST = Diagnostic("lost-worker", "the process that computed it died, twice", None, "give it more memory")


class Chunk(NamedTuple):
    """Variants that have been computed, and the rows of those that keep what they have to."""

    variants: int
    rows: Sequence[Row]


class _Task:
    """A chunk on its way."""

    def __init__(self, variants: Sequence[Variant]) -> None:
        self.variants = variants
        self.future: Future[tuple[list[Row], float]] | None = None
        self.was_lost = False


def sweep(question: Question, variants: Iterator[Variant], engine: Engine) -> Iterator[Chunk]:
    """Yield the rows of variants in their order, a chunk at a time.

    Where a worker dies, the first chunk that is lost is done again by itself: if that kills another worker, its
    variants are refused.

    Errors: SpecError where the executor is gone.
    """
    asked = question if engine.is_here else pickle.dumps(question)
    size = _FIRST
    tasks: deque[_Task] = deque()
    try:
        while True:
            is_alone = bool(tasks) and tasks[0].was_lost
            while not is_alone and len(tasks) < engine.in_flight and (chunk := list(islice(variants, size))):
                tasks.append(_Task(chunk))
            if not tasks:
                return
            task = tasks[0]
            try:
                for waiting in [task] if is_alone else tasks:
                    waiting.future = waiting.future or engine.executor.submit(compute, asked, waiting.variants)
                found, seconds = _result(task, engine)
            except SpecError:
                raise
            except CancelledError:
                raise _gone(engine) from None
            except Exception as error:
                if not _is_of_a_dead_worker(error):
                    raise _failed(engine, error) from None
                if isinstance(error, BrokenExecutor):
                    if not engine.renew:
                        raise _gone(engine) from None
                    engine = engine.renew()
                    for waiting in tasks:
                        waiting.future = None
                task.future = None
                if not task.was_lost:
                    task.was_lost = True
                    continue
                found, seconds = [question.refused(variant, _LOST) for variant in task.variants], _SECONDS
            tasks.popleft()
            yield Chunk(len(task.variants), found)
            size = max(1, min(_MOST, int(_SECONDS / max(seconds, 1e-6) * len(task.variants))))
    finally:
        for waiting in tasks:
            if waiting.future:
                waiting.future.cancel()


def _result(task: _Task, engine: Engine) -> tuple[list[Row], float]:
    """Wait for a chunk. Errors: SpecError where what computes it is gone; what its worker raised."""
    assert task.future
    while not wait([task.future], _LOOKED_AFTER).done:
        if engine.is_there and not engine.is_there():
            raise _gone(engine)
    return task.future.result()


def rows(question: Question, variants: Iterator[Variant], engine: Engine) -> Iterator[Row]:
    """Yield the rows of variants in their order, as `sweep` does, one by one."""
    for chunk in sweep(question, variants, engine):
        yield from chunk.rows


def compute(asked: Question | bytes, variants: Sequence[Variant]) -> tuple[list[Row], float]:
    """Return the rows of variants, and the seconds that they took. To a worker what is asked comes pickled."""
    question = _opened(asked, get_ident()) if isinstance(asked, bytes) else asked
    start = perf_counter()
    rows = [row for variant in variants if (row := question.row(variant))]
    return rows, perf_counter() - start


@lru_cache(maxsize=8)
def _opened(pickled: bytes, thread: int) -> Question:
    """Return what is asked, which a worker keeps from chunk to chunk, with all that it has computed for it."""
    question: Question = pickle.loads(pickled)
    return question


def _is_of_a_dead_worker(error: Exception) -> bool:
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"  # the latter is Dask's


def _gone(engine: Engine) -> SpecError:
    if engine.address is None:
        message, cure = "the executor has ended, or a worker of it died", "give it more memory, or another executor"
    else:
        message, cure = f"the cluster at {quote(engine.address)} is gone", "start it again"
    return SpecError([Diagnostic("lost-worker", message, None, cure)])


def _failed(engine: Engine, error: Exception) -> Exception:
    """Return what to raise of an error on a worker: on a cluster it may come of what is installed there."""
    if engine.address is None:
        return error
    message = (
        f"a worker of the cluster at {quote(engine.address)} raised {type(error).__name__}: {one_line(str(error))}"
    )
    cure = "install the same version of archsum, and of Python, on its workers"
    return SpecError([Diagnostic("lost-worker", message, None, cure)])
