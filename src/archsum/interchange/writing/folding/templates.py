"""Bodies of one structure → one body with parameters, and the values of these in each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from archsum.interchange.writing.folding.elements import Body, Cell, Element, Run, bodies
from archsum.interchange.writing.folding.formulas import HOLE
from archsum.interchange.writing.folding.parameters import relate
from archsum.interchange.writing.folding.slots import Slot, Walk
from archsum.interchange.writing.folding.template import Template


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
        relate(template, varying, is_block=is_block)
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
