"""What the variants of a file have in common: each layer, and what it gives for its inputs, is found once for all."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

from archsum.language.expand.layers import Builder
from archsum.language.read.formulas import names_in
from archsum.language.read.structure import Definition, Structure
from archsum.language.spec.document import Document
from archsum.language.text.places import Places
from archsum.propagate import Computations

if TYPE_CHECKING:
    from archsum.language.expand.parts import Block


class Known:
    """What has been found so far."""

    def __init__(self) -> None:
        self.computations = Computations()
        self.blocks: dict[Hashable, Block | None] = {}
        """What blocks' uses come to, None where that depends on more than is in the key."""
        self._builders: dict[Hashable, Builder] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def builder(self, document: Document, file: Places) -> Builder:
        """Return what makes layers of their entries, the same for all variants in which equal entries are the same."""
        values = [document.variables.get(name) for name in names_in(document.defaults)] if document.defaults else []
        key = document.data_format, repr(values)
        builder = self._builders.get(key)
        if builder is None:
            builder = self._builders[key] = Builder(document, Places(document.defaults, file.value("defaults")))
        return builder

    def names_in_block(self, definition: Definition, structure: Structure, file: Places) -> tuple[str, ...]:
        """Return the names that formulas in a block mention, and in the blocks that it uses, but its parameters."""
        names = self._names.get(definition.name)
        if names is None:
            blocks = file.data["blocks"]
            found = {*names_in(blocks[definition.name]["layers"])}.difference(definition.parameters)
            for used in definition.uses:
                inner = structure.blocks[used]
                found.update(names_in(inner.parameters), self.names_in_block(inner, structure, file))
            names = self._names[definition.name] = tuple(sorted(found))
        return names

    @property
    def size(self) -> int:
        """How much it is: layers, what they give, and blocks."""
        return len(self.computations) + len(self.blocks) + sum(map(len, self._builders.values()))
