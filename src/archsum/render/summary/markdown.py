"""The summary as Markdown, for a README or a pull request."""

from collections.abc import Sequence

from archsum.render.summary.rows import listing
from archsum.render.summary.totals import totals
from archsum.render.table import Table
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = (), depth: int | None = None) -> str:
    """Return a pipe table, in which layers have their whole names, and a list of the totals."""
    headers, cells, numeric, chosen = listing(summary, columns, depth, indented=False)
    table = Table(headers, cells, numeric).draw("pipe")
    return "\n".join([table, "", *(f"- {line}" for line in totals(summary, chosen))])
