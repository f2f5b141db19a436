"""What a layer sees in its place: values for formulas, names of layers, and its level of the network's path.

A name is known below its place in the file, block or repetition that it is in, and in everything nested in it; from
outside, layer `x` of the block named `b` is `b/x`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

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
"""What a layer gives that its `if` leaves out."""

Place = tuple[Item | int | str, ...]
"""What weights belong to: a label and the place of its block, or an item, and the items and repetitions around it.

Names would not do, since an `if` that leaves a layer out changes the numbers of others.
"""


_MISSING: Any = object()


class FormulaNames(Mapping[str, Value]):
    """What formulas know in a layer's place: values of the file and the block, and sizes.

    These are of what it takes, as `input_height`, or of what a layer above it gives, as in `stem.height`, or
    `block.stem.height` of a layer in a block. They are computed where a formula names one; a value of the same name
    goes first.
    """

    __slots__ = ("_computed_sizes", "_sizes", "_sizes_of", "_values")

    def __init__(
        self,
        values: Mapping[str, Value],
        sizes: Callable[[], Mapping[str, Value]],
        sizes_of: Callable[[str], Mapping[str, Value]],
    ) -> None:
        self._values = values
        self._sizes = sizes
        self._sizes_of = sizes_of
        self._computed_sizes: Mapping[str, Value] | None = None

    def __getitem__(self, name: str) -> Value:
        value: Value = self._values.get(name, _MISSING)
        if value is not _MISSING:
            return value
        layer, _, size = name.rpartition(".")
        if layer:
            return self._sizes_of(layer.replace(".", "/"))[f"input_{size}"]
        return self._input_sizes()[name] if name in INPUT_SIZES else self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_values(self, values: Mapping[str, Value]) -> "FormulaNames":
        """Return the same sizes with other values."""
        return FormulaNames(values, self._input_sizes, self._sizes_of)

    def _input_sizes(self) -> Mapping[str, Value]:
        if self._computed_sizes is None:
            self._computed_sizes = self._sizes()
        return self._computed_sizes


@dataclass(eq=False, slots=True)
class Level:
    """One level of the path: the file's, a block's or a named container's. Names are unique on it."""

    path: Path
    given: Mapping[str, Span]
    """The names that the file gives here, and where."""
    shared: bool = False
    """Whether the weights here are those of another use of the block."""
    prefix: str = field(init=False)
    _numbers: dict[str, int] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.prefix = "".join(f"{name}/" for name in self.path)

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


@dataclass(eq=False, slots=True)
class Scope:
    """The file, a block's use, a repetition, or a named container in one of them."""

    values: Mapping[str, Value]
    """The values of names in formulas."""
    known: dict[str, Outputs]
    """What the layers give that have been named so far."""
    level: Level
    uses: tuple[Use, ...] = ()
    parent: "Scope | None" = None
    place: Place = ()
    """That of the block's use, or of the repetition."""
    labels: Place = ()
    """That of the file or block, which labels of `shared` belong to."""
    blocks: "dict[str, Scope]" = field(default_factory=dict)
    """The blocks among the layers that have been named."""
    frozen_by: str | None = None
    """The outermost block or container around, by its kind, whose `trainable: false` freezes what is here."""
    wrappers: tuple[str, ...] = ()
    """The kinds that are put around each layer here, the outermost first."""

    def repetition(self, index: int, of: int, values: Mapping[str, Value], span: Span) -> "Scope":
        """Return a repetition's scope, which is one of so many: it sees this one, and is not seen from it."""
        use = Use(f"in repetition {index + 1} of {of} of the repeat", span, of)
        uses, place = (use, *self.uses), (*self.place, index)
        values = {**self.values, **values, "index": index}
        return Scope(values, {}, self.level, uses, self, place, self.labels, {}, self.frozen_by, self.wrappers)

    def at(self, level: Level) -> "Scope":
        """Return the same scope on another level of the path."""
        return replace(self, level=level)

    def within(self, kind: str, *, trainable: bool) -> "Scope":
        """Return the same scope inside a block's use or a container of that kind, which may freeze its layers."""
        return self if trainable or self.frozen_by else replace(self, frozen_by=kind)

    def around_each(self, kind: str) -> "Scope":
        """Return the same scope where a layer of that kind is put around each."""
        return replace(self, wrappers=(*self.wrappers, kind))

    def place_of(self, item: Item) -> Place:
        """Return the place of a layer or a block here."""
        return self.place_of_label(item.shared) if item.shared else (*self.place, item)

    def place_of_label(self, label: str) -> Place:
        """Return the place of what has a label here."""
        return (*self.labels, label)

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
