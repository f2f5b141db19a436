"""What the functions return: the plain values, which can print themselves and show themselves in a notebook.

The values know no printer, and no result is imported, nor a printer, before it is needed: hence a module for each.
"""

from typing import Any


class Text:
    """A result that a notebook shows as the text that `print` writes."""

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


class Figures(Text):
    """A text whose figures a command prints as JSON too."""

    def _json(self) -> str:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that `--format json` prints, as Python's own values."""
        import json

        figures: dict[str, Any] = json.loads(self._json())
        return figures
