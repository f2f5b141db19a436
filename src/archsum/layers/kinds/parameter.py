"""A learned tensor by itself."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.base import VIEW, IdleLayer, Kept, Reuse, Weight
from archsum.layers.fields import Positive, TupleOf
from archsum.layers.operators import Operator, Operators
from archsum.layers.shapes import Shape


class Parameter(IdleLayer):
    """A learned tensor, which takes no input: a class token, a position embedding, StyleGAN's constant.

    Shape:
        As stated; the same for each sample.
    Weights:
        parameter (*shape).
    MACs:
        0; nothing is computed.
    FLOPs:
        0.
    Kept:
        Nothing; what it gives is the weight itself.
    Errors:
        An input.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    reuse: ClassVar[Reuse] = VIEW

    least_inputs: ClassVar[int] = 0
    most_inputs: ClassVar[int | None] = 0

    type: Literal["parameter"] = "parameter"
    main_field: ClassVar[str] = "shape"

    shape: TupleOf[Positive] = Field(description="The sizes, without the batch.", examples=[[1, 768]])

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.shape

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("parameter", self.shape),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return ()

    def operators(self, *inputs: Shape) -> Operators:
        """Return a constant."""
        (weight,) = self.weights()
        return (Operator(self.shape, weights=weight.size, is_constant=True),)
