"""What `diagram` and `plot` return."""

from dataclasses import dataclass

_MIME = {
    "mermaid": "text/vnd.mermaid",
    "dot": "text/vnd.graphviz",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
}

TEXTS = ("mermaid", "dot", "svg")
"""The formats that are text."""


@dataclass(frozen=True)
class _Picture:
    """A picture as the bytes of a file; a notebook shows it."""

    content: bytes
    format: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str | bytes]:
        content = self.content.decode() if self.format in TEXTS else self.content
        return {_MIME[self.format]: content, "text/plain": repr(self)}


class Diagram(_Picture):
    """A network's diagram as the bytes of a file; one in mermaid, dot or svg is printed as that text.

    A notebook draws mermaid, svg, and png.
    """

    @property
    def text(self) -> str:
        """The text of the file. Errors: ValueError for a format that is none."""
        if self.format not in TEXTS:
            raise ValueError(f"a {self.format} is no text: its bytes are `content`")
        return self.content.decode()

    def __str__(self) -> str:
        return self.text if self.format in TEXTS else repr(self)

    def __repr__(self) -> str:
        size = f"characters={len(self.text):,}" if self.format in TEXTS else f"bytes={len(self.content):,}"
        return f"<Diagram in {self.format}: {size}>"


class Plot(_Picture):
    """A figure as the bytes of a file; a notebook shows it."""

    def __repr__(self) -> str:
        return f"<Plot in {self.format}: bytes={len(self.content):,}>"
