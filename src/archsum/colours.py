"""Colours on a terminal: whoever writes a text says what is painted, and whoever prints it whether."""

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""Takes a colour and a text, and returns what is written for them."""

RED, GREEN, YELLOW, CYAN, MAGENTA, BOLD, DIM = "1;31", "1;32", "1;33", "1;36", "35", "1", "2"


def plain(_colour: str, text: str) -> str:
    """Return the text as it is."""
    return text


def painted(colour: str, text: str) -> str:
    """Return the text in a colour, as terminals understand it."""
    return f"\033[{colour}m{text}\033[0m"
