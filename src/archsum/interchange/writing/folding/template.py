"""One body for all that have its structure, and its parameters."""

from dataclasses import dataclass, field
from typing import Any

from archsum.interchange.writing.folding.elements import Body, Cell, Element, Run
from archsum.interchange.writing.folding.formulas import Expression
from archsum.interchange.writing.folding.slots import RunField, Walk


@dataclass
class Parameter:
    """A parameter of bodies of one structure."""

    name: str
    is_size: bool
    at_entry: bool
    """Whether only layers that take the body's input have it."""


@dataclass
class Template:
    """One body for all that have its structure."""

    bodies: list[Body]
    entries: list[Element]
    cells: list[Cell]
    """What they are of; none for the network's."""
    walk: Walk
    parameters: list[Parameter] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    """For each of the bodies, what its parameters are."""
    pieces: dict[tuple[int, str, int | None], Any] = field(default_factory=dict)
    """What slots are: values, expressions of parameters, or omitted."""
    fields: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What the fields of the first body's elements are: values, expressions of parameters, or omitted."""

    derived: dict[str, Expression] = field(default_factory=dict)
    """Parameters that follow from what the body takes: only a block can have them."""
    names: dict[int, list[str]] = field(default_factory=dict)
    """The fields of each of its elements."""

    @property
    def body(self) -> Body:
        """The body that is written."""
        return self.bodies[0]

    @property
    def runs(self) -> list[Run]:
        """The runs in the body, without those in blocks and in one another."""
        return [run for run in self.walk.runs if id(run) in self.run_fields]

    @property
    def same_times(self) -> dict[int, int]:
        """How many repetitions runs have, where they are as many in all bodies."""
        return self.walk.same_times

    @property
    def run_fields(self) -> dict[int, list[RunField]]:
        """How the body's runs have their parameters."""
        return self.walk.run_fields
