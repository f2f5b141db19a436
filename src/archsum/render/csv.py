"""The summary as CSV: every figure, unrounded, for spreadsheets and scripts."""

import csv
import io

from archsum.render.columns import OPTIONAL, output_shape, rows
from archsum.summary import Summary


def render(summary: Summary) -> str:
    """Return a line for each input and layer; a figure that is unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "type", "output_shape", "params", "trainable_params", *OPTIONAL])
    for row in rows(summary):
        figures = [column.value(row) for column in OPTIONAL.values()]
        writer.writerow([row.name, row.type, output_shape(row), row.params, row.trainable_params, *figures])
    return text.getvalue().removesuffix("\n")
