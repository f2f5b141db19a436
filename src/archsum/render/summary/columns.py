"""The columns of a summary's table, for every format that has one, and its rows: the inputs, then the layers."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from archsum.folding import BlockSummary, Part, fold, headings, is_chain
from archsum.graph import Path
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape, show
from archsum.render.numbers import count, memory
from archsum.summary import LayerSummary, Summary


class Input:
    """An input as a row of the table, as in Keras. It is data: no weights, no neurons, no operations."""

    type = "InputLayer"
    weights: tuple[Weight, ...] = ()
    params = trainable_params = bias_params = weight_memory = macs = flops = neurons = connections = 0
    shared_with = None

    def __init__(self, name: str, output_shape: Shape) -> None:
        self.name = name
        self.output_shape = output_shape


Figures = Input | LayerSummary | BlockSummary


class Row(NamedTuple):
    """A row: its name, its type, what it is of, None for a block's heading, and what it takes."""

    name: str
    type: str
    of: Figures | None
    inputs: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column: its header, a layer's value, how it is written, the total for the footer, and what to say of it."""

    header: str
    value: Callable[[Any], Any]
    write: Callable[[Any], str] = count
    numeric: bool = True
    total: Callable[[Summary], int | None] | None = None
    remark: str = ""


def output_shape(of: Figures) -> str:
    """Write the output's shape as Keras does: with the batch axis, unknown sizes as None."""
    return show((None, *of.output_shape))


def _params(of: Figures) -> str:
    return "shared" if of.shared_with else count(of.params)


def _kernel(of: Figures) -> str:
    kernels = [weight for weight in of.weights if weight.name.endswith("kernel")]
    return ", ".join("×".join(map(str, kernel.shape)) for kernel in kernels)


def _figure(name: str) -> Callable[[Any], Any]:
    return lambda of: getattr(of, name)


_BASIC = (
    Column("Output Shape", output_shape, str, numeric=False),
    Column("Param #", _params, str),
)
"""Keras's columns, which every table has behind the layer's name."""

OPTIONAL = {
    "weights": Column("Weights", lambda of: of.params - of.bias_params),
    "biases": Column("Biases", _figure("bias_params")),
    "kernel": Column("Kernel", _kernel, str, numeric=False),
    "macs": Column("MACs", _figure("macs"), total=_figure("macs")),
    "neurons": Column("Neurons", _figure("neurons"), total=_figure("neurons")),
    "connections": Column("Connections", _figure("connections"), total=_figure("connections")),
    "memory": Column("Memory", _figure("weight_memory"), memory),
    "flops": Column("FLOPs", _figure("flops"), total=_figure("flops")),
}
"""The columns to choose from, by the word that `--columns` takes."""


def as_counted_by(tool: str) -> Column:
    """Return the column of what another tool counts. Errors: KeyError for a tool that is not in `CONVENTIONS`."""
    from archsum.conventions import CONVENTIONS, count_all

    convention = CONVENTIONS[tool]

    def counted(of: Figures | Summary) -> int | None:
        layers = (of,) if isinstance(of, LayerSummary) else () if isinstance(of, Input) else of.layers
        return count_all(layers, convention)

    remark = f", as {tool} counts: an operation that it does not know is 0"
    return Column(f"{convention.unit} ({tool})", counted, total=counted, remark=remark)


def figures(summary: Summary) -> Iterator[Figures]:
    """Return the inputs, then the layers."""
    for name, shape in summary.inputs.items():
        yield Input(name, shape)
    yield from summary.layers


class Body(NamedTuple):
    """A table's headers, its rows written for people, which columns are numbers, and those that were chosen."""

    headers: list[str]
    cells: list[list[str]]
    numeric: list[bool]
    columns: tuple[Column, ...]


def body(summary: Summary, names: Iterable[str], depth: int | None = None, *, indented: bool = True) -> Body:
    """Return the table of a summary with Keras's columns and the optional ones named.

    Blocks more than `depth` levels deep are folded. Layers in blocks are `indented` under the block's name, or else
    have their whole names. What a layer is connected to is told where the network is not a chain, as in Keras.

    A tool's name stands for what it counts.

    Errors: KeyError for a name that is neither in `OPTIONAL` nor a tool's.
    """
    columns = tuple(OPTIONAL.get(name) or as_counted_by(name) for name in dict.fromkeys(names))
    parts = fold(summary, depth)
    rows = [*_input_rows(summary), *(_nested_rows(summary, parts) if indented else _plain_rows(parts))]
    cells = [[_title(row), *_cells(row, _BASIC)] for row in rows]
    headers, numeric = ["Layer (type)", *(column.header for column in _BASIC)], [False, False, True]
    if not is_chain(summary, parts):
        headers.append("Connected to")
        numeric.append(False)
        for cell, row in zip(cells, rows, strict=True):
            cell.append(", ".join(row.inputs))
    for cell, row in zip(cells, rows, strict=True):
        cell += _cells(row, columns)
    headers += [column.header for column in columns]
    return Body(headers, cells, [*numeric, *(column.numeric for column in columns)], columns)


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
