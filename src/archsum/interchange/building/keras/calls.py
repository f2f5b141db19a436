"""A layer as Keras calls it: what a table of kinds is given, and what it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from archsum.interchange.building.expressions import Values, Writer
from archsum.interchange.building.keras.module import KerasModule
from archsum.interchange.building.program import Held, LayerStep, NotSymbolicError, Program
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import Brackets, Code, Expression, Keyword, literal
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape

_OWN_LAYERS = ("archsum.interchange.building.keras", "own_layers.py")


@dataclass(frozen=True)
class Inputs:
    """The variables that a call takes; one that begins with `*` is a list of tensors."""

    variables: tuple[str, ...]

    @property
    def first(self) -> str:
        """The only one, or the first."""
        return self.variables[0]

    @property
    def listed(self) -> str:
        """All of them, as a list."""
        if len(self.variables) == 1 and self.first.startswith("*"):
            return self.first[1:]
        return f"[{', '.join(self.variables)}]"


@dataclass(frozen=True)
class Stage:
    """One of the calls that a layer is: of a layer object, or a function of what is taken."""

    layer: Brackets | None = None
    function: Callable[[Inputs], Expression] | None = None
    condition: str | None = None
    """When it is called, where that is not always."""
    is_list: bool = False
    """Whether it takes one list of inputs, and not each as an argument."""
    takes: tuple[int, ...] | None = None
    """Which of the inputs it takes, where that is not all in their order."""
    arguments: tuple[Keyword, ...] = ()
    """What is given with the call, beside the inputs."""


class Around(Values, Protocol):
    """The function that a layer is called in."""

    @property
    def module(self) -> KerasModule:
        """The file that it is in."""

    @property
    def program(self) -> Program:
        """The network."""

    def frozen(self, step: LayerStep) -> str | None:
        """Return what `trainable` is, of a layer that is frozen from around; None where it is not."""

    def states(self, name: str) -> str:
        """Return the variable of the states that a named layer ends with."""

    def ends_with_states(self, step: LayerStep) -> bool:
        """Whether another layer begins with the states that one ends with."""

    def stages(self, made: "LayerCall") -> tuple[Stage, ...]:
        """Return the calls that a layer is, such as one that another holds."""


@dataclass(frozen=True)
class LayerCall:
    """A layer that is to be written: its fields as the file has them, and what they are at each use."""

    kind: str
    fields: Mapping[str, Any]
    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    """The variables that it takes."""
    writer: Writer
    step: LayerStep
    function: Around

    def has(self, name: str) -> bool:
        """Whether the file states a field, or has a default for it."""
        return name in self.fields

    def get(self, name: str) -> Expression:
        """Write a field's value; Keras's sparsemax is not what it is called, so that ours stands in its place."""
        if self.fields[name] == "sparsemax":
            return Code(self.own("_sparsemax"))
        return self.writer.write(self.fields[name], whole=_are_whole(self.each(name)))

    def each(self, name: str) -> tuple[Any, ...]:
        """Return what a field is at each use, defaults among them."""
        return tuple(_field(layer, name) for layer in self.layers)

    def known(self, name: str) -> Any:
        """Return what a field is. Errors: NotSymbolicError where that differs between uses."""
        return same(self.each(name))

    def known_or_written(self, name: str) -> Expression:
        """Write a field as the file has it, or where that cannot be, as what it is."""
        try:
            return self.get(name) if self.has(name) else literal(self.known(name))
        except NotSymbolicError:
            return literal(self.known(name))

    @property
    def layer(self) -> Layer:
        """One of the layers, for what all have in common."""
        return self.layers[0]

    @property
    def shapes(self) -> tuple[tuple[Shape, ...], ...]:
        """The shapes of what it takes, at each use, without the axes of what is wrapped around it."""
        found = []
        for use in self.step.uses:
            if use.node is None:
                raise NotSymbolicError(self.kind)
            names = use.node.inputs[: len(use.node.inputs) - use.node.states]
            found.append(tuple(self.function.program.shape(name)[len(use.wrappers) :] for name in names))
        return tuple(found)

    @property
    def rank(self) -> int:
        """How many axes its first input has, without the batch."""
        return same([len(shapes[0]) for shapes in self.shapes])

    @property
    def is_channels_first(self) -> bool:
        """Whether the channels come before the other axes."""
        return bool(self.known("data_format") == "channels_first")

    def own(self, name: str) -> str:
        """Write a layer or a function of our own into the file, and return its name."""
        return self.function.module.copy(*_OWN_LAYERS, name)

    def use(self, module: str, name: str | None = None) -> str:
        """Import a module, or a name from it, and return what is written where it is used."""
        return self.function.module.use(module, name)

    def held(self, name: str) -> "LayerCall":
        """Return the layer that a field holds."""
        inner: Held = self.fields[name]
        return replace(self, kind=inner.kind, fields=inner.fields, layers=self.each(name))


def _field(layer: Layer, name: str) -> Any:
    return getattr(layer, name if name in type(layer).model_fields else f"{name}_")


def _are_whole(values: tuple[Any, ...]) -> bool:
    return all(
        type(value) is int or (isinstance(value, tuple) and _are_whole(value)) for value in values if value is not None
    )


Table = dict[str, Callable[[LayerCall], tuple[Stage, ...]]]
"""For each kind the calls that a layer is: mostly one. Errors: NotSymbolicError where they differ between uses."""
