"""Runs that would be given tables of values, another in each place where they are, are written out."""

from collections.abc import Collection, Iterator

from archsum.interchange.writing.folding.elements import Body, Cell, Run, bodies
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.runs import Banned, dissolved, unfolded
from archsum.interchange.writing.folding.templates import Templates

_FEW = 4
"""So many repetitions, as many everywhere, are written out themselves; else what they are repeated in is."""


def unfold_tables(body: Body, templates: Templates, keys: Keys, banned: Banned) -> bool:
    """Write out runs that would be given tables; return whether there are any. They are not folded again."""
    found: set[int] = set()
    for template in templates.all():
        if len(template.bodies) < 2 or any(cell.word for cell in template.cells):
            continue
        for run in template.runs:
            if any(one.mode == "list" for one in template.run_fields[id(run)]):
                is_short = len(run.units) <= _FEW and id(run) in template.same_times
                found.add(run.units[0].body_key if is_short else template.cells[0].body_key)
    if not found:
        return False
    banned |= found
    write_out(body, found, keys)
    return True


def write_out(body: Body, found: Collection[int], keys: Keys) -> None:
    """Write out runs of repetitions, and cells, that have one of the keys; and runs that are none any more then."""
    while found:
        _unfold(body, found)
        keys.number(body)
        found = set(_uneven(body))


def _unfold(body: Body, found: Collection[int]) -> None:
    """Write out what has one of the keys: runs of such repetitions, and cells."""
    for index in reversed(range(len(body))):
        element = body[index]
        for inner in bodies(element):
            _unfold(inner, found)
        if isinstance(element, Run) and element.units[0].body_key in found:
            body[index : index + 1] = unfolded(element)
        elif isinstance(element, Cell) and element.body_key in found:
            body[index : index + 1] = dissolved(element)


def _uneven(body: Body) -> Iterator[int]:
    """Return the keys of the first repetitions of runs whose repetitions are not of one structure any more."""
    for element in body:
        for inner in bodies(element):
            yield from _uneven(inner)
        if isinstance(element, Run) and len({unit.body_key for unit in element.units}) > 1:
            yield element.units[0].body_key
