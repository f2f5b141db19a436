"""The columns of a summary's table, for every format that has one."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from archsum.folding import BlockSummary
from archsum.layers.arithmetic import Difference
from archsum.render.numbers import count, memory, sizes
from archsum.summary import LayerSummary, Summary

Figures = LayerSummary | BlockSummary
"""What a row is of: what the columns are figures of."""


def inputs(summary: Summary) -> list[BlockSummary]:
    """Return the inputs as rows have them in Keras: like blocks without layers, as they are data and cost nothing."""
    return [BlockSummary((name,), "InputLayer", (), shape) for name, shape in summary.inputs.items()]


class Column(NamedTuple):
    """A column: its header, a layer's value, how it is written, the total for the footer, and what to say of it."""

    header: str
    value: Callable[[Any], Any]
    write: Callable[[Any], str] = count
    numeric: bool = True
    total: Callable[[Summary], int | None] | None = None
    remark: str = ""
    limited: str = ""
    """What a budget's limits of it are called: behind `max_` of all layers, behind `max_layer_` of each."""

    def figure(self, of: Any) -> Any:
        """Return a number that can be compared: of what is written as a text, that which it is of."""
        return getattr(of, self.limited) if self.limited else self.value(of)


def output_shape(of: Figures) -> str:
    """Write the output's shape as Keras does: with the batch axis, unknown sizes as None; all of a block's."""
    several = of.output_shapes if isinstance(of, BlockSummary) else ()
    return ", ".join(sizes((None, *shape)) for shape in several or (of.output_shape,))


def _params(of: Figures) -> str:
    return "shared" if of.shares and not of.params else count(of.params)


def _kernel(of: Figures) -> str:
    kernels = [weight for weight in of.weights if weight.name.endswith("kernel")]
    return ", ".join("×".join(map(str, kernel.shape)) for kernel in kernels)


BASIC = (
    Column("Output Shape", output_shape, str, numeric=False),
    Column("Param #", _params, str, limited="params"),
)
"""Keras's columns, which every table has behind the layer's name."""

OPTIONAL = {
    "weights": Column("Weights", lambda of: Difference(of.params, of.bias_params).value),
    "biases": Column("Biases", attrgetter("bias_params")),
    "kernel": Column("Kernel", _kernel, str, numeric=False),
    "macs": Column("MACs", attrgetter("macs"), total=attrgetter("macs"), limited="macs"),
    "neurons": Column("Neurons", attrgetter("neurons"), total=attrgetter("neurons")),
    "connections": Column("Connections", attrgetter("connections"), total=attrgetter("connections")),
    "memory": Column("Memory", attrgetter("weight_memory"), memory),
    "flops": Column("FLOPs", attrgetter("flops"), total=attrgetter("flops"), limited="flops"),
}
"""The columns to choose from, by the word that `--columns` takes."""


def as_counted_by(tool: str) -> Column:
    """Return the column of what another tool counts. Errors: KeyError for a tool that is not in `CONVENTIONS`."""
    from archsum.conventions import CONVENTIONS, count_all

    convention = CONVENTIONS[tool]

    def counted(of: Figures | Summary) -> int | None:
        return count_all((of,) if isinstance(of, LayerSummary) else of.layers, convention)

    remark = f", as {tool} counts: an operation that it does not know is 0"
    return Column(f"{convention.unit} ({tool})", counted, total=counted, remark=remark)


def key_of_convention(tool: str) -> str:
    """Return what is called in CSV and JSON what another tool counts, as in `flops_torch`."""
    from archsum.conventions import CONVENTIONS

    return f"{CONVENTIONS[tool].unit.lower()}_{tool}"
