"""The engine: threads shapes through a graph. It knows `Layer`, and no kind of it."""

from collections.abc import Mapping, Sequence
from math import prod

from archsum.errors import MAX_FOUND, Diagnostic, ShapeError, Span, SpecError
from archsum.graph import Graph, Node
from archsum.layers.base import Layer, Weight
from archsum.layers.fields import MAX_AXES
from archsum.layers.shapes import Shape, show
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
    return Summary(graph.name, graph.inputs, tuple(layers), graph.outputs, graph.groups)


LARGE = 2**10 * 3**4 * 5**2 * 7 * 11
"""What stands for an unknown size where it is asked whether layers keep their input's shape: many sizes divide it."""


class OutputShapes:
    """The shapes that nodes give, computed as they are asked for; another size may stand for those unknown."""

    def __init__(self, inputs: Mapping[str, Shape], unknown: int | None = None) -> None:
        self._unknown = unknown
        self._shapes = {name: self._known(shape) for name, shape in inputs.items()}
        self._computed: dict[tuple[int, tuple[Shape, ...]], Shape | None] = {}
        self._done = 0

    def of(self, name: str, nodes: Sequence[Node]) -> Shape | None:
        """Return the shape that a node gives; None where it cannot be computed. `nodes` only grow between calls."""
        for node in nodes[self._done :]:
            if all(taken in self._shapes for taken in node.inputs):
                inputs = tuple(self._shapes[taken] for taken in node.inputs)
                key = (id(node.layer), inputs)
                if key not in self._computed:
                    self._computed[key] = self._compute(node.layer, inputs)
                if (shape := self._computed[key]) is not None:
                    self._shapes[node.name] = shape
        self._done = len(nodes)
        return self._shapes.get(name)

    def _compute(self, layer: Layer, inputs: tuple[Shape, ...]) -> Shape | None:
        try:
            require_inputs(layer, len(inputs))
            return self._known(layer.output_shape(*inputs))
        except ShapeError:
            return None

    def _known(self, shape: Shape) -> Shape:
        return tuple(self._unknown if size is None else size for size in shape)


def propagate_where_possible(graph: Graph) -> tuple[list[LayerSummary], list[Diagnostic]]:
    """Compute what can be computed, and collect what is wrong with the rest."""
    shapes: dict[str, Shape] = dict(graph.inputs)
    layers: dict[str, LayerSummary] = {}
    diagnostics: dict[tuple[str, Span], Diagnostic] = {}  # a line that a block repeats is reported once
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
            output, weights, macs = known[key]
            if node.shared_with:
                if node.shared_with in layers:
                    _require_same(node.layer, weights, layers[node.shared_with])
                weights = ()
        except ShapeError as error:
            places = {**graph.input_places, **{name: layers[name].span for name in node.inputs if name in layers}}
            diagnostics.setdefault((error.message, node.span), _diagnostic(error, node, inputs, places, layers))
            if len(diagnostics) >= MAX_FOUND:
                break
        else:
            shapes[node.name] = output
            layers[node.name] = LayerSummary(node, inputs, output, weights, macs)
    return list(layers.values()), list(diagnostics.values())


def _diagnostic(
    error: ShapeError,
    node: Node,
    inputs: tuple[Shape, ...],
    places: Mapping[str, Span],
    layers: Mapping[str, LayerSummary],
) -> Diagnostic:
    """Say what is wrong with a layer: of several inputs, where each comes from; and the uses of blocks it is in."""
    notes = [
        (f"{show(shape)} comes from `{name}` at", places[name])
        for name, shape in zip(node.inputs, inputs, strict=True)
        if len(inputs) > 1 and name in places
    ]
    if node.shared_with and node.shared_with in layers:
        notes.append((f"it shares the weights of `{node.shared_with}` at", layers[node.shared_with].span))
    notes += [(f"{use.what} at", use.span) for use in node.uses]
    return Diagnostic("shape", f"`{node.name}` {error.message}", node.span, error.cure, tuple(notes))


def _require_same(layer: Layer, weights: tuple[Weight, ...], owner: LayerSummary) -> None:
    """Check weights against those that they are shared with. Errors: ShapeError where they, or `trainable`, differ."""
    if weights and layer.trainable != owner.layer.trainable:
        raise ShapeError(
            f"shares the weights of `{owner.name}`, and only one of them has `trainable: false`",
            "weights are trained or not, wherever they are used: give both the same",
        )
    # A note says where the sizes come from, which may be different places.
    if [weight._replace(note="") for weight in weights] == [weight._replace(note="") for weight in owner.weights]:
        return
    own, shared = (
        ", ".join(f"{weight.name} {show(weight.shape)}" for weight in listed) or "no weights"
        for listed in (weights, owner.weights)
    )
    raise ShapeError(
        f"shares the weights of `{owner.name}`, {shared}, and would have {own}",
        "what shares weights has the same fields, and inputs of the same features",
    )


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
    if most == 0:
        cure = "leave `inputs` out"
    if count > 1 == most:
        cure += "; or merge them first, with `add` or `concatenate`"
    raise ShapeError(f"takes {wanted} input{plural}, not {count}", cure)
