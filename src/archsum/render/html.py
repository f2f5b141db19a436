"""Results as a notebook shows them. Names come from files that others wrote: every text is escaped."""

from collections.abc import Sequence
from html import escape

from archsum.render.columns import Column, cells, columns_named
from archsum.render.totals import title, totals
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = ()) -> str:
    """Return a summary's heading, table and totals."""
    chosen = columns_named(columns)
    head = _row("th", [column.header for column in chosen], chosen)
    body = "\n".join(_row("td", texts, chosen) for texts in cells(summary, chosen))
    below = "<br>\n".join(escape(line) for line in totals(summary, chosen))
    return (
        f"<p><strong>{escape(title(summary))}</strong></p>\n"
        f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        f"<p>{below}</p>"
    )


def preformatted(text: str) -> str:
    """Return a text as it is."""
    return f"<pre>{escape(text)}</pre>"


def _row(tag: str, texts: Sequence[str], columns: Sequence[Column]) -> str:
    aligns = ("right" if column.numeric else "left" for column in columns)
    cells = (
        f'<{tag} style="text-align: {align}">{escape(text)}</{tag}>' for text, align in zip(texts, aligns, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
