"""What the functions return: the plain values, which can print themselves and show themselves in a notebook.

The values know no printer, and no result is imported, nor a printer, before it is needed: hence a module for each.
"""


class Text:
    """A result that a notebook shows as the text that `print` writes."""

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"
