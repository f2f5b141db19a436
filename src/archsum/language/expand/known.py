"""What the variants of a file have in common: each layer, and what it gives for its inputs, is found once for all."""

from collections.abc import Hashable

from archsum.language.expand.layers import Builder
from archsum.language.read.formulas import names_in
from archsum.language.spec.document import Document
from archsum.language.text.places import Places
from archsum.propagate import Computations


class Known:
    """What has been found so far."""

    def __init__(self) -> None:
        self.computations = Computations()
        self._builders: dict[Hashable, Builder] = {}

    def builder(self, document: Document, file: Places) -> Builder:
        """Return what makes layers of their entries, the same for all variants in which equal entries are the same."""
        values = [document.variables.get(name) for name in names_in(document.defaults)] if document.defaults else []
        key = document.data_format, repr(values)
        builder = self._builders.get(key)
        if builder is None:
            builder = self._builders[key] = Builder(document, Places(document.defaults, file.value("defaults")))
        return builder

    @property
    def size(self) -> int:
        """How much it is: layers, and what they give."""
        return len(self.computations) + sum(map(len, self._builders.values()))
