"""What is known while a function is written: Python's names of values and of tensors."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from archsum.interchange.building.expressions import Writer, names_of
from archsum.interchange.building.keras.module import KerasModule
from archsum.interchange.building.names import Names
from archsum.interchange.building.program import LayerStep, NotSymbolicError, Program, Step
from archsum.interchange.building.reading import same
from archsum.interchange.building.source import INDENT, Expression, Lines
from archsum.language.expand.trace import Visit
from archsum.language.spec.items import Reference
from archsum.layers.axis import named_axes

Variables = tuple[str, ...]
"""Python's names of the tensors that something gives; one that begins with `*` is a list of them."""


@dataclass(frozen=True)
class Known:
    """What is known of tensors: their variables, and of the first the number of axes, at each use."""

    variables: Variables
    ranks: tuple[int, ...] = ()
    condition: str | None = None
    """When they are there, where they are not always."""


class FunctionScope(ABC):
    """The names in a function, and its lines so far. It is what its formulas know."""

    def __init__(self, module: KerasModule, program: Program, names: Names) -> None:
        self.module = module
        self.program = program
        self.names = names
        self.lines = Lines(1)
        self.called: dict[str, str] = {}
        """Python's names of what formulas know."""
        self.used: dict[str, None] = {}
        """The file's names of those that are used."""
        self.known: dict[str, Known] = {}
        """What named steps give."""
        self.flowing: set[str] = set()
        """Variables of several outputs, which others are assigned to behind them."""
        self._taken = Known(())
        self._alias: tuple[int, int, str, Variables] | None = None
        """The last line where it gives a tensor another name: how many lines there are, its margin, its targets."""
        self._last_block: tuple[int, int, int, str] | None = None
        """The last block: its lines, how many there were behind it, its depth, and its header."""
        self._last: tuple[int, int, Variables, Expression | str] | None = None
        """The last assignment: where its lines begin and end, its targets and its value."""

    # Steps

    @abstractmethod
    def body(self, steps: Sequence[Step], inputs: Variables, flow: str, *, is_taken: bool = True) -> Variables:
        """Write steps, each behind the one before; `flow` is the variable that is assigned to again and again.

        `is_taken` is whether anything takes what the last one gives because of its place.
        """

    @abstractmethod
    def step(self, step: Step, inputs: Variables, flow: str, *, is_taken: bool = True) -> Variables:
        """Write a step, and return what it gives."""

    @abstractmethod
    def found(self, references: Sequence[Reference]) -> Variables:
        """Return the variables of named steps. Errors: NotSymbolicError for one in a block."""

    @abstractmethod
    def parts_of(self, step: LayerStep, taken: Variables) -> Expression:
        """Return what makes all parts of which a `split` is the first."""

    # What formulas know

    def value(self, name: str) -> str:
        """Return what a name of formulas is called, and take note that it is used."""
        if name not in self.called:
            raise NotSymbolicError(name)
        self.used[name] = None
        return self.called[name]

    def has_value(self, name: str) -> bool:
        """Whether formulas know a value of the name."""
        return name in self.called

    def size(self, layer: str | None, axis: str) -> str:
        """Return the expression of a size."""
        known = self._taken if layer is None else self.known.get(layer)
        if known is None or not known.variables or known.variables[0].startswith("*"):
            raise NotSymbolicError(axis)
        variable = known.variables[0]
        if axis == "elements":
            return f"{self.module.use('math')}.prod({variable}.shape[1:])"
        positions = set()
        for rank in known.ranks:
            names = named_axes((1,) * rank, self.program.data_format)
            if axis not in names:
                raise NotSymbolicError(axis)
            position = names.index(axis) + 1
            positions.add(-1 if position == rank else position)
        return f"{variable}.shape[{same([*positions])}]"

    def function(self, name: str) -> str:
        """Return what a function of formulas is called."""
        return self.module.function(name)

    def writer(self, visits: Sequence[Visit]) -> Writer:
        """Return what writes values that are computed at these places."""
        return Writer(self, [visit.names for visit in visits])

    # What is taken

    def take(self, variables: Variables, visits: Sequence[Visit]) -> None:
        """Take note of what a step takes, whose sizes its formulas may name."""
        self._taken = Known(variables, self._ranks(visit.inputs for visit in visits))

    def know(
        self, name: str, variables: Variables, given: Iterable[tuple[str, ...]], condition: str | None = None
    ) -> None:
        """Take note of what is known by a name: variables, and what they are in the network, at each use."""
        self.known[name] = Known(variables, self._ranks(given), condition)

    def _ranks(self, given: Iterable[tuple[str, ...]]) -> tuple[int, ...]:
        return tuple(len(self.program.shape(names[0])) for names in given if names and names[0])

    # Lines

    def set(self, targets: Variables, value: "Expression | str") -> None:
        """Assign to variables."""
        self._drop_alias(targets, value)
        first = len(self.lines.lines)
        self.lines.add(f"{', '.join(targets)} = ", value)
        if self.lines.depth == 1:
            self._last = first, len(self.lines.lines), targets, value

    def _drop_alias(self, targets: Variables, value: "Expression | str") -> None:
        """Take back `x = y` where what comes next assigns to `x` without having used it."""
        lines, margin = self.lines.lines, INDENT * self.lines.depth
        if (
            lines
            and self._alias == (id(lines), len(lines), margin, targets)
            and not re.search(rf"\b{targets[0]}\b", str(value))
        ):
            lines.pop()

    def give(self, outputs: Variables) -> None:
        """Return tensors, or at once what the last assignment would make them."""
        if self._last and self._last[1] == len(self.lines.lines) and self._last[2] == outputs:
            del self.lines.lines[self._last[0] :]
            self.lines.add("return ", self._last[3])
        else:
            self.lines.add(f"return {', '.join(outputs)}")

    def assign(self, targets: Variables, values: Variables) -> None:
        """Let variables be what others are."""
        if targets != values:
            self.set(targets, ", ".join(values))
            self._alias = id(self.lines.lines), len(self.lines.lines), INDENT * self.lines.depth, targets

    def settled(self, inputs: Variables, flow: str) -> Variables:
        """Return variables that can be assigned to, and are what the inputs are."""
        if len(inputs) > 1 and self.flowing.issuperset(inputs):
            return inputs
        targets = (flow,) if len(inputs) == 1 else tuple(f"{flow}_{number}" for number, _ in enumerate(inputs, start=1))
        self.assign(targets, inputs)
        return targets

    @contextmanager
    def indented(self, header: str) -> Iterator[None]:
        """Write lines below a header; behind a block with the same condition they belong to that."""
        here = id(self.lines), len(self.lines.lines), self.lines.depth, header
        is_new = ".shape" in header or self._last_block != here
        if is_new:
            self.lines.add(header)
        self.lines.depth += 1
        before = len(self.lines.lines)
        yield
        self.lines.depth -= 1
        if is_new and len(self.lines.lines) == before:  # there was nothing to do
            self.lines.lines.pop()
        self._last_block = id(self.lines), len(self.lines.lines), self.lines.depth, header

    @contextmanager
    def temporary(self, *wanted: str) -> Iterator[str]:
        """Take a name for a while."""
        name = self.names.add(*wanted)
        yield name
        self.names.free(name)


def mentioned(formulas: Iterable[str]) -> set[str]:
    """Return the layers whose sizes formulas mention."""
    return {name.rpartition(".")[0].partition(".")[0] for name in names_of(formulas) if "." in name}
