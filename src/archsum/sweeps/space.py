"""The variants of a sweep: every combination of what is varied, or some that are drawn; counted before any is made."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from archsum.bounds import MAX_VARIANTS
from archsum.errors import Diagnostic, SpecError, enumerate_words
from archsum.formula import Value
from archsum.language.read.settings import InputShape
from archsum.sweeps.choices import Choices, places

INPUT = "input"
"""What stands for the network's input among what is varied; of several inputs, `input.left` for one."""


class Variant(NamedTuple):
    """One variant: its number, from 1 on, and what it puts in the place of the file's own."""

    number: int
    values: Mapping[str, Any]
    """Variables, and shapes of inputs."""

    @property
    def variables(self) -> dict[str, Value]:
        """The variables that it sets."""
        return {name: value for name, value in self.values.items() if not is_input(name)}

    @property
    def input(self) -> InputShape | None:
        """The input that it sets."""
        if INPUT in self.values:
            shape: InputShape | None = self.values[INPUT]
            return shape
        shapes = {name.partition(".")[2]: shape for name, shape in self.values.items() if is_input(name)}
        return shapes or None


def is_input(name: str) -> bool:
    """Whether a name among what is varied is an input's, which no variable's can be."""
    return name == INPUT or name.startswith(f"{INPUT}.")


class Axis(ABC):
    """What is varied together."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """What is varied."""

    @property
    @abstractmethod
    def count(self) -> int | None:
        """How many values there are; None where they are endless."""

    @property
    @abstractmethod
    def types(self) -> Mapping[str, frozenset[type]]:
        """The types that the values of each name may have."""

    @abstractmethod
    def at(self, index: int) -> Mapping[str, Any]:
        """Return one of them."""

    def draw(self, random: Random) -> Mapping[str, Any]:
        """Return one at random."""
        assert self.count is not None
        return self.at(random.randrange(self.count))


@dataclass(frozen=True)
class Varied(Axis):
    """One variable, and what it may be."""

    name: str
    choices: Choices

    @property
    def names(self) -> Sequence[str]:
        return (self.name,)

    @property
    def count(self) -> int | None:
        return self.choices.count

    @property
    def types(self) -> Mapping[str, frozenset[type]]:
        return {self.name: self.choices.types}

    def at(self, index: int) -> Mapping[str, Any]:
        return {self.name: self.choices.at(index)}

    def draw(self, random: Random) -> Mapping[str, Any]:
        return {self.name: self.choices.draw(random)}


@dataclass(frozen=True)
class Shapes(Axis):
    """An input, and the shapes that it may have."""

    name: str
    shapes: Sequence[Sequence[int | None]]

    @property
    def names(self) -> Sequence[str]:
        return (self.name,)

    @property
    def count(self) -> int:
        return len(self.shapes)

    @property
    def types(self) -> Mapping[str, frozenset[type]]:
        return {self.name: frozenset((tuple,))}

    def at(self, index: int) -> Mapping[str, Any]:
        return {self.name: self.shapes[index]}


@dataclass(frozen=True)
class Table(Axis):
    """Rows that each say several variables; a row without one leaves it as it is in the file."""

    header: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> Sequence[str]:
        return self.header

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def types(self) -> Mapping[str, frozenset[type]]:
        return {name: frozenset(type(row.get(name)) for row in self.rows) for name in self.names}

    def at(self, index: int) -> Mapping[str, Any]:
        return self.rows[index]


class Space:
    """All combinations of some axes, of which the last changes fastest; or `samples` of them, drawn by `seed`.

    A sample depends on its number and the seed alone, so that some can be left out.

    Errors: SpecError for more variants than there may be, and for endless ones of which none are drawn.
    """

    def __init__(self, axes: Sequence[Axis], samples: int | None = None, seed: int = 0) -> None:
        self.axes = axes
        self.samples = samples
        self.seed = seed
        self.names = tuple(name for axis in axes for name in axis.names)
        endless = [name for axis in axes if axis.count is None for name in axis.names]
        if samples is None and endless:
            message = f"{enumerate_words(endless)} may be any number of a range: that makes endlessly many variants"
            cure = "write a step, as in `0.25:2:0.25`, or draw some of them with `--samples 1000`"
            raise SpecError([Diagnostic("too-large", message, None, cure)])
        combinations = math.prod(axis.count for axis in axes if axis.count is not None)
        self.count = combinations if samples is None else samples
        if self.count > MAX_VARIANTS:
            message = f"that makes {self.count:,} variants, and {MAX_VARIANTS:,} are the most"
            cure = "write fewer values or larger steps, or draw some of them with `--samples 100000`"
            raise SpecError([Diagnostic("too-large", message, None, cure)])

    @property
    def types(self) -> dict[str, frozenset[type]]:
        """The types that the values of each name may have."""
        return {name: types for axis in self.axes for name, types in axis.types.items()}

    def variants(self, start: int = 0) -> Iterator[Variant]:
        """Yield the variants, from a place in their order on."""
        for index in range(start, self.count):
            yield Variant(index + 1, self._drawn(index) if self.samples is not None else self._at(index))

    def _drawn(self, index: int) -> dict[str, Any]:
        random = Random(f"{self.seed} {index}")
        return {name: value for axis in self.axes for name, value in axis.draw(random).items()}

    def _at(self, index: int) -> dict[str, Any]:
        numbers = places(index, [axis.count for axis in self.axes])
        together = zip(self.axes, numbers, strict=True)
        return {name: value for axis, place in together for name, value in axis.at(place).items()}
