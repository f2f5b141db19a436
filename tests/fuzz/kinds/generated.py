"""Sound networks of blocks, containers and formulas, whose layers an expander of the tests' own writes out too."""

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import yaml

from tests.fuzz.case import FILE, Case
from tests.fuzz.expander import Branch, Expander, Item, Layer, Number, RefusedError, Repeat, Residual, Shape, Use
from tests.fuzz.judge import ALL_WELL, BAD_INPUT, judge
from tests.fuzz.options import draw_arguments, run_and_judge
from tests.fuzz.runner import Runner

_MOST_ROWS = 400
_DEEPEST = 4
_REFUSED = 0.2
"""The share that is kept of networks that are none, or are empty."""


class Drawing:
    """Draws one network."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.is_image = random.random() < 0.5
        self.variables = {"width": random.choice([1, 2, 3]), "depth": random.choice([1, 2, 4])}
        self.blocks: dict[str, tuple[Item, ...]] = {}
        for number in range(random.randint(0, 3)):
            self._given = 0
            self.blocks[f"b{number}"] = self.body(("width", "depth", "n"), depth=1)
        self._given = 0
        self.layers = self.body(("width", "depth"))
        self.input: Shape = (random.choice([4, 8, 9]),) * 2 + (4,) if self.is_image else (4,)

    def body(self, names: tuple[str, ...], depth: int = 0, *, may_be_empty: bool = False) -> tuple[Item, ...]:
        """Draw layers in a list."""
        items: list[Item] = []
        for _ in range(self.random.randint(0 if may_be_empty else 1, 4)):
            items += self.items(names, depth)
        return tuple(items)

    def items(self, names: tuple[str, ...], depth: int) -> list[Item]:
        """Draw an item, or a layer and what joins it further down."""
        item = self.item(names, depth)
        if self.random.random() < 0.15:
            first, last = self.name(), self.name()
            drawn = (replace(item, name=first, condition=None), replace(self.steady(names), name=last))
            return [*drawn, Layer(kind="concatenate", inputs=(first, last))]
        name = self.name() if self.random.random() < 0.15 else None
        condition = self.truth(names) if self.random.random() < 0.15 else None
        return [replace(item, name=name, condition=condition, trainable=self.random.random() < 0.9)]

    def item(self, names: tuple[str, ...], depth: int) -> Item:
        """Draw a layer, a block's use or a container."""
        random = self.random
        kinds = ["layer"] * 4 + ["repeat", "residual", "branch"] * (depth < _DEEPEST) + ["use"] * 2 * bool(self.blocks)
        match random.choice(kinds):
            case "repeat":
                over = tuple(self.number(names) for _ in range(random.choice([0, 0, 1, 3])))
                inner = {*names, "index"} | ({"v"} if over else set())
                return Repeat(times=random.randint(1, 3), over=over, layers=self.body(tuple(sorted(inner)), depth + 1))
            case "residual":
                shortcut = self.body(names, depth + 2) if random.random() < 0.3 else ()
                steady: tuple[Item, ...] = (self.steady(names), self.steady(names))
                layers = steady if random.random() < 0.4 else self.body(names, depth + 1)
                where = bool(shortcut) and random.random() < 0.5
                merge = random.choice(["add", "multiply", "concatenate"])
                return Residual(None, None, (), True, layers, shortcut, where, merge)
            case "branch":
                paths = tuple(self.body(names, depth + 1, may_be_empty=True) for _ in range(random.randint(2, 3)))
                return Branch(paths=paths, merge=random.choice(["concatenate", "concatenate", "add"]))
            case "use":
                return Use(block=random.choice([*self.blocks]), n=self.number(names))
        if self.is_image and random.random() < 0.1:
            return Layer(kind="max_pooling2d")
        if self.is_image and random.random() < 0.5:
            return Layer(kind="conv2d", size=self.number(names), strides=random.choice([1, 1, 2]))
        return Layer(kind=random.choice(["dense", "dense", "relu", "batch_normalization"]), size=self.number(names))

    def steady(self, names: tuple[str, ...]) -> Layer:
        """Draw a layer that leaves all axes but the last as they are."""
        return Layer(kind=self.random.choice(["relu", "dense", "batch_normalization"]), size=self.number(names))

    def name(self) -> str:
        self._given += 1
        return f"{self.random.choice(['x', 'dense', 'relu_1'])}.{self._given}"

    def number(self, names: tuple[str, ...]) -> Number:
        """Draw a number, or a formula."""
        random = self.random
        return Number(str(random.randint(1, 8)) if random.random() < 0.5 else self.formula(names, 2))

    def formula(self, names: tuple[str, ...], depth: int) -> str:
        """Draw a formula of numbers and names."""
        random = self.random
        if depth == 0 or random.random() < 0.2:
            return random.choice([*names, str(random.randint(1, 9))])
        one, other = (self.formula(names, depth - 1) for _ in range(2))
        return random.choice(
            [
                f"{one} + {other}", f"({one}) * ({other})", f"{one} - {other}", f"({one}) // ({other})",
                f"({one}) % ({other})", f"max({one}, {other})", f"min({one}, {other})", f"abs({one})",
                f"round({one} * 1.5)", f"ceil(({one}) / ({other}))", f"floor(({one}) / 2)", f"({one}) ** 2",
                f"make_divisible({one}, 8)", f"{one} if {self.truth(names)} else {other}", f"-({one}) + {other}",
            ]
        )  # fmt: skip

    def truth(self, names: tuple[str, ...]) -> str:
        """Draw a comparison."""
        sign = self.random.choice(["==", "!=", "<", ">="])
        compared = f"{self.random.choice(names)} {sign} {self.random.randint(0, 4)}"
        return self.random.choice([compared, compared, f"not {compared}", f"{compared} or depth == 2"])

    def uses_all_blocks(self) -> bool:
        """Whether each block is used; archsum refuses others."""
        drawn = f"{self.layers} {self.blocks}"
        return all(f"block='{block}'" in drawn for block in self.blocks)

    def written(self) -> dict[str, Any]:
        """Return the network as a file has it."""
        blocks = {
            name: {"parameters": {"n": None}, "layers": [*map(written, body)]} for name, body in self.blocks.items()
        }
        used = {"blocks": blocks} if blocks else {}
        head = {"input": [*self.input], "variables": self.variables}
        return {**head, **used, "layers": [*map(written, self.layers)]}


def written(item: Item) -> Any:
    """Return an item as a file has it."""
    fields: dict[str, Any] = {}
    match item:
        case Layer(kind=word):
            if word in ("dense", "conv2d"):
                fields["units" if word == "dense" else "filters"] = item.size.written()
            if word == "conv2d":
                fields |= {"kernel_size": 3, "strides": item.strides, "padding": "same"}
        case Use(block=word):
            fields["n"] = item.n.written()
        case Repeat():
            word = "repeat"
            count = {"over": {"v": [number.written() for number in item.over]}} if item.over else {"times": item.times}
            fields = {**count, "layers": [*map(written, item.layers)]}
        case Residual():
            word, fields = "residual", {"layers": [*map(written, item.layers)], "merge": item.merge}
            if item.shortcut:
                fields["shortcut"] = [*map(written, item.shortcut)]
            if item.only_where_shape_changes:
                fields["shortcut_when"] = "shape_changes"
        case Branch():
            word = "branch"
            fields = {"paths": [[*map(written, path)] for path in item.paths], "merge": item.merge}
    placed = {"name": item.name, "if": item.condition and f"={item.condition}", "inputs": [*item.inputs]}
    fields |= {name: value for name, value in placed.items() if value}
    if not item.trainable:
        fields["trainable"] = False
    return {word: fields} if fields else word


class Generated:
    """Networks and their layers."""

    name = "generated networks"
    share = 4.0

    def draw(self, random: Random) -> Case:
        while True:
            drawing = Drawing(random)
            try:
                rows = Expander(drawing.blocks).network(drawing.layers, drawing.input, drawing.variables)
            except RefusedError:
                rows = None
            if drawing.uses_all_blocks() and (len(rows) < _MOST_ROWS if rows else random.random() < _REFUSED):
                break
        content = yaml.safe_dump(drawing.written(), sort_keys=False).encode()
        expected = None if rows is None else [[row.name, [None, *row.shape], row.params, row.trainable] for row in rows]
        return Case(self.name, content, draw_arguments(random), expected)

    def examine(self, case: Case, runner: Runner) -> None:
        arguments = ("summary", FILE, "--format", "json")
        outcome = runner(arguments)
        judge(outcome, arguments)
        if case.expected is None:
            assert outcome.code == BAD_INPUT, "a network that cannot be was summarized"
            return
        assert outcome.code == ALL_WELL, outcome.err
        layers = json.loads(outcome.out)["layers"]
        found = [[layer[key] for key in ("name", "output_shape", "params", "trainable_params")] for layer in layers]
        assert found == case.expected
        run_and_judge(case, runner)


def kinds() -> Iterator[Generated]:
    yield Generated()
