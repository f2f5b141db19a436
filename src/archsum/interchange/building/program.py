"""A file as a program: its blocks as functions, their layers as steps, formulas as they are written.

A framework's writer makes source code of it. It has what the file says, and what that became wherever it was used:
`uses`. What is the same in all of them may be written as a number; what differs is an expression.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archsum.formula import Value
from archsum.language.expand.scope import FormulaNames
from archsum.language.expand.trace import Visit
from archsum.language.network import Network
from archsum.language.read.formulas import formulas_in
from archsum.language.spec.containers import Repeat, Residual
from archsum.language.spec.items import Item, Reference
from archsum.layers.base import Layer
from archsum.layers.fields import DataFormat
from archsum.layers.shapes import Shape
from archsum.propagate import Engine


class NotSymbolicError(Exception):
    """What a program cannot say for every use of a block: then the network is written layer by layer."""


@dataclass(frozen=True, eq=False)
class Variable:
    """A variable of the file, or a parameter of a block: what the file says of it, and what it is."""

    name: str
    stated: Any
    """As in the file: a value, a formula, or None where a block's use must give it."""
    values: tuple[Value, ...]
    """What it is by default, or at each use of the block; of a number that may be a fraction, also as one."""
    given: int = 0
    """At how many uses it is given."""


@dataclass(eq=False)
class Step:
    """An item of a body: a layer, a block or a container; and all its uses where it is there."""

    item: Item
    visits: tuple[Visit, ...]
    """All places, those where its `if` leaves it out among them."""

    @property
    def uses(self) -> tuple[Visit, ...]:
        """The places where it is there."""
        return tuple(visit for visit in self.visits if visit.is_there)

    @property
    def name(self) -> str | None:
        """The name that the file gives it."""
        return self.item.name

    @property
    def inputs(self) -> tuple[Reference, ...] | None:
        """The names of what it takes; None for what the step before gives."""
        return self.item.inputs

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The kinds of layer around each layer here, the outermost first."""
        return self.visits[0].wrappers


@dataclass(frozen=True, eq=False)
class Held:
    """A layer in a field of another, as that of `bidirectional`."""

    kind: str
    fields: Mapping[str, Any]


@dataclass(eq=False)
class LayerStep(Step):
    """A layer: its kind, and its fields as the file says them, those of `defaults` among them; values can be `Held`."""

    kind: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What it became, at each use, without the wrappers around it."""
        return tuple(_inside(use.node.layer, len(use.wrappers)) for use in self.uses if use.node)


def _inside(layer: Layer, wrappers: int) -> Layer:
    for _ in range(wrappers):
        layer = getattr(layer, "layer")  # noqa: B009  what every wrapper has
    return layer


@dataclass(eq=False)
class BlockStep(Step):
    """A use of a block: its function, and the arguments that the file gives."""

    function: "Function" = field(default_factory=lambda: Function("", (), (), ()))
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class RepeatStep(Step):
    """A repetition. `columns` are the values of `over`, by their names: lists, or formulas that give one."""

    times: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    body: tuple[Step, ...] = ()
    outputs: tuple[Reference, ...] | None = None

    @property
    def counter(self) -> str | None:
        """Which of several columns only counts, 0, 1, 2, …, beside others that are formulas."""
        lists = {name: column for name, column in self.columns.items() if isinstance(column, list)}
        counting = [name for name, column in lists.items() if column == [*range(len(column))]]
        return counting[0] if counting and len(lists) < len(self.columns) else None

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """What the fields are at each use."""
        return tuple(use.container for use in self.uses if isinstance(use.container, Repeat))


@dataclass(eq=False)
class ResidualStep(Step):
    """Layers with a shortcut around them."""

    body: tuple[Step, ...] = ()
    shortcut: tuple[Step, ...] = ()
    merge: Step | None = None

    @property
    def residuals(self) -> tuple[Residual, ...]:
        """What the fields are at each use."""
        return tuple(use.container for use in self.uses if isinstance(use.container, Residual))

    @property
    def merged(self) -> tuple[bool, ...]:
        """Whether there is a shortcut, at each use."""
        return tuple(any(visit.item is self.merge.item for visit in use.inner) for use in self.uses if self.merge)

    @property
    def projected(self) -> tuple[bool, ...]:
        """Whether the shortcut has its layers, at each use."""
        items = {id(step.item) for step in self.shortcut}
        return tuple(any(id(visit.item) in items for visit in use.inner) for use in self.uses)


@dataclass(eq=False)
class BranchStep(Step):
    """Paths side by side."""

    paths: tuple[tuple[Step, ...], ...] = ()
    merge: Step | None = None

    @property
    def is_split(self) -> bool:
        """Whether each path begins with its part of what all take, in their order."""
        firsts = [path[0] for path in self.paths if path]
        parts = [one.fields for one in firsts if isinstance(one, LayerStep) and one.kind == "split"]
        are_plain = all(one.item.condition is True and not (one.inputs or one.name) for one in firsts)
        alike = [{**fields, "part": number} for number, fields in enumerate(parts[:1] * len(parts))]
        if not (are_plain and 1 < len(parts) == len(self.paths) == parts[0].get("parts")):
            return False
        return [{**fields} for fields in parts] == alike


@dataclass(eq=False)
class GroupStep(Step):
    """Layers with one wrapper around each, as `time_distributed: [dense: 8, relu]`; it is in their `wrappers`."""

    body: tuple[Step, ...] = ()


@dataclass(eq=False)
class Function:
    """A block, or the network itself, whose name is empty. One that is used within wrappers is a function of its own.

    `inputs` are the names of what it takes; `outputs` of what it gives, None for what its last step gives.
    """

    block: str
    inputs: tuple[str, ...]
    parameters: tuple[Variable, ...]
    body: tuple[Step, ...]
    outputs: tuple[Reference, ...] | None = None
    wrappers: tuple[str, ...] = ()
    uses: tuple[Visit, ...] = ()
    about: str = ""
    """The comment above the block in the file."""

    @property
    def known(self) -> list[Mapping[str, Value]]:
        """What the formulas of its parameters know at each use: other parameters, and the sizes of what it takes."""
        return [
            use.names.with_values(use.arguments) if isinstance(use.names, FormulaNames) else use.arguments
            for use in self.uses
        ]


@dataclass(frozen=True, eq=False)
class Program:
    """A network: its inputs, its variables, and its functions, each behind those that it calls."""

    network: Network
    data_format: DataFormat
    inputs: Mapping[str, tuple[Any, ...]]
    """Sizes as the file says them: numbers, None or formulas."""
    variables: Mapping[str, Variable]
    functions: tuple[Function, ...]
    main: Function

    @property
    def engine(self) -> Engine:
        """What knows the shapes of all that visits name as inputs and outputs."""
        return self.network.engine

    def shape(self, name: str) -> Shape:
        """Return the shape of an input of the network, or of what a layer gives."""
        found = self.engine.shape(name)
        if found is None:
            raise NotSymbolicError(name)
        return found


def formulas_of(step: Step) -> list[str]:
    """Return the formulas of a step itself, those of `defaults` among them."""
    fields = step.fields if isinstance(step, LayerStep) else step.item.entry.stated
    return [*_formulas_in(fields), *formulas_in(step.item.condition)]


def _formulas_in(fields: Mapping[str, Any]) -> list[str]:
    """Return the formulas in fields, and in those of layers that they hold."""
    held = [formula for value in fields.values() if isinstance(value, Held) for formula in _formulas_in(value.fields)]
    return [*formulas_in({name: value for name, value in fields.items() if not isinstance(value, Held)}), *held]


def steps_in(body: tuple[Step, ...]) -> Iterator[Step]:
    """Yield the steps of a body and all that are in them, but not those of the blocks that they use."""
    for step in body:
        yield step
        match step:
            case RepeatStep() | GroupStep():
                yield from steps_in(step.body)
            case ResidualStep():
                yield from steps_in((*step.body, *step.shortcut, *((step.merge,) if step.merge else ())))
            case BranchStep():
                for path in step.paths:
                    yield from steps_in(path)
                yield from steps_in((step.merge,) if step.merge else ())
