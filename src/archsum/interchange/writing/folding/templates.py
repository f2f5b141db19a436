"""Bodies of one structure → one body with parameters, and the values of these in each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archsum.interchange.writing.folding.elements import Body, Cell, Element, Run, bodies
from archsum.interchange.writing.folding.formulas import HOLE, Expression, names_in
from archsum.interchange.writing.folding.naming import name_groups
from archsum.interchange.writing.folding.relations import Group, by_input, by_other, by_sizes, grouped, one_of_two, when
from archsum.interchange.writing.folding.slots import RunField, Slot, Walk


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


class Templates:
    """The templates of a network's cells and repetitions, each made when it is asked for, those within it first."""

    def __init__(self, body: Body, data_format: str) -> None:
        self._data_format = data_format
        self._cells: dict[int, list[Cell]] = defaultdict(list)
        self._made: dict[int, Template] = {}
        self._arguments: dict[int, dict[str, Any]] = {}
        self._collect(body)

    def _collect(self, body: Body) -> None:
        for element in body:
            for cell in element.units if isinstance(element, Run) else [element] if isinstance(element, Cell) else []:
                self._cells[structure(cell)].append(cell)
            for inner in bodies(element):
                self._collect(inner)

    def of(self, cell: Cell) -> Template:
        """Return the template of all cells of its structure."""
        key = structure(cell)
        if key not in self._made:
            cells = list({id(one): one for one in self._cells[key]}.values())
            may_be_block = not all(one.is_unit for one in cells)
            template = self.make(
                [one.body for one in cells], [one.entry for one in cells], cells, is_block=may_be_block
            )
            self._made[key] = template
            for one, values in zip(cells, template.values, strict=True):
                self._arguments[id(one)] = values
        return self._made[key]

    def all(self) -> list[Template]:
        """Return all templates."""
        return [self.of(cells[0]) for cells in list(self._cells.values())]

    def arguments(self, cell: Cell) -> dict[str, Any]:
        """Return the values of a cell's parameters."""
        self.of(cell)
        return self._arguments[id(cell)]

    def sizes(self, cell: Cell) -> dict[str, bool]:
        """Return the names of a cell's parameters, and whether each is a size."""
        return {parameter.name: parameter.is_size for parameter in self.of(cell).parameters}

    def make(
        self, listed: Sequence[Body], entries: Sequence[Element], cells: Sequence[Cell] = (), *, is_block: bool = False
    ) -> Template:
        """Make a template of bodies of one structure; `is_block` is whether they can be a block's."""
        depth = len(cells[0].path) if cells and cells[0].path else None
        walk = Walk(self.arguments, self.sizes, self._data_format, depth)
        template = Template(list(listed), list(entries), list(cells), walk, values=[{} for _ in listed])
        slots = list(walk.slots(listed))
        for slot in slots:
            names = template.names.setdefault(id(slot.owner), [])
            if slot.field not in names:
                names.append(slot.field)
        varying = [slot for slot in slots if not _is_constant(slot)]
        for slot in slots:
            if _is_constant(slot):
                stated = slot.stated
                value = stated[0] if stated else HOLE
                template.pieces[slot.place] = HOLE if slot.defaults else value
        _relate(template, varying, is_block=is_block)
        _assemble(template, slots)
        return template


def structure(cell: Cell) -> int:
    """Return the key of a cell's structure: of cells and of repetitions they are the same where the bodies are."""
    return cell.body_key


def _is_constant(slot: Slot) -> bool:
    stated = slot.stated
    return all(type(value) is type(stated[0]) and value == stated[0] for value in stated[1:])


def _assemble(template: Template, slots: list[Slot]) -> None:
    """Put the items of lists together again."""
    for slot in slots:
        whole = id(slot.owner), slot.field
        if slot.item is None:
            template.fields[whole] = template.pieces[slot.place]
        else:
            template.fields.setdefault(whole, []).append(template.pieces[slot.place])


def _relate(template: Template, varying: list[Slot], *, is_block: bool) -> None:
    """Find what is a parameter of the fields that vary, and what follows from others."""
    halves = _padding(varying)
    groups = grouped([slot for slot in varying if id(slot) not in halves])
    free = []
    for group in groups:
        expressions = by_input(group) if group.is_size else None
        if expressions:
            for slot, expression in zip(group.slots, expressions, strict=True):
                template.pieces[slot.place] = expression
        else:
            free.append(group)
    derived: dict[int, Expression] = {}
    bases: list[tuple[str, Group]] = []
    given = [template.walk.sizes(entry.shape) for entry in template.entries]
    entered = {
        number: expression
        for number, group in enumerate(free)
        if is_block and group.is_size and (expression := by_sizes(group.values, given))
    }
    for number in sorted(range(len(free)), key=lambda number: (_total(free[number].values), number)):
        found = None if number in entered else by_other(free[number], bases)
        if found:
            derived[number] = found
        else:
            bases.append((f"base{number}", free[number]))
    conditions = _conditions(free, bases)
    derived |= conditions
    bases = [(name, group) for name, group in bases if int(name.removeprefix("base")) not in conditions]
    own = [number for number in range(len(free)) if number not in derived]
    names = dict(zip(own, name_groups([free[number] for number in own]), strict=True))
    called = {f"base{number}": Expression(name) for number, name in names.items()}
    for number, group in enumerate(free):
        written = derived[number].with_values(called) if number in derived else Expression(names[number])
        for slot in group.slots:
            template.pieces[slot.place] = written
    for number in own:
        if number in entered:
            template.derived[names[number]] = entered[number]
            continue
        template.parameters.append(Parameter(names[number], free[number].is_size, at_entry=False))
        for values, value in zip(template.values, free[number].values, strict=True):
            values[names[number]] = value
    for parameter in template.parameters:
        uses = [slot for slot in varying if parameter.name in names_in(template.pieces.get(slot.place))]
        parameter.at_entry = all(_is_at_entry(slot.owner, template) for slot in uses)
    for slot in varying:
        if id(slot) in halves:
            kernel = template.pieces[id(slot.owner), "kernel_size", None]
            template.pieces[slot.place] = Expression("kernel // 2").with_values({"kernel": kernel})


def _conditions(groups: list[Group], bases: list[tuple[str, Group]]) -> dict[int, Expression]:
    """Return of what has one of two values which it has, where that follows from another parameter.

    That is how most are told that are there or not, and `padding` follows so from `strides`.
    """
    found: dict[int, Expression] = {}
    for field_name, relate in (("padding", one_of_two), ("if", when)):
        for number, group in enumerate(groups):
            if group.slots[0].field == field_name:
                others = [
                    (name, other)
                    for name, other in bases
                    if not other.is_size
                    and other.slots[0].field not in (field_name, "if")
                    and int(name.removeprefix("base")) not in found
                ]
                expressions = (relate(group.values, other.values, name) for name, other in others)
                expression = next(filter(None, expressions), None)
                if expression:
                    found[number] = expression
    return found


def _padding(varying: list[Slot]) -> set[int]:
    """Return the paddings that are half of a kernel which varies too."""
    kernels = {id(slot.owner): slot for slot in varying if slot.field == "kernel_size"}
    found = set()
    for slot in varying:
        kernel = kernels.get(id(slot.owner)) if slot.field == "padding" else None
        if kernel and all(
            one is HOLE or (type(other) is int and type(one) is not bool and _amount(one) == other // 2)
            for one, other in zip(slot.values, kernel.values, strict=True)
        ):
            found.add(id(slot))
    return found


def _amount(padding: Any) -> Any:
    """Return a padding as a number, where it is one."""
    return 0 if padding == "valid" else padding


def _is_at_entry(element: Element, template: Template) -> bool:
    return bool(element.takes) and element.takes[0] is template.entries[0]


def _total(values: list[Any]) -> float:
    return sum(value for value in values if type(value) is int)
