"""Inputs and layers whose outputs nothing takes: most likely a slip."""

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic
from archsum.graph import Graph, Node
from archsum.language.text.places import Places


def unused(graph: Graph, file: Places) -> list[Diagnostic]:
    """Return inputs and layers whose outputs nothing takes."""
    used = {*graph.outputs}.union(*(node.inputs for node in graph.nodes))
    cure = "give it to a layer, with `inputs: …`"
    problems = [
        Diagnostic("unused", f"nothing takes the input `{name}`", file.key("input", name), f"{cure}, or leave it out")
        for name in graph.inputs
        if name not in used
    ]
    reported = set()  # a line that a block repeats is reported once
    for node in graph.nodes:
        if node.name not in used and node.span not in reported:
            reported.add(node.span)
            notes = tuple(use.note for use in node.uses)
            message = f"nothing takes what `{node.name}` gives"
            listed = f"{cure}, or {_listed(node)}"
            problems.append(Diagnostic("unused", message, node.span, listed, notes))
            if len(problems) >= MAX_FOUND:
                break
    return problems


def _listed(node: Node) -> str:
    """Return where a node's output is stated to be one."""
    if not node.uses:
        return "list it under `outputs`"
    what = "the `repeat`" if node.uses[0].repetitions else "the block"
    return f"list it, with a `name`, under the `outputs` of {what}, beside what else that gives"
