"""Tables of text, drawn by tabulate, which only this file imports."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from textwrap import TextWrapper, wrap
from typing import NamedTuple

from tabulate import SEPARATING_LINE, DataRow, Line, TableFormat, tabulate, tabulate_formats

STYLES = ("keras", "classic", *tabulate_formats)

MARKUP = frozenset({
    "asciidoc", "html", "jira", "latex", "latex_booktabs", "latex_longtable", "latex_raw",
    "mediawiki", "moinmoin", "textile", "tsv", "unsafehtml", "youtrack",
})  # fmt: skip
"""Styles in which a plain line of text beside the table would be markup."""

_LOOKS = {
    "keras": TableFormat(
        lineabove=Line("┏", "━", "┳", "┓"),
        linebelowheader=Line("┡", "━", "╇", "┩"),
        linebetweenrows=Line("├", "─", "┼", "┤"),
        linebelow=Line("└", "─", "┴", "┘"),
        headerrow=DataRow("┃", "┃", "┃"),
        datarow=DataRow("│", "│", "│"),
        padding=1,
        with_header_hide=None,
    ),
    "classic": TableFormat(
        lineabove=Line("", "_", "_", ""),
        linebelowheader=Line("", "=", "=", ""),
        linebetweenrows=Line("", "_", "_", ""),
        linebelow=Line("", "=", "=", ""),
        # Functions, because tabulate takes away the blanks at the end, which belong to the look.
        headerrow=lambda cells, *_: " ".join(cells),
        datarow=lambda cells, *_: " ".join(cells),
        padding=0,
        with_header_hide=None,
    ),
}

_LEAST = {"keras": (31, 22, 13), "classic": (28, 25, 10)}
"""The widths that Keras gives its three columns, on a terminal of 80 columns and in Keras 2."""

_MARGIN = 2  # tabulate makes a column this much wider than its header
_NARROWEST = len("Output Shape") + _MARGIN
"""A column of texts is not narrower than this, which headers need in any case."""


PaintCell = Callable[[int, int, list[str]], list[str]]
"""Takes a row's and a column's number and the lines of that cell, and returns them in colours."""


class Table(NamedTuple):
    """Headers, rows of texts, and which columns are numbers."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    names: int | None = None
    """The column whose texts are names of layers, with commas between: those too long give way from the left."""
    ruled: Sequence[bool] | None = None
    """Which rows have a rule above them, in a look of ours; None where it is as the look has it."""

    def draw(self, style: str, width: int | None = None, paint: PaintCell | None = None) -> str:
        """Draw the table in Keras's look, its classic one, or a format of tabulate's.

        Columns are at least as wide as Keras's. A table wider than `width` gives that up first, and then breaks its
        texts into several lines; numbers stay whole.
        """
        if self.ruled is None:
            table = self._draw(style, _LEAST.get(style, ()))
            if width is None or _width(table) <= width:
                return self._draw(style, _LEAST.get(style, ()), paint=paint) if paint else table
        table = self._draw(style)
        if width is None or _width(table) <= width:
            return self._draw(style, paint=paint) if paint else table
        return self._draw(style, widths=self._narrowed(_width(table) - width), paint=paint)

    def fits(self, style: str, width: int) -> bool:
        """Whether it can be so narrow without a word broken but where its parts meet."""
        excess = _width(self._draw(style)) - width
        least = self._least(_longest_part)
        return excess <= sum(max(0, wide - part) for wide, part in zip(self._widths, least, strict=True))

    def _draw(
        self,
        style: str,
        least: Sequence[int] = (),
        widths: Sequence[int] | None = None,
        paint: PaintCell | None = None,
    ) -> str:
        """Draw the table; with `widths`, texts that are wider than their column go on in the next line."""
        look = _LOOKS.get(style, style)
        lines = self._lines(widths, paint)
        if isinstance(look, TableFormat) and (widths is not None or self.ruled is not None):
            # To tabulate each line is a row: a rule is drawn only where a row ends.
            look = look._replace(with_header_hide=["linebetweenrows"])
            rows = list(_ruled(lines, [True] * len(lines) if self.ruled is None else self.ruled))
        else:
            rows = [["\n".join(cell) for cell in row] for row in lines]
        aligns = ["right" if number and style != "classic" else "left" for number in self.numeric]
        headers = [
            header.rjust(size - _MARGIN) if align == "right" else header.ljust(size - _MARGIN)
            for header, align, size in zip(self.headers, aligns, [*least, *[0] * len(aligns)], strict=False)
        ]
        return tabulate(
            rows,
            headers,
            tablefmt=look,
            colalign=aligns,
            disable_numparse=True,  # `1e5` is a name here, not 100000
            preserve_whitespace=True,
        )

    def _lines(self, widths: Sequence[int] | None, paint: PaintCell | None) -> list[list[list[str]]]:
        """Return the lines of each cell."""
        if widths is None:
            lines = [[[text] for text in row] for row in self.rows]
        else:
            lines = [
                [
                    _break(_shortened(text, width) if column == self.names else text, width)
                    for column, (text, width) in enumerate(zip(row, widths, strict=True))
                ]
                for row in self.rows
            ]
        if paint is None:
            return lines
        return [[paint(number, column, cell) for column, cell in enumerate(row)] for number, row in enumerate(lines)]

    def _narrowed(self, excess: int) -> list[int]:
        """Return the columns' widths after the texts have given way, the widest first.

        They break between words first, then where parts of words meet, and anywhere only where that is not enough.
        """
        widths = self._widths
        for longest in (_longest_word, _longest_part, _indented):
            least = self._least(longest)
            while excess:
                index = max(range(len(widths)), key=lambda column: (widths[column] > least[column]) * widths[column])
                if widths[index] <= least[index]:
                    break
                widths[index] -= 1
                excess -= 1
        return widths

    @property
    def _widths(self) -> list[int]:
        # Every cell may be empty, as those for kernels in a network that has none.
        return [max(1, *map(len, column)) for column in zip(*self.rows, strict=True)]

    def _least(self, longest: Callable[[str], int]) -> list[int]:
        """Return how narrow columns can be: numbers as they are, texts as the longest piece that stays whole."""
        columns = zip(zip(*self.rows, strict=True), self.numeric, self._widths, strict=True)
        return [
            width
            if number
            else max(_NARROWEST, *(longest(_tails(text) if index == self.names else text) for text in column))
            for index, (column, number, width) in enumerate(columns)
        ]


def _shortened(text: str, width: int) -> str:
    """Return names of which those wider than a column have lost the blocks that they are in, outermost first."""
    return ", ".join(_from_the_right(name, width - 1) for name in text.split(", "))


def _from_the_right(name: str, width: int) -> str:
    inner = name
    while len(inner) > width and "/" in inner.removeprefix("…/"):
        inner = f"…/{inner.removeprefix('…/').partition('/')[2]}"
    return inner


def _tails(text: str) -> str:
    return _shortened(text, 1)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _longest_word(text: str) -> int:
    return _indent(text) + max(map(len, text.split()), default=0)


def _longest_part(text: str) -> int:
    parts = (part for word in text.split() for part in _WordBreaker.wordsep_re.split(word))
    return _indent(text) + max(map(len, parts), default=0)


def _indented(text: str) -> int:
    """Return what is to be left of a text that breaks anywhere, so that it is still seen which block it is in."""
    return _indent(text) + _NARROWEST // 2


def _ruled(rows: Iterable[Sequence[Sequence[str]]], ruled: Iterable[bool]) -> Iterator[Sequence[str]]:
    """Yield the lines of each row as rows of their own: in a look of ours tabulate takes a cell to be one line."""
    for number, (row, is_ruled) in enumerate(zip(rows, ruled, strict=True)):
        if number and is_ruled:
            yield SEPARATING_LINE
        yield from map(list, zip_longest(*row, fillvalue=""))


class _WordBreaker(TextWrapper):
    """Breaks a word where its parts meet, and a part that is still too long anywhere."""

    wordsep_re = re.compile(r"(?<=[_.×/-])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _break(text: str, width: int) -> list[str]:
    """Break a text between words, so that the type goes to its own line first, and then within long words.

    What is indented stays so.
    """
    words = text.lstrip()
    indent = " " * _indent(text)
    width -= len(indent)
    lines = wrap(words, width, break_long_words=False, break_on_hyphens=False)
    pieces = (_WordBreaker(width).wrap(line) if len(line) > width else [line] for line in lines)
    return [indent + piece for line in pieces for piece in line]


def _width(table: str) -> int:
    return max(map(len, table.split("\n")))
