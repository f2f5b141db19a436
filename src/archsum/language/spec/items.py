"""Layers, blocks' uses and containers as a file has them, before a class looks at their fields.

Equal ones can be different layers, so they are told apart by identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import InstanceOf

from archsum.errors import Span
from archsum.language.text.places import Places, SpannedMapping
from archsum.layers.fields import ANY_LAYER

PLACEMENT = ("name", "inputs", "shared", "if")
"""What an entry says beside its own fields: its place in the network."""


@dataclass(eq=False, slots=True)
class Entry:
    """A layer's kind and fields, whichever spelling they came in; the span is the kind's.

    There need not be such a kind: what else is wrong with the entry, and what takes its output, is looked at all the
    same.
    """

    kind: str
    fields: SpannedMapping
    span: Span
    held: Mapping[str, Any] | None = None
    """What a container holds: an item, a body or several, by the field; None for what is no container."""
    steps: int = 0
    """What each of its uses takes: to compute what a block is given, and an `if`, and to find the names of inputs."""

    _stated: dict[str, Any] | None = None

    @property
    def stated(self) -> Mapping[str, Any]:
        """The entry's own fields, without those that hold a container's layers, which can be a whole network.

        It is asked for once the entry has been read.
        """
        if self._stated is None:
            others = {*PLACEMENT, *(self.held or {})}
            self._stated = {name: value for name, value in self.fields.items() if name not in others}
        return self._stated

    @property
    def is_container(self) -> bool:
        """Whether it holds layers that are written out one by one."""
        return self.held is not None

    @property
    def places(self) -> Places:
        """Where the fields are."""
        return Places(self.fields, self.span)


def no_entry(span: Span) -> Entry:
    """Return what takes the place of a layer that cannot be read."""
    return Entry("", SpannedMapping(), span)


class Reference(NamedTuple):
    """A name of what a layer takes, and where it is written."""

    name: str
    span: Span


@dataclass(eq=False, slots=True)
class Item:
    """An entry in its place: a layer, a block or a container, its name, and what it takes."""

    entry: Entry
    name: str | None = None
    inputs: tuple[Reference, ...] | None = None
    shared: str | None = None
    """The label of those with which it has all its weights in common."""
    shared_weights: Mapping[str, str] = field(default_factory=dict)
    """The labels of single weights, by the weights' names."""
    condition: Any = True
    """Whether it is there: true, false or a formula."""


Body = tuple[Annotated[InstanceOf[Item], ANY_LAYER], ...]
"""Layers in a list."""
