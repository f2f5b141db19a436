"""The summary as a notebook shows it. Names come from files that others wrote: every text is escaped."""

from collections.abc import Sequence
from html import escape

from archsum.render.summary.rows import listing
from archsum.render.summary.totals import title, totals
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = ()) -> str:
    """Return a summary's heading, table and totals."""
    headers, cells, numeric, chosen = listing(summary, columns)
    rows = "\n".join(_row("td", texts, numeric) for texts in cells)
    below = "<br>\n".join(escape(line) for line in totals(summary, chosen))
    return (
        f"<p><strong>{escape(title(summary))}</strong></p>\n"
        f"<table>\n<thead>\n{_row('th', headers, numeric)}\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f"<p>{below}</p>"
    )


def _row(tag: str, texts: Sequence[str], numeric: Sequence[bool]) -> str:
    # Blanks stay, since they indent what is in a block.
    cells = (
        f'<{tag} style="text-align: {"right" if number else "left"}; white-space: pre">{escape(text)}</{tag}>'
        for text, number in zip(texts, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
