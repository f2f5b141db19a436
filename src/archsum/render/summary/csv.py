"""The summary as CSV: every figure, unrounded, for spreadsheets and scripts."""

import csv
import io

from archsum.render.summary.columns import OPTIONAL, Figures, inputs, output_shape
from archsum.summary import Summary


def render(summary: Summary) -> str:
    """Return a line for each input and layer; a figure that is unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "type", "output_shape", "params", "trainable_params", *OPTIONAL])
    rows: list[Figures] = [*inputs(summary), *summary.layers]
    for of in rows:
        optional = [column.value(of) for column in OPTIONAL.values()]
        writer.writerow([of.name, of.type, output_shape(of), of.params, of.trainable_params, *optional])
    return text.getvalue().removesuffix("\n")
