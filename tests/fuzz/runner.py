"""Runs command lines in this process, measures them, and keeps them within bounds."""

import gc
import io
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from archsum.cli import main

T = TypeVar("T")

SMALL = 64 * 1024
"""The bytes of a file up to which the two limits hold."""
MAX_SECONDS = 3.0
"""Of a processor, children included."""
MAX_BYTES = 1024**3
_INTERRUPT_AFTER = 30
"""Seconds of a processor after which a run is broken off."""


class Outcome(NamedTuple):
    """What came of a command line: exit code, what it printed, and the exception that came out, if one did."""

    code: int | None
    out: str
    err: str
    exception: str | None = None


class TooLongError(BaseException):
    """A run was broken off; it is no Exception, so that nobody handles it."""


class Runner:
    """Runs command lines, and remembers the slowest and the largest run."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.bytes = 0

    def reset(self) -> None:
        """Forget what was measured."""
        self.seconds, self.bytes = 0.0, 0

    def __call__(self, arguments: Sequence[str], stdin: bytes = b"") -> Outcome:
        """Run `archsum` with these arguments."""
        outcome, seconds = self._measured(lambda: _run(arguments, stdin))
        if MAX_SECONDS < seconds < _INTERRUPT_AFTER:
            seconds = _in_a_process_of_its_own(arguments, stdin)
        self.seconds = max(self.seconds, seconds)
        return outcome

    def measure(self, work: Callable[[], T]) -> T:
        """Do some work. What takes too long is tried again, as others may have slowed it."""
        result, seconds = self._measured(work)
        if MAX_SECONDS < seconds < _INTERRUPT_AFTER:
            seconds = min(seconds, self._measured(work)[1])
        self.seconds = max(self.seconds, seconds)
        return result

    def _measured(self, work: Callable[[], T]) -> tuple[T, float]:
        before = _resident()
        _forget_peak()
        started = _processor_time()
        with _broken_off(_INTERRUPT_AFTER):
            result = work()
        seconds = _processor_time() - started
        self.bytes = max(self.bytes, _peak() - before)
        return result, seconds


def _run(arguments: Sequence[str], stdin: bytes) -> Outcome:
    streams = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    code, exception = None, None
    ours = [io.TextIOWrapper(stream, "utf-8") for stream in (io.BytesIO(stdin), out, err)]
    sys.stdin, sys.stdout, sys.stderr = ours
    gc.disable()  # as in a process of its own, which ends before there is garbage worth collecting
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else None
    except MemoryError:  # nor is there any for a traceback
        exception = "MemoryError"
    except (Exception, KeyboardInterrupt, TooLongError):
        exception = traceback.format_exc()
    finally:
        for stream in ours[1:]:
            stream.flush()
        sys.stdin, sys.stdout, sys.stderr = streams
        gc.enable()
    return Outcome(code, out.getvalue().decode(), err.getvalue().decode(), exception)


def _in_a_process_of_its_own(arguments: Sequence[str], stdin: bytes) -> float:
    """Run `archsum` as people do, and return how long it took: this process may be slow by what it has done before."""
    before = _processor_time()
    command = [sys.executable, "-m", "archsum", *arguments]
    subprocess.run(command, input=stdin, capture_output=True, check=False)
    return _processor_time() - before


@contextmanager
def _broken_off(after: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLongError(f"broken off after {after} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _processor_time() -> float:
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _forget_peak() -> None:
    """Let the peak of memory be measured from here on, where the system can; see proc_pid_clear_refs(5)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory that this process had, in bytes: since `_forget_peak`, or else since it began."""
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _resident() -> int:
    return _status("VmRSS") or _peak()


def _status(name: str) -> int:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0
