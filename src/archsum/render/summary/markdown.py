"""The summary as Markdown, for a README or a pull request."""

from collections.abc import Sequence

from archsum.render.summary.rows import listing
from archsum.render.table import Table
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = (), depth: int | None = None) -> str:
    """Return a pipe table, in which layers have their whole names, and a list of the totals."""
    listed = listing(summary, columns, depth, indented=False)
    table = Table(listed.headers, listed.rows, listed.numeric).draw("pipe")
    return "\n".join([table, "", *(f"- {line}" for line in listed.totals())])
