"""A summary as rows of text: the inputs, then the layers, which are below the names of the blocks that they are in."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from archsum.folding import Part, fold, headings, is_chain
from archsum.graph import Path
from archsum.render.summary.columns import BASIC, OPTIONAL, Column, as_counted_by
from archsum.render.summary.inputs import Figures, Input
from archsum.summary import Summary


class Row(NamedTuple):
    """A row: its name, its type, what it is of, None for a block's heading, and what it takes."""

    name: str
    type: str
    of: Figures | None
    inputs: tuple[str, ...] = ()


class Listing(NamedTuple):
    """A summary's headers, its rows written for people, which columns are numbers, and those that were chosen."""

    headers: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    chosen: tuple[Column, ...]


def listing(summary: Summary, names: Iterable[str], depth: int | None = None, *, indented: bool = True) -> Listing:
    """Return a summary with Keras's columns and the optional ones named.

    Blocks more than `depth` levels deep are folded. Layers in blocks are `indented` under the block's name, or else
    have their whole names. What a layer is connected to is told where the network is not a chain, as in Keras.

    A tool's name is that of the column of what it counts.

    Errors: KeyError for a name that is neither in `OPTIONAL` nor a tool's.
    """
    columns = tuple(OPTIONAL.get(name) or as_counted_by(name) for name in dict.fromkeys(names))
    parts = fold(summary, depth)
    rows = [*_input_rows(summary), *(_nested_rows(summary, parts) if indented else _plain_rows(parts))]
    cells = [[_title(row), *_cells(row, BASIC)] for row in rows]
    headers, numeric = ["Layer (type)", *(column.header for column in BASIC)], [False, False, True]
    if not is_chain(summary, parts):
        headers.append("Connected to")
        numeric.append(False)
        for cell, row in zip(cells, rows, strict=True):
            cell.append(", ".join(row.inputs))
    for cell, row in zip(cells, rows, strict=True):
        cell += _cells(row, columns)
    headers += [column.header for column in columns]
    return Listing(headers, cells, [*numeric, *(column.numeric for column in columns)], columns)


def _title(row: Row) -> str:
    # A heading says what it is a use of where its name does not.
    says_it = row.of is None and row.name.lstrip().startswith(row.type)
    return row.name if says_it else f"{row.name} ({row.type})"


def _cells(row: Row, columns: Iterable[Column]) -> list[str]:
    return ["" if row.of is None else column.write(column.value(row.of)) for column in columns]


def _input_rows(summary: Summary) -> Iterator[Row]:
    for name, shape in summary.inputs.items():
        of = Input(name, shape)
        yield Row(name, of.type, of)


def _plain_rows(parts: list[Part]) -> Iterator[Row]:
    for part in parts:
        yield Row(part.of.name, part.of.type, part.of, part.inputs)


def _nested_rows(summary: Summary, parts: list[Part]) -> Iterator[Row]:
    """Return a row for each part, below a heading for each block that begins with it."""
    names = {part.of.name for part in parts}
    for blocks, part in headings(summary, parts):
        for block in blocks:
            yield Row(_indented(block), summary.groups[block].kind, None)
        inputs = tuple(_seen_from(part.path[:-1], name, names) for name in part.inputs)
        yield Row(_indented(part.path), part.of.type, part.of, inputs)


def _indented(path: Path) -> str:
    return "  " * (len(path) - 1) + path[-1]


def _seen_from(blocks: Path, name: str, names: Collection[str]) -> str:
    """Return a name without the blocks that it shares with a row, unless it would be taken for one nearer by."""
    path = tuple(name.split("/"))
    common = 0
    while common < len(blocks) and path[common + 1 :] and path[common] == blocks[common]:
        common += 1
    inner = "/".join(path[common:])
    nearer = ("/".join((*blocks[:level], inner)) for level in range(common + 1, len(blocks) + 1))
    return name if any(other in names for other in nearer) else inner
