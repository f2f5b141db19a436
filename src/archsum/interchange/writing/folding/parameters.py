"""Finds what the parameters are of bodies of one structure, and what follows from them, or from the input."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from archsum.interchange.writing.alike import TARGET_SHAPE
from archsum.interchange.writing.folding.elements import Element
from archsum.interchange.writing.folding.formulas import HOLE, Expression, names_in
from archsum.interchange.writing.folding.naming import name_groups
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
_IMAGE = ("input_height", "input_width")
_Follows = dict[Group, tuple[Group, Expression]]
"""For groups of fields, from which other they follow, and how."""


def relate(template: Template, varying: list[Slot], *, is_block: bool) -> None:
    """Say of each field that varies what it is: a parameter, or a formula of one, or of the input's sizes."""
    halves, rests = _half_paddings(varying), _rests(varying)
    for slot in rests:
        template.pieces[slot.place] = _REST
    uneven = _uneven_paddings(varying)
    dependent = halves | set(map(id, rests)) | set(uneven)
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
        if id(slot) in halves:
            kernel = template.pieces[id(slot.owner), "kernel_size", None]
            template.pieces[slot.place] = Expression(f"{BASE} // 2").with_values({BASE: kernel})
        elif id(slot) in uneven:
            kernel = template.pieces[uneven[id(slot)].place]
            template.pieces[slot.place] = _uneven_sides(slot, kernel)


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


def _half_paddings(varying: list[Slot]) -> set[int]:
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


def _uneven_paddings(varying: list[Slot]) -> dict[int, Slot]:
    """Return, for paddings of images before strides as Keras's models have them, the kernels that they follow from.

    Behind the data there is half of the kernel; before it as much, and one less where its size is even.
    """
    kernels = [slot for slot in varying if slot.field == "kernel_size"]
    found = {}
    for slot in varying:
        if slot.field == "padding" and any(isinstance(value, list) for value in slot.stated):
            kernel = next((one for one in kernels if _is_uneven(slot, one)), None)
            if kernel:
                found[id(slot)] = kernel
    return found


def _is_uneven(paddings: Slot, kernels: Slot) -> bool:
    known = zip(paddings.values, kernels.values, paddings.sizes, strict=False)
    return bool(paddings.sizes) and all(
        padding is HOLE or (type(kernel) is int and _both_sides(padding) == _correct(kernel, sizes))
        for padding, kernel, sizes in known
    )


def _both_sides(padding: Any) -> Any:
    return padding if isinstance(padding, list) else [[padding, padding]] * 2


def _correct(kernel: int, sizes: Mapping[str, int | None]) -> list[list[int]]:
    """Return Keras's padding of an image, whose sizes are even where they are unknown."""
    return [[kernel // 2 - 1 + (sizes.get(axis) or 0) % 2, kernel // 2] for axis in _IMAGE]


def _uneven_sides(paddings: Slot, kernel: Any) -> list[list[Any]]:
    """Return these paddings as formulas of the kernel, and of the image's sizes where some are odd."""
    known = zip(paddings.values, paddings.sizes, strict=False)
    odd = {(sizes.get(axis) or 0) % 2 for value, sizes in known if value is not HOLE for axis in _IMAGE}
    more = [f" + {axis} % 2" if odd != {0} else "" for axis in _IMAGE]
    texts = [(f"{BASE} // 2 - 1{each}", f"{BASE} // 2") for each in more]
    return [[Expression(text).with_values({BASE: kernel}) for text in side] for side in texts]


def _rests(varying: list[Slot]) -> list[Slot]:
    """Return the sizes of reshaped data that are written as the rest: the only ones that follow from no other."""
    by_owner: dict[int, list[Slot]] = defaultdict(list)
    for slot in varying:
        if slot.field == TARGET_SHAPE and slot.item is not None and not by_sizes(slot.values, slot.sizes):
            by_owner[id(slot.owner)].append(slot)
    return [slot for slots in by_owner.values() if len(slots) == 1 for slot in slots]


def _amount(padding: Any) -> Any:
    """Return a padding as a number, where it is one."""
    return 0 if padding == "valid" else padding


def _is_at_entry(element: Element, template: Template) -> bool:
    return bool(element.takes) and element.takes[0] is template.entries[0]


def _total(group: Group) -> int:
    return sum(value for value in group.values if type(value) is int)
