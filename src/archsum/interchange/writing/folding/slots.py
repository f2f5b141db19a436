"""The fields of bodies of one structure, side by side: what can be the same in all, a formula, or a parameter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from archsum.graph import Path
from archsum.interchange.writing.folding.elements import Body, Branch, Cell, Element, Leaf, Residual, Run
from archsum.interchange.writing.folding.formulas import HOLE
from archsum.interchange.writing.folding.keys import LISTS_OF_SIZES, is_opaque
from archsum.interchange.writing.folding.words import telling_words
from archsum.layers import layer_class
from archsum.layers.axis import input_sizes
from archsum.layers.fields import named_fields
from archsum.layers.shapes import Shape
from archsum.layers.written import fields_of_layer

SIZES = ("filters", "units", "groups", "num_heads", "key_dim", "value_dim", "input_dim", "output_dim")
"""The fields that are sizes: they can be multiples of one another, and of the input's channels."""


@dataclass(eq=False, slots=True)
class Slot:
    """A field in one place of a structure, and its value in each body."""

    owner: Element
    """The element of the first body that has it."""
    field: str
    values: list[Any]
    sizes: Sequence[Mapping[str, int | None]] = ()
    """In each body, the sizes of what the element takes, by the names that formulas have for them."""
    is_size: bool = False
    defaults: bool = False
    """Whether the file need not say it, where it is the same in all."""
    is_last: bool = False
    """Whether the body gives what the element gives, or what comes of it by elementwise layers alone."""
    words: tuple[str, ...] = ()
    """What tells the element from others, the nearest word first."""
    item: int | None = None
    """Which item of a list it is; None where it is the field's whole value."""

    @property
    def place(self) -> tuple[int, str, int | None]:
        """What tells it from others."""
        return id(self.owner), self.field, self.item

    @property
    def stated(self) -> list[Any]:
        """The values where the layer is there."""
        return [value for value in self.values if value is not HOLE]


@dataclass
class RunField:
    """How the repetitions of a run have a parameter of theirs."""

    name: str
    mode: str
    """`same` in all; `first` or `last`, where the rest have another value, which is that of all runs; or each its own,
    `list`."""
    rest: Any = None
    is_size: bool = False


Arguments = Callable[[Cell], dict[str, Any]]
"""What gives a block's use, or a repetition, the values of its parameters."""
Sized = Callable[[Cell], dict[str, bool]]
"""What says which of these are sizes."""


class Walk:
    """Goes through bodies of one structure side by side."""

    def __init__(self, arguments: Arguments, sized: Sized, data_format: str, depth: int | None) -> None:
        self._arguments = arguments
        self._sized = sized
        self._data_format = data_format
        self._depth = depth
        self.run_fields: dict[int, list[RunField]] = {}
        """How the runs, by their first, have their parameters."""
        self.runs: list[Run] = []
        self.same_times: dict[int, int] = {}
        """How many repetitions a run has, where they are as many in all bodies."""
        self.shortcuts: dict[int, str] = {}
        """Whether `all`, `some` or `none` of a residual's bodies have the shortcut's layers."""
        self.merges: dict[int, str] = {}
        """Likewise of the shortcut itself."""
        self.models: dict[tuple[int, str], Residual] = {}
        """For each residual the first beside it that has the shortcut's layers, and the merge."""

    def slots(self, bodies: Sequence[Body | None]) -> Iterator[Slot]:
        """Return all fields; None is a body that is not there."""
        first = next(body for body in bodies if body is not None)
        for index in range(len(first)):
            yield from self._element([body[index] if body is not None else None for body in bodies])

    def _element(self, elements: Sequence[Any]) -> Iterator[Slot]:
        first = next(element for element in elements if element is not None)
        match first:
            case Leaf():
                yield from self._leaf(first, elements)
            case Residual():
                there = [element is not None and element.has_shortcut for element in elements]
                merged = [element is not None and element.is_there for element in elements]
                real = [element is not None for element in elements]
                self.shortcuts[id(first)] = _how_many(there, real)
                self.merges[id(first)] = _how_many(merged, real)
                yield from self.slots([element and element.layers for element in elements])
                if first.shortcut and any(there):
                    self.models[id(first), "shortcut"] = elements[there.index(True)]
                    yield from self.slots(
                        [element.shortcut if one else None for element, one in zip(elements, there, strict=True)]
                    )
                if any(merged):
                    merges = [element.merge if one else None for element, one in zip(elements, merged, strict=True)]
                    self.models[id(first), "merge"] = elements[merged.index(True)]
                    yield from self._leaf(next(merge for merge in merges if merge), merges)
            case Branch():
                for number in range(len(first.paths)):
                    slots = list(self.slots([element and element.paths[number] for element in elements]))
                    yield from _in_path(slots, f"path{number + 1}")
                yield from self._leaf(first.merge, [element and element.merge for element in elements])
            case Cell():
                yield from self._cell(first, elements)
            case Run():
                yield from self._run(first, elements)

    def _leaf(self, first: Leaf, elements: Sequence[Leaf | None]) -> Iterator[Slot]:
        names = {name: None for element in elements if element for name in element.fields}
        sizes = self._sizes(elements) if len(first.takes) == 1 else []
        there = [element is not None and element.is_there for element in elements]
        if not all(is_there or element is None for is_there, element in zip(there, elements, strict=True)):
            yield Slot(first, "if", [HOLE if one is None else one.is_there for one in elements])
        if any(there):
            elements = [element if is_there else None for element, is_there in zip(elements, there, strict=True)]
        for name in names:
            if any(is_opaque(first.kind, element.fields.get(name)) for element in elements if element):
                continue
            values = [HOLE if element is None else _value(element, name) for element in elements]
            is_default = all(name not in element.fields for element in elements if element)
            slot = Slot(first, name, values, sizes, name in SIZES, is_default, words=self._words(first.layer.path))
            yield from _items(slot) if name in LISTS_OF_SIZES else [slot]

    def _cell(self, first: Cell, elements: Sequence[Cell | None]) -> Iterator[Slot]:
        given = [None if element is None else self._arguments(element) for element in elements]
        sizes = self._sizes(elements)
        for name, is_size in self._sized(first).items():
            values = [HOLE if arguments is None else arguments[name] for arguments in given]
            yield Slot(first, name, values, sizes, is_size, words=self._words(first.path))

    def _run(self, first: Run, elements: Sequence[Run | None]) -> Iterator[Slot]:
        rows = [None if run is None else [self._arguments(unit) for unit in run.units] for run in elements]
        sized = self._sized(first.units[0])
        is_nested = any(isinstance(element, Run) for element in first.units[0].body)
        fields = [_mode(name, rows, is_size=is_size, may_be_first=not is_nested) for name, is_size in sized.items()]
        self.run_fields[id(first)] = fields
        self.runs.append(first)
        times = {len(row) for row in rows if row is not None}
        if len(times) == 1:
            (self.same_times[id(first)],) = times
        for one in fields:
            yield Slot(
                first, one.name, [HOLE if row is None else _exposed(one, row) for row in rows], is_size=one.is_size
            )
        if all(one.mode != "list" for one in fields):
            yield Slot(first, "times", [HOLE if row is None else len(row) for row in rows])

    def _words(self, path: Path) -> tuple[str, ...]:
        """Return the words that tell an element from others in the body: those of the blocks around it tell nothing."""
        return telling_words(path[self._depth :] if self._depth is not None else path[-1:])

    def _sizes(self, elements: Sequence[Element | None]) -> list[Mapping[str, int | None]]:
        return [self.sizes(element.takes[0].shape) if element and element.takes else {} for element in elements]

    def sizes(self, shape: Shape) -> Mapping[str, int | None]:
        """Return the sizes of a shape, by the names that formulas have for them."""
        return input_sizes(shape, self._data_format)  # type: ignore[arg-type]


def _in_path(slots: list[Slot], word: str) -> Iterator[Slot]:
    """Return the fields of a path, those of layers without a word of their own with the path's, and a number."""
    owners = list({id(slot.owner): None for slot in slots if slot.is_size})
    for slot in slots:
        if not slot.words:
            number = owners.index(id(slot.owner)) + 1 if id(slot.owner) in owners else 1
            slot.words = (f"{word}_{number}" if len(owners) > 1 else word,)
        yield slot


def _items(slot: Slot) -> Iterator[Slot]:
    """Return the items of lists of one length by themselves; the slot itself where it has no such lists, or one."""
    stated = slot.stated
    lengths = {len(value) if isinstance(value, list) else 0 for value in stated}
    if len(lengths) != 1 or lengths == {0} or all(value == stated[0] for value in stated):
        yield slot
        return
    for item in range(*lengths):
        values = [HOLE if value is HOLE else value[item] for value in slot.values]
        is_size = all(type(value) is int and value > 0 for value in values if value is not HOLE)
        yield Slot(slot.owner, slot.field, values, slot.sizes, is_size, words=slot.words, item=item)


def _how_many(there: list[bool], real: list[bool]) -> str:
    """Say of how many of those that are real something is there."""
    return "all" if there == real else "some" if any(there) else "none"


def _mode(name: str, rows: list[list[dict[str, Any]] | None], *, is_size: bool, may_be_first: bool) -> RunField:
    """Return how repetitions have a parameter: the same way in all runs."""
    columns = [[row[name] for row in listed] for listed in rows if listed is not None]
    if all(_is_one(column) for column in columns):
        return RunField(name, "same", is_size=is_size)
    may_be_first = may_be_first and _is_plain([value for column in columns for value in column])
    rests = [value for column in columns for value in column[1:]]
    if may_be_first and rests and _is_one(rests):
        return RunField(name, "first", _one_of(rests), is_size)
    rests = [value for column in columns for value in column[:-1]]
    if may_be_first and _is_one(rests) and len(rests) > len(columns):
        return RunField(name, "last", _one_of(rests), is_size)
    return RunField(name, "list")


def _exposed(one: RunField, rows: list[dict[str, Any]]) -> Any:
    """Return what a run is given for a parameter of its repetitions."""
    column = [row[one.name] for row in rows]
    if one.mode == "list":
        return column
    if one.mode == "same":
        return _one_of(column)
    value = column[-1 if one.mode == "last" else 0]
    return one.rest if value is HOLE else value


def _one_of(values: list[Any]) -> Any:
    """Return the value that all have which are there."""
    return next((value for value in values if value is not HOLE), HOLE)


def _is_plain(values: list[Any]) -> bool:
    """Whether values are numbers: a choice between words in a formula reads badly."""
    return all(type(value) is int for value in values if value is not HOLE)


def _is_one(values: list[Any]) -> bool:
    first = _one_of(values)
    return all(value is HOLE or (type(value) is type(first) and value == first) for value in values)


def _value(leaf: Leaf, name: str) -> Any:
    """Return a layer's field, its default too, one value where it is for each axis."""
    if name in leaf.fields:
        return leaf.fields[name]
    value = fields_of_layer(leaf.layer.layer)[name]
    while isinstance(value, list) and value and all(item == value[0] for item in value):
        value = value[0]
    return value


@cache
def required(kind: str) -> frozenset[str]:
    """Return the fields that a layer of a kind must have."""
    return frozenset(name for name, info in named_fields(layer_class(kind)).items() if info.is_required())
