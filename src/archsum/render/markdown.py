"""The summary as Markdown, for a README or a pull request."""

from collections.abc import Sequence

from archsum.render.columns import cells, columns_named
from archsum.render.drawing import Table
from archsum.render.totals import totals
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = ()) -> str:
    """Return a pipe table and a list of the totals."""
    chosen = columns_named(columns)
    headers, numeric = [column.header for column in chosen], [column.numeric for column in chosen]
    table = Table(headers, cells(summary, chosen), numeric).draw("pipe")
    return "\n".join([table, "", *(f"- {line}" for line in totals(summary, chosen))])
