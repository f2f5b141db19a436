"""A call of a layer, as the tables of classes see it: what it takes, what it is, and how it is added to the graph."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from archsum.errors import Location, quote
from archsum.graph import Origin, Owner, Path
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Expected
from archsum.interchange.keras.items import BROKEN, BadItemError
from archsum.interchange.keras.structure import Entry, Model, Ref, tensors
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape

_OF_EACH_ELEMENT = frozenset(
    {"add", "subtract", "multiply", "divide", "average", "maximum", "minimum", "elementwise", "concatenate"}
)
"""The kinds of several inputs that do to each step what they do to a sample."""


class Value(NamedTuple):
    """A tensor in the graph: what a node gives, or a state that it ends with."""

    name: str
    state: int | None = None
    of_all_steps: bool = False
    """Of a state, whether the node gives all of them, and not the last one alone."""
    is_weight: bool = False
    """Whether it is a weight that layers are given, and no node gives it."""


class Inside(NamedTuple):
    """Where a call is: the blocks around it, and what they mean for it."""

    path: Path = ()
    groups: tuple[str, ...] = ()
    origin: str = ""
    """Keras's names of the models around it."""
    frozen: bool = False
    steps: int = 0
    """How many leading axes are steps to each of which the layers are applied."""


class Graph(Protocol):
    """What the calls are written to."""

    builder: GraphBuilder
    allow_unknown: bool

    def shape(self, value: Value) -> Shape | None:
        """Return the shape of a tensor; None where it is not known."""

    def first(self, identity: object, part: str, name: str) -> str | None:
        """Note what a part of a layer is called; return what it is called where the layer was called before."""

    def nested(self, model: Model, use: "Use", *, steps: int) -> "list[Value | None]":
        """Add a model's calls as a block, each to so many leading axes; return its outputs."""


class Use:
    """One call of a layer."""

    def __init__(
        self,
        graph: Graph,
        entry: Entry,
        number: int,
        inside: Inside,
        shapes: tuple[Mapping[Ref, Shape], Mapping[Ref, Shape]],
        used: frozenset[int],
    ) -> None:
        """Keep what is known.

        `shapes` are what is said of tensors, and what follows of layers behind; `used` are the outputs that are taken.
        """
        self.graph = graph
        self.entry = entry
        self.number = number
        self.args: list[Any] = []
        """Its arguments, in which tensors are Values."""
        self.kwargs: dict[str, Any] = {}
        self.inside = inside
        self.used = used
        self._shapes, self._hints = shapes
        self._place: Location | None = None

    @property
    def called(self) -> str:
        """What messages call it."""
        return f"{quote(self.entry.name)} ({quote(self.entry.type)[1:-1]})"

    @property
    def place(self) -> Location:
        """Where it is."""
        if self._place is None:
            self._place = self.graph.builder.place(self.entry.within)
        return self._place

    @property
    def inputs(self) -> list[Value]:
        """The tensors that it takes, in its first argument."""
        first = self.args[0] if self.args else next((part for part in self.kwargs.values() if _has_value(part)), None)
        return list(values(first))

    @property
    def input(self) -> Value:
        """The only tensor that it takes. Errors: BadItemError where there are others, or none."""
        inputs = self.inputs
        if len(inputs) != 1:
            raise self.refuse("bad-model", f"takes one input, not {len(inputs)}", BROKEN)
        return inputs[0]

    def argument(self, position: int, name: str) -> Any:
        """Return an argument, by its name or its position; None where it is not given."""
        return self.args[position] if position < len(self.args) else self.kwargs.get(name)

    def stated_shape(self, output: int = 0) -> Shape | None:
        """Return what the configuration says of an output."""
        if self.inside.steps:
            return None
        return self._shapes.get(Ref(self.entry.name, self.number, output))

    def likely_shape(self, output: int = 0) -> Shape | None:
        """Return the same, or what follows of the layer behind."""
        stated = self.stated_shape(output)
        if stated is None and not self.inside.steps:
            return self._hints.get(Ref(self.entry.name, self.number, output))
        return stated

    def add(
        self,
        kind: str,
        fields: Mapping[str, Any],
        inputs: Sequence[Value],
        *,
        part: str = "",
        output: int | None = 0,
        whole: bool = True,
        states: int = 0,
        shared_weights: Mapping[str, Owner] = MappingProxyType({}),
    ) -> Value:
        """Add a layer to the graph.

        `part` names it where the call becomes several; `output` is which of the call's outputs it gives; `whole`:
        whether it has all of the layer's weights, and no others; `shared_weights` are as for `GraphBuilder.add`.
        """
        entry, inside = self.entry, self.inside
        inputs = list(inputs) if states else [self._as_output(value) for value in inputs]
        if inside.frozen or entry.config.value.get("trainable") is False:
            fields = {**fields, "trainable": False}
        if inside.steps:
            kind, fields = self._each_step(kind, fields, inputs)
        name = entry.name if self.number == 0 else f"{entry.name}.{self.number + 1}"
        builder = self.graph.builder
        found = len(builder.diagnostics)
        path = (*inside.path, f"{name}.{part}" if part else name)
        own = self.graph.first(entry.identity, part, "")
        called = builder.add(
            kind,
            [value.name for value in inputs],
            fields,
            path,
            self.place,
            groups=inside.groups,
            origin=Origin(f"{inside.origin}{entry.name}", entry.type),
            expected=self.expected(output, whole=whole, shared=own is not None),
            shared_with=own,
            states=states,
            shared_weights=shared_weights,
        )
        self.graph.first(entry.identity, part, called)
        self._find_fields(found)
        return Value(called)

    def shape(self, value: Value) -> Shape | None:
        """Return the shape of a tensor, of a step where the call is for each; None where it is not known."""
        shape = self.graph.shape(value)
        if shape is None:
            return None
        if value.of_all_steps:
            shape = shape[1:]
        return shape[self.inside.steps :]

    def _as_output(self, value: Value) -> Value:
        """Return a state as what a node gives: of the output its last step, and else a tensor that is there already.

        Errors: BadItemError for what none gives.
        """
        if value.is_weight:
            raise self.refuse("unsupported", "takes a weight of other layers as its data", "write a layer of its own")
        if value.state is None:
            return value
        if value.state == 0 and not value.of_all_steps:
            return Value(value.name)
        shape = self.shape(value)
        if shape is None:
            raise self.refuse("unsupported", "takes a state whose shape is not known", "give the input all its sizes")
        stated = {"output_shape": list(shape), "macs": 0, "flops": 0, "kept": 0}
        return self.add("custom", stated, [Value(value.name)], part=f"state{value.state}", output=None, whole=False)

    def warn_custom(self, message: str) -> None:
        """Warn that operations are unknown."""
        cure = "what it computes is unknown, and so are the totals: look whether it counts"
        self.graph.builder.warn("custom-layer", message, self.place, cure)

    def refuse(self, code: str, message: str, cure: str) -> BadItemError:
        """Return the error that it cannot be read."""
        return BadItemError(code, f"{self.called} {message}", self.entry.within, cure)

    def expected(self, output: int | None = 0, *, whole: bool = True, shared: bool = False) -> Expected | None:
        """Return what is said of a node: its output, and where it is live its weights."""
        shape = None if output is None else self.stated_shape(output)
        live = self.entry.live if whole and hasattr(self.entry.live, "weights") else None
        if live is None:
            return None if shape is None else Expected(shape)
        if shared:
            return Expected(shape, (), 0)
        weights = tuple(tuple(weight.shape) for weight in live.weights)
        trained = 0 if self.inside.frozen else sum(prod(weight.shape) for weight in live.trainable_weights)
        return Expected(shape, weights, trained)

    def _each_step(
        self, kind: str, fields: Mapping[str, Any], inputs: Sequence[Value]
    ) -> tuple[str, Mapping[str, Any]]:
        """Return the layer that is applied to each step: a merge of several inputs is so by itself."""
        if not inputs:
            return kind, fields
        if len(inputs) > 1:
            if kind not in _OF_EACH_ELEMENT or len({len(self.shape(value) or ()) for value in inputs}) > 1:
                cure = "archsum applies layers of one input to each step, and merges of inputs with as many axes"
                raise self.refuse("unsupported", "takes several inputs in each step", cure)
            axis = fields.get("axis", -1)
            return kind, {**fields, "axis": axis + self.inside.steps} if type(axis) is int and axis > 0 else fields
        for _ in range(self.inside.steps):
            layer: Layer | None = self.graph.builder.layer(kind, fields, self.place)
            kind, fields = "time_distributed", {"layer": layer} if layer else {}
        return kind, fields

    def _find_fields(self, found: int) -> None:
        """Give errors of fields, which begin with the field's name, the field's place."""
        diagnostics = self.graph.builder.diagnostics
        for number in range(found, len(diagnostics)):
            _, quote, rest = diagnostics[number].message.partition("`")
            field = rest.partition("`")[0].partition("[")[0]
            key = {"bias": "use_bias"}.get(field, field)
            if quote and key in self.entry.config.value:
                place = self.graph.builder.place(self.entry.config.at(key))
                diagnostics[number] = diagnostics[number]._replace(span=place)


def values(structure: Any) -> Iterator[Value]:
    """Yield the tensors in an argument."""
    return (part for part in tensors(structure) if isinstance(part, Value))


def _has_value(structure: Any) -> bool:
    return any(True for _ in values(structure))
