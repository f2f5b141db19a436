"""What is painted in a summary's table: types, blocks, the largest contributors, and what is over budget."""

from typing import TYPE_CHECKING

from archsum.colours import BOLD, DIM, MAGENTA, RED, Paint
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, Row, Total

if TYPE_CHECKING:
    from archsum.language.spec.budget import Budget

_MOST = 3
"""As many contributors are marked in a column,"""
_SHARE = 10
"""if they have this part of the whole, of a hundred."""


class Marks:
    """How the cells of a listing are painted, and its totals."""

    def __init__(self, listing: Listing, paint: Paint, budget: "Budget | None" = None) -> None:
        """Find the largest of each column."""
        self._listing, self._paint, self._budget = listing, paint, budget
        self._largest = {
            number: _largest(column, listing.sources)
            for number, column in enumerate(listing.columns)
            if column and column.numeric
        }

    def cell(self, row: int, column: int, lines: list[str]) -> list[str]:
        """Return the lines of a cell in colours."""
        source = self._listing.sources[row]
        if column == 0:
            return self._title(source, lines)
        of = self._listing.columns[column]
        colour = ""
        if of and self._is_over(source, of):
            colour = RED
        elif row in self._largest.get(column, ()):
            colour = MAGENTA
        elif source.is_opened:
            colour = BOLD
        return [self._paint(colour, line) if colour and line else line for line in lines]

    def total(self, total: Total) -> str:
        """Return a total's line, in red where it is over the budget's limit."""
        limit = self._limit(f"max_{total.limited}")
        is_over = limit is not None and total.value is not None and total.value > limit
        return self._paint(RED, f"{total.text}, over the limit of {limit:,}") if is_over else total.text

    def note(self, text: str) -> str:
        """Return a line that is about the table."""
        return self._paint(DIM, text)

    def _title(self, source: Row, lines: list[str]) -> list[str]:
        """Paint the name of a block, and types, which may begin in any line and go on in the next."""
        left = len("".join(source.name.split()))
        painted = []
        for line in lines:
            end = next((index for index, length in enumerate(_lengths(line)) if length > left), len(line))
            left -= len("".join(line[:end].split()))
            name, type_ = line[:end], line[end:]
            if source.is_block and name.strip():
                indent = len(name) - len(name.lstrip())
                name = name[:indent] + self._paint(BOLD, name[indent:])
            painted.append(name + (self._paint(DIM, type_) if type_ else ""))
        return painted

    def _is_over(self, source: Row, column: Column) -> bool:
        """Whether a layer has more than any one may have."""
        limit = self._limit(f"max_layer_{column.limited}")
        if limit is None or source.of is None or source.is_block:
            return False
        value = getattr(source.of, column.limited)
        return value is not None and value > limit

    def _limit(self, name: str) -> int | None:
        """Return a limit that is a number: what is relative to the past is for `check`."""
        limit = getattr(self._budget, name, None)
        return limit if isinstance(limit, int) else None


def _lengths(line: str) -> list[int]:
    """Return how many signs that are no blanks there are up to each sign of a line."""
    lengths, length = [], 0
    for sign in line:
        length += not sign.isspace()
        lengths.append(length)
    return lengths


def _largest(column: Column, rows: tuple[Row, ...]) -> frozenset[int]:
    """Return the rows that have the most of a column's figure, if that is much of the whole."""
    values = {
        number: value
        for number, row in enumerate(rows)
        if row.of is not None and not row.is_opened and isinstance(value := column.figure(row.of), int)
    }
    whole = sum(values.values())
    first = sorted(values, key=values.__getitem__, reverse=True)[:_MOST]
    return frozenset(number for number in first if values[number] * 100 >= whole * _SHARE and values[number])
