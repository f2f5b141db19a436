"""A summary as text for every format with a table: its title, rows of the inputs and the layers, and its totals."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from archsum.errors import one_line
from archsum.folding import BlockSummary, Part, block_of, fold, headings, is_chain
from archsum.graph import Path, shared_levels
from archsum.layers.arithmetic import Difference
from archsum.render.numbers import count, memory
from archsum.render.summary.columns import BASIC, OPTIONAL, Column, Figures, as_counted_by, inputs
from archsum.summary import BYTES_PER_PARAMETER, Summary

CONNECTED = "Connected to"
_MAX_NAMED = 12
"""The names of what a layer takes that are shown."""


class Row(NamedTuple):
    """A row: its name, its type, what it is of, None for a block's heading, and what it takes."""

    name: str
    type: str
    of: Figures | None
    inputs: tuple[str, ...] = ()
    is_block: bool = False
    is_opened: bool = False
    """Whether it is a block whose layers are the rows below, so that its figures are their sums."""
    is_ruled: bool = True
    """Whether a rule is above it, where not all rows have one."""

    @property
    def title(self) -> str:
        """Its name and its type, unless the name says what it is."""
        is_heading = self.of is None or self.is_opened
        says_it = not self.type or (is_heading and self.name.lstrip().startswith(self.type))
        return self.name if says_it else f"{self.name} ({self.type})"


class Total(NamedTuple):
    """A line below the table, its number, and what a budget's limit of it is called."""

    text: str
    value: int | None
    limited: str = ""


class Listing(NamedTuple):
    """A summary's headers, its rows written for people, which columns are numbers, and what they are made of."""

    summary: Summary
    headers: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    columns: tuple[Column | None, ...]
    """None are those of names."""
    sources: tuple[Row, ...]
    """What each row is of."""

    @property
    def title(self) -> str:
        """Keras's first line."""
        return f'Model: "{one_line(self.summary.name)}"'

    @property
    def names(self) -> int | None:
        """The column of what rows take; None where there is none."""
        return self.headers.index(CONNECTED) if CONNECTED in self.headers else None

    def without_names(self) -> "Listing":
        """Return it without the column of what rows take."""
        left = [index for index in range(len(self.headers)) if index != self.names]
        return self._replace(
            headers=[self.headers[index] for index in left],
            rows=[[row[index] for index in left] for row in self.rows],
            numeric=[self.numeric[index] for index in left],
            columns=tuple(self.columns[index] for index in left),
        )

    def totals(self, *, sizes: bool = True) -> list[Total]:
        """Return a line for each total: Keras's; PyTorch's and the biases, where they tell more; the columns'."""
        summary = self.summary
        lines = [
            Total(f"{label}: {count(number)}{_size(number) if sizes else ''}", number, limited)
            for label, number, limited in (
                ("Total params", summary.params, "params"),
                ("Trainable params", summary.trainable_params, "trainable_params"),
                ("Non-trainable params", summary.non_trainable_params, ""),
            )
        ]
        if summary.torch_params != summary.params:
            buffers = count(Difference(summary.params, summary.torch_params).value)
            text = f"PyTorch params: {count(summary.torch_params)} (without {buffers} statistics, its buffers)"
            lines.append(Total(text, summary.torch_params))
        if untied := summary.untied_bias_params:
            tied = count(Difference(summary.bias_params, untied).value)
            text = f"Bias params: {count(summary.bias_params)} ({untied:,} untied, {tied} tied)"
            lines.append(Total(text, summary.bias_params))
        for column in self.columns:
            if column and column.total:
                number = column.total(summary)
                text = f"{column.header}: {column.write(number)}{column.remark}"
                lines.append(Total(text, number, column.limited))
        return lines


def listing(
    summary: Summary,
    names: Iterable[str | Column],
    depth: int | None = None,
    *,
    indented: bool = True,
    summed: bool = False,
    most: int | None = None,
) -> Listing:
    """Return a summary with Keras's columns and the optional ones named, or given.

    Blocks more than `depth` levels deep are folded. Layers in blocks are `indented` under the block's name, or else
    have their whole names; the block's own row has its figures where they are to be `summed`. Of more layers and
    folded blocks than `most` the first are listed. What a layer is connected to is told where the network is not a
    chain, as in Keras.

    A tool's name is that of the column of what it counts.

    Errors: KeyError for a name that is neither in `OPTIONAL` nor a tool's.
    """
    all_parts = fold(summary, depth)
    parts = all_parts[:most]
    plain = (Row(part.of.name, part.of.type, part.of, part.inputs) for part in parts)
    is_simple = is_chain(summary, all_parts)
    rows = _nested_rows(summary, parts, names_taken=not is_simple, summed=summed) if indented else plain
    return listed(summary, [*input_rows(summary), *rows], names, connected=not is_simple)


def input_rows(summary: Summary) -> list[Row]:
    """Return the rows of the inputs."""
    return [Row(of.name, of.type, of, is_ruled=False) for of in inputs(summary)]


def listed(summary: Summary, rows: Sequence[Row], names: Iterable[str | Column], *, connected: bool) -> Listing:
    """Return rows with Keras's columns and the optional ones; `connected` says whether they have what they take."""
    optional = [
        name if isinstance(name, Column) else OPTIONAL.get(name) or as_counted_by(name) for name in dict.fromkeys(names)
    ]
    columns = (None, *BASIC, *([None] if connected else ()), *optional)
    headers = [column.header if column else CONNECTED for column in columns]
    headers[0] = "Layer (type)"
    cells = [
        [row.title, *(_cell(row, column) if column else _enumerate(row.inputs) for column in columns[1:])]
        for row in rows
    ]
    numeric = [column is not None and column.numeric for column in columns]
    return Listing(summary, headers, cells, numeric, columns, tuple(rows))


def _enumerate(inputs: Iterable[str]) -> str:
    """Write what a row takes; of very much the first, as each row of a table is as wide as the widest."""
    names = tuple(dict.fromkeys(inputs))
    hidden = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {hidden:,} more" if hidden > 0 else "")


def _cell(row: Row, column: Column) -> str:
    return "" if row.of is None else column.write(column.value(row.of))


def _nested_rows(summary: Summary, parts: list[Part], *, names_taken: bool, summed: bool) -> Iterator[Row]:
    """Return a row for each part, below a heading for each block that begins with it."""
    names = {part.of.name for part in parts}
    for blocks, part in headings(parts):
        for block in blocks:
            of = block_of(summary, block, summary.find("/".join(block))) if summed else None
            yield Row(indented(block), summary.groups[block].kind, of, is_block=True, is_opened=True)
        shown = part.inputs[:_MAX_NAMED] if names_taken else ()
        seen = (seen_from(part.path[:-1], name, names) for name in shown)
        is_block = isinstance(part.of, BlockSummary)
        yield Row(indented(part.path), part.of.type, part.of, (*seen, *part.inputs[_MAX_NAMED:]), is_block)


def indented(path: Path) -> str:
    """Return a name below that of the blocks that it is in."""
    return "  " * (len(path) - 1) + path[-1]


def seen_from(blocks: Path, name: str, names: Collection[str]) -> str:
    """Return a name without the blocks that it shares with a row, unless it would be taken for one nearer by."""
    path = tuple(name.split("/"))
    common = shared_levels(blocks, path[:-1])
    inner = "/".join(path[common:])
    prefixes = accumulate(f"{block}/" for block in blocks)
    return name if any(prefix + inner in names for prefix in islice(prefixes, common, None)) else inner


def _size(params: int | None) -> str:
    return "" if params is None else f" ({memory(params * BYTES_PER_PARAMETER)})"
