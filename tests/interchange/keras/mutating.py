"""Ways to break a configuration: each of its values replaced by one of another type, or left out."""

import json
from collections.abc import Iterator
from typing import Any

REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 10**30, 0.5, 1e308, float("nan"), float("inf"), "", "x", "input_layer"),
    *([], [1], [[]], [None, 2, 3], ["x", 0, 0], [-1, 10**9], {}, {"a": 1}, {"class_name": "Dense", "config": {}}),
    *({"class_name": 3, "config": []}, {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}),
)
MISSING = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each value of a configuration is."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def mutated(text: str, path: tuple[Any, ...], replacement: Any) -> str:
    """Return a configuration with another value in a place, or with none where that is MISSING."""
    data = json.loads(text)
    if not path:
        return json.dumps(None if replacement is MISSING else replacement)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if replacement is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = replacement
    return json.dumps(data)
