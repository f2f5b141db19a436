"""The rows as a Parquet file, written by pyarrow, which only this imports and the extra `sweep` brings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from io import RawIOBase
from typing import Any

from archsum.errors import Diagnostic, SpecError
from archsum.render.sweep.cells import as_text
from archsum.sweeps.rows import NUMBER, Row

_TOO_LARGE = 2**63
_ROWS = 50_000
"""The rows that are written together."""
_TYPES: tuple[tuple[frozenset[type], str], ...] = (
    (frozenset((bool,)), "bool_"),
    (frozenset((int,)), "int64"),
    (frozenset((int, float)), "float64"),
)
"""The types of columns whose values are all of some types; others are texts."""


def require() -> None:
    """Errors: SpecError where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        message = "Parquet is written by pyarrow, which is not installed"
        raise SpecError([Diagnostic("missing-pyarrow", message, None, "`pip install pyarrow` brings it")])


class ParquetFile:
    """A Parquet file that grows; it is whole when it has been closed."""

    def __init__(
        self, file: RawIOBase, columns: Sequence[str], types: Mapping[str, Collection[type]], metrics: Collection[str]
    ) -> None:
        """`types` are those of what is varied."""
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        varied = {name: _type(set(found) - {type(None)}) for name, found in types.items()}
        self._types = {**dict.fromkeys(columns, "string"), **varied, **dict.fromkeys((NUMBER, *metrics), "int64")}
        schema = pyarrow.schema([(name, getattr(pyarrow, self._types[name])()) for name in columns])
        self._columns, self._rows = columns, list[dict[str, Any]]()
        self._table: Any = partial(pyarrow.Table.from_pylist, schema=schema)
        self._writer: Any = ParquetWriter(file, schema)

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        self._rows += map(self._cells, rows)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table(self._rows))
            self._rows = []

    def _cells(self, row: Row) -> dict[str, Any]:
        cells = row.cells
        for name, value in row.metrics.items():
            if value is not None and value >= _TOO_LARGE:
                cells |= {name: None, "code": "too-large", "message": f"{name} is {value:,}, too large for a column"}
        texts = {name: as_text(name, cells.get(name)) for name in self._columns if self._types[name] == "string"}
        return {**cells, **{name: text or None for name, text in texts.items()}}


def _type(found: Collection[type]) -> str:
    return next((name for types, name in _TYPES if types.issuperset(found)), "string")
