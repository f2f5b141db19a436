"""Random values for a file's variables, sound ones and faulty ones."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from archsum.layers.shapes import Shape

FAULTY: tuple[Any, ...] = ("three", None, -1, 0, 10**7, 2.5, True, [], [1, 2], "same", 1e300)


class Assignment(NamedTuple):
    """Values of variables, and an input or none, that override a file's own."""

    variables: dict[str, Any]
    input: Any


def assignment(random: Random, variables: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Assignment:
    """Return values for some of a file's variables, one in ten of them faulty, and sometimes an input."""
    chosen = [name for name in variables if random.random() < 0.6]
    values = {name: _value(random, variables[name]) for name in chosen}
    if random.random() < 0.02:
        values["no_such_variable"] = 1
    shape = None
    if random.random() < 0.3:
        shapes = {name: [_size(random, size) for size in inputs[name]] for name in inputs}
        shape = shapes if len(shapes) > 1 else next(iter(shapes.values()))
    return Assignment(values, shape)


def _value(random: Random, default: Any) -> Any:
    if random.random() < 0.1:
        return random.choice(FAULTY)
    match default:
        case bool():
            return random.random() < 0.5
        case int():
            return random.choice((default, default, default * 2, max(1, default // 2), default + 8, default + 1))
        case float():
            return random.choice((default, default * 1.25, default * 0.5, default + 0.2))
        case list():
            items = [_value(random, item) if random.random() < 0.5 else item for item in default]
            return items if random.random() < 0.9 else items[: random.randrange(len(items) + 1)]
    return default


def _size(random: Random, size: int | None) -> int | None:
    if size is None or random.random() < 0.1:
        return random.choice((None, 1, 32))
    return random.choice((size, size, size * 2, max(1, size // 2), size + 1))
