"""Tensors that take no input: learned ones, and constants."""

from math import prod
from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.base import VIEW, IdleLayer, Kept, Reuse, Weight
from archsum.layers.fields import Positive, TupleOf
from archsum.layers.operators import Operator, Operators
from archsum.layers.shapes import Shape


class TensorByItself(IdleLayer):
    """A tensor that takes no input.

    Shape:
        As stated; the same for each sample.
    MACs:
        0; nothing is computed.
    FLOPs:
        0.
    Errors:
        An input.
    """

    reuse: ClassVar[Reuse] = VIEW

    least_inputs: ClassVar[int] = 0
    most_inputs: ClassVar[int | None] = 0

    main_field: ClassVar[str] = "shape"

    shape: TupleOf[Positive] = Field(description="The sizes, without the batch.", examples=[[1, 768]])

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.shape

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return ()

    def operators(self, *inputs: Shape) -> Operators:
        """Return a constant."""
        return (Operator(self.shape, weights=prod(self.shape), is_constant=True),)


class Parameter(TensorByItself):
    """A learned tensor, which takes no input: a class token, a position embedding, StyleGAN's constant.

    Weights:
        parameter (*shape).
    Kept:
        Nothing; what it gives is the weight itself.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    type: Literal["parameter"] = "parameter"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("parameter", self.shape),)


class Constant(TensorByItself):
    """A tensor that is not learned and counts nothing, which takes no input: a mask, a table of coordinates.

    Weights:
        None.
    Kept:
        Nothing; what it gives is there before.
    Source: https://onnx.ai/onnx/operators/onnx__Constant.html;
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer
    """

    type: Literal["constant"] = "constant"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return ()
