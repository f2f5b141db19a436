"""A CSV file as people save it: its header, and its lines of cells."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, Location, SpecError
from archsum.language.text.source import File, read_file

_OTHERS = ("{", "[", "PAR1", "PK")
"""What files of JSON, Parquet and spreadsheets begin with."""
_SEPARATORS = {";": "`;`", "\t": "tabs"}


class CsvFile(NamedTuple):
    """A header, and the lines below it by their numbers, without those of empty cells; they are read once."""

    name: str
    header: Sequence[str]
    lines: Iterator[tuple[int, list[str]]]

    @property
    def top(self) -> Location:
        """Where the header is."""
        return Location(self.name, "line 1")


def read_csv(file: File) -> CsvFile:
    """Read a CSV file. Errors: SpecError where it is none, or too large; for lines that cannot be read, with them."""
    content, name = read_file(file)
    if len(content) > MAX_FILE_BYTES:
        message = f"cannot read {name}: it is larger than {MAX_FILE_BYTES // 1024**2} MiB"
        raise SpecError([Diagnostic("too-large", message, None, "leave out columns or rows, or split it")])
    text = content if isinstance(content, str) else content.decode("utf-8-sig", "replace")
    lines = _lines(text, name)
    header = [word.strip() for word in next((line for _, line in lines), [])]
    found = CsvFile(name, header, ((number, cells) for number, cells in lines if any(map(str.strip, cells))))
    if problem := _no_header(header, text, found.top):
        raise SpecError([problem])
    return found


def _lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        place = Location(name, f"line {reader.line_num}", reader.line_num)
        cure = "look for a quote that is not closed"
        raise SpecError([Diagnostic("bad-value", f"the line cannot be read: {error}", place, cure)]) from None


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
