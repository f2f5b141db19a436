"""Builds a graph of what a reader finds in a source: names, blocks and layers, with their places."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, Location, SpecError
from archsum.graph import Graph, Group, Node, Origin, Owner, Path, shared_levels
from archsum.interchange.imported import Expected, Imported
from archsum.layers import kind_of, layer_class
from archsum.layers.base import Layer
from archsum.layers.fields import NAME_LENGTH, NO_NAME_CHARACTERS
from archsum.layers.shapes import Shape

ANY_WEIGHTS: dict[str, Any] = {
    "unknown": [None],
    "bias": [None],
    "statistics": {"shape": [None], "trainable": False},
}
"""Weights of which nothing is known, nor whether there are biases, or some that are not trained."""


class GraphBuilder:
    """A graph in the making: nodes are added each after those it takes.

    A node's path are the blocks that it is in, outermost first, and its name, as the source has them. What is no name
    in our language is made one, and names that are taken get a number; so does a block that is entered again after
    others, since the nodes of a block follow one another.
    """

    def __init__(self, name: str, file: str) -> None:
        """Begin a graph; `file` is what places call the source."""
        self.diagnostics: list[Diagnostic] = []
        """What is wrong with the source."""
        self.warnings: list[Diagnostic] = []
        self._name = name
        self._file = file
        self._inputs: dict[str, Shape] = {}
        self._input_places: dict[str, Location] = {}
        self._nodes: list[Node] = []
        self._groups: dict[Path, Group] = {}
        self._expected: dict[str, Expected] = {}
        self._layers: dict[str, Layer | None] = {}  # by kind and fields: equal ones are computed once
        self._taken: set[Path] = set()
        self._numbers: dict[Path, int] = {}  # the last number that a name was given
        self._open: list[tuple[str, str]] = []  # the blocks around the last node: as the source has them, and as we do
        self._places = 0

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """The inputs so far."""
        return self._inputs

    @property
    def nodes(self) -> Sequence[Node]:
        """The layers so far."""
        return self._nodes

    def place(self, within: str) -> Location:
        """Return a place in the source, behind those before."""
        self._places += 1
        return Location(self._file, within, self._places)

    def report(self, code: str, message: str, place: Location, cure: str) -> None:
        """Note that something is wrong. Errors: SpecError where that is very much already."""
        self.diagnostics.append(Diagnostic(code, message, place, cure))
        if len(self.diagnostics) >= MAX_FOUND:
            raise SpecError(self.diagnostics)

    def warn(self, code: str, message: str, place: Location, cure: str) -> None:
        """Note something that is no error."""
        self.warnings.append(Diagnostic(code, message, place, cure, is_warning=True))

    def add_input(self, name: str, shape: Shape, place: Location) -> str:
        """Add an input of the network, and return what it is called in the graph."""
        (called,) = self._free((), name)
        self._inputs[called] = shape
        self._input_places[called] = place
        return called

    def add(
        self,
        kind: str,
        inputs: Sequence[str],
        fields: Mapping[str, Any],
        path: Path,
        place: Location,
        *,
        groups: Sequence[str] = (),
        origin: Origin | None = None,
        expected: Expected | None = None,
        shared_with: str | None = None,
        states: int = 0,
        shared_weights: Mapping[str, Owner] = MappingProxyType({}),
    ) -> str:
        """Add a layer, and return what it is called in the graph.

        `groups` are the words for the blocks of its path, such as their classes' names; the last of `inputs` are states
        where `states` says so, each once for every state. Among `shared_weights` an owner without a name is the layer
        itself. A layer whose fields are refused is reported.
        """
        called = self._free(self._enter(path[:-1], groups, place), path[-1])
        name = "/".join(called)
        layer = self.layer(kind, fields, place)
        if layer:
            taken = tuple(inputs)
            owners = {here: owner._replace(node=owner.node or name) for here, owner in shared_weights.items()}
            self._nodes.append(Node(name, layer, taken, called, place, (), shared_with, None, states, owners, origin))
        if expected:
            self._expected[name] = expected
        return name

    def node(self, name: str) -> Node | None:
        """Return a node by its name, of those that were added last first."""
        return next((node for node in reversed(self._nodes) if node.name == name), None)

    def replace(self, name: str, fields: Mapping[str, Any], more: Expected | None, place: Location) -> None:
        """Give a node other fields; `more` is what is said of what it has become: its weights are beside its own."""
        number = next(number for number, node in enumerate(self._nodes) if node.name == name)
        node = self._nodes[number]
        layer = self.layer(kind_of(type(node.layer)), fields, place)
        if layer:
            self._nodes[number] = node._replace(layer=layer)
        own = self._expected.get(name)
        if own and more and own.weights is not None and more.weights is not None:
            trained = (own.trainable_params or 0) + (more.trainable_params or 0)
            self._expected[name] = Expected(more.output, (*own.weights, *more.weights), trained)

    def build(self, outputs: Sequence[str], characters: int, spare: Collection[str] = ()) -> Imported:
        """Return the graph, without layers that are `spare`; `outputs` are those that give them, one perhaps several.

        Errors: SpecError with all that is wrong with the source.
        """
        if not (outputs or self.diagnostics):
            self.report("bad-model", "the model has no outputs", self.place(""), "archsum has what outputs depend on")
        if self.diagnostics:
            raise SpecError(self.diagnostics)
        each_once = tuple(dict.fromkeys(outputs))
        nodes = tuple(node for node in self._nodes if node.name not in spare)
        entered = {node.path[:depth] for node in nodes for depth in range(1, len(node.path))}
        groups = {path: group for path, group in self._groups.items() if path in entered}
        graph = Graph(self._name, self._inputs, nodes, each_once, groups, self._input_places)
        return Imported(graph, self._expected, characters, tuple(self.warnings))

    def _enter(self, path: Path, groups: Sequence[str], place: Location) -> Path:
        """Return what blocks are called in the graph; those that are not open are begun."""
        wanted = tuple(name for name, _ in self._open)
        common = shared_levels(wanted, path)
        del self._open[common:]
        for level in range(common, len(path)):
            outer = tuple(called for _, called in self._open)
            called = self._free(outer, path[level])
            self._open.append((path[level], called[-1]))
            self._groups[called] = Group(groups[level] if level < len(groups) else path[level], place)
        return tuple(called for _, called in self._open)

    def _free(self, outer: Path, name: str) -> Path:
        """Return the path of something new in a block: its name, with a number where that is taken."""
        name = NO_NAME_CHARACTERS.sub(".", name).strip(".")[:NAME_LENGTH] or "layer"
        path = (*outer, name)
        number = self._numbers.get(path, 0)
        while path in self._taken:
            number += 1
            path = (*outer, f"{name[: NAME_LENGTH - 1 - len(str(number))]}_{number}")
        self._numbers[(*outer, name)] = number
        self._taken.add(path)
        return path

    def layer(self, kind: str, fields: Mapping[str, Any], place: Location) -> Layer | None:
        """Build a layer, such as one that another holds; equal fields give the same. Report what is wrong with them.

        Errors: SpecError where very much is wrong already.
        """
        key = f"{kind} {fields}"
        if key not in self._layers:
            cls = layer_class(kind)
            try:
                self._layers[key] = cls.model_validate(fields)
            except ValidationError as error:
                from archsum.language.advice.complaints import Subject, diagnose

                found = diagnose(error, Subject(kind, cls, fields, None))
                self.diagnostics += [diagnostic._replace(span=place) for diagnostic in found]
                if len(self.diagnostics) >= MAX_FOUND:
                    raise SpecError(self.diagnostics) from None
                return None
        return self._layers[key]
