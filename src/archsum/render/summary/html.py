"""The summary as a notebook shows it. Names come from files that others wrote: every text is escaped."""

from collections.abc import Sequence
from html import escape

from archsum.render.summary.rows import listing
from archsum.summary import Summary


def render(summary: Summary, columns: Sequence[str] = ()) -> str:
    """Return a summary's heading, table and totals."""
    listed = listing(summary, columns)
    rows = "\n".join(_row("td", texts, listed.numeric) for texts in listed.rows)
    below = "<br>\n".join(escape(total.text) for total in listed.totals())
    head = _row("th", listed.headers, listed.numeric)
    return (
        f"<p><strong>{escape(listed.title)}</strong></p>\n"
        f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f"<p>{below}</p>"
    )


def _row(tag: str, texts: Sequence[str], numeric: Sequence[bool]) -> str:
    # Blanks stay, since they indent what is in a block.
    cells = (
        f'<{tag} style="text-align: {"right" if number else "left"}; white-space: pre">{escape(text)}</{tag}>'
        for text, number in zip(texts, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
