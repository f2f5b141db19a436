"""A file → its text."""

import io
import os
import stat
from typing import IO, Any, cast

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, SourceText, Span, SpecError, closest

File = str | os.PathLike[str] | IO[str] | IO[bytes]
"""A path, or an open file."""

_LIKENESS = 0.75
"""Of names of files, which say less than words of the language."""
_SHOWN = 100
"""The bytes that are shown from one on that is not UTF-8."""


def read_file(file: File) -> tuple[str | bytes, str]:
    """Return a file's content, as far as it may be read, and its name. Errors: SpecError where it cannot be read."""
    name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", "<input>"))
    try:
        if not isinstance(file, str | os.PathLike):
            return _read(file, name), name
        with open_file(name) as opened:
            before = _state(opened)
            content = opened.read(MAX_FILE_BYTES + 1)
            after = _state(opened)
    except UnicodeDecodeError as error:  # of a file that was opened as text
        message = f"{name} is not text in {error.encoding}: the byte {_hex(error)} is none of it"
        raise _not_text(message, cure='save it as UTF-8, and open it with `encoding="utf-8"`') from None
    except (OSError, ValueError) as error:
        raise _not_opened(name, error) from None
    if before != after:
        raise _not_read(name, "it changed while it was read", "try again")
    return content, name


def open_file(file: str | os.PathLike[str]) -> IO[bytes]:
    """Open a file to be read in binary mode. Errors: SpecError where that cannot be done."""
    try:
        return open(file, "rb")
    except (OSError, ValueError) as error:
        raise _not_opened(os.fspath(file), error) from None


def _not_opened(name: str, error: OSError | ValueError) -> SpecError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    cure = "is it a file, and may you read it?"
    if isinstance(error, FileNotFoundError):
        cure = _existing(name)
    elif isinstance(error, IsADirectoryError):
        cure = "name a file in it; of folders, `archsum check` takes those with YAML files"
    return _not_read(name, reason, cure)


def _state(file: IO[bytes]) -> tuple[int, int] | None:
    """Return what differs when a file has been written to; None of a pipe, which is."""
    status = os.fstat(file.fileno())
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _read(file: IO[Any], name: str) -> str | bytes:
    """Read an open file to its end, which several reads reach where it does not block, or has no buffer."""
    most = MAX_FILE_BYTES + 1
    waits = _waits(file)
    if isinstance(file, io.BufferedIOBase | io.TextIOBase) and waits:
        return cast(str | bytes, file.read(most))
    if isinstance(file, io.TextIOBase):
        raise _not_read(name, "it is not blocking, so that its text comes in parts", "open it in binary mode")
    parts: list[Any] = []
    while (part := file.read(most)) or part is None:
        if part is None:
            _wait(file, name)
            continue
        parts.append(part)
        most -= len(part)
        if most <= 0:
            break
    joined: str | bytes = type(part)().join(parts)
    return joined


def _waits(file: IO[Any]) -> bool:
    """Whether a read waits for what is still to come."""
    try:
        return os.get_blocking(file.fileno())
    except (OSError, AttributeError):  # it is no file of the system, or there are none of this kind
        return True


def _wait(file: IO[Any], name: str) -> None:
    """Wait until there is something to read."""
    from select import select

    try:
        select([file], [], [])
    except (OSError, AttributeError, TypeError, ValueError):
        raise _not_read(name, "it has nothing to read yet", "read it when all of it is there, or from a file") from None


def _not_read(name: str, reason: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("unreadable", f"cannot read {name}: {reason}", None, cure)])


def _stem(name: str) -> str:
    """Return a file's name without its ending, which most names have in common."""
    return os.path.splitext(name)[0]


def _existing(name: str) -> str:
    """Return what to write instead of a file that is not there: the one beside it whose name is most like it."""
    folder, base = os.path.split(name)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return f"there is no folder {folder} either"
    stem = closest(_stem(base), map(_stem, names), _LIKENESS)
    close = stem and closest(base, (name for name in names if _stem(name) == stem), cutoff=0)
    return f"did you mean `{os.path.join(folder, close)}`?" if close else "look at the name, and at the folder"


def decode(content: bytes | str, name: str) -> SourceText:
    """Return the text of a file. Errors: SpecError for what is not text in UTF-8, or is too large."""
    if len(content) > MAX_FILE_BYTES:
        cure = "describe layers that repeat themselves by `repeat` or a block"
        raise _not_text(f"{name} is larger than {MAX_FILE_BYTES // 1024**2} MiB", cure)
    try:
        if isinstance(content, str):
            content = content.encode()
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _not_text(f"{name} is UTF-16", "save the file as UTF-8")
        if b"\0" in content:
            raise _not_text(f"{name} is not text", "is this the right file?")
        # The parser's positions do not count a byte order mark, so it must not be in the text either.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = error.object[: error.start].decode("utf-8-sig", "replace")
        rest = error.object[error.start : error.start + _SHOWN].decode("utf-8", "replace")
        place = Span(SourceText(name, readable + rest), len(readable), len(readable) + 1)
        raise _not_text(f"the byte {_hex(error)} is not UTF-8", "save the file as UTF-8", place) from None
    except UnicodeEncodeError:
        raise _not_text(f"{name} is not text in UTF-8", "is this the right file?") from None
    return SourceText(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def _hex(error: UnicodeDecodeError) -> str:
    return f"0x{error.object[error.start]:02X}"


def _not_text(problem: str, cure: str, place: Span | None = None) -> SpecError:
    return SpecError([Diagnostic("not-text", problem, place, cure)])
