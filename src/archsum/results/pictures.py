"""What `diagram` and `plot` return."""

from dataclasses import dataclass

_MIME = {
    "mermaid": "text/vnd.mermaid",
    "dot": "text/vnd.graphviz",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
}


@dataclass(frozen=True)
class Diagram:
    """A network's diagram as the text of a format; printed, it is that text, and a notebook draws mermaid and svg."""

    text: str
    format: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Diagram in {self.format}: characters={len(self.text):,}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {_MIME[self.format]: self.text, "text/plain": repr(self)}


@dataclass(frozen=True)
class Plot:
    """A figure as the bytes of a file; a notebook shows it."""

    content: bytes
    format: str

    def __repr__(self) -> str:
        return f"<Plot in {self.format}: bytes={len(self.content):,}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str | bytes]:
        content = self.content.decode() if self.format == "svg" else self.content
        return {_MIME[self.format]: content, "text/plain": repr(self)}
