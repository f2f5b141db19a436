"""The terminal: what it is like, and how diagnostics look on it."""

import os
import shutil
import sys
from typing import TextIO

from archsum.colours import Paint, painted, plain
from archsum.errors import SpecError


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


def report(*errors: SpecError) -> None:
    """Write diagnostics to stderr, a blank line between them."""
    print("\n\n".join(error.render(paint(sys.stderr)) for error in errors), file=sys.stderr)
