"""The bytes of an element, by what it is and how precisely the network is computed."""

from typing import NamedTuple


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
