"""What `summarize` returns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from archsum import summary
from archsum.results import Figures
from archsum.summary import LayerSummary

if TYPE_CHECKING:
    from archsum.folding import BlockSummary


class Summary(Figures, summary.Summary):
    """A network's inputs, layers in order, outputs and blocks; and its totals. Printed, it is a table.

    It is a sequence of its layers, which can be taken by their names too, as blocks can.
    """

    def __len__(self) -> int:
        return len(self.layers)

    def __bool__(self) -> bool:
        return True  # a network without layers is one

    def __iter__(self) -> Iterator[LayerSummary]:
        return iter(self.layers)

    @overload
    def __getitem__(self, key: int) -> LayerSummary: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[LayerSummary, ...]: ...

    @overload
    def __getitem__(self, key: str) -> "LayerSummary | BlockSummary": ...

    def __getitem__(self, key: int | slice | str) -> "LayerSummary | BlockSummary | tuple[LayerSummary, ...]":
        """Return a layer or a block by its name, `stage/conv2d`, or layers by their places.

        Errors: SpecError where nothing has the name; IndexError where there is no such place.
        """
        if not isinstance(key, str):
            return self.layers[key]
        from archsum.folding import find_part

        return find_part(self, key)

    def __contains__(self, key: object) -> bool:
        return key in self.layers or (isinstance(key, str) and self.has(key))

    def table(
        self,
        columns: Sequence[str] = (),
        *,
        depth: int | None = None,
        style: str = "keras",
        width: int | None = None,
    ) -> str:
        """Return the table that `archsum summary` prints, as its options of these names say."""
        from archsum.render.summary import text

        return text.render(self, columns, style, width, depth)

    def to_json(self) -> str:
        """Return every figure, of the network and each layer, as `archsum summary --format json` prints them."""
        from archsum.render.summary import json

        return json.render(self)

    def _json(self) -> str:
        return self.to_json()

    def to_csv(self, *, spreadsheet: bool = False) -> str:
        """Return every figure, a line for each layer; in a `spreadsheet` no text is taken for a formula."""
        from archsum.render.summary import csv

        return csv.render(self, spreadsheet=spreadsheet)

    def to_markdown(self, columns: Sequence[str] = (), *, depth: int | None = None) -> str:
        """Return a table for a README or a pull request."""
        from archsum.render.summary import text

        return text.render_markdown(self, columns, depth)

    def to_html(self, columns: Sequence[str] = ()) -> str:
        """Return a table for a page or a notebook."""
        from archsum.render.summary import html

        return html.render(self, columns)

    def to_dataframe(self) -> Any:
        """Return pandas' table of all figures, a row for each layer. Errors: ImportError without pandas."""
        import io

        import pandas

        return pandas.read_csv(io.StringIO(self.to_csv()), index_col="name")

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return self.to_html()
