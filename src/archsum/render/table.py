"""Tables of text, drawn by tabulate, which only this file imports."""

import re
from collections.abc import Iterable, Iterator, Sequence
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


class Table(NamedTuple):
    """Headers, rows of texts, and which columns are numbers."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]

    def draw(self, style: str, width: int | None = None) -> str:
        """Draw the table in Keras's look, its classic one, or a format of tabulate's.

        Columns are at least as wide as Keras's. A table wider than `width` gives that up first, and then breaks its
        texts into several lines; numbers stay whole.
        """
        table = self._draw(style, _LEAST.get(style, ()))
        if width is None or _width(table) <= width:
            return table
        table = self._draw(style)
        if _width(table) <= width:
            return table
        return self._draw(style, widths=self._narrowed(_width(table) - width))

    def _draw(self, style: str, least: Sequence[int] = (), widths: Sequence[int] | None = None) -> str:
        """Draw the table; with `widths`, texts that are wider than their column go on in the next line."""
        look, rows = _LOOKS.get(style, style), self.rows
        if widths is not None:
            broken = [list(map(_break, row, widths)) for row in rows]
            if isinstance(look, TableFormat):
                # To tabulate each line is a row: a rule is drawn only where a row ends.
                look, rows = look._replace(with_header_hide=["linebetweenrows"]), list(_ruled(broken))
            else:
                rows = [["\n".join(lines) for lines in row] for row in broken]
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

    def _narrowed(self, excess: int) -> list[int]:
        """Return the columns' widths after the texts have given way, the widest first."""
        # Every cell may be empty, as those for kernels in a network that has none.
        widths = [max(1, *map(len, column)) for column in zip(*self.rows, strict=True)]
        texts = [index for index, number in enumerate(self.numeric) if not number]
        for _ in range(excess):
            widest = max(texts, key=widths.__getitem__)
            widths[widest] = max(widths[widest] - 1, _NARROWEST)
        return widths


def _ruled(rows: Iterable[Sequence[Sequence[str]]]) -> Iterator[Sequence[str]]:
    """Yield the lines of each row as rows of their own: in a look of ours tabulate takes a cell to be one line."""
    for number, row in enumerate(rows):
        if number:
            yield SEPARATING_LINE
        yield from map(list, zip_longest(*row, fillvalue=""))


class _WordBreaker(TextWrapper):
    """Breaks a word where its parts meet, and a part that is still too long anywhere."""

    wordsep_re = re.compile(r"(?<=[_.×-])|(?<=[a-z])(?=[A-Z])")


def _break(text: str, width: int) -> list[str]:
    """Break a text between words, so that the type goes to its own line first, and then within long words.

    What is indented stays so, as far as it leaves room for words.
    """
    words = text.lstrip()
    indent = " " * min(len(text) - len(words), width - _NARROWEST + _MARGIN)
    width -= len(indent)
    lines = wrap(words, width, break_long_words=False, break_on_hyphens=False)
    pieces = (_WordBreaker(width).wrap(line) if len(line) > width else [line] for line in lines)
    return [indent + piece for line in pieces for piece in line]


def _width(table: str) -> int:
    return max(map(len, table.split("\n")))
