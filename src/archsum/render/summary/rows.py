"""A summary as text for every format with a table: its title, rows of the inputs and the layers, and its totals."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from archsum.errors import one_line
from archsum.folding import Part, fold, headings, is_chain
from archsum.graph import Path, shared_levels
from archsum.layers.arithmetic import Difference
from archsum.render.numbers import count, memory
from archsum.render.summary.columns import BASIC, OPTIONAL, Column, Figures, as_counted_by, inputs
from archsum.summary import BYTES_PER_PARAMETER, Summary

_MAX_NAMED = 12
"""The names of what a layer takes that are shown."""


class Row(NamedTuple):
    """A row: its name, its type, what it is of, None for a block's heading, and what it takes."""

    name: str
    type: str
    of: Figures | None
    inputs: tuple[str, ...] = ()


class Listing(NamedTuple):
    """A summary's headers, its rows written for people, which columns are numbers, and the optional ones."""

    summary: Summary
    headers: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    optional: tuple[Column, ...]

    @property
    def title(self) -> str:
        """Keras's first line."""
        return f'Model: "{one_line(self.summary.name)}"'

    def totals(self, *, sizes: bool = True) -> list[str]:
        """Return a line for each total: Keras's; PyTorch's and the biases, where they tell more; the columns'."""
        summary = self.summary
        params = {
            "Total params": summary.params,
            "Trainable params": summary.trainable_params,
            "Non-trainable params": summary.non_trainable_params,
        }
        lines = [f"{label}: {count(number)}{_size(number) if sizes else ''}" for label, number in params.items()]
        if summary.torch_params != summary.params:
            buffers = count(Difference(summary.params, summary.torch_params).value)
            lines.append(f"PyTorch params: {count(summary.torch_params)} (without {buffers} statistics, its buffers)")
        if untied := summary.untied_bias_params:
            tied = count(Difference(summary.bias_params, untied).value)
            lines.append(f"Bias params: {count(summary.bias_params)} ({untied:,} untied, {tied} tied)")
        for column in self.optional:
            if column.total:
                lines.append(f"{column.header}: {count(column.total(summary))}{column.remark}")
        return lines


def listing(summary: Summary, names: Iterable[str], depth: int | None = None, *, indented: bool = True) -> Listing:
    """Return a summary with Keras's columns and the optional ones named.

    Blocks more than `depth` levels deep are folded. Layers in blocks are `indented` under the block's name, or else
    have their whole names. What a layer is connected to is told where the network is not a chain, as in Keras.

    A tool's name is that of the column of what it counts.

    Errors: KeyError for a name that is neither in `OPTIONAL` nor a tool's.
    """
    optional = tuple(OPTIONAL.get(name) or as_counted_by(name) for name in dict.fromkeys(names))
    parts = fold(summary, depth)
    plain = (Row(part.of.name, part.of.type, part.of, part.inputs) for part in parts)
    rows = [Row(of.name, of.type, of) for of in inputs(summary)]
    is_simple = is_chain(summary, parts)
    rows += _nested_rows(summary, parts, names_taken=not is_simple) if indented else plain
    cells = [[_title(row), *_cells(row, BASIC)] for row in rows]
    headers, numeric = ["Layer (type)", *(column.header for column in BASIC)], [False, False, True]
    if not is_simple:
        headers.append("Connected to")
        numeric.append(False)
        for cell, row in zip(cells, rows, strict=True):
            cell.append(_enumerate(tuple(dict.fromkeys(row.inputs))))
    for cell, row in zip(cells, rows, strict=True):
        cell += _cells(row, optional)
    headers += [column.header for column in optional]
    return Listing(summary, headers, cells, [*numeric, *(column.numeric for column in optional)], optional)


def _enumerate(names: Sequence[str]) -> str:
    """Write what a row takes; of very much the first, as each row of a table is as wide as the widest."""
    hidden = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {hidden:,} more" if hidden > 0 else "")


def _title(row: Row) -> str:
    # A heading says what it is a use of where its name does not.
    says_it = row.of is None and row.name.lstrip().startswith(row.type)
    return row.name if says_it else f"{row.name} ({row.type})"


def _cells(row: Row, columns: Iterable[Column]) -> list[str]:
    return ["" if row.of is None else column.write(column.value(row.of)) for column in columns]


def _nested_rows(summary: Summary, parts: list[Part], *, names_taken: bool) -> Iterator[Row]:
    """Return a row for each part, below a heading for each block that begins with it."""
    names = {part.of.name for part in parts}
    for blocks, part in headings(summary, parts):
        for block in blocks:
            yield Row(_indented(block), summary.groups[block].kind, None)
        shown = part.inputs[:_MAX_NAMED] if names_taken else ()
        seen = (_seen_from(part.path[:-1], name, names) for name in shown)
        yield Row(_indented(part.path), part.of.type, part.of, (*seen, *part.inputs[_MAX_NAMED:]))


def _indented(path: Path) -> str:
    return "  " * (len(path) - 1) + path[-1]


def _seen_from(blocks: Path, name: str, names: Collection[str]) -> str:
    """Return a name without the blocks that it shares with a row, unless it would be taken for one nearer by."""
    path = tuple(name.split("/"))
    common = shared_levels(blocks, path[:-1])
    inner = "/".join(path[common:])
    prefixes = accumulate(f"{block}/" for block in blocks)
    return name if any(prefix + inner in names for prefix in islice(prefixes, common, None)) else inner


def _size(params: int | None) -> str:
    return "" if params is None else f" ({memory(params * BYTES_PER_PARAMETER)})"
