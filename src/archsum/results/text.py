"""A result that is a text."""


class Text:
    """A result that a notebook shows as the text that `print` writes."""

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"
