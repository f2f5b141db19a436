"""Writes a drawn network out by itself, with nothing of archsum's: names, shapes and parameters as its README has them.

A network is a tree of `Layer`, `Use` and the containers, of few kinds, whose sizes are plain arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor

Shape = tuple[int, ...]
Values = dict[str, int]


@dataclass(frozen=True)
class Number:
    """A number in the file, or a formula; Python computes what archsum has its own parser for."""

    text: str

    def of(self, values: Values) -> int:
        """Return its value. Errors: ValueError for a fraction, ZeroDivisionError."""
        value = eval(self.text, {"__builtins__": {}, **FUNCTIONS}, dict(values))
        if value != int(value):
            raise ValueError(f"{self.text} is {value}")
        return int(value)

    def written(self) -> int | str:
        """Return it as a file has it."""
        return int(self.text) if self.text.isdigit() else f"={self.text}"


def make_divisible(value: float, divisor: int) -> int:
    """Round to a multiple, and by no more than a tenth down: MobileNet's rule."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


FUNCTIONS = {
    "min": min, "max": max, "round": round, "abs": abs, "ceil": ceil, "floor": floor, "make_divisible": make_divisible,
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """What layers, uses of blocks and containers have in common."""

    name: str | None = None
    condition: str | None = None
    """A formula: whether the item is there."""
    inputs: tuple[str, ...] = ()
    """The layers that it takes, instead of the one before."""
    trainable: bool = True


@dataclass(frozen=True)
class Layer(Item):
    """A layer of one of the kinds below."""

    kind: str = "relu"
    size: Number = Number("1")
    strides: int = 1


@dataclass(frozen=True)
class Use(Item):
    """A block, and the value of its parameter `n`."""

    block: str = ""
    n: Number = Number("1")


@dataclass(frozen=True)
class Repeat(Item):
    """Layers several times; with `over`, a value of `v` for each time."""

    times: int = 1
    over: tuple[Number, ...] = ()
    layers: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Residual(Item):
    """Layers with a shortcut around them."""

    layers: tuple[Item, ...] = ()
    shortcut: tuple[Item, ...] = ()
    only_where_shape_changes: bool = False
    merge: str = "add"


@dataclass(frozen=True)
class Branch(Item):
    """Paths side by side."""

    paths: tuple[tuple[Item, ...], ...] = ()
    merge: str = "concatenate"


@dataclass(frozen=True)
class Row:
    """A layer, written out."""

    name: str
    shape: Shape
    params: int
    trainable: int


class RefusedError(Exception):
    """The network is none: shapes do not go together, or a size is not 1 or more."""


@dataclass
class Level:
    """A level of the path: names are unique on it."""

    prefix: str
    stated: frozenset[str]
    """Names that the file gives here, which numbered ones avoid."""
    taken: set[str] = field(default_factory=set)

    def name(self, stated: str | None, kind: str) -> str:
        """Return the first name that is free: as stated, or numbered as Keras does."""
        base = stated or kind
        names = (f"{base}_{number}" if number else base for number in range(10**6))
        avoided = self.taken | (self.stated - {stated} if stated and stated not in self.taken else self.stated)
        name = next(name for name in names if name not in avoided)
        self.taken.add(name)
        return self.prefix + name


@dataclass(frozen=True)
class Scope:
    """Where a layer is: what formulas know, which names are known, and what freezes it."""

    values: Values
    known: dict[str, tuple[str, Shape]]
    level: Level
    frozen: bool = False


@dataclass
class Expander:
    """Writes networks out, layer by layer."""

    blocks: dict[str, tuple[Item, ...]]
    rows: list[Row] = field(default_factory=list)

    def network(self, layers: Sequence[Item], shape: Shape, variables: Values) -> list[Row]:
        """Return all layers. Errors: RefusedError."""
        level = Level("", names_in(layers))
        self.body(layers, ("input", shape), Scope(variables, {"input": ("input", shape)}, level))
        return self.rows

    def body(self, items: Sequence[Item], given: tuple[str, Shape], scope: Scope) -> tuple[str, Shape]:
        """Write items out, each behind the one before."""
        for item in items:
            if item.condition is None or bool(eval(item.condition, {"__builtins__": {}}, dict(scope.values))):
                taken = [scope.known[name] for name in item.inputs] or [given]
                given = self.item(item, taken, scope)
                if item.name:
                    scope.known[item.name] = given
        return given

    def item(self, item: Item, taken: list[tuple[str, Shape]], scope: Scope) -> tuple[str, Shape]:
        """Write an item out, and return what it gives."""
        frozen = scope.frozen or not item.trainable
        if isinstance(item, Layer):
            size = self.number(item.size, scope.values) if item.kind in ("dense", "conv2d") else 0
            return self.layer(item, size, [shape for _, shape in taken], scope.level, frozen)
        (given,) = taken
        if isinstance(item, Use):
            n = self.number(item.n, scope.values, least=None)
            body = self.blocks[item.block]
            name = scope.level.name(item.name, item.block)
            inner = Level(f"{name}/", names_in(body))
            values = {**{name: value for name, value in scope.values.items() if name in VARIABLES}, "n": n}
            return self.body(body, given, Scope(values, {"input": given}, inner, frozen))
        if item.name:
            kind = type(item).__name__.lower()
            level = Level(f"{scope.level.name(item.name, kind)}/", scope.level.stated)
            scope = Scope(scope.values, scope.known, level, frozen)
        scope = Scope(scope.values, scope.known, scope.level, frozen)
        match item:
            case Repeat():
                for index in range(len(item.over) or item.times):
                    values = {**scope.values, "index": index}
                    if item.over:
                        values["v"] = self.number(item.over[index], scope.values, least=None)
                    given = self.body(item.layers, given, Scope(values, dict(scope.known), scope.level, frozen))
                return given
            case Residual():
                inner_given = self.body(item.layers, given, scope)
                if not item.only_where_shape_changes or inner_given[1] != given[1]:
                    given = self.body(item.shortcut, given, scope)
                return self.merge(item.merge, [given, inner_given], scope)
            case Branch():
                return self.merge(item.merge, [self.body(path, given, scope) for path in item.paths], scope)
        raise AssertionError(item)

    def merge(self, kind: str, given: list[tuple[str, Shape]], scope: Scope) -> tuple[str, Shape]:
        """Write out the layer that merges."""
        return self.layer(Layer(kind=kind), 0, [shape for _, shape in given], scope.level, scope.frozen)

    def number(self, number: Number, values: Values, least: int | None = 1) -> int:
        """Return a number's value."""
        try:
            value = number.of(values)
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise RefusedError(str(error)) from None
        if least is not None and value < least:
            raise RefusedError(f"{number.text} is {value}")
        return value

    def layer(self, layer: Layer, size: int, shapes: list[Shape], level: Level, frozen: bool) -> tuple[str, Shape]:
        """Write a layer out: the rules of all kinds that are drawn."""
        (*sizes, channels), spatial = shapes[0], len(shapes[0]) > 1
        name = level.name(layer.name, layer.kind)
        shape, params, fixed = shapes[0], 0, 0
        match layer.kind:
            case "dense":
                shape, params = (*sizes, size), channels * size + size
            case "conv2d" if spatial:
                shape = (*(-(-length // layer.strides) for length in sizes), size)
                params = 3 * 3 * channels * size + size
            case "batch_normalization":
                params, fixed = 4 * channels, 2 * channels
            case "max_pooling2d" if spatial and min(sizes) >= 2:
                shape = (*(length // 2 for length in sizes), channels)
            case "global_average_pooling2d" if spatial:
                shape = (channels,)
            case "add" | "multiply" if all(len({*axis} - {1}) <= 1 for axis in zip(*shapes, strict=True)):
                shape = tuple(map(max, *shapes))  # an axis of 1 goes with any, as in Keras
            case "concatenate" if len({other[:-1] for other in shapes}) == 1:
                shape = (*sizes, sum(other[-1] for other in shapes))
            case "relu":
                pass
            case _:
                raise RefusedError(f"{layer.kind} of {shapes}")
        self.rows.append(Row(name, shape, params, 0 if frozen else params - fixed))
        return name, shape


VARIABLES = ("width", "depth")


def names_in(items: Sequence[Item]) -> frozenset[str]:
    """Return the names that a file or a block gives, in its containers too."""
    names = {item.name for item in items if item.name}
    for item in items:
        match item:
            case Repeat(layers=layers):
                names |= names_in(layers)
            case Residual(layers=layers, shortcut=shortcut):
                names |= names_in(layers) | names_in(shortcut)
            case Branch(paths=paths):
                names = names.union(*map(names_in, paths))
    return frozenset(names)
