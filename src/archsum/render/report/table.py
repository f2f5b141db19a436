"""The table of layers: a row for each, and one for each block with the sums of what is in it."""

from typing import NamedTuple

from archsum.folding import BlockSummary, readable_depth
from archsum.render.numbers import binary, count
from archsum.render.report.explained import Derivations
from archsum.render.report.subject import Reported
from archsum.render.summary.columns import OPTIONAL, Column
from archsum.render.summary.memory import memory_columns
from archsum.render.summary.outline import says_type
from archsum.render.summary.rows import Row, listing

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
    deepest = max((len(layer.path) for layer in summary.layers), default=1)
    is_small = len(summary.layers) + len(summary.groups) <= _MOST
    depth = deepest if is_small else readable_depth(summary, _MOST)
    listed = listing(summary, columns, depth, summed=True).without_names()
    rows = zip(listed.sources[:_MOST], listed.rows, strict=False)
    return Table(
        tuple(column.header for column in listed.columns if column),
        tuple(_row(source, texts, derivations) for source, texts in rows),
        tuple(_total(column, reported) for column in listed.columns if column),
        min(readable_depth(summary, _OPEN), depth),
        len(listed.sources[_MOST:]),
    )


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
