"""Activations: a function of each element, or of the elements along an axis."""

from typing import Annotated, Literal

from archsum.layers.axis import Axes, axis_name, listed, positions, size_name
from archsum.layers.base import ElementwiseLayer, Weight, WeightlessLayer
from archsum.layers.fields import AT_LEAST_1, NonNegativeNumber, Positive, one_or_list
from archsum.layers.fields import Activation as ActivationName
from archsum.layers.shapes import Shape, require_known
from archsum.model import field


class ElementwiseFunction(ElementwiseLayer, WeightlessLayer):
    """A function of each element.

    Errors:
        None; it takes an input of any shape.
    """


class Activation(ElementwiseFunction):
    """An activation by its name.

    Source: https://keras.io/api/layers/core_layers/activation/
    """

    type: Literal["activation"] = "activation"

    activation: ActivationName = field(description="The function.", example="relu")


class Identity(ElementwiseFunction):
    """The input as it is, to hold a place or give it a name.

    Source: https://keras.io/api/layers/core_layers/identity/
    """

    type: Literal["identity"] = "identity"


class ReLU(ElementwiseFunction):
    """The element where it is above the threshold, a multiple of it where it is below.

    Source: https://keras.io/api/layers/activation_layers/relu/
    """

    type: Literal["relu"] = "relu"

    max_value: NonNegativeNumber | None = field(None, description="The largest output, as 6 in ReLU6; null for none.")
    negative_slope: NonNegativeNumber = field(0.0, description="The slope below the threshold.")
    threshold: NonNegativeNumber = field(0.0, description="Where the function turns.")


class LeakyReLU(ElementwiseFunction):
    """The element where it is positive, a small multiple of it where it is negative.

    Source: https://keras.io/api/layers/activation_layers/leaky_relu/
    """

    type: Literal["leaky_relu"] = "leaky_relu"

    negative_slope: NonNegativeNumber = field(0.3, description="The slope of the negative part.")


class ELU(ElementwiseFunction):
    """The element where it is positive, alpha × (exp(element) − 1) where it is negative.

    Source: https://keras.io/api/layers/activation_layers/elu/
    """

    type: Literal["elu"] = "elu"

    alpha: float = field(1.0, description="Minus the limit of the negative part.")


class PReLU(ElementwiseLayer):
    """A leaky ReLU that learns its slope: one for each element, unless they share it along some axes.

    Weights:
        alpha (the input's shape, with size 1 on the shared axes).
    Errors:
        An unknown size on an axis that is not shared.
    Source: https://keras.io/api/layers/activation_layers/prelu/
    """

    type: Literal["prelu"] = "prelu"

    shared_axes: Annotated[tuple[Positive, ...], listed, one_or_list(AT_LEAST_1)] | None = field(
        None, description="The axes along which the slope is the same, counted from 1; [1, 2] on an image."
    )

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the slopes."""
        (shape,) = inputs
        shared = positions(tuple(set(self.shared_axes or ())), shape, "shared_axes")
        sizes = tuple(1 if axis in shared else size for axis, size in enumerate(shape, start=1))
        purpose, cure = "its slopes, one for each element", "add the axis to `shared_axes`"
        axes = range(1, len(shape) + 1)
        alpha = require_known(sizes, tuple(map(size_name, axes)), purpose, cure)
        return (Weight("alpha", alpha, tuple(map(axis_name, axes))),)


class Softmax(ElementwiseFunction):
    """Numbers that are positive and add up to 1 along an axis.

    Errors:
        An axis that the input does not have.
    Source: https://keras.io/api/layers/activation_layers/softmax/
    """

    type: Literal["softmax"] = "softmax"

    axis: Axes = field(-1, description="The axis, or axes, along which they add up; the batch is 0.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the input's shape."""
        (shape,) = inputs
        positions(self.axis, shape)
        return shape
