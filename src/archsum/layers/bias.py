"""What layers do with what their kernels give: they add a bias, tied or untied, and apply an activation."""

from typing import NamedTuple

from archsum.layers.activations import activation_work, result_kept
from archsum.layers.arithmetic import Product, equation
from archsum.layers.base import Backward, Kept, Layer, Weight, Work
from archsum.layers.fields import Bias
from archsum.layers.operators import CLAMPS, Operator, Operators, activation_operators
from archsum.layers.shapes import Shape, product, require_known


class BiasAndActivation(NamedTuple):
    """What comes behind the products of a layer with `number` filters or units (`each`), whose output has `axes`.

    A bias of kind False, or an activation None, is not there.
    """

    kind: Bias
    output: Shape
    axes: tuple[str, ...]
    number: int
    each: str
    activation: str | None = None

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The bias itself. Errors: ShapeError for an untied one where an axis of the output is unknown."""
        if self.kind == "tied":
            return (Weight("bias", (self.number,), (self.each,)),)
        if self.kind == "untied":
            purpose = "its untied bias, one for each output location"
            shape = require_known(self.output, self.axes, purpose, "write `bias: tied`")
            return (Weight("bias", shape, self.axes, tied_size=self.number if len(shape) > 1 else None),)
        return ()

    @property
    def work(self) -> tuple[Work, ...]:
        """What it takes to add it, and what the activation takes."""
        elements = product(self.output)
        added = (Work("bias", 1, elements),) if self.kind else ()
        return added + activation_work(self.activation, elements)

    def kept(self, operation: int) -> tuple[Kept, ...]:
        """Return what training keeps of both; the activation is the layer's last operation, of that number."""
        return tuple(kept._replace(operation=operation) for kept in result_kept(self.activation, self.output))

    @property
    def activated(self) -> tuple[Shape, ...]:
        """The shape of what the activation takes; nothing where there is none."""
        return () if self.activation in (None, "linear") else (self.output,)

    def operators_behind(self, products: Operator) -> Operators:
        """Return the operator that makes the products, with the bias, and those behind it."""
        size = sum(weight.size for weight in self.weights)
        biased: Operators = (products._replace(biases=size or products.biases),)
        if any(weight.untied for weight in self.weights):
            # An untied bias is an addition of its own.
            biased = products, Operator(products.output, absorbs=CLAMPS, weights=size)
        return *biased, *activation_operators(self.activation, self.output)

    @property
    def note(self) -> str:
        """What the bias is, and what the other kind of bias would be."""
        size = Product(*self.output)
        tied, untied = f"{self.number:,}", "unknown, as a size is" if size.value is None else equation(size)
        if len(self.output) == 1:
            same = "tied and untied are the same where there is one location"
            return f"one for each of the {self.each}; {same}" if self.kind else f"no bias; it would be {tied}"
        if self.kind == "tied":
            return f"one for each of the {self.each}; untied, one for each output location too: {untied}"
        if self.kind == "untied":
            return f"one for each of the {self.each} and each output location; tied it would be {tied}"
        return f"no bias; tied it would be {tied}, untied {untied}"


class BiasedLayer(Layer):
    """A layer that adds a bias to its products, and may apply an activation.

    FLOPs:
        2 × MACs + output elements × (1 for a bias + 1 for an activation, 3 for softmax).
    """

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        """Return the bias and the activation, of which there may be none."""
        raise NotImplementedError

    def bias_note(self, *inputs: Shape) -> str:
        return self.behind_products(*inputs).note

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return self.behind_products(*inputs).work

    def backward(self, *inputs: Shape) -> Backward:
        return Backward(between=self.behind_products(*inputs).activated)
