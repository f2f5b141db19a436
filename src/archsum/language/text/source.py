"""A file → its text."""

import os
from typing import IO

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, SourceText, Span, SpecError, closest

File = str | os.PathLike[str] | IO[str] | IO[bytes]
"""A path, or an open file."""

_SHOWN = 100
"""The bytes that are shown from one on that is not UTF-8."""


def read_file(file: File) -> tuple[str | bytes, str]:
    """Return a file's content, as far as it may be read, and its name. Errors: SpecError where it cannot be read."""
    name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", "<input>"))
    try:
        if not isinstance(file, str | os.PathLike):
            return file.read(MAX_FILE_BYTES + 1), name
        with open(name, "rb") as opened:
            return opened.read(MAX_FILE_BYTES + 1), name
    except UnicodeDecodeError as error:  # of a file that was opened as text
        message = f"{name} is not text in {error.encoding}: the byte {_hex(error)} is none of it"
        raise _not_text(message, cure='save it as UTF-8, and open it with `encoding="utf-8"`') from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        cure = _existing(name) if isinstance(error, FileNotFoundError) else "is it a file, and may you read it?"
        raise SpecError([Diagnostic("unreadable", f"cannot read {name}: {reason}", None, cure)]) from None


def _existing(name: str) -> str:
    """Return what to write instead of a file that is not there: the one beside it whose name is most like it."""
    folder, base = os.path.split(name)
    try:
        with os.scandir(folder or ".") as entries:
            close = closest(base, (entry.name for entry in entries))
    except OSError:
        return f"there is no folder {folder} either"
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
