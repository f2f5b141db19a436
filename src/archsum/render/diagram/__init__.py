"""A network as boxes and arrows, in every format."""

from archsum.render.diagram.boxes import flowchart
from archsum.summary import Summary

FORMATS = ("mermaid", "dot", "svg", "pdf", "png")


def render(summary: Summary, block: str | None, format_: str, depth: int | None) -> bytes:
    """Return the diagram of a network, or of a block of it; each format imports only what it needs.

    Errors: SpecError where nothing has the block's name, and where Graphviz, which draws svg, pdf and png, is not
    installed, fails, or takes too long.
    """
    boxes = flowchart(summary, block, depth)
    if format_ == "mermaid":
        from archsum.render.diagram import mermaid

        return mermaid.render(boxes).encode()
    from archsum.render.diagram import dot

    text = dot.render(boxes)
    if format_ == "dot":
        return text.encode()
    from archsum.render.diagram import graphviz

    return graphviz.draw(text, format_)
