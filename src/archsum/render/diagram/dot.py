"""A network's flowchart in DOT, the language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from collections import Counter
from collections.abc import Iterator
from html import escape

from archsum.render.diagram.boxes import FILLS, INK, LINE, Box, Flowchart, Look

_FONT = 'fontname="Helvetica,Arial,sans-serif"'
_SETTINGS = f"""\
  graph [{_FONT}, fontsize=11, fontcolor="{INK}", nodesep=0.35, ranksep=0.4]
  node [{_FONT}, fontsize=11, fontcolor="{INK}", color="{LINE}", shape=box, margin="0.12,0.06", height=0.3]
  edge [{_FONT}, fontsize=9, fontcolor="{LINE}", color="{LINE}", arrowsize=0.6]"""

_CLUSTER = f'labeljust=l, color="{LINE}", bgcolor="#f7f7f7", style=rounded'

_STYLES = {Look.DATA: "rounded,filled", Look.BLOCK: "filled,bold", Look.WEIGHTS: "filled", Look.PLAIN: "filled"}


def render(flowchart: Flowchart) -> str:
    """Return a directed graph, whose nodes have the layers' names."""
    head = f"digraph {_quote(flowchart.name)} {{"
    return "\n".join([head, _SETTINGS, *_boxes(flowchart), *_edges(flowchart), "}"])


def _boxes(flowchart: Flowchart) -> Iterator[str]:
    indent = "  "
    for box in flowchart.boxes:
        for cluster in box.opens:
            yield f"{indent}subgraph {_quote(f'cluster {cluster.name}')} {{"
            indent += "  "
            yield f"{indent}graph [label=<{escape(cluster.title)}>, {_CLUSTER}]"
        look = f'style="{_STYLES[box.look]}", fillcolor="{FILLS[box.look]}"'
        yield f"{indent}{_quote(box.name)} [label=<{_label(box)}>, {look}]"
        for _ in range(box.closes):
            indent = indent[:-2]
            yield f"{indent}}}"


def _edges(flowchart: Flowchart) -> Iterator[str]:
    given = Counter(arrow.source for arrow in flowchart.arrows)
    taken = Counter(arrow.target for arrow in flowchart.arrows)
    for source, target, label in flowchart.arrows:
        # A chain is straight; what begins a branch is as near as can be to what it branches from, so all on one level.
        weight = 1 if taken[target] > 1 else 9 if given[source] == 1 else 3
        says = [f"label={_quote(f' {escape(label)} ')}"] * bool(label) + [f"weight={weight}"] * (weight > 1)
        attributes = f" [{', '.join(says)}]" if says else ""
        yield f"  {_quote(source)} -> {_quote(target)}{attributes}"
    for owner, other in flowchart.shared:
        yield f"  {_quote(owner)} -> {_quote(other)} [style=dashed, dir=none, constraint=false]"


def _label(box: Box) -> str:
    lines = [f"<b>{escape(box.title)}</b>", *([escape(box.type)] if box.type else [])]
    lines += [f'<font point-size="9" color="{LINE}">{escape(note)}</font>' for note in box.notes]
    return "<br/>".join(lines)


def _quote(text: str) -> str:
    r"""Write text as DOT's string, in which `\` would begin an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
