"""Files that are written whole, or not at all; and one that grows, piece by piece."""

import io
import os
import re
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from typing import Any, NoReturn

from archsum.errors import Diagnostic, SpecError

_OPEN_ALREADY = re.compile(r"/dev/std(out|err)|/(?:dev|proc/self)/fd/([0-9]+)")
_ELSEWHERE = "name a file in a folder that exists and that you may write to"


def write(path: str, content: bytes) -> None:
    """Write a file, whole or not at all: what was there stays until all of the new one is on the disk.

    A link is followed, and what it names is written. A file keeps its mode, and its owner where that is allowed. A pipe
    or a device, which is no file, is written to as it is.

    Errors: SpecError where it cannot be written, or is read-only.
    """
    try:
        there = _stat(path)
        if open_already := _OPEN_ALREADY.fullmatch(path):
            _write_to(open_already[1] or open_already[2], content)
        elif there and not stat.S_ISREG(there.st_mode):
            with open(path, "wb", buffering=0) as device:
                _write_all(device, content)
        elif not os.path.basename(path):
            raise _unwritable(path, "that is not the name of a file", "write one, as in `network.svg`")
        else:
            _refuse_read_only(path, there)
            _replace(os.path.realpath(path), there, content)
    except BrokenPipeError:
        return  # the reader has seen enough
    except (OSError, ValueError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error), _ELSEWHERE) from None


def require_writable(path: str) -> None:
    """Errors: SpecError where it is known before there is anything to write that a file cannot be written."""
    try:
        there = _stat(path)
        if there is None and not os.path.isdir(os.path.dirname(path) or "."):
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        _refuse_read_only(path, there)
    except (OSError, ValueError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error), _ELSEWHERE) from None


class GrowingFile(io.RawIOBase):
    """A file that is written in pieces, each of which is in it whole, or not at all."""

    def __init__(self, path: str, start: int | None = None, *, resumable: bool) -> None:
        """Begin a file, or go on with one at `start`, where what is behind is cut off.

        `resumable`: whether one that is half done can be gone on with. A pipe or a device is written to as it is.

        Errors: SpecError where it cannot be written, is read-only, or is there already, and not to be gone on with.
        """
        super().__init__()
        self.lost = False
        """Whether nobody reads the pipe any more."""
        self._path, self._resumable, self._end = path, resumable, start or 0
        try:
            there = _stat(path)
            self.is_regular = there is None or stat.S_ISREG(there.st_mode)
            """Whether it is a file, and no pipe or device."""
            if open_already := _OPEN_ALREADY.fullmatch(path):
                number = {"out": 1, "err": 2}.get(open_already[1]) or int(open_already[2])
                self._file = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115
                self.is_regular = False
            else:
                _refuse_read_only(path, there)
                if there and self.is_regular and there.st_size and start is None:
                    first = "go on with it by `--resume`" if resumable else "remove it"
                    raise _unwritable(path, "it is there already", f"{first}, or name another file")
                self._file = open(path, "wb" if start is None else "r+b", buffering=0)  # noqa: SIM115
                self._cut()
        except (OSError, ValueError) as error:
            raise _unwritable(path, getattr(error, "strerror", None) or str(error), _ELSEWHERE) from None

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        try:
            if not self.lost:
                _write_all(self._file, piece)
                self._end += len(piece)
        except BrokenPipeError:
            self.lost = True
        except OSError as error:
            self._cut()
            cure = "make room, and go on with `--resume`" if self._resumable else "make room, and begin again"
            raise _unwritable(self._path, error.strerror or str(error), cure) from None
        except BaseException:
            self._cut()
            raise
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def remove(self) -> None:
        """Close it, and leave nothing of it, as it cannot be made whole."""
        self.close()
        if self.is_regular:
            os.remove(os.path.realpath(self._path))

    def _cut(self) -> None:
        """Leave nothing behind the last whole piece."""
        if self.is_regular:
            self._file.truncate(self._end)
            self._file.seek(self._end)


def _unwritable(path: str, reason: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("unwritable", f"cannot write {path}: {reason}", None, cure)])


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _refuse_read_only(path: str, there: os.stat_result | None) -> None:
    """Errors: SpecError for a file that is read-only."""
    # Who may do everything, such as root, is not kept by the mode; but it says what is wanted.
    if there and stat.S_ISREG(there.st_mode) and not (there.st_mode & 0o222 and os.access(path, os.W_OK)):
        raise _unwritable(path, "it is read-only", "make it writable, or write another file")


def _write_to(opened: str, content: bytes) -> None:
    """Write to what is open: opened anew, a file that stdout goes to would be cut off."""
    if stream := {"out": sys.stdout, "1": sys.stdout, "err": sys.stderr, "2": sys.stderr}.get(opened):
        stream.buffer.write(content)
    else:
        with open(int(opened), "wb", buffering=0, closefd=False) as file:
            _write_all(file, content)


def _write_all(file: Any, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _replace(target: str, there: os.stat_result | None, content: bytes) -> None:
    """Put a new file in the place of one, or of none."""
    new = os.path.join(os.path.dirname(target), f".archsum-{os.urandom(8).hex()}")
    with stopped_in_order():
        try:
            with open(new, "xb") as file:
                file.write(content)
                file.flush()
                if there and hasattr(os, "fchmod"):
                    with suppress(OSError):
                        os.fchown(file.fileno(), there.st_uid, there.st_gid)
                    os.fchmod(file.fileno(), stat.S_IMODE(there.st_mode))
                os.fsync(file.fileno())
            os.replace(new, target)
        except BaseException:
            with suppress(OSError):
                os.remove(new)
            raise


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """Let signals that end a process at once, as `kill` does, end it as Ctrl-C does: what is half done is removed."""
    in_main = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if in_main and hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: object) -> NoReturn:
    raise KeyboardInterrupt(number)
