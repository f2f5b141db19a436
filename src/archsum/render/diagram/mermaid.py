"""A network's flowchart in Mermaid, which GitHub, GitLab and many editors draw: https://mermaid.js.org/."""

import re
from collections.abc import Iterator
from functools import lru_cache

from archsum.render.diagram.boxes import FILLS, INK, LINE, Box, Flowchart, Look

MAX_CHARACTERS, MAX_EDGES = 50_000, 500
"""Mermaid's own limits (maxTextSize, maxEdges), which GitHub leaves as they are."""

_SETTINGS = (
    '%%{init: {"flowchart": {"nodeSpacing": 30, "rankSpacing": 30, "padding": 8, "wrappingWidth": 400, '
    '"subGraphTitleMargin": {"top": 3, "bottom": 12}}, "themeCSS": ".cluster-label foreignObject {overflow: visible} '
    '.cluster-label div {font-size: 13px; transform: translateX(-55%)}"}}%%'
)
"""Boxes close together, and the titles of clusters left of their middle, where most arrows enter."""

_SHAPES = {
    Look.DATA: '(["{}"])',
    Look.BLOCK: '[["{}"]]',
    Look.WEIGHTS: '["{}"]',
    Look.PLAIN: '["{}"]',
}
_EDGE = re.compile(r"^ +n\d+ -->", re.MULTILINE)

_UNSAFE = re.compile(r"(?<![^\W_])[_./,-]|(?<![^\W_])(?<![×,]) |[_./-](?![^\W_])|[^\w ./,()×?-]")
"""What could be markup or a list's bullet: all but letters, digits, and the signs that join them."""


def render(flowchart: Flowchart) -> str:
    """Return a flowchart."""
    return "\n".join(_lines(flowchart))


def excess(text: str) -> str | None:
    """Report by how much a flowchart is larger than Mermaid draws; None where it is not."""
    edges = len(_EDGE.findall(text))
    if edges > MAX_EDGES:
        return f"{edges:,} arrows, of which Mermaid draws {MAX_EDGES} at most"
    if len(text) > MAX_CHARACTERS:
        return f"{len(text):,} characters, of which Mermaid reads {MAX_CHARACTERS:,} at most"
    return None


def _lines(flowchart: Flowchart) -> Iterator[str]:
    yield _SETTINGS
    yield "flowchart TB"
    ids = {box.name: f"n{number}" for number, box in enumerate(flowchart.boxes)}
    clusters: list[str] = []
    indent = "  "
    for box in flowchart.boxes:
        for cluster in box.opens:
            clusters.append(f"c{len(clusters)}")
            yield f'{indent}subgraph {clusters[-1]}["{_escape(cluster.title)}"]'
            indent += "  "
        yield f"{indent}{ids[box.name]}{_SHAPES[box.look].format(_label(box))}:::{box.look}"
        for _ in range(box.closes):
            indent = indent[:-2]
            yield f"{indent}end"
    for source, target, label in flowchart.arrows:
        says = f'|"{_escape(label)}"|' if label else ""
        yield f"  {ids[source]} -->{says} {ids[target]}"
    for look, fill in FILLS.items():
        yield f"  classDef {look} fill:{fill},stroke:{LINE},color:{INK}"
    if clusters:
        yield "  classDef unfolded fill:none,stroke:#888888"
        yield f"  class {','.join(clusters)} unfolded"


def _label(box: Box) -> str:
    lines = [f"<b>{_escape(box.title)}</b>", *([_escape(box.type)] if box.type else [])]
    lines += [f"<small>{_escape(note)}</small>" for note in box.notes]
    return "<br>".join(lines)


@lru_cache(maxsize=1024)
def _escape(text: str) -> str:
    """Write as entities what Mermaid, Markdown or HTML would read as more than a letter."""
    return _UNSAFE.sub(lambda sign: f"#{ord(sign[0])};", text)
