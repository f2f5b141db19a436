"""The order of a graph's operators: what is wrong with it is found before anything is computed."""

from collections.abc import Mapping, Sequence

from archsum.errors import Location, SpecError, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.onnx.values import Operator

_BROKEN = "the file is broken: export the model once more"


def ordered(
    nodes: Sequence[Operator], known: set[str], outputs: Sequence[str], builder: GraphBuilder
) -> list[Operator]:
    """Return operators each behind those it takes something from; report what is not there, or twice, or a circle."""
    giving: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for name in node.outputs:
            if name and (name in giving or name in known):
                builder.report(
                    "bad-model",
                    f"gives {quote(name)}, which is there already",
                    place_of(builder, node, number),
                    _BROKEN,
                )
            giving.setdefault(name, number)
    waiting: list[int] = []
    followers: dict[int, list[int]] = {}
    for number, node in enumerate(nodes):
        taken = {name for name in node.inputs if name}
        for name in sorted(name for name in taken if name not in known and name not in giving):
            builder.report(
                "bad-model", f"takes {quote(name)}, which nothing gives", place_of(builder, node, number), _BROKEN
            )
        before = {giving[name] for name in taken if name in giving and name not in known}
        waiting.append(len(before))
        for other in before:
            followers.setdefault(other, []).append(number)
    for name in outputs:
        if name not in giving and name not in known:
            builder.report(
                "bad-model", f"the graph's output {quote(name)} is given by nothing", builder.place("graph"), _BROKEN
            )
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    return _sorted(nodes, waiting, followers, builder)


def _sorted(
    nodes: Sequence[Operator], waiting: list[int], followers: Mapping[int, list[int]], builder: GraphBuilder
) -> list[Operator]:
    """Return operators in topological order, as far as can be in the file's."""
    from heapq import heapify, heappop, heappush

    ready = [number for number, count in enumerate(waiting) if count == 0]
    heapify(ready)
    found = []
    while ready:
        number = heappop(ready)
        found.append(nodes[number])
        for other in followers.get(number, ()):
            waiting[other] -= 1
            if waiting[other] == 0:
                heappush(ready, other)
    if len(found) < len(nodes):
        number = next(number for number, count in enumerate(waiting) if count > 0)
        builder.report(
            "bad-model", "depends on what it gives itself", place_of(builder, nodes[number], number), _BROKEN
        )
        raise SpecError(builder.diagnostics)
    return found


def place_of(builder: GraphBuilder, node: Operator, number: int) -> Location:
    """Return the place of an operator in its file."""
    return builder.place(f"graph node '{node.name}'" if node.name else f"graph node {number} ({node.type})")
