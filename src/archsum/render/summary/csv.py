"""The summary as CSV: every figure, unrounded, for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from archsum.layers.shapes import Shape
from archsum.render.summary.columns import OPTIONAL, Column, Figures, inputs, output_shape
from archsum.summary import LayerSummary, Summary

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for a formula by (https://owasp.org/www-community/attacks/CSV_Injection)."""


def render(summary: Summary, extra: Mapping[str, Column] = MappingProxyType({}), *, spreadsheet: bool = False) -> str:
    """Return a line for each input and layer; a figure that is unknown is empty.

    Behind the figures are those of `extra`, by their headers; what the layer takes, with semicolons between; the layer
    whose weights it shares; and the output's sizes, a column for each axis but the batch's. For a `spreadsheet`, what
    would be a formula there has an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows: list[Figures] = [*inputs(summary), *summary.layers]
    axes = max((len(of.output_shape) for of in rows), default=0)
    columns = {**OPTIONAL, **extra}
    figures = ["name", "type", "output_shape", "params", "trainable_params", *columns]
    writer.writerow([*figures, "inputs", "shared_with", *(f"output_size_{axis + 1}" for axis in range(axes))])
    for of in rows:
        optional = [column.value(of) for column in columns.values()]
        names = [";".join(of.node.inputs), of.shared_with or ""] if isinstance(of, LayerSummary) else ["", ""]
        cells = [of.name, of.type, output_shape(of), of.params, of.trainable_params, *optional, *names]
        cells += _sizes(of.output_shape, axes)
        writer.writerow([_as_text(cell) if spreadsheet and isinstance(cell, str) else cell for cell in cells])
    return text.getvalue().removesuffix("\n")


def _sizes(shape: Shape, axes: int) -> Iterator[int | None]:
    """Yield a shape's sizes, and nothing for the axes that others have more."""
    for axis in range(axes):
        yield shape[axis] if axis < len(shape) else None


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
