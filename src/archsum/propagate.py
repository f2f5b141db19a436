"""The engine: threads shapes through a graph. It knows `Layer`, and no kind of it."""

from math import prod

from archsum.errors import Diagnostic, ShapeError, SpecError
from archsum.graph import Graph
from archsum.layers.base import Layer, Weight
from archsum.layers.fields import MAX_AXES
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary

MAX_ELEMENTS = 10**30
"""The largest tensor: far beyond any computer, and small enough that totals stay numbers which can be printed."""


def propagate(graph: Graph) -> Summary:
    """Compute every layer's output shape, weights and operations.

    Errors: SpecError with every layer whose shapes do not fit; layers behind such a one are passed over.
    """
    layers, diagnostics = propagate_where_possible(graph)
    if diagnostics:
        raise SpecError(diagnostics)
    return Summary(graph.name, graph.inputs, tuple(layers))


def propagate_where_possible(graph: Graph) -> tuple[list[LayerSummary], list[Diagnostic]]:
    """Compute what can be computed, and collect what is wrong with the rest."""
    shapes: dict[str, Shape] = dict(graph.inputs)
    layers: list[LayerSummary] = []
    diagnostics: list[Diagnostic] = []
    # Deep networks repeat the same layer on the same shapes: each pair is computed once.
    known: dict[tuple[int, tuple[Shape, ...]], _Computed] = {}
    for node in graph.nodes:
        if not all(name in shapes for name in node.inputs):
            continue
        inputs = tuple(shapes[name] for name in node.inputs)
        key = (id(node.layer), inputs)
        try:
            if key not in known:
                known[key] = _compute(node.layer, inputs)
        except ShapeError as error:
            diagnostics.append(Diagnostic("shape", f"`{node.name}` {error.message}", node.span, error.help))
        else:
            computed = known[key]
            shapes[node.name] = computed[0]
            layers.append(LayerSummary(node, inputs, *computed))
    return layers, diagnostics


_Computed = tuple[Shape, tuple[Weight, ...], int | None]


def _compute(layer: Layer, inputs: tuple[Shape, ...]) -> _Computed:
    require_inputs(layer, len(inputs))
    output, weights = layer.output_shape(*inputs), layer.weights(*inputs)
    if len(output) > MAX_AXES:
        raise ShapeError(f"has an output of {len(output):,} axes; {MAX_AXES} are the most")
    for shape in (output, *(weight.shape for weight in weights)):
        if prod(size for size in shape if size) > MAX_ELEMENTS:
            raise ShapeError(f"makes a tensor of more than {MAX_ELEMENTS:.0e} elements", "check the sizes for a slip")
    return output, weights, layer.macs(*inputs)


def require_inputs(layer: Layer, count: int) -> None:
    """Check how many inputs a layer is given. Errors: ShapeError where it takes more or fewer."""
    least, most = layer.least_inputs, layer.most_inputs
    if least <= count <= (count if most is None else most):
        return
    wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
    plural = "" if wanted == "1" else "s"
    cure = "name those it takes, as in `inputs: [a, b]`" if count < least else "say which: `inputs: name`"
    if count > 1 == most:
        cure += "; or merge them first, with `add` or `concatenate`"
    raise ShapeError(f"takes {wanted} input{plural}, not {count}", cure)
