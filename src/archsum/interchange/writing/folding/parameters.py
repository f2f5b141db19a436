"""Finds what the parameters are of bodies of one structure, and what follows from them, or from the input."""

from collections import defaultdict

from archsum.interchange.writing.alike import TARGET_SHAPE
from archsum.interchange.writing.folding.elements import Element
from archsum.interchange.writing.folding.formulas import Expression, names_in
from archsum.interchange.writing.folding.naming import name_groups
from archsum.interchange.writing.folding.paddings import by_kernel, kernels_of_paddings
from archsum.interchange.writing.folding.relations import (
    BASE,
    Group,
    by_input,
    by_other,
    by_sizes,
    grouped,
    one_of_two,
    when,
)
from archsum.interchange.writing.folding.slots import Slot
from archsum.interchange.writing.folding.template import Parameter, Template

_REST = -1
_Follows = dict[Group, tuple[Group, Expression]]
"""For groups of fields, from which other they follow, and how."""


def relate(template: Template, varying: list[Slot], *, is_block: bool) -> None:
    """Say of each field that varies what it is: a parameter, or a formula of one, or of the input's sizes."""
    kernels, rests = kernels_of_paddings(varying), _rests(varying)
    for slot in rests:
        template.pieces[slot.place] = _REST
    dependent = kernels.keys() | set(map(id, rests))
    free = _not_from_input(template, grouped([slot for slot in varying if id(slot) not in dependent]))
    entered = _from_what_enters(template, free) if is_block else {}
    follows: _Follows = {}
    bases: list[Group] = []
    for group in sorted(free, key=_total):
        found = None if group in entered else by_other(group, bases)
        if found:
            follows[group] = found
        else:
            bases.append(group)
    follows |= _choices(free, bases)
    own = [group for group in free if group not in follows]
    names = dict(zip(own, name_groups(own), strict=True))
    for group in free:
        base, formula = follows.get(group, (group, Expression(BASE)))
        for slot in group.slots:
            template.pieces[slot.place] = formula.with_values({BASE: Expression(names[base])})
    template.derived = {names[group]: entered[group] for group in own if group in entered}
    for group in own:
        if group not in entered:
            _declare(template, names[group], group, varying)
    for slot in varying:
        if id(slot) in kernels:
            template.pieces[slot.place] = by_kernel(slot, template.pieces[kernels[id(slot)].place])


def _not_from_input(template: Template, groups: list[Group]) -> list[Group]:
    """Return the groups whose fields do not all follow from what their own layers take; say of the others how."""
    free = []
    for group in groups:
        expressions = by_input(group) if group.is_size else None
        if expressions is None:
            free.append(group)
        else:
            for slot, expression in zip(group.slots, expressions, strict=True):
                template.pieces[slot.place] = expression
    return free


def _from_what_enters(template: Template, groups: list[Group]) -> dict[Group, Expression]:
    """Return how groups of sizes follow from what the body takes: as a block's parameters they have such defaults."""
    given = [template.walk.sizes(entry.shape) for entry in template.entries]
    found = {group: by_sizes(group.values, given) for group in groups if group.is_size}
    return {group: expression for group, expression in found.items() if expression}


def _choices(groups: list[Group], bases: list[Group]) -> _Follows:
    """Return what has one of two values, and from which value of which other group it follows.

    That is how most are told that are there or not, and `padding` follows so from `strides`.
    """
    found: _Follows = {}
    for field, choose in (("padding", one_of_two), ("if", when)):
        for group in groups:
            if group.field != field:
                continue
            for other in bases:
                is_free = not other.is_size and other.field not in (field, "if") and other not in found
                expression = choose(group.values, other.values, BASE) if is_free else None
                if expression:
                    found[group] = other, expression
                    break
    return found


def _declare(template: Template, name: str, group: Group, varying: list[Slot]) -> None:
    """Add a parameter."""
    users = (slot.owner for slot in varying if name in names_in(template.pieces.get(slot.place)))
    at_entry = all(_is_at_entry(owner, template) for owner in users)
    template.parameters.append(Parameter(name, group.is_size, at_entry))
    for values, value in zip(template.values, group.values, strict=True):
        values[name] = value


def _rests(varying: list[Slot]) -> list[Slot]:
    """Return the sizes of reshaped data that are written as the rest: the only ones that follow from no other."""
    by_owner: dict[int, list[Slot]] = defaultdict(list)
    for slot in varying:
        if slot.field == TARGET_SHAPE and slot.item is not None and not by_sizes(slot.values, slot.sizes):
            by_owner[id(slot.owner)].append(slot)
    return [slot for slots in by_owner.values() if len(slots) == 1 for slot in slots]


def _is_at_entry(element: Element, template: Template) -> bool:
    return bool(element.takes) and element.takes[0] is template.entries[0]


def _total(group: Group) -> int:
    return sum(value for value in group.values if type(value) is int)
