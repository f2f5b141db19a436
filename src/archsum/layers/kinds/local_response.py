"""Local response normalization: each element divided by what its neighbours along the channels are."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Sum
from archsum.layers.axis import AlongChannels, sample_position
from archsum.layers.base import Backward, ElementwiseLayer, Kept, WeightlessLayer
from archsum.layers.fields import Positive
from archsum.layers.operators import Operators, lacking
from archsum.layers.shapes import Shape, show


class LocalResponseNormalization(AlongChannels, ElementwiseLayer, WeightlessLayer):
    """Each element divided by a power of the mean square of its neighbours along the channels, as in AlexNet.

    FLOPs:
        size + 5 for each element: its square, what the window adds to the mean, alpha, k, the power, the quotient.
    Kept:
        input; the squares with size − 1 zeros around the channels; what is raised to the power, and what comes out,
        of the input's shape each.
    Errors:
        An input of one axis; an axis that the input does not have.
    Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks"
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
    """

    type: Literal["local_response_normalization"] = "local_response_normalization"
    main_field: ClassVar[str] = "size"

    size: Positive = Field(description="How many channels are neighbours, the element's own included.", examples=[5])
    alpha: float = Field(1e-4, description="The factor of the mean square.")
    beta: float = Field(0.75, description="The exponent.")
    k: float = Field(1.0, description="Added to the mean square, so that nothing is divided by 0.")

    @property
    def each(self) -> tuple[str, int]:
        return "normalization", self.size + 5

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        sample_position(self.chosen_axis, shape)
        if len(shape) < 2:
            raise ShapeError(
                f"takes an input of channels and other axes, not {show(shape)}",
                "put it before the data become vectors, or leave it out",
            )
        return shape

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        (shape,) = inputs
        base, divisor = Kept("base", shape=shape), Kept("divisor", shape=shape)
        return Kept("input"), Kept("squares", shape=self._padded(shape)), base, divisor

    def backward(self, *inputs: Shape) -> Backward:
        """Return the tensors of the operations that PyTorch composes it of, four at a time beside the gradient."""
        return Backward(scratch=inputs * 4)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the mean squares, and beside them a multiple of them."""
        (shape,) = inputs
        return shape, (2, *shape)

    def operators(self, *inputs: Shape) -> Operators:
        """Raise UnknownOperatorsError."""
        raise lacking("LOCAL_RESPONSE_NORMALIZATION")

    def _padded(self, shape: Shape) -> Shape:
        """Return the shape with room for a window at the first and the last channel."""
        position = sample_position(self.chosen_axis, shape)
        channels = Sum(shape[position - 1], self.size - 1).value
        return (*shape[: position - 1], channels, *shape[position:])
