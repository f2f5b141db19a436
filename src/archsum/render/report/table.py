"""The table of layers: a row for each, and one for each block with the sums of what is in it."""

from typing import NamedTuple

from archsum.folding import BlockSummary
from archsum.render.numbers import binary, count
from archsum.render.report.explained import Derivations
from archsum.render.report.subject import Reported
from archsum.render.summary.columns import OPTIONAL, Column
from archsum.render.summary.memory import memory_columns
from archsum.render.summary.outline import says_type
from archsum.render.summary.rows import Row, listing
from archsum.summary import Summary

_MOST = 2_000
"""Rows: blocks of larger networks are folded for good, and what is still too much is counted."""
_OPEN = 40
"""As many rows are seen at first."""


class TableRow(NamedTuple):
    """A layer, a block or an input."""

    name: str
    type: str
    """Empty where the name says it."""
    level: int
    is_block: bool
    cells: tuple[str, ...]
    explained: str
    """The id of its derivation; an input has none."""


class Table(NamedTuple):
    """The rows, the headers and the totals below."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    totals: tuple[str, ...]
    depth: int
    """The levels that are seen at first."""
    left_out: int


def table(reported: Reported, derivations: Derivations) -> Table:
    """Return the table of a network; what training keeps is a column where it is known."""
    summary = reported.summary
    columns = [OPTIONAL["macs"]]
    if reported.training:
        columns.append(memory_columns(reported.costs)["kept"]._replace(write=binary))
    depth, count_of_rows = _unfold(summary, _MOST)
    is_folded = any(len(layer.path) > depth for layer in summary.layers)
    listed = listing(summary, columns, depth if is_folded else None, summed=True, most=_MOST).without_names()
    rows = zip(listed.sources[:_MOST], listed.rows, strict=False)
    return Table(
        tuple(column.header for column in listed.columns if column),
        tuple(_row(source, texts, derivations) for source, texts in rows),
        tuple(_total(column, reported) for column in listed.columns if column),
        _unfold(summary, _OPEN)[0],
        max(count_of_rows - _MOST, 0),
    )


def _unfold(summary: Summary, most: int) -> tuple[int, int]:
    """Return how deep to unfold, at least a level, so that there are at most so many rows, and how many there are."""
    deepest = max((len(layer.path) for layer in summary.layers), default=1)
    rows, depth = len(summary.inputs), 0
    while depth < deepest:
        more = len({layer.path[: depth + 1] for layer in summary.layers if len(layer.path) > depth})
        if depth and rows + more > most:
            break
        depth, rows = depth + 1, rows + more
    return depth, rows


def _row(row: Row, texts: list[str], derivations: Derivations) -> TableRow:
    assert row.of
    return TableRow(
        row.name.lstrip(),
        "" if says_type(row.of) else row.type,
        len(row.of.path),
        isinstance(row.of, BlockSummary) and bool(row.of.layers),
        tuple(texts[1:]),
        derivations.of(row.of.name),
    )


def _total(column: Column, reported: Reported) -> str:
    if column.total:
        return column.write(column.total(reported.summary))
    return count(reported.summary.params) if column.limited == "params" else ""
