"""The summary as a notebook shows it. Names come from files that others wrote: every text is escaped."""

from collections.abc import Sequence
from html import escape

from archsum.render.numbers import count
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, listing
from archsum.summary import Summary

_TABLE = "border-collapse: collapse; font-variant-numeric: tabular-nums"
_HEAD, _FOOT = "border-bottom: 1px solid", "border-top: 1px solid"
_SHADE = "background: rgba(128, 128, 128, 0.1)"
"""Of every other row: on a light page and on a dark one."""


def render(summary: Summary, columns: Sequence[str | Column] = ()) -> str:
    """Return a summary's heading, its table, in which blocks have their sums, and totals; a long table scrolls."""
    listed = listing(summary, columns, summed=True)
    rows = "\n".join(
        _row("td", texts, listed.numeric, _SHADE if number % 2 == 1 else "", is_bold=row.is_block)
        for number, (texts, row) in enumerate(zip(listed.rows, listed.sources, strict=True))
    )
    below = "<br>\n".join(escape(total.text) for total in listed.totals())
    head = _row("th", listed.headers, listed.numeric, _HEAD)
    foot = _row("th", _totals(listed), listed.numeric, _FOOT)
    return (
        f"<p><strong>{escape(listed.title)}</strong></p>\n"
        '<div style="max-height: 40em; overflow: auto">\n'
        f'<table style="{_TABLE}">\n'
        f"<thead>\n{head}\n</thead>\n<tbody>\n{rows}\n</tbody>\n<tfoot>\n{foot}\n</tfoot>\n</table>\n"
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


def _row(tag: str, texts: Sequence[str], numeric: Sequence[bool], style: str, *, is_bold: bool = False) -> str:
    # Blanks stay, since they indent what is in a block.
    more = "white-space: pre; padding: 0.1em 0.7em" + ("; font-weight: bold" if is_bold else "")
    cells = (
        f'<{tag} style="text-align: {"right" if number else "left"}; {more}">{escape(text)}</{tag}>'
        for text, number in zip(texts, numeric, strict=True)
    )
    styled = f' style="{style}"' if style else ""
    return f"<tr{styled}>{''.join(cells)}</tr>"
