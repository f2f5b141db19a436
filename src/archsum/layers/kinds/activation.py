"""Activations: a function of each element, or of the elements along an axis."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from archsum.layers.axis import Axes, axis_name, listed, positions, size_name
from archsum.layers.base import UNCHANGED, ElementwiseLayer, Kept, MovingLayer, Reuse, Weight, WeightlessLayer, Work
from archsum.layers.fields import Activation as ActivationName
from archsum.layers.fields import NonNegativeNumber, Positive, TupleOf
from archsum.layers.kept import activation_kept
from archsum.layers.operators import Operator, Operators, activation_operators
from archsum.layers.shapes import Shape, product, require_known
from archsum.layers.work import ACTIVATION_OPERATIONS, activation_work


class ElementwiseFunction(ElementwiseLayer, WeightlessLayer):
    """A function of each element.

    FLOPs:
        1 for each element.
    Kept:
        input.
    Errors:
        None; it takes an input of any shape.
    """

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        name, _ = self.each
        return activation_kept(name, *inputs)

    def operators(self, *inputs: Shape) -> Operators:
        name, _ = self.each
        return activation_operators(name, *inputs)


class Activation(ElementwiseFunction):
    """An activation by its name.

    FLOPs:
        1 for each element; of linear 0, of softmax and log_softmax 3: the exponential, the sum and the quotient or,
        for the logarithm, the difference; of sparsemax, which sorts, unknown.
    Kept:
        output, of exponential, log_softmax, relu, sigmoid, softmax and tanh; of linear nothing; of the others input,
        of log_sigmoid, softsign and squareplus also a tensor of their own, of the input's shape;
        tanh_shrink, sparse_plus, sparse_sigmoid and sparsemax have tensors of their own only.
    Source: https://keras.io/api/layers/core_layers/activation/
    """

    type: Literal["activation"] = "activation"

    activation: ActivationName = Field(description="The function.", examples=["relu"])

    @property
    def reuse(self) -> Reuse:
        return UNCHANGED if self.activation == "linear" else Reuse()

    @property
    def each(self) -> tuple[str, int | None]:
        return self.activation, ACTIVATION_OPERATIONS[self.activation]

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return activation_work(self.activation, product(*inputs))


class Identity(MovingLayer, ElementwiseFunction):
    """The input as it is, to hold a place or give it a name.

    FLOPs:
        0.
    Kept:
        Nothing.
    Source: https://keras.io/api/layers/core_layers/identity/
    """

    type: Literal["identity"] = "identity"
    reuse: ClassVar[Reuse] = UNCHANGED

    def operators(self, *inputs: Shape) -> Operators:
        """Return none at all: the converter leaves it out."""
        return ()


class ReLU(ElementwiseFunction):
    """The element where it is above the threshold, a multiple of it where it is below.

    Kept:
        output; with a max_value, a negative_slope or a threshold input.
    Source: https://keras.io/api/layers/activation_layers/relu/
    """

    type: Literal["relu"] = "relu"

    max_value: NonNegativeNumber | None = Field(None, description="The largest output, as 6 in ReLU6; null for none.")
    negative_slope: NonNegativeNumber = Field(0.0, description="The slope below the threshold.")
    threshold: NonNegativeNumber = Field(0.0, description="Where the function turns.")

    @property
    def each(self) -> tuple[str, int]:
        return "relu6" if self.max_value == 6 else "leaky_relu" if self.negative_slope else "relu", 1

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the result, which tells where the input was positive; where that is not enough, the input."""
        bounded = self.max_value is not None or self.negative_slope or self.threshold
        return (Kept.input(),) if bounded else (Kept.output(),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return those of ReLU, ReLU6 or leaky ReLU; other bounds are several operators, which are not known."""
        if self.threshold or self.max_value not in (None, 6) or (self.max_value and self.negative_slope):
            return None
        return super().operators(*inputs)


class LeakyReLU(ElementwiseFunction):
    """The element where it is positive, a small multiple of it where it is negative.

    Source: https://keras.io/api/layers/activation_layers/leaky_relu/
    """

    type: Literal["leaky_relu"] = "leaky_relu"
    each: ClassVar[tuple[str, int]] = ("leaky_relu", 1)

    negative_slope: NonNegativeNumber = Field(0.3, description="The slope of the negative part.")


class ELU(ElementwiseFunction):
    """The element where it is positive, alpha × (exp(element) − 1) where it is negative.

    Source: https://keras.io/api/layers/activation_layers/elu/
    """

    type: Literal["elu"] = "elu"
    each: ClassVar[tuple[str, int]] = ("elu", 1)

    alpha: float = Field(1.0, description="Minus the limit of the negative part.")


class PReLU(ElementwiseLayer):
    """A leaky ReLU that learns its slope: one for each element, unless they share it along some axes.

    Weights:
        alpha (the input's shape, with size 1 on the shared axes).
    FLOPs:
        1 for each element.
    Kept:
        input.
    Errors:
        An unknown size on an axis that is not shared.
    Source: https://keras.io/api/layers/activation_layers/prelu/
    """

    type: Literal["prelu"] = "prelu"
    each: ClassVar[tuple[str, int]] = ("prelu", 1)

    shared_axes: (
        Annotated[TupleOf[Positive], BeforeValidator(listed, json_schema_input_type=Positive | list[Positive])] | None
    ) = Field(None, description="The axes along which the slope is the same, counted from 1; [1, 2] on an image.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        shared = positions(tuple(set(self.shared_axes or ())), shape, "shared_axes")
        sizes = tuple(1 if axis in shared else size for axis, size in enumerate(shape, start=1))
        purpose, cure = "its slopes, one for each element", "add the axis to `shared_axes`"
        axes = range(1, len(shape) + 1)
        alpha = require_known(sizes, tuple(map(size_name, axes)), purpose, cure)
        return (Weight("alpha", alpha, tuple(map(axis_name, axes))),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (Kept.input(),)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        return (Operator(shape, weights=sum(weight.size for weight in self.weights(shape))),)


class Softmax(ElementwiseFunction):
    """Numbers that are positive and add up to 1 along an axis.

    FLOPs:
        3 for each element: the exponential, the sum and the quotient.
    Kept:
        output.
    Errors:
        An axis that the input does not have.
    Source: https://keras.io/api/layers/activation_layers/softmax/
    """

    type: Literal["softmax"] = "softmax"
    each: ClassVar[tuple[str, int]] = ("softmax", 3)

    axis: Axes = Field(
        -1, validate_default=True, description="The axis, or axes, along which they add up; the batch is 0."
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        positions(self.axis, shape)
        return shape
