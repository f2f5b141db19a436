"""What is written where: names for what is taken, and what can stand in the place of a block."""

from collections.abc import Mapping
from typing import Any

from archsum.interchange.writing.entries import Entry
from archsum.interchange.writing.folding.elements import Body, Cell, Element, Leaf, Run, bodies, taken_by
from archsum.interchange.writing.folding.formulas import names_in
from archsum.interchange.writing.folding.template import Template
from archsum.layers import layer_class
from archsum.layers.fields import named_fields

Values = Mapping[str, Any]
"""What stands for the parameters of a template: values, or expressions of what is known where it is written."""


def place(entry: Entry, **placed: Any) -> None:
    """Put what places an entry before its fields: its name first."""
    fields = {**placed, **entry.fields}
    entry.fields = {**({"name": fields["name"]} if "name" in fields else {}), **fields}


def named(body: Body) -> set[int]:
    """Return the elements that others name, as they do not stand before them."""
    named = set()
    before: Element | None = None
    for element in body:
        if not (len(element.takes) == 1 and element.takes[0] is before):
            named |= {id(one) for one in element.takes}
        if isinstance(element, Leaf) and element.state:
            named.add(id(element.state))
        before = element
    return named


def may_be_inline(cell: Cell, inner: Template, given: Values) -> bool:
    """Whether what is in a block can be written in its place."""
    if inner.derived or not any(taken is cell.entry for taken in cell.body[0].takes):
        return False
    if any(taken is cell.entry for element in cell.body[1:] for taken in taken_by(element)):
        return False  # it has a name in a block alone
    for parameter in inner.parameters:
        value = given[parameter.name]
        names = names_in(value)
        if "index" in names and has_run(cell.body):
            return False
        if any(name.startswith("input_") for name in names) and not parameter.at_entry:
            return False
    return True


def has_run(body: Body) -> bool:
    """Whether there is a run in a body, or in what it holds, in which `index` is another."""
    return any(isinstance(element, Run) or any(map(has_run, bodies(element))) for element in body)


def is_default(kind: str, name: str, value: Any) -> bool:
    """Whether a file need not say a field's value."""
    default = named_fields(layer_class(kind))[name].default
    if name == "padding" and default == "valid" and value == 0 and value is not False:
        return True  # as half of a kernel of 1
    return type(default) is type(value) and bool(default == value)
