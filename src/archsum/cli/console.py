"""Where output goes: the terminal, what it is like and how diagnostics look on it, and files."""

import codecs
import os
import shutil
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from archsum.colours import Paint, painted, plain
from archsum.errors import Diagnostic, SpecError

_ASCII = {
    **dict.fromkeys("━", "="),
    **dict.fromkeys("─", "-"),
    **dict.fromkeys("┃│", "|"),
    **dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+"),
    **{"×": "x", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "≥": ">=", "→": "->", "…": "."},
}
"""What is written for our signs where the output's encoding does not have them."""


def paint(stream: TextIO) -> Paint:
    """Return how a stream is painted: in colours on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return painted if stream.isatty() and not os.environ.get("NO_COLOR") else plain


def reading_width() -> int:
    """Return how wide a text is set: the terminal's width, within what reads well; 80 where there is no terminal."""
    return max(40, min(shutil.get_terminal_size().columns, 100))


def terminal_width(stream: TextIO) -> int | None:
    """Return the columns of the terminal that a stream goes to; None where it goes elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def write_signs_in_ascii(stream: TextIOWrapper) -> None:
    """Let a stream whose encoding lacks our signs write the nearest in ASCII: `floor((32 - 5) / 1) + 1`."""
    codecs.register_error("archsum", _in_ascii)
    stream.reconfigure(errors="archsum")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_ASCII.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def report(*errors: SpecError) -> None:
    """Write diagnostics to stderr, a blank line between them."""
    print("\n\n".join(error.render(paint(sys.stderr)) for error in errors), file=sys.stderr)


def write(path: str, content: bytes) -> None:
    """Write a file, whole or not at all.

    Errors: SpecError where it cannot be written.
    """
    # What is not a file, such as a pipe or /dev/null, cannot be replaced.
    target = os.path.realpath(path)
    replaced = os.path.isfile(target) or not os.path.exists(target)
    written = f"{target}.part" if replaced else target
    try:
        with open(written, "wb") as file:
            file.write(content)
        if replaced:
            os.replace(written, target)
    except OSError as error:
        if replaced:
            with suppress(OSError):
                os.remove(written)
        cure = "name a file in a folder that exists and that you may write to"
        raise SpecError([Diagnostic("unwritable", f"cannot write {path}: {error.strerror}", None, cure)]) from None
