"""Dense layers: every unit sees all features."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product
from archsum.layers.axis import named_axes
from archsum.layers.base import Backward, Gradient, Kept, Operations, Step, Weight
from archsum.layers.bias import BiasAndActivation, BiasedLayer
from archsum.layers.fields import Activation, Positive
from archsum.layers.operators import SCALES_AND_CLAMPS, Constant, Operator, Operators
from archsum.layers.shapes import Shape
from archsum.layers.untied import Bias


class Dense(BiasedLayer):
    """A weight for each pair of an input feature and a unit; features are the input's last axis.

    Shape:
        (*leading, features) → (*leading, units).
    Weights:
        kernel (features, units);
        bias (units) if tied, the output's shape if untied; along some axes, 1 along the others.
        For a vector tied and untied are the same.
    MACs:
        leading sizes × features × units.
    Kept:
        input, unless the kernel is frozen; of the activation its result, or its input.
    Errors:
        An unknown number of features, as after the flatten of an unknown size;
        a bias untied along an unknown size, or along an axis that the output does not have.
    Source: https://keras.io/api/layers/core_layers/dense/
    """

    type: Literal["dense"] = "dense"
    main_field: ClassVar[str] = "units"
    shown_fields: ClassVar[tuple[str, ...]] = ("activation",)

    units: Positive = Field(description="The number of output features.", examples=[10])
    activation: Activation | None = Field(None, description="An elementwise function of the output.")
    bias: Bias = Field(
        "tied",
        description="tied: one for each unit; untied: one for each unit and location of the leading axes, or of some.",
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        leading, _ = _split(*inputs)
        return (*leading, self.units)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, features = _split(*inputs)
        kernel = Weight("kernel", (features, self.units), ("features", "units"))
        return kernel, *self.behind_products(*inputs).weights

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        output = self.output_shape(*inputs)
        axes = (*named_axes(output, "channels_last")[:-1], "units")
        return BiasAndActivation(self.bias, output, axes, self.units, "units", self.activation)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        leading, features = _split(*inputs)
        note = "each kernel weight works once" + " at each location of the leading axes" * bool(leading)
        return Operations(Product(*leading, features, self.units), note)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return Kept("input", for_weights=True), *self.behind_products(*inputs).kept(1)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the kernel, which PyTorch multiplies turned, has a gradient that is turned back."""
        return super().backward(*inputs)._replace(of_weights=Gradient.VIEW)

    def operators(self, *inputs: Shape) -> Operators:
        kernel, *_ = self.weights(*inputs)
        output = self.output_shape(*inputs)
        constant = Constant("kernel", is_reversed=True)
        products = Operator(output, absorbs=SCALES_AND_CLAMPS, collapses=True, weights=kernel.size, constant=constant)
        return self.behind_products(*inputs).operators_behind(products)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        yield Step.of("units", self.units, "the last axis has one feature for each unit")


def _split(shape: Shape) -> tuple[Shape, int]:
    """Take a shape apart into the leading axes and the features.

    Errors: ShapeError where there are no features, or their number is not known.
    """
    if not shape:
        raise ShapeError("takes an input of at least 1 axis, not ()", "a `reshape` gives the data an axis")
    *leading, features = shape
    if features is None:
        raise ShapeError(
            "needs a known number of features, the last axis of its input",
            "give `input` all its sizes: the flatten of an unknown size is unknown; "
            "or put a global pooling in place of a `flatten`",
        )
    return tuple(leading), features
