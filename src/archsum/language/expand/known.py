"""What the variants of a file have in common: each layer, and what it gives for its inputs, is found once for all."""

from collections.abc import Hashable, Iterator
from itertools import chain
from typing import NamedTuple

from archsum.language.expand.layers import Builder
from archsum.language.read.formulas import names_in
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.document import Document
from archsum.language.text.places import Places
from archsum.layers.shapes import Shape, total
from archsum.propagate import Computations
from archsum.recent import Recent
from archsum.summary import LayerSummary, Totals
from archsum.work import Work


class Part(Totals):
    """Layers, and parts that have been counted already."""

    def __init__(self, own: tuple[LayerSummary, ...], parts: tuple["Part", ...]) -> None:
        self.own = own
        """The layers that are in none of the parts."""
        self._parts = parts
        self._known: dict[str, int | None] = {}

    @property
    def layers(self) -> tuple[LayerSummary, ...]:  # type: ignore[override]  # what is derived is read alone
        """All layers, in no order; those of a block that is used several times as often."""
        return tuple(self._each())

    def together(self, figure: str) -> int | None:
        """Return the sum of a figure of all layers, by its name; None where a layer's is unknown."""
        if figure not in self._known:
            parts = (part.together(figure) for part in self._parts)
            self._known[figure] = total(chain((getattr(layer, figure) for layer in self.own), parts))
        return self._known[figure]

    def _each(self) -> Iterator[LayerSummary]:
        yield from self.own
        for part in self._parts:
            yield from part._each()


class Output(NamedTuple):
    """What a block gives: the name of a node in it and its shape, and whether a layer of the block takes it too."""

    node: str
    shape: Shape
    is_taken: bool


class Block(NamedTuple):
    """What a block's use comes to."""

    part: Part
    outputs: tuple[Output | int, ...]
    """A number is that of an input, which is passed on."""
    taken: tuple[int, ...]
    """The inputs that layers in the block take."""
    steps: int
    """What it takes to write it out, no less wherever that is."""
    depth: int
    """How many blocks and containers are in one another in it."""
    longest: int
    """The letters of the longest name in it."""


class Known:
    """What has been found so far."""

    def __init__(self) -> None:
        self.computations = Computations()
        self.blocks = Recent[Hashable, Block | None](lambda block: 1 + len(block.part.own) if block else 1)
        """What blocks' uses come to, None where that depends on more than is in the key."""
        self._builders = Recent[Hashable, Builder]()
        self._names: dict[str, tuple[str, ...]] = {}
        self._names_as_used: dict[str, set[str]] = {}

    def builder(self, document: Document, file: Places) -> Builder:
        """Return what makes layers of their entries, the same for all variants in which equal entries are the same."""
        values = [document.variables.get(name) for name in names_in(document.defaults)] if document.defaults else []
        key = document.data_format, repr(values)
        builder = self._builders.find(key)
        if builder is None:
            builder = self._builders[key] = Builder(document, Places(document.defaults, file.value("defaults")))
        return builder

    def names_in_block(self, definition: Definition, structure: Structure, file: Places, work: Work) -> tuple[str, ...]:
        """Return the names that formulas in a block mention, and in the blocks that it uses, but its parameters."""
        names = self._names.get(definition.name)
        if names is None:
            found = _names_in_layers(definition, file)
            pending, seen = [*definition.uses], {*definition.uses}  # a chain may be too long for recursion
            while pending:
                used = structure.blocks[pending.pop()]
                if used.name not in self._names_as_used:
                    self._names_as_used[used.name] = {*names_in(used.parameters), *_names_in_layers(used, file)}
                found |= self._names_as_used[used.name]
                pending += [name for name in used.uses if name not in seen]
                seen.update(used.uses)
            names = self._names[definition.name] = tuple(sorted(found))
            work.spend("values", len(seen) + len(names))
        return names

    def keep(self, most: int) -> None:
        """Keep at most so many layers, in blocks too, and what they give: those asked for longest ago are forgotten.

        It is called between variants, each of which knows all that it has found.
        """
        if self.size > most // 2:  # what is older is no more
            for builder in tuple(self._builders.values()):
                builder.forget()
            self._builders.forget()
            self.computations.forget()
            self.blocks.forget()

    @property
    def size(self) -> int:
        """How much of it has been found, or asked for, lately."""
        builders = tuple(self._builders.values())  # other threads may add to them
        return self.computations.size + self.blocks.size + sum(1 + builder.size for builder in builders)


def _names_in_layers(block: Definition, file: Places) -> set[str]:
    return {*names_in(file.data["blocks"][block.name]["layers"])}.difference(block.parameters)
