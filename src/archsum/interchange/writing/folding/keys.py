"""What has the same structure has the same key: the same kinds, that take the same, whatever the values of fields."""

from collections.abc import Hashable
from functools import cache

from archsum.interchange.writing.entries import Entry
from archsum.interchange.writing.folding.elements import (
    Body,
    Branch,
    Cell,
    Element,
    Leaf,
    Residual,
    Run,
    Source,
    bodies,
    taken_by,
)
from archsum.layers import layer_class
from archsum.layers.fields import named_fields

LISTS_OF_SIZES = ("target_shape", "shape")
"""The fields that are lists of sizes: each size can be a parameter, how many there are cannot."""
_ORDERS = ("dims", "equation")
"""The fields that say which axis is which: no person would make a parameter of one."""


class Keys:
    """Numbers for structures."""

    def __init__(self, inputs: int) -> None:
        """Begin; `inputs` is how many the network has: a single one is what stands before its first layer."""
        self._has_one_input = inputs == 1
        self._numbers: dict[Hashable, int] = {}

    def number(self, body: Body, *, is_inner: bool = False) -> int:
        """Give all elements of a body, and what is in them, their keys; return the body's own.

        `is_inner` is whether it is in an element, and not the network's.
        """
        places = {id(element): index for index, element in enumerate(body)}
        is_inner = is_inner or self._has_one_input
        for index, element in enumerate(body):
            taken = tuple(_relative(one, index, places, is_inner=is_inner) for one in taken_by(element))
            element.key = self._key((taken, len(element.takes), self._held(element)))
        return self.of(body)

    def of(self, body: Body) -> int:
        """Return the key of a body whose elements have theirs."""
        return self._key(("body", *(element.key for element in body)))

    def of_merge(self, merge: Leaf) -> int:
        """Return the key of what merges a container's paths, whatever these are."""
        return self._key(("merge", merge.kind, opaque(merge)))

    def _held(self, element: Element) -> Hashable:
        match element:
            case Leaf():
                return element.kind, opaque(element), tuple(element.shares.items())
            case Residual():
                held = tuple(self.number(body, is_inner=True) for body in bodies(element))
                return "residual", held, element.shortcut_when, element.when, self.of_merge(element.merge)
            case Branch():
                held = tuple(self.number(body, is_inner=True) for body in bodies(element))
                return "branch", held, self.of_merge(element.merge)
            case Cell():
                element.body_key = self.number(element.body, is_inner=True)
                return "cell", element.body_key
            case Run():
                for unit in element.units:
                    unit.body_key = self.number(unit.body, is_inner=True)
                return "run", element.units[0].body_key
        raise AssertionError

    def _key(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def opaque(leaf: Leaf) -> str:
    """Return what cannot be a parameter of a layer's fields: mappings, layers and formulas, and whether there is any.

    A block cannot be given nothing for a parameter.
    """
    if leaf.opaque is None:
        optional, fields = optional_fields(leaf.kind), sorted(leaf.fields.items())
        there = [name for name, value in fields if name in optional or value is None]
        held = [(name, value) for name, value in fields if name in _ORDERS or is_opaque(leaf.kind, value)]
        lengths = [len(leaf.fields[name]) for name in LISTS_OF_SIZES if isinstance(leaf.fields.get(name), list)]
        leaf.opaque = f"{there} {held} {lengths}"
    return leaf.opaque


@cache
def optional_fields(kind: str) -> frozenset[str]:
    """Return the fields of a kind that are nothing by default."""
    declared = named_fields(layer_class(kind)).items()
    return frozenset(name for name, info in declared if info.default is None and not info.is_required())


def is_opaque(kind: str, value: object) -> bool:
    """Whether a field's value cannot be a parameter."""
    formula = isinstance(value, str) and value.startswith("=")
    return kind == "custom" or formula or isinstance(value, dict | Entry)


def _relative(taken: Element, index: int, places: dict[int, int], *, is_inner: bool) -> Hashable:
    """Return how far before an element is what it takes, or which input of the network that is."""
    if id(taken) in places:
        return index - places[id(taken)]
    if isinstance(taken, Source):
        return index + 1 if is_inner else taken.name
    return id(taken)
