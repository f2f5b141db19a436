"""The rows as lines of text, each by itself, so that a file can be gone on with: CSV, and JSON Lines."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from archsum.render.sweep.cells import as_text
from archsum.sweeps.rows import Row


def csv_header(columns: Sequence[str]) -> str:
    """Return the first line of CSV."""
    return _csv([columns])


def csv_lines(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return a line for each row; a figure that is unknown is empty."""
    cells = (row.cells for row in rows)
    return _csv([as_text(name, of_row.get(name)) for name in columns] for of_row in cells)


def jsonl_header(columns: Sequence[str]) -> str:
    """Return nothing: each line has the names."""
    return ""


def jsonl_lines(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return an object for each row; a figure that is unknown is null."""
    return "".join(f"{as_object(row, columns)}\n" for row in rows)


def as_object(row: Row, columns: Sequence[str]) -> str:
    """Return a row as an object of JSON, on one line; what a row of a table leaves out is null too."""
    cells = row.cells
    return json.dumps({name: cells.get(name) for name in columns})


def _csv(lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


LINES = {"csv": (csv_header, csv_lines), "jsonl": (jsonl_header, jsonl_lines)}
"""How each format writes its first line, and rows."""
