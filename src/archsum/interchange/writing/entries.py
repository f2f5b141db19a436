"""What is written: plain data that says what a file says, before it is text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class Empty:
    """A value that a file leaves empty, as a block does its parameters that must be given."""

    def __repr__(self) -> str:
        return "EMPTY"


EMPTY = Empty()


@dataclass(slots=True)
class Entry:
    """A layer, a block's use or a container: its word, and its fields with those that place it.

    A field's value is a scalar, a list, a mapping, an entry (a layer that another holds), a list of entries (a body),
    or a list of bodies (paths).
    """

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


Body = Sequence[Entry]


@dataclass(slots=True)
class BlockEntry:
    """A block's definition."""

    parameters: dict[str, Any]
    layers: list[Entry]
    inputs: list[str] = field(default_factory=list)
    """The names of its inputs where they are several."""


@dataclass(slots=True)
class Document:
    """A network file."""

    name: str | None
    input: dict[str, list[int | None]]
    layers: list[Entry]
    data_format: str = "channels_last"
    outputs: list[str] | None = None
    """None where the last layer gives them."""
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    blocks: dict[str, BlockEntry] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    """The lines of its head."""
