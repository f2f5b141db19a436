"""Aligned and wrapped text: all but the tables that tabulate draws."""

from collections.abc import Sequence
from textwrap import TextWrapper
from typing import TypeVar

from archsum.render.numbers import quantity

Item = TypeVar("Item")


def columns(rows: Sequence[Sequence[str]], aligns: str, indent: str = "") -> list[str]:
    """Return a line for each row, its cells two spaces apart; `aligns` has `<` or `>` for each column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    pads = [f"{align}{width}" for align, width in zip(aligns, widths, strict=bool(rows))]
    return [f"{indent}{'  '.join(map(format, row, pads))}".rstrip() for row in rows]


def wrap(text: str, width: int, indent: int = 0, first: str = "") -> list[str]:
    """Return a text in lines of at most `width`, behind an indent, in which the first line has the word `first`.

    Words stay whole, addresses among them, even where they are wider.
    """
    if len(text) <= width - max(indent, len(first)) and text.isprintable() and text == text.strip():
        return [first.ljust(indent) + text] if text else []  # most fit, and to wrap takes long
    wrapper = TextWrapper(width, first.ljust(indent), " " * indent, break_long_words=False, break_on_hyphens=False)
    lines: list[str] = []
    for line in text.splitlines():
        lines += wrapper.wrap(line) or [""]
        wrapper.initial_indent = wrapper.subsequent_indent
    return lines


def cut(items: Sequence[Item], most: int, what: str) -> tuple[Sequence[Item], list[str]]:
    """Return the first of the items, and if there are more, a line that says how many; `what` is one of them."""
    hidden = len(items) - most
    return items[:most], [f"… and {quantity(hidden, f'more {what}')}"] if hidden > 0 else []
