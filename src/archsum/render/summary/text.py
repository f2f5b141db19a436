"""The summary as people read it: the model's name, the table, the totals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsum.colours import Paint, plain
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, listing
from archsum.render.table import MARKUP, Table
from archsum.summary import Summary

if TYPE_CHECKING:
    from archsum.language.spec.budget import Budget


def render(
    summary: Summary,
    columns: Sequence[str | Column] = (),
    style: str = "keras",
    width: int | None = None,
    depth: int | None = None,
    paint: Paint = plain,
    budget: "Budget | None" = None,
) -> str:
    """Return the summary in Keras's look, its classic one, or a format of tabulate's.

    `columns` are optional ones to add; a table wider than `width` breaks its texts into several lines. Blocks more than
    `depth` levels deep are folded into one row. What is over `budget` is painted.
    """
    listed = listing(summary, columns, depth, indented=style not in MARKUP)
    if style in MARKUP:
        return _table(listed).draw(style)
    return _drawn(listed, style, width, paint, budget)


def render_outline(
    summary: Summary,
    columns: Sequence[str | Column] = (),
    width: int | None = None,
    paint: Paint = plain,
    budget: "Budget | None" = None,
) -> str:
    """Return a nested network at a glance, in Keras's look with fewer rules; equal blocks are one row."""
    from archsum.render.summary.outline import outline

    listed = outline(summary, columns)
    layers = sum(row.of is not None and not row.is_block for row in listed.sources) - len(summary.inputs)
    hidden = len(summary.layers) - layers
    notes = [f"Folded: `--depth all` shows all {len(summary.layers):,} layers"] if hidden else []
    return _drawn(listed, "keras", width, paint, budget, notes, ruled=[row.is_ruled for row in listed.sources])


def _table(listed: Listing, ruled: Sequence[bool] | None = None) -> Table:
    return Table(listed.headers, listed.rows, listed.numeric, listed.names, ruled)


def _drawn(
    listed: Listing,
    style: str,
    width: int | None,
    paint: Paint,
    budget: "Budget | None",
    notes: Sequence[str] = (),
    ruled: Sequence[bool] | None = None,
) -> str:
    """Return the table with the model's name above and the totals below."""
    if width is not None and listed.names is not None and not _table(listed).fits(style, width):
        left_out = f"`{listed.headers[listed.names]}` is left out: there are {width} columns"
        listed, notes = listed.without_names(), [*notes, left_out]
    totals = listed.totals(sizes=style != "classic")
    if paint is plain and budget is None:
        drawn = _table(listed, ruled).draw(style, width)
        lines = [*(total.text for total in totals), *notes]
    else:
        from archsum.render.summary.marks import Marks

        marks = Marks(listed, paint, budget)
        drawn = _table(listed, ruled).draw(style, width, None if paint is plain else marks.cell)
        lines = [*map(marks.total, totals), *map(marks.note, notes)]
    if style == "classic":
        return "\n".join([drawn, *lines, "_" * drawn.index("\n")])
    return "\n".join([listed.title, drawn, *(f" {line}" for line in lines)])


def render_markdown(summary: Summary, columns: Sequence[str | Column] = (), depth: int | None = None) -> str:
    """Return the same for a README or a pull request: a pipe table with layers' whole names, and a list of totals."""
    listed = listing(summary, columns, depth, indented=False)
    table = _table(listed).draw("pipe")
    return "\n".join([table, "", *(f"- {total.text}" for total in listed.totals())])
