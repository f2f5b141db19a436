"""What `summarize` returns."""

from archsum import summary


class Summary(summary.Summary):
    """A network's inputs, layers in order, outputs and blocks; and its totals. Printed, it is a table."""

    def __str__(self) -> str:
        from archsum.render.summary import text

        return text.render(self)

    def _repr_html_(self) -> str:
        from archsum.render.summary import html

        return html.render(self)
