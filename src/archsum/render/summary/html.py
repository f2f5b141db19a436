"""The summary as a notebook shows it. Names come from files that others wrote: every text is escaped."""

from collections.abc import Sequence
from html import escape

from archsum.render.numbers import count
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, listing
from archsum.summary import Summary

_SHADE = "background: rgba(128, 128, 128, 0.1)"
"""Of every other row: on a light page and on a dark one."""


def render(summary: Summary, columns: Sequence[str | Column] = ()) -> str:
    """Return a summary's heading, its table, in which blocks have their sums, and totals; a long table scrolls."""
    listed = listing(summary, columns, summed=True)
    rows = "\n".join(
        _row("td", texts, listed.numeric, is_bold=row.is_block, is_shaded=number % 2 == 1)
        for number, (texts, row) in enumerate(zip(listed.rows, listed.sources, strict=True))
    )
    below = "<br>\n".join(escape(total.text) for total in listed.totals())
    head = _row("th", listed.headers, listed.numeric)
    foot = _row("th", _totals(listed), listed.numeric)
    return (
        f"<p><strong>{escape(listed.title)}</strong></p>\n"
        '<div style="max-height: 40em; overflow: auto">\n'
        f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{rows}\n</tbody>\n<tfoot>\n{foot}\n</tfoot>\n</table>\n"
        "</div>\n"
        f"<p>{below}</p>"
    )


def _totals(listed: Listing) -> list[str]:
    """Return the last row: the parameters of all layers, and the totals of the columns that have one."""
    texts = ["Total"]
    for column in listed.columns[1:]:
        if column is None:
            texts.append("")
        elif column.total:
            texts.append(column.write(column.total(listed.summary)))
        else:
            texts.append(count(listed.summary.params) if column.limited == "params" else "")
    return texts


def _row(
    tag: str, texts: Sequence[str], numeric: Sequence[bool], *, is_bold: bool = False, is_shaded: bool = False
) -> str:
    # Blanks stay, since they indent what is in a block.
    bold = "; font-weight: bold" if is_bold else ""
    cells = (
        f'<{tag} style="text-align: {"right" if number else "left"}; white-space: pre{bold}">{escape(text)}</{tag}>'
        for text, number in zip(texts, numeric, strict=True)
    )
    shade = f' style="{_SHADE}"' if is_shaded else ""
    return f"<tr{shade}>{''.join(cells)}</tr>"
