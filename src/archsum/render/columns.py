"""The columns of a summary's table, for every format that has one, and its rows: the inputs, then the layers."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from archsum.layers.base import Weight
from archsum.layers.shapes import Shape, show
from archsum.render.numbers import count, memory
from archsum.summary import LayerSummary, Summary


class InputRow:
    """An input as a row of the table, as in Keras. It is data: no weights, no neurons, no operations."""

    type = "InputLayer"
    weights: tuple[Weight, ...] = ()
    params = trainable_params = bias_params = weight_memory = macs = neurons = connections = 0

    def __init__(self, name: str, output_shape: Shape) -> None:
        self.name = name
        self.output_shape = output_shape


Row = InputRow | LayerSummary


class Column(NamedTuple):
    """A column: its header, the value in a row, how it is written, and the total for the footer."""

    header: str
    value: Callable[[Row], Any]
    write: Callable[[Any], str] = count
    numeric: bool = True
    total: Callable[[Summary], int | None] | None = None


def output_shape(row: Row) -> str:
    """Write the output's shape as Keras does: with the batch axis, unknown sizes as None."""
    return show((None, *row.output_shape))


def _kernel(row: Row) -> str:
    kernels = [weight for weight in row.weights if weight.name.endswith("kernel")]
    return ", ".join("×".join(map(str, kernel.shape)) for kernel in kernels)


BASIC = (
    Column("Layer (type)", lambda row: f"{row.name} ({row.type})", str, numeric=False),
    Column("Output Shape", output_shape, str, numeric=False),
    Column("Param #", attrgetter("params")),
)
"""Keras's columns, which every table has."""

OPTIONAL = {
    "weights": Column("Weights", lambda row: row.params - row.bias_params),
    "biases": Column("Biases", attrgetter("bias_params")),
    "kernel": Column("Kernel", _kernel, str, numeric=False),
    "macs": Column("MACs", attrgetter("macs"), total=attrgetter("macs")),
    "neurons": Column("Neurons", attrgetter("neurons"), total=attrgetter("neurons")),
    "connections": Column("Connections", attrgetter("connections"), total=attrgetter("connections")),
    "memory": Column("Memory", attrgetter("weight_memory"), memory),
}
"""The columns to choose from, by the word that `--columns` takes."""


def rows(summary: Summary) -> Iterator[Row]:
    """Return the inputs, then the layers."""
    for name, shape in summary.inputs.items():
        yield InputRow(name, shape)
    yield from summary.layers


def columns_named(names: Iterable[str]) -> tuple[Column, ...]:
    """Return Keras's columns and the optional ones named. Errors: KeyError for a name that is not in `OPTIONAL`."""
    return (*BASIC, *(OPTIONAL[name] for name in dict.fromkeys(names)))


def cells(summary: Summary, columns: Iterable[Column]) -> list[list[str]]:
    """Return the table's body, written for people."""
    columns = tuple(columns)
    return [[column.write(column.value(row)) for column in columns] for row in rows(summary)]
