"""What the terminal is like, and how diagnostics look on it."""

import codecs
import os
import re
import shutil
import sys
from io import TextIOWrapper
from typing import TextIO

from archsum.errors import SpecError

_ASCII = {
    **dict.fromkeys("━", "="),
    **dict.fromkeys("─", "-"),
    **dict.fromkeys("┃│", "|"),
    **dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+"),
    **{"×": "x", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "≥": ">=", "→": "->", "…": "."},
}
"""What stands for our signs where the output's encoding does not have them."""

_RED, _GREEN, _YELLOW, _BLUE = "\033[1;31m", "\033[1;32m", "\033[1;33m", "\033[1;34m"
_BOLD, _RESET = "\033[1m", "\033[0m"


def colours(stream: TextIO) -> bool:
    """Whether to colour what is written to a stream: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


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


def colour_verdicts(text: str) -> str:
    """Colour the verdicts, which end the lines of a check's tables."""
    text = re.sub(r"\bOVER(?= by [\d,]+$)", rf"{_RED}\g<0>{_RESET}", text, flags=re.MULTILINE)
    text = re.sub(r"\bNEAR(?=, [\d,]+ left$)", rf"{_YELLOW}\g<0>{_RESET}", text, flags=re.MULTILINE)
    return re.sub(r"\bok(?=, [\d,]+ left$)", rf"{_GREEN}\g<0>{_RESET}", text, flags=re.MULTILINE)


def report(*errors: SpecError) -> None:
    """Write diagnostics to stderr, a blank line between them."""
    text = "\n\n".join(map(str, errors))
    if colours(sys.stderr):
        text = re.sub(r"^(error\[[\w-]+\])(:.*)$", rf"{_RED}\1{_RESET}{_BOLD}\2{_RESET}", text, flags=re.MULTILINE)
        text = re.sub(r"^( *-->| *\d* \|| *= \w+:)", rf"{_BLUE}\1{_RESET}", text, flags=re.MULTILINE)
    print(text, file=sys.stderr)
