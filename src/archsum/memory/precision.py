"""The bytes of elements, by what they are and how precisely the network is computed, and of a batch's tensors."""

from typing import NamedTuple

from archsum.layers.shapes import Shape, product


class Precision(NamedTuple):
    """The bytes of an element of each thing that takes memory."""

    weights: int
    activations: int
    gradients: int
    state: int
    """The optimizer's."""
    copies: int = 0
    """Of weights in lower precision, beside the weights."""


PRECISIONS: dict[str, Precision] = {
    "float32": Precision(4, 4, 4, 4),
    "bfloat16": Precision(2, 2, 2, 2),
    "float16": Precision(2, 2, 2, 2),
    "mixed": Precision(4, 2, 4, 4, copies=2),
}
"""By the words of a file. In mixed precision layers compute in 16 bits what the optimizer keeps in 32.

Source: https://pytorch.org/docs/stable/amp.html and https://keras.io/api/mixed_precision/
"""


class Batch(NamedTuple):
    """The samples that are computed at once, and the bytes of an element of what passes through the layers."""

    samples: int
    itemsize: int

    def bytes(self, shape: Shape, itemsize: int | None = None) -> int:
        """Return the bytes of a tensor whose sizes are all known; its elements can be larger or smaller than others."""
        elements = product(shape)
        assert elements is not None
        return elements * self.samples * (itemsize or self.itemsize)
