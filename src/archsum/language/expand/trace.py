"""What each item of a file became, wherever it was used, for what makes a program of the file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from archsum.formula import Value
from archsum.graph import Node
from archsum.language.expand.scope import Outputs, Scope
from archsum.language.spec.containers import Container
from archsum.language.spec.items import Item


@dataclass(eq=False, slots=True)
class Visit:
    """An item in one of its places in the network: in a use of its block, or in a repetition."""

    item: Item
    wrappers: tuple[str, ...] = ()
    """The kinds that are put around each layer here, the outermost first."""
    is_frozen: bool = False
    """Whether a block or a container around freezes it."""
    names: Mapping[str, Value] = field(default_factory=dict)
    """What its formulas know."""
    is_there: bool = False
    """Whether it is, or is left out by its `if`."""
    inputs: Outputs = ()
    outputs: Outputs = ()
    node: Node | None = None
    """Of a layer, what it became."""
    container: Container | None = None
    """Of a container, its fields."""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    """Of a block's use, what formulas in the block know."""
    inner: "list[Visit]" = field(default_factory=list)
    """The items that it holds, in the order in which they were written out."""


class Trace:
    """All visits: those of the file's own layers, and inside each those of what it holds."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        """Those of the file's own layers."""
        self._open: list[Visit] = []

    @property
    def current(self) -> Visit:
        """That of what is being written out."""
        return self._open[-1]

    @contextmanager
    def visit(self, item: Item, scope: Scope) -> Iterator[Visit]:
        """Write out an item, and what it holds."""
        visit = Visit(item, scope.wrappers, scope.frozen_by is not None)
        (self.current.inner if self._open else self.visits).append(visit)
        self._open.append(visit)
        yield visit
        self._open.pop()
