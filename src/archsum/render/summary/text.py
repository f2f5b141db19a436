"""The summary as people read it: the model's name, the table, the totals."""

from collections.abc import Sequence

from archsum.render.summary.rows import listing
from archsum.render.table import MARKUP, Table
from archsum.summary import Summary


def render(
    summary: Summary,
    columns: Sequence[str] = (),
    style: str = "keras",
    width: int | None = None,
    depth: int | None = None,
) -> str:
    """Return the summary in Keras's look, its classic one, or a format of tabulate's.

    `columns` are optional ones to add; a table wider than `width` breaks its texts into several lines. Blocks more than
    `depth` levels deep are folded into one row.
    """
    listed = listing(summary, columns, depth, indented=style not in MARKUP)
    table = Table(listed.headers, listed.rows, listed.numeric)
    if style in MARKUP:
        return table.draw(style)
    drawn = table.draw(style, width)
    if style == "classic":
        rule = "_" * drawn.index("\n")
        return "\n".join([drawn, *listed.totals(sizes=False), rule])
    return "\n".join([listed.title, drawn, *(f" {line}" for line in listed.totals())])


def render_markdown(summary: Summary, columns: Sequence[str] = (), depth: int | None = None) -> str:
    """Return the same for a README or a pull request: a pipe table with layers' whole names, and a list of totals."""
    listed = listing(summary, columns, depth, indented=False)
    table = Table(listed.headers, listed.rows, listed.numeric).draw("pipe")
    return "\n".join([table, "", *(f"- {line}" for line in listed.totals())])
