"""Tables of text, drawn by tabulate, which only this file imports."""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import TextWrapper, wrap

from tabulate import DataRow, Line, TableFormat, tabulate, tabulate_formats

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
_LINES_ABOVE_ROWS = 3  # in both looks: a rule, the headers, a rule

_LEAST = {"keras": (31, 22, 13), "classic": (28, 25, 10)}
"""The widths that Keras gives its three columns, on a terminal of 80 columns and in Keras 2."""

_MARGIN = 2  # tabulate makes a column this much wider than its header
_NARROWEST = len("Output Shape") + _MARGIN


class Table:
    """Headers, rows of texts, and which columns are numbers."""

    def __init__(self, headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
        self.headers = headers
        self.rows = rows
        self.numeric = numeric

    def draw(self, style: str, width: int | None = None) -> str:
        """Draw the table in Keras's look, its classic one, or a format of tabulate's.

        Columns are at least as wide as Keras's. A table wider than `width` gives that up first, and then breaks its
        texts into several lines; numbers stay whole.
        """
        table = self._draw(style, self.rows, _LEAST.get(style, ()))
        if width is None or _width(table) <= width:
            return table
        table = self._draw(style, self.rows)
        if _width(table) <= width:
            return table
        return self._draw_wrapped(style, self._narrowed(_width(table) - width))

    def _draw(self, style: str, rows: Iterable[Sequence[str]], least: Sequence[int] = ()) -> str:
        aligns = ["right" if number and style != "classic" else "left" for number in self.numeric]
        headers = [
            header.rjust(size - _MARGIN) if align == "right" else header.ljust(size - _MARGIN)
            for header, align, size in zip(self.headers, aligns, [*least, *[0] * len(aligns)], strict=False)
        ]
        return tabulate(
            rows,
            headers,
            tablefmt=_LOOKS.get(style, style),
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

    def _draw_wrapped(self, style: str, widths: Sequence[int]) -> str:
        rows = [[_break(cell, size) for cell, size in zip(row, widths, strict=True)] for row in self.rows]
        if style not in _LOOKS:
            return self._draw(style, [["\n".join(lines) for lines in row] for row in rows])
        # In a format of our own tabulate does not break lines: each line is drawn as a row,
        # and the rules between the lines of one row are taken away.
        lines_of_rows = [list(zip_longest(*row, fillvalue="")) for row in rows]
        drawn = iter(self._draw(style, [line for lines in lines_of_rows for line in lines]).split("\n"))
        kept = [next(drawn) for _ in range(_LINES_ABOVE_ROWS)]
        for lines in lines_of_rows:
            for _ in lines[1:]:
                kept.append(next(drawn))
                next(drawn)
            kept += next(drawn), next(drawn)
        return "\n".join(kept)


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
