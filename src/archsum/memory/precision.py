"""The bytes of elements, by what they are and how precisely the network is computed, and of a batch's tensors."""

from typing import NamedTuple

from archsum.layers.shapes import Shape, known, product


class Precision(NamedTuple):
    """The bytes of an element of each thing that takes memory."""

    inputs: int
    """The network's."""
    weights: int
    activations: int
    gradients: int
    """Those of the weights."""
    state: int
    """The optimizer's."""
    copies: int = 0
    """Of weights in lower precision, beside the weights, until the way back has used them; their gradients too."""

    @property
    def copies_inputs(self) -> bool:
        """Whether layers take a copy of the inputs in lower precision."""
        return self.inputs != self.activations


PRECISIONS: dict[str, Precision] = {
    "float32": Precision(4, 4, 4, 4, 4),
    "bfloat16": Precision(2, 2, 2, 2, 2),
    "float16": Precision(2, 2, 2, 2, 2),
    "mixed": Precision(inputs=4, weights=4, activations=2, gradients=4, state=4, copies=2),
}
"""By the words of a file. In mixed precision layers compute in 16 bits what the optimizer keeps in 32.

Source: https://pytorch.org/docs/stable/amp.html and https://keras.io/api/mixed_precision/
"""


class Batch(NamedTuple):
    """The samples that are computed at once, and the bytes of an element of what passes through the layers."""

    samples: int
    itemsize: int

    @property
    def once(self) -> "Batch":
        """The same for what is there once for all samples."""
        return self._replace(samples=1)

    def bytes(self, shape: Shape, itemsize: int | None = None) -> int:
        """Return the bytes of a tensor whose sizes are all known; its elements can be larger or smaller than others."""
        return known(product(shape)) * self.samples * (itemsize or self.itemsize)
