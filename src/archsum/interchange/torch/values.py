"""What functions take and give: tensors, in tuples, lists, mappings, slices and data classes, nested as they may be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch


@dataclass(eq=False)
class Value:
    """A tensor as it is at one moment; what writes into it makes another of it."""

    number: int
    shape: tuple[int, ...]
    of: frozenset[str] = frozenset()
    """The names of the inputs that it depends on."""
    learned: bool = False
    """Whether it depends on parameters."""
    name: str = ""
    """Of an input, a parameter or a buffer: what the model calls it."""
    is_parameter: bool = False
    trainable: bool = True

    @property
    def is_constant(self) -> bool:
        """Whether it depends neither on the inputs nor on parameters."""
        return not self.of and not self.learned


def values_in(nested: Any) -> Iterator[Value]:
    """Find the Values in what is nested as it may be."""
    for leaf in leaves(nested):
        if isinstance(leaf, Value):
            yield leaf


def leaves(nested: Any) -> Iterator[Any]:
    """Yield what is in tuples, lists, mappings, slices and data classes, nested as they may be."""
    for part in _parts(nested):
        if part is nested:
            yield part
        else:
            yield from leaves(part)


def _parts(nested: Any) -> list[Any]:
    if isinstance(nested, tuple | list):
        return [*nested]
    if isinstance(nested, Mapping):
        return [*nested.values()]
    if isinstance(nested, slice):
        return [nested.start, nested.stop, nested.step]
    if is_dataclass(nested) and not isinstance(nested, type | Value):
        return [getattr(nested, each.name) for each in fields(nested)]
    return [nested]


def mapped(nested: Any, change: Callable[[Any], Any]) -> Any:
    """Return what is nested with each tensor changed."""
    if isinstance(nested, torch.Tensor):
        return change(nested)
    if isinstance(nested, slice):
        return slice(*(mapped(part, change) for part in _parts(nested)))
    if isinstance(nested, tuple | list):
        parts = [mapped(part, change) for part in nested]
        return tuple(parts) if isinstance(nested, tuple) else parts
    if isinstance(nested, Mapping):
        return {key: mapped(part, change) for key, part in nested.items()}
    if is_dataclass(nested) and not isinstance(nested, type):
        return [mapped(part, change) for part in _parts(nested)]
    return nested
