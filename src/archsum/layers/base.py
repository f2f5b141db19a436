"""What a layer promises: it alone knows its fields, its shape rule, its weights and its operations."""

import math
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from archsum.errors import ShapeError
from archsum.model import Model, field

Shape = tuple[int | None, ...]
"""Sizes without the batch axis; None is a size that is not known."""


class Weight(NamedTuple):
    """A tensor of parameters: its shape, what each axis stands for, and whether training changes it."""

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...] = ()
    trainable: bool = True
    untied: bool = False

    @property
    def size(self) -> int:
        """The number of parameters."""
        return math.prod(self.shape)


class Step(NamedTuple):
    """One line of an explanation: `label`: `formula` = `value`, and why."""

    label: str
    formula: str
    value: int | None
    note: str = ""


class Layer(Model):
    """A kind of layer. A subclass with a `type` is a kind; one without is what a family has in common.

    Shapes come and go without the batch axis. Every method takes one shape for each input; what cannot be computed
    from them raises a ShapeError whose message reads on from the layer's name ("needs a known height for …").
    """

    late_formulas: ClassVar[frozenset[str]] = frozenset()
    """The fields whose formulas the layer computes itself, when it knows its input; they reach it as BoundFormula."""

    trainable: bool = field(True, description="False freezes the weights: they count as non-trainable.")

    @abstractmethod
    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the shape of the output."""

    @abstractmethod
    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the weights, in Keras's order and by Keras's names."""

    @abstractmethod
    def macs(self, *inputs: Shape) -> int | None:
        """Return the multiply-accumulates for one sample; None where a size is unknown."""

    def connections(self, *inputs: Shape) -> int | None:
        """Return the links into this layer's neurons and the biases they use, as LeCun counts them."""
        return add_bias_links(self.macs(*inputs), self.output_shape(*inputs), self.weights(*inputs))

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        """Derive the output's sizes; nothing where the shape is passed on or simply stated."""
        yield from ()

    def explain_weight(self, name: str, *inputs: Shape) -> str:
        """Say where the sizes of a weight come from, where its axes do not say it."""
        return ""

    def explain_bias(self, *inputs: Shape) -> str:
        """Say what the bias is, and what the other kind of bias would be."""
        return ""

    def explain_macs(self, *inputs: Shape) -> Step:
        """Derive the multiply-accumulates."""
        macs = self.macs(*inputs)
        return Step("MACs", "", macs, "no multiply-accumulates of weights" if macs == 0 else "")


class WeightlessLayer(Layer):
    """A layer without weights and without multiply-accumulates."""

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return no weights."""
        return ()

    def macs(self, *inputs: Shape) -> int | None:
        """Return 0: what the layer does is elementwise work or a rearrangement."""
        return 0


class ElementwiseLayer(Layer):
    """A layer that passes the shape on; its work is one operation or a few for each element, which are not MACs."""

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def macs(self, *inputs: Shape) -> int | None:
        """Return 0: elementwise work is not multiply-accumulates of weights."""
        return 0


def product(sizes: Shape) -> int | None:
    """Multiply sizes; unknown where one is unknown."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def times(*sizes: Any) -> str:
    """Write a product as people do: `5 × 5 × 3`."""
    return " × ".join("?" if size is None else str(size) for size in sizes)


def add_bias_links(links: int | None, output: Shape, weights: tuple[Weight, ...]) -> int | None:
    """Add one link for each output element where there is a bias."""
    if not any(weight.name == "bias" for weight in weights):
        return links
    elements = product(output)
    return None if links is None or elements is None else links + elements


def require_known(shape: Shape, axes: tuple[str, ...], purpose: str, cure: str = "") -> tuple[int, ...]:
    """Return the shape with every size known.

    Errors: ShapeError that names the first unknown axis, what needs it and how to make it known.
    """
    for size, axis in zip(shape, axes, strict=True):
        if size is None:
            cures = [f"give `input` a number for the {axis}", *([cure] if cure else [])]
            raise ShapeError(f"needs a known {axis} for {purpose}", ", or ".join(cures))
    return tuple(size for size in shape if size is not None)


def show(shape: Shape) -> str:
    """Write a shape as Keras does, without the batch axis."""
    return f"({', '.join(str(size) for size in shape)}{',' if len(shape) == 1 else ''})"
