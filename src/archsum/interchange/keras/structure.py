"""A model as its configuration has it, whatever Keras wrote it: layers, each with its calls."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from archsum.interchange.keras.items import Item
from archsum.layers.shapes import Shape


class Ref(NamedTuple):
    """A tensor: which output of which call of which layer."""

    layer: str
    call: int
    output: int


class Constant(NamedTuple):
    """An array, which is no tensor of the model's: its values, in lists."""

    value: Any


class Slice(NamedTuple):
    """Python's slice."""

    start: Any
    stop: Any
    step: Any


class Opaque(NamedTuple):
    """An object of which nothing is known but the name of its class."""

    name: str


class Call(NamedTuple):
    """A call of a layer: its arguments, in which tensors are Refs."""

    args: list[Any]
    kwargs: dict[str, Any]
    refs: tuple[Ref, ...]
    """The tensors in them."""
    within: str


class Entry(NamedTuple):
    """A layer: one of Keras's classes, a function of `keras.ops`, or a model of its own."""

    name: str
    type: str
    module: str
    registered: str
    config: Item
    within: str
    calls: list[Call]
    model: "Model | None"
    """What it is made of."""
    held: "Model | None"
    """What it applies to each step."""
    identity: object
    """What tells it from others; the same layer can be in several models."""
    live: Any
    built: Any
    """What the configuration says of the shapes that the layer was built for; the same layer may take others too."""


class Model(NamedTuple):
    """A model: its layers by name, and its inputs and outputs: tensors, or lists or mappings of such."""

    name: str
    type: str
    entries: dict[str, Entry]
    inputs: Any
    outputs: Any
    shapes: dict[Ref, Shape]
    """What the configuration says of tensors, without the batch axis."""
    hints: dict[Ref, Shape]
    """What follows for tensors from what the layer behind was built for."""
    trainable: bool


def tensors(structure: Any) -> Iterator[Any]:
    """Yield what is in lists and mappings, in Keras's order: that of the keys in mappings."""
    if type(structure) is list:
        for part in structure:
            yield from tensors(part)
    elif type(structure) is dict:
        for key in sorted(structure):
            yield from tensors(structure[key])
    else:
        yield structure
