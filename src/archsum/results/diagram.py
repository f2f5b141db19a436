"""What `diagram` returns."""

from dataclasses import dataclass

_MIME = {"mermaid": "text/vnd.mermaid", "dot": "text/vnd.graphviz", "svg": "image/svg+xml"}


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
