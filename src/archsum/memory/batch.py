"""The bytes that tensors of a batch take."""

from typing import NamedTuple

from archsum.layers.shapes import Shape, product


class Batch(NamedTuple):
    """The samples that are computed at once, and the bytes of an element of what passes through the layers."""

    samples: int
    itemsize: int

    def bytes(self, shape: Shape, itemsize: int | None = None) -> int:
        """Return the bytes of a tensor whose sizes are all known; its elements can be larger or smaller than others."""
        elements = product(shape)
        assert elements is not None
        return elements * self.samples * (itemsize or self.itemsize)
