"""How far a file of rows has come, so that a sweep can go on with it: no row is lost, and none is there twice."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple

from archsum.errors import Diagnostic, SpecError
from archsum.render.sweep.lines import LINES
from archsum.sweeps.rows import NUMBER, Row


class Progress(NamedTuple):
    """How many variants are done, and where in the file what comes of the next is to be written."""

    variants: int = 0
    end: int = 0


def progress(
    file: IO[bytes], style: str, columns: Sequence[str], row_of: Callable[[int], Row | None], name: str
) -> Progress:
    """Return how far a file has come; a last line that is not whole is not counted.

    `row_of` computes the row of a variant by its number: the first and the last row have to be what it says.

    Errors: SpecError where the file is of another sweep.
    """
    write_header, write_lines = LINES[style]
    header, end = write_header(columns).encode(), 0
    if header:
        line = file.readline()
        if line != header:
            if not header.startswith(line):
                raise _of_another(name, "its columns are others")
            return Progress()
        end = len(header)
    first = last = b""
    for line in file:
        if not line.endswith(b"\n"):
            if not first and not line.startswith((b'{"' + NUMBER.encode() + b'": ')[: len(line)]) and not header:
                raise _of_another(name, "its lines are others")
            break
        first, last, end = first or line, line, end + len(line)
    number = 0
    for line in dict.fromkeys((first, last)):
        if line:
            number = _number(line, style, columns) or 0
            row = row_of(number) if number else None
            if row is None or write_lines([row], columns).encode() != line:
                raise _of_another(name, f"its row {line.decode('utf-8', 'replace').strip()[:60]} is none of this one")
    return Progress(number, end)


def _number(line: bytes, style: str, columns: Sequence[str]) -> int | None:
    """Return the variant's number of a line; None where it has none."""
    try:
        text = line.decode()
        cell = next(_cells(text))[columns.index(NUMBER)] if style == "csv" else json.loads(text)[NUMBER]
        return int(cell)
    except (ValueError, LookupError, TypeError, StopIteration, csv.Error, RecursionError):
        return None


def _cells(line: str) -> Iterator[list[str]]:
    return csv.reader([line])


def _of_another(name: str, reason: str) -> SpecError:
    cure = "write another file, or repeat the command that has begun this one, and add `--resume`"
    return SpecError([Diagnostic("other-sweep", f"{name} is of another sweep: {reason}", None, cure)])
