"""A CSV file as people save it: its header, and its lines of cells."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, Location, SpecError
from archsum.language.text.source import read_file

_OTHERS = ("{", "[", "PAR1", "PK")
"""What files of JSON, Parquet and spreadsheets begin with."""
_SEPARATORS = {";": "`;`", "\t": "tabs"}


class CsvFile(NamedTuple):
    """A header, and the lines below it by their numbers, without empty ones; they are read once."""

    name: str
    header: Sequence[str]
    lines: Iterator[tuple[int, list[str]]]

    @property
    def top(self) -> Location:
        """Where the header is."""
        return Location(self.name, "line 1")


def read_csv(file: str) -> CsvFile:
    """Read a CSV file. Errors: SpecError where it is none, or too large."""
    content, name = read_file(file)
    if len(content) > MAX_FILE_BYTES:
        message = f"cannot read {name}: it is larger than {MAX_FILE_BYTES // 1024**2} MiB"
        raise SpecError([Diagnostic("too-large", message, None, "leave out columns or rows, or split it")])
    text = content if isinstance(content, str) else content.decode("utf-8-sig", "replace")
    lines = enumerate(csv.reader(io.StringIO(text, newline="")), start=1)
    header = [word.strip() for word in next((line for _, line in lines), [])]
    found = CsvFile(name, header, ((number, cells) for number, cells in lines if cells))
    if problem := _no_header(header, text, found.top):
        raise SpecError([problem])
    return found


def _no_header(header: Sequence[str], text: str, place: Location) -> Diagnostic | None:
    if not header:
        return Diagnostic("bad-value", "there is no row", place, "begin with the variables' names")
    if text.startswith(_OTHERS):
        return Diagnostic(
            "bad-value", "the file is no CSV", place, "write one: `archsum sweep` does with `-o rows.csv`"
        )
    sign = next((sign for sign in _SEPARATORS if len(header) == 1 and sign in header[0]), None)
    if sign:
        message = f"there are {_SEPARATORS[sign]} between the columns"
        return Diagnostic("bad-value", message, place, "save the file with commas between them")
    return None
