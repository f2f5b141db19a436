"""A network as boxes and arrows, in every format."""

from archsum.render.diagram.boxes import flowchart
from archsum.summary import Summary

FORMATS = ("mermaid", "dot", "svg")


def render(summary: Summary, block: str | None, format_: str, depth: int | None) -> str:
    """Return the diagram of a network, or of a block of it; each format imports only what it needs.

    Errors: SpecError where nothing has the block's name, and for svg where Graphviz is not installed.
    """
    boxes = flowchart(summary, block, depth)
    if format_ == "mermaid":
        from archsum.render.diagram import mermaid

        return mermaid.render(boxes)
    from archsum.render.diagram import dot

    text = dot.render(boxes)
    if format_ == "dot":
        return text
    from archsum.render.diagram import svg

    return svg.render(text)
