"""Activations: a function of each element, or of the elements along an axis."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.layers.activation_layer import ElementwiseFunction
from archsum.layers.axis import Axes, Sizes, axis_name, positions, size_name
from archsum.layers.base import Backward, ElementwiseLayer, Kept, Weight
from archsum.layers.fields import Activation as ActivationName
from archsum.layers.fields import NonNegativeNumber
from archsum.layers.operators import (
    CLAMPS,
    Composition,
    Operator,
    Operators,
    UnknownOperatorsError,
)
from archsum.layers.shapes import Shape, require_known, total


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
    main_field: ClassVar[str] = "activation"
    shown_fields: ClassVar[tuple[str, ...]] = ("activation",)

    activation: ActivationName = Field(description="The function.", examples=["relu"])

    @property
    def function(self) -> str:
        return self.activation


class Identity(ElementwiseFunction):
    """The input as it is, to hold a place or give it a name.

    FLOPs:
        0.
    Kept:
        Nothing.
    Source: https://keras.io/api/layers/core_layers/identity/
    """

    type: Literal["identity"] = "identity"
    function: ClassVar[str] = "linear"


class ReLU(ElementwiseFunction):
    """The element where it is above the threshold, a multiple of it where it is below.

    Kept:
        output; with a max_value, a negative_slope or a threshold input.
    Source: https://keras.io/api/layers/activation_layers/relu/
    """

    type: Literal["relu"] = "relu"
    main_field: ClassVar[str] = "max_value"

    max_value: NonNegativeNumber | None = Field(None, description="The largest output, as 6 in ReLU6; null for none.")
    negative_slope: NonNegativeNumber = Field(0.0, description="The slope below the threshold.")
    threshold: NonNegativeNumber = Field(0.0, description="Where the function turns.")

    @property
    def function(self) -> str:
        return "relu6" if self.max_value == 6 else "leaky_relu" if self.negative_slope else "relu"

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the result, which tells where the input was positive; where that is not enough, the input."""
        bounded = self.max_value is not None or self.negative_slope or self.threshold
        return (Kept("input"),) if bounded else (Kept("output"),)

    def operators(self, *inputs: Shape) -> Operators:
        """Return those of ReLU, ReLU6 or leaky ReLU; with other bounds, those that Keras composes."""
        (shape,) = inputs
        each = Operator(shape)
        if not self.threshold and (self.max_value is None or not self.negative_slope):
            bounded_by_itself = self.max_value in (None, 6)
            return super().operators(shape) if bounded_by_itself else self._bounds(each)
        made = Composition()
        (x,) = made.inputs
        if not self.threshold:
            below = made.add(each._replace(stays_float=True), each, each)
            bounded = made.add(*self._bounds(each), takes=[x])
            made.add(each._replace(absorbs=CLAMPS), takes=[bounded, below])
            return made.operators
        above = made.add(each, takes=[made.add(each._replace(itemsize=1)), x])
        bounded = made.add(*self._bounds(each), takes=[above])
        if self.negative_slope:
            below = made.add(each, each, takes=[x])
            made.add(each._replace(absorbs=CLAMPS), takes=[below, bounded])
        return made.operators

    def _bounds(self, first: Operator) -> Operators:
        """Return what bounds the data from above, and from below unless the threshold has done so."""
        if self.max_value is None:
            return ()
        clamp = first._replace(role="clamp")
        if self.max_value == 6:
            return (clamp,)
        behind = Operator(first.output), Operator(first.output, "clamp")
        return behind if self.threshold else (clamp, *behind)


class LeakyReLU(ElementwiseFunction):
    """The element where it is positive, a small multiple of it where it is negative.

    Source: https://keras.io/api/layers/activation_layers/leaky_relu/
    """

    type: Literal["leaky_relu"] = "leaky_relu"
    main_field: ClassVar[str] = "negative_slope"
    function: ClassVar[str] = "leaky_relu"

    negative_slope: NonNegativeNumber = Field(0.3, description="The slope of the negative part.")


class ELU(ElementwiseFunction):
    """The element where it is positive, alpha × (exp(element) − 1) where it is negative.

    Source: https://keras.io/api/layers/activation_layers/elu/
    """

    type: Literal["elu"] = "elu"
    main_field: ClassVar[str] = "alpha"
    function: ClassVar[str] = "elu"

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

    shared_axes: Sizes | None = Field(
        None, description="The axes along which the slope is the same, counted from 1; [1, 2] on an image."
    )

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        shared = positions(tuple(set(self.shared_axes or ())), shape, "shared_axes")
        sizes = tuple(1 if axis in shared else size for axis, size in enumerate(shape, start=1))
        purpose, cure = "its slopes, one for each element", "add the axis to `shared_axes`"
        axes = range(1, len(shape) + 1)
        alpha = require_known(sizes, tuple(map(size_name, axes)), purpose, cure)
        return (Weight("alpha", alpha, tuple(map(axis_name, axes))),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (Kept("input"),)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the slopes' gradient has the input's shape first, and is then added up."""
        return Backward(scratch=inputs)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        return (Operator(shape, weights=total(weight.size for weight in self.weights(shape))),)


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
    main_field: ClassVar[str] = "axis"
    function: ClassVar[str] = "softmax"

    axis: Annotated[Axes, Field(min_length=1)] = Field(
        -1, validate_default=True, description="The axis, or axes, along which they add up; the batch is 0."
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        positions(self.axis, shape)
        return shape

    def operators(self, *inputs: Shape) -> Operators:
        """Return one, between transpositions where the axis is not the last.

        Errors: UnknownOperatorsError for several axes.
        """
        (shape,) = inputs
        found = positions(self.axis, shape)
        if found == (len(shape),):
            return super().operators(shape)
        if len(found) > 1 or 0 in found:
            raise UnknownOperatorsError("it is not known how TensorFlow Lite Micro has a softmax along several axes")
        swapped = list(shape)
        swapped[found[0] - 1], swapped[-1] = swapped[-1], swapped[found[0] - 1]
        turned = Operator(tuple(swapped))
        return turned, turned, Operator(shape, passes=CLAMPS)
