"""What a layer sees where it stands: values for formulas, names of layers, and its level of the network's path.

A name is known below its place in the file, block or repetition where it stands, and in everything nested in it; from
outside, layer `x` of the block named `b` is `b/x`.
"""

from collections.abc import Callable, Iterator, Mapping

from archsum.errors import Span
from archsum.formula import Value
from archsum.graph import Path, Use
from archsum.language.spec.items import Item
from archsum.layers.fields import INPUT_SIZES

Outputs = tuple[str, ...]
"""The names of the nodes whose outputs something gives or takes."""

FAULTY: Outputs = ("",)
"""What a faulty layer gives: those behind it find no such input, and are passed over."""

LEFT_OUT: Outputs = ()
"""What the name of a layer stands for that its `if` leaves out."""

Place = tuple[Item | int | str, ...]
"""What weights belong to: a label and the place of its block, or an item, and the items and repetitions around it.

Names would not do, since an `if` that leaves a layer out changes the numbers of others.
"""


class FormulaNames(Mapping[str, Value]):
    """What formulas know where a layer stands: values of the file and the block, and the sizes of what it takes.

    The sizes are computed where a formula names one; a value of the same name goes first.
    """

    __slots__ = ("_sizes", "_values")

    def __init__(self, values: Mapping[str, Value], sizes: Callable[[], Mapping[str, Value]]) -> None:
        self._values = values
        self._sizes = sizes

    def __getitem__(self, name: str) -> Value:
        return self._values[name] if name in self._values or name not in INPUT_SIZES else self._sizes()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_values(self, values: Mapping[str, Value]) -> "FormulaNames":
        """Return the same sizes with other values."""
        return FormulaNames(values, self._sizes)


class Level:
    """One level of the path: the file's, a block's or a named container's. Names are unique on it."""

    __slots__ = ("_numbers", "_used", "given", "path", "prefix", "shared")

    def __init__(self, path: Path, given: Mapping[str, Span], *, shared: bool) -> None:
        self.path = path
        self.prefix = "".join(f"{name}/" for name in path)
        self.given = given
        """The names that the file gives here, and where."""
        self.shared = shared
        """Whether the weights here are those of another use of the block."""
        self._numbers: dict[str, int] = {}
        self._used: set[str] = set()

    def name(self, given: str | None, kind: str) -> str:
        """Return a name for a layer: the one given, or Keras's numbered names, which repetitions get too."""
        if given and given not in self._used:
            self._used.add(given)
            return given
        base = given or kind
        while True:
            number = self._numbers.get(base, 0)
            self._numbers[base] = number + 1
            name = f"{base}_{number}" if number else base
            if name not in self._used and name not in self.given:
                self._used.add(name)
                return name


class Scope:
    """The file, a block's use, a repetition, or a named container in one of them."""

    __slots__ = ("blocks", "known", "labels", "level", "parent", "place", "uses", "values")

    def __init__(
        self,
        values: Mapping[str, Value],
        known: dict[str, Outputs],
        level: Level,
        uses: tuple[Use, ...] = (),
        parent: "Scope | None" = None,
        place: Place = (),
        labels: Place | None = None,
    ) -> None:
        self.values = values
        """What names stand for in formulas."""
        self.known = known
        """What the layers give that have been named so far."""
        self.blocks: dict[str, Scope] = {}
        """The blocks among them."""
        self.level = level
        self.uses = uses
        self.parent = parent
        self.place = place
        """That of the block's use, or of the repetition."""
        self.labels = place if labels is None else labels
        """That of the file or block, which labels of `shared` belong to."""

    def repetition(self, index: int, values: Mapping[str, Value], what: str, span: Span) -> "Scope":
        """Return a repetition's scope: it sees this one, and is not seen from it."""
        uses, place = (Use(what, span), *self.uses), (*self.place, index)
        return Scope({**self.values, **values, "index": index}, {}, self.level, uses, self, place, self.labels)

    def at(self, level: Level) -> "Scope":
        """Return the same scope on another level of the path."""
        scope = Scope(self.values, self.known, level, self.uses, self.parent, self.place, self.labels)
        scope.blocks = self.blocks
        return scope

    def place_of(self, item: Item) -> Place:
        """Return the place of a layer or a block here."""
        return (*self.labels, item.shared) if item.shared else (*self.place, item)

    def find(self, name: str) -> Outputs | None:
        """Return what the layer of that name gives, if it is known here."""
        first, *others = name.split("/")
        scope: Scope | None = self
        while scope is not None and first not in scope.known:
            scope = scope.parent
        for other in others:
            scope = scope.blocks.get(first) if scope else None
            first = other
        return scope.known.get(first) if scope else None

    def visible(self) -> Iterator[str]:
        """Return the names that are known here, the nearest first, and those in the blocks among them."""
        scope: Scope | None = self
        while scope is not None:
            yield from reversed(scope.known)
            for block, inner in scope.blocks.items():
                yield from (f"{block}/{name}" for name in inner.known)
            scope = scope.parent
