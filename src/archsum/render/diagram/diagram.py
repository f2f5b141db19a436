"""Diagrams of a network, in every format."""

from dataclasses import dataclass

from archsum.render.diagram.picture import picture
from archsum.summary import Summary

FORMATS = ("mermaid", "dot", "svg")

_MIME = {"mermaid": "text/vnd.mermaid", "dot": "text/vnd.graphviz", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Diagram:
    """A network's picture as the text of a format; printed, it is that text, and a notebook draws mermaid and svg."""

    text: str
    format: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Diagram in {self.format}: characters={len(self.text):,}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {_MIME[self.format]: self.text, "text/plain": repr(self)}


def render(
    summary: Summary,
    block: str | None = None,
    format: str = "mermaid",  # noqa: A002
    depth: int | None = None,
) -> Diagram:
    """Return the diagram of a network, or of a block of it; each format imports only what it needs.

    Errors: SpecError where nothing has the block's name, and for svg where Graphviz is not installed.
    """
    drawn = picture(summary, block, depth)
    if format == "mermaid":
        from archsum.render.diagram import mermaid

        return Diagram(mermaid.render(drawn), format)
    from archsum.render.diagram import dot

    text = dot.render(drawn)
    if format == "svg":
        from archsum.render.diagram import svg

        text = svg.render(text)
    return Diagram(text, format)
