"""What changed of a part, in words: short, with values as files write them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from archsum.comparison.difference import SHARED, Detail
from archsum.comparison.facts import WeightFacts
from archsum.errors import one_line, write_scalar
from archsum.layers.shapes import Shape
from archsum.render.numbers import sizes

_LONGEST = 48
"""Characters of a value."""
_MAX_NAMED = 4
"""The names of what is taken that are shown."""


def describe(detail: Detail) -> str:
    """Return what changed as words: `filters 64 → 96`."""
    return _DESCRIBED[detail.aspect](detail)


def condense(details: Iterable[Detail]) -> list[str]:
    """Return what changed in many parts, without the values: `filters (13), output (26)`."""
    counts = Counter(detail.name for detail in details)
    return [f"{one_line(name)} ({number:,})" for name, number in counts.most_common()]


def value(of: Any) -> str:
    """Write a value of a field as a file would, on its line, and shortened."""
    return _cut(one_line(_write(of)))


def names(of: Sequence[str]) -> str:
    """Write the names of layers; of very many the first."""
    hidden = len(of) - _MAX_NAMED
    listed = ", ".join(one_line(name) for name in of[:_MAX_NAMED])
    return (f"{listed} and {hidden:,} more" if hidden > 0 else listed) or "nothing"


def _write(of: Any) -> str:
    match of:
        case str():
            return of or '""'
        case list() | tuple() if len(of) > _LONGEST:
            return f"a list of {len(of):,}"
        case list() | tuple():
            return f"[{', '.join(map(_write, of))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_write(item)}' for key, item in of.items())}}}"
    return write_scalar(of)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _field(detail: Detail) -> str:
    values = f"{value(detail.before)} → {value(detail.after)}"
    return values if detail.name == "kind" else f"{one_line(detail.name)} {values}"


def _shape(detail: Detail) -> str:
    name = one_line(detail.name)
    if detail.before is None or detail.after is None:
        gone = detail.after is None
        return f"{name} {sizes(detail.before if gone else detail.after)} {'removed' if gone else 'added'}"
    return f"{name} {_from_to(detail.before, detail.after)}"


def _weight(detail: Detail) -> str:
    before, after, name = detail.before, detail.after, one_line(detail.name)
    if detail.name == SHARED:
        return f"weights of {_owner(before)} → {_owner(after)}"
    if before is None or after is None:
        weight: WeightFacts = before or after
        return f"{name} {sizes(weight.shape)} {'added' if after else 'removed'}"
    found = [] if before.shape == after.shape else [_from_to(before.shape, after.shape)]
    if before.trainable != after.trainable:
        found.append("trained" if after.trainable else "frozen")
    return f"{name} {', '.join(found)}"


def _from_to(before: Shape, after: Shape) -> str:
    return f"{_cut(sizes(before))} → {_cut(sizes(after))}"


def _owner(name: str | None) -> str:
    return "its own" if name is None else one_line(name)


def _inputs(detail: Detail) -> str:
    verb = "outputs" if detail.name == "outputs" else "takes"
    return f"{verb} {names(detail.after)} instead of {names(detail.before)}"


def _name(detail: Detail) -> str:
    before = one_line(detail.before)
    return f"block {before} → {one_line(detail.after)}" if detail.name == "block" else f"was called {before}"


_DESCRIBED = {"fields": _field, "shapes": _shape, "weights": _weight, "inputs": _inputs, "names": _name}
