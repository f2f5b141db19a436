"""The engine: threads shapes through a graph. It knows `Layer`, and no kind of it."""

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType

from archsum.bounds import MAX_AXES, MAX_ELEMENTS, MAX_FOUND
from archsum.errors import Diagnostic, Place, ShapeError, SpecError
from archsum.graph import Graph, Node
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape, show
from archsum.recent import Recent
from archsum.sharing import UnknownWeightError, notes_of, shared_weights
from archsum.summary import NOTHING_SHARED, Computed, LayerSummary, Summary
from archsum.work import Work

_FEW = 8
"""Inputs or axes of a layer that are not counted one by one."""


class Computations:
    """What layers give for shapes, each computed once: deep networks repeat themselves, and so do variants of one."""

    def __init__(self) -> None:
        self._known = Recent[tuple[object, tuple[Shape, ...]], Computed]()

    @property
    def size(self) -> int:
        """How many have been computed, or asked for, lately."""
        return self._known.size

    def forget(self) -> None:
        """Forget what has not been asked for since this was called before."""
        self._known.forget()

    def __reduce__(self) -> tuple[type["Computations"], tuple[()]]:
        """Travel without what is known, which may be of many networks and can be computed again."""
        return type(self), ()

    def of(self, layer: Layer, inputs: tuple[Shape, ...], work: Work) -> Computed:
        """Return what a layer gives for the shapes of its inputs. Errors: ShapeError where they do not fit."""
        key = (layer.identity, inputs)
        computed = self._known.find(key)
        if computed is None or key not in work.counted:
            work.spend("different layers")
            if layer.steps or len(inputs) > _FEW:
                work.spend("values", layer.steps + sum(map(len, inputs)))
            if computed is None:
                computed = self._known[key] = _compute(layer, inputs)
            work.counted.add(key)
        # Every use of the layer lists them anew.
        if computed.weights:
            work.spend("weights", len(computed.weights))
        if len(computed.output) > _FEW:
            work.spend("values", len(computed.output) // 2)
        return computed


class Engine:
    """Threads shapes through nodes, which may grow in number: whatever is asked, those that are new go first.

    Nodes behind a faulty one are passed over. Where `unknown` is given, it takes the place of each unknown size.
    """

    def __init__(
        self,
        inputs: Mapping[str, Shape],
        nodes: Sequence[Node],
        computations: Computations | None = None,
        work: Work | None = None,
        *,
        input_places: Mapping[str, Place] = MappingProxyType({}),
        unknown: int | None = None,
    ) -> None:
        self._nodes = nodes
        self._done = 0
        self._computations = Computations() if computations is None else computations
        self._work = work or Work()
        self._input_places = input_places
        self._unknown = unknown
        self._shapes = {name: self._known(shape) for name, shape in inputs.items()}
        self._layers: dict[str, LayerSummary] = {}
        self._misfits: list[tuple[Shape, ...]] = []
        self._diagnostics: dict[tuple[str, Place], Diagnostic] = {}  # a line that a block repeats is reported once

    def give(self, name: str, shape: Shape) -> None:
        """Take note of what is given by a node that is not among its own, as it is in a block that is known whole."""
        self._shapes[name] = shape

    def shape(self, name: str) -> Shape | None:
        """Return the shape of an input, or of what a node gives; None where it cannot be computed."""
        self._catch_up()
        return self._shapes.get(name)

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """The layers, without those that are faulty or behind such a one."""
        self._catch_up()
        return tuple(self._layers.values())

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the faulty ones."""
        self._catch_up()
        return list(self._diagnostics.values())

    @property
    def misfits(self) -> list[tuple[Shape, ...]]:
        """The inputs' shapes of those whose shapes do not fit."""
        self._catch_up()
        return self._misfits

    def _catch_up(self) -> None:
        for node in self._nodes[self._done :]:
            if self._work.is_too_much:
                diagnostic = self._too_much(node)
                self._diagnostics[diagnostic.message, node.span] = diagnostic
                break
            if len(self._diagnostics) < MAX_FOUND and all(name in self._shapes for name in node.inputs):
                self._add(node, self._taken(node))
        self._done = len(self._nodes)

    def _taken(self, node: Node) -> tuple[Shape, ...]:
        if not node.states:
            return tuple([self._shapes[name] for name in node.inputs])
        outputs = tuple(self._shapes[name] for name in node.inputs[: -node.states])
        stated = self._layers[node.inputs[-1]]
        return (*outputs, *map(self._known, stated.layer.final_states(*stated.input_shapes)))

    def _add(self, node: Node, inputs: tuple[Shape, ...]) -> None:
        try:
            number = node.layer.indices_of
            if number is not None and number < len(node.inputs):
                found_by = self._layers.get(node.inputs[number])
                node.layer.require_indices(node.inputs[number], found_by and found_by.layer)
            computed = self._compute(node.layer, inputs)
            own, shared = computed.weights, NOTHING_SHARED
            if node.shared_with or node.shared_weights:
                shared = shared_weights(node, computed, self._layers)
                own = tuple(weight for weight in own if weight.name not in shared)
        except ShapeError as error:
            if (error.message, node.span) not in self._diagnostics:
                self._misfits.append(inputs)
                self._diagnostics[error.message, node.span] = self._diagnostic(error, node, inputs)
        else:
            self._shapes[node.name] = self._known(computed.output)
            self._layers[node.name] = LayerSummary(node, inputs, computed.output, own, computed.macs, computed, shared)

    def _compute(self, layer: Layer, inputs: tuple[Shape, ...]) -> Computed:
        return self._computations.of(layer, inputs, self._work)

    def _too_much(self, node: Node) -> Diagnostic:
        cure = "look at the `times` of the repeats that this is in"
        return self._work.diagnose("the network's layers", node.span, cure)

    def _known(self, shape: Shape) -> Shape:
        return shape if self._unknown is None else tuple(self._unknown if size is None else size for size in shape)

    def _diagnostic(self, error: ShapeError, node: Node, inputs: tuple[Shape, ...]) -> Diagnostic:
        """Report what is wrong with a layer; of several inputs, where each comes from; and the blocks around it."""
        from archsum.missing_steps import keep_steps

        layers = self._layers
        places = {**self._input_places, **{name: layers[name].span for name in node.inputs if name in layers}}
        notes = [
            (f"{show(shape)} comes from `{name}` at", places[name])
            for name, shape in zip(node.inputs, inputs, strict=True)
            if len(inputs) > 1 and name in places
        ]
        notes += notes_of(node, layers)
        cure, left_out = keep_steps(node, inputs, layers, self._compute) or (error.cure, [])
        notes = list(dict.fromkeys([*notes, *left_out]))  # states come from one layer
        notes += [use.note for use in node.uses]
        code = "unknown-name" if isinstance(error, UnknownWeightError) else "shape"
        return Diagnostic(code, f"`{node.name}` {error.message}", node.span, cure, tuple(notes))


def propagate(graph: Graph, engine: Engine | None = None) -> Summary:
    """Compute every layer's output shape, weights and operations, as far as the graph's engine has not done so yet.

    Errors: SpecError with every layer whose shapes do not fit; layers behind such a one are passed over.
    """
    engine = engine or Engine(graph.inputs, graph.nodes, input_places=graph.input_places)
    if engine.diagnostics:
        raise SpecError(engine.diagnostics)
    return Summary(graph.name, graph.inputs, engine.layers, graph.outputs, graph.groups)


def _compute(layer: Layer, inputs: tuple[Shape, ...]) -> Computed:
    require_inputs(layer, len(inputs))
    output, weights = layer.output_shape(*inputs), layer.weights(*inputs)
    if len(output) > MAX_AXES:
        raise ShapeError(f"has an output of {len(output):,} axes; {MAX_AXES} are the most", "take fewer axes together")
    for shape in (output, *(weight.shape for weight in weights)):
        if prod(size for size in shape if size) > MAX_ELEMENTS:
            raise ShapeError(f"makes a tensor of more than {MAX_ELEMENTS:.0e} elements", "check the sizes for a slip")
    return Computed(layer, inputs, output, weights, layer.macs(*inputs))


def require_inputs(layer: Layer, count: int) -> None:
    """Check how many inputs a layer is given. Errors: ShapeError where it takes more or fewer."""
    least, most = layer.takes
    if least <= count <= (count if most is None else most):
        return
    wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
    if most == least + 1:
        wanted = f"{least} or {most}"
    plural = "" if wanted == "1" else "s"
    takes_one = most == 1 and count > most
    cure = "say which: `inputs: name`" if takes_one else "name those it takes, as in `inputs: [a, b]`"
    if most == 0:
        cure = "leave `inputs` out"
    if takes_one:
        cure += "; or merge them first, with `add` or `concatenate`"
    raise ShapeError(f"takes {wanted} input{plural}, not {count}", cure)
