"""Stdout and stderr, which nothing that happens to a pipe or a disk turns into an exception.

So a command comes to its exit code whatever becomes of its text; whether that was lost is asked at the end.
"""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF
from typing import Any, NamedTuple, TextIO

_ASCII = {
    **dict.fromkeys("━", "="),
    **dict.fromkeys("─", "-"),
    **dict.fromkeys("┃│", "|"),
    **dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+"),
    **{"×": "x", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "≥": ">=", "→": "->", "…": "."},
}
"""What is written for our signs where the output's encoding does not have them."""

_ERRORS = "archsum"


class Sink(io.RawIOBase):
    """Writes whatever it is given, or drops it: `lost` is why."""

    lost: BaseException | None = None

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__()
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        while rest and not self.lost:
            try:
                written = self._raw.write(rest)
            except OSError as error:
                self.lost = error
            else:
                rest = rest[written or 0 :]
                if written is None:  # it does not block, and is full
                    from select import select

                    select([], [self], [])
        return len(data)

    @property
    def failure(self) -> str | None:
        """Why the text was lost; None where it was not, or where its reader, such as `head`, has seen enough."""
        if not isinstance(self.lost, OSError) or isinstance(self.lost, BrokenPipeError):
            return None
        return "it is closed" if self.lost.errno == EBADF else self.lost.strerror


def is_lost(stream: TextIO) -> bool:
    """Whether what is written to a stream comes nowhere, as its reader is gone, or its disk is full."""
    sink = getattr(getattr(stream, "buffer", None), "raw", None)
    return isinstance(sink, Sink) and sink.lost is not None


class Sinks(NamedTuple):
    """What stdout and stderr write to; None where they are not the process's, but a caller's."""

    stdout: Sink | None
    stderr: Sink | None

    def drop(self, reason: BaseException) -> None:
        """Write nothing more."""
        for sink in self:
            if sink and not sink.lost:
                sink.lost = reason


@contextmanager
def guarded() -> Iterator[Sinks]:
    """Let stdout and stderr write to sinks, and what their encoding does not have in ASCII."""
    codecs.register_error(_ERRORS, _in_ascii)
    if None in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        _keep_places()
    before = sys.stdout, sys.stderr
    sinks = Sinks(_guard("stdout", 1), _guard("stderr", 2))
    try:
        yield sinks
    except KeyboardInterrupt as stopped:
        sinks.drop(stopped)  # as nobody may be reading
        raise
    finally:
        sys.stdout, sys.stderr = before


def _keep_places() -> None:
    """Open what fails in the place of what is closed, or the next file that is opened takes it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor else os.O_WRONLY)


def _guard(name: str, descriptor: int) -> Sink | None:
    stream = getattr(sys, name)
    if stream is not getattr(sys, f"__{name}__"):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)
        return None
    if stream is None:
        sink = Sink(io.FileIO(descriptor, "w", closefd=False))
        guarded = io.TextIOWrapper(io.BufferedWriter(sink), "utf-8", _ERRORS)
    else:
        stream.flush()
        sink = Sink(getattr(stream.buffer, "raw", stream.buffer))
        guarded = io.TextIOWrapper(
            io.BufferedWriter(sink),
            stream.encoding,
            _ERRORS,
            newline="" if os.linesep == "\n" else None,
            line_buffering=stream.line_buffering or stream.write_through,  # that is, under PYTHONUNBUFFERED
        )
    setattr(sys, name, guarded)
    return sink


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_ASCII.get(sign, "?") for sign in error.object[error.start : error.end]), error.end
