"""What can be compared with a file of the zoo, and what the comparison needs to know of it."""

from typing import ClassVar, NamedTuple, Protocol

from archsum.layers.shapes import Shape
from tests.support.parity.tensors import Tensors


class Facts(NamedTuple):
    """What a real model has."""

    tensors: Tensors
    totals: dict[str, int]
    """What the framework itself counts, by the names that our summary has for it."""
    published_gigamacs: float | None = None


class RealModel(Protocol):
    """A model that a framework builds."""

    needs_torch: ClassVar[bool]

    def facts(self, input_shape: Shape) -> Facts:
        """Build the model for inputs of that shape, and collect what it has."""


def image_size(shape: Shape) -> tuple[int, int]:
    """Return height and width of an image, whether its channels stand first or last: they are the fewest."""
    channels = min(size or 0 for size in shape)
    height, width = (size or 0 for size in shape if size != channels)
    return height, width
