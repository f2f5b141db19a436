"""Regularization: layers that work only while the network is trained."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError, write_scalar
from archsum.layers.axis import axis_name
from archsum.layers.base import Backward, ElementwiseLayer, Gradient, IdleLayer, Kept, Reuse, WeightlessLayer
from archsum.layers.fields import NonNegativeNumber, Positive, Rate, TupleOf
from archsum.layers.operators import Operators
from archsum.layers.shapes import Shape, may_equal, show
from archsum.layers.spatial import Spatial

_PASSED_ON = Backward((Gradient.SAME,))


class Regularization(IdleLayer, ElementwiseLayer, WeightlessLayer):
    """A layer that passes the data on, changed at random in training.

    FLOPs:
        0; at inference nothing is computed.
    Errors:
        A rate that is not between 0 and 1.
    """

    @property
    def reuse(self) -> Reuse:
        return Reuse(at_inference=True, in_training=not self.strength)

    def backward(self, *inputs: Shape) -> Backward:
        return Backward() if self.strength else _PASSED_ON

    @property
    def strength(self) -> float:
        """How much it changes; 0: nothing, and PyTorch leaves it out."""
        raise NotImplementedError

    def operators(self, *inputs: Shape) -> Operators:
        """Return none at all: the converter leaves it out."""
        return ()


class RandomDrop(Regularization):
    """A layer that multiplies the data with random factors, most of which are 0 or 1.

    Kept:
        the mask, of the input's shape; nothing at rate 0.
    """

    main_field: ClassVar[str] = "rate"

    rate: Rate = Field(description="The part that is dropped, 0 to 1.", examples=[0.5])

    @property
    def strength(self) -> float:
        return self.rate

    def mask(self, shape: Shape) -> Kept:
        """Keep the factors."""
        return Kept("mask", shape=shape)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (self.mask(*inputs),) if self.rate else ()


class MaskedDrop(RandomDrop):
    """A layer that drops what a mask says.

    Kept:
        the mask, of the input's shape or of noise_shape; at rate 1 one number for the batch, at rate 0 nothing.
    Errors:
        A rate that is not between 0 and 1; between them, a mask that cannot be repeated to the input's shape.
    """

    noise_shape: TupleOf[Positive | None] | None = Field(
        None, description="The shape of the mask with the batch axis; it is repeated along axes of size 1."
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        stated = (self.noise_shape or ()) if 0 < self.rate < 1 else ()  # otherwise nothing, or everything, is dropped
        missing = len(shape) + 1 - len(stated)
        if missing < 0:
            raise ShapeError(
                f"has a `noise_shape` of {len(stated)} axes, and its input has {len(shape) + 1} with the batch",
                "write a size for each axis, the batch first, 1 where the mask is the same along it",
            )
        for place, size in enumerate(stated):
            axis = place + missing  # the mask lacks axes at the front
            if axis and not _fits(size, place, shape, shape[axis - 1]):
                raise ShapeError(
                    f"has `noise_shape` {write_scalar(size)} for {axis_name(axis)}, "
                    f"and its input {show(shape)} has {write_scalar(shape[axis - 1])} there",
                    "write a size for each axis, the batch first: null for the input's, or 1",
                )
        return shape

    def mask(self, shape: Shape) -> Kept:
        """Keep the factors: one for each element, but where they are repeated."""
        if self.rate == 1:
            return Kept("mask", per_batch=True)
        if self.noise_shape is None:
            return super().mask(shape)
        sizes = tuple(stated or size for stated, size in zip(self.noise_shape[1:], shape, strict=False))
        return Kept("mask", shape=sizes, per_batch=self.noise_shape[:1] == (1,))


class Dropout(MaskedDrop):
    """Elements are zero at random; the others grow, so that the sum is kept.

    Source: https://keras.io/api/layers/regularization_layers/dropout/
    """

    type: Literal["dropout"] = "dropout"


class AlphaDropout(MaskedDrop):
    """Dropout that keeps mean and variance, for networks with selu.

    Source: https://keras.io/api/layers/regularization_layers/alpha_dropout/
    """

    type: Literal["alpha_dropout"] = "alpha_dropout"


class GaussianDropout(RandomDrop):
    """Elements are multiplied by random numbers around 1, of variance rate / (1 − rate).

    Errors:
        A rate that is not between 0 and 1, or is 1, of which the variance would be infinite.
    Source: https://keras.io/api/layers/regularization_layers/gaussian_dropout/
    """

    type: Literal["gaussian_dropout"] = "gaussian_dropout"

    rate: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="What the variance follows from, 0 to below 1.", examples=[0.5]
    )


class StochasticDepth(RandomDrop):
    """Samples are zero at random, which takes a residual connection's layers out; the others grow.

    Kept:
        the mask, one number for each sample; nothing at rate 0.
    Source: Huang et al. 2016, "Deep networks with stochastic depth", https://arxiv.org/abs/1603.09382
        and https://docs.pytorch.org/vision/stable/generated/torchvision.ops.stochastic_depth.html
    """

    type: Literal["stochastic_depth"] = "stochastic_depth"

    def mask(self, shape: Shape) -> Kept:
        return Kept("mask", shape=(1,) * len(shape))


class GaussianNoise(Regularization):
    """Random numbers around 0 are added.

    Kept:
        Nothing.
    Errors:
        A standard deviation that is not between 0 and 1.
    Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
    """

    type: Literal["gaussian_noise"] = "gaussian_noise"
    main_field: ClassVar[str] = "stddev"

    stddev: Rate = Field(description="The noise's standard deviation, 0 to 1.", examples=[0.1])

    @property
    def strength(self) -> float:
        return self.stddev

    def backward(self, *inputs: Shape) -> Backward:
        return _PASSED_ON

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return nothing: what is added does not change the gradient."""
        return ()


class ActivityRegularization(Regularization):
    """The size of the output is added to the loss.

    Kept:
        input; nothing where both factors are 0.
    Errors:
        A negative factor.
    Source: https://keras.io/api/layers/regularization_layers/activity_regularization/
    """

    type: Literal["activity_regularization"] = "activity_regularization"

    l1: NonNegativeNumber = Field(0.0, description="The factor of the sum of absolute values.")
    l2: NonNegativeNumber = Field(0.0, description="The factor of the sum of squares.")

    @property
    def reuse(self) -> Reuse:
        return super().reuse._replace(in_training=True)

    @property
    def strength(self) -> float:
        return max(self.l1, self.l2)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        """Return the input, whose size is measured."""
        return (Kept("input"),) if self.strength else ()


class SpatialDropout(Spatial, RandomDrop):
    """Dropout of whole channels.

    Kept:
        the mask, one number for each channel; nothing at rate 0.
    Errors:
        A rate that is not between 0 and 1; an input of another number of axes.
    Source: https://keras.io/api/layers/regularization_layers/spatial_dropout{rank}d/
    """

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        self.parts(shape)
        return shape

    def mask(self, shape: Shape) -> Kept:
        _, channels = self.parts(shape)
        return Kept("mask", shape=self.join((1,) * self.rank, channels))


class SpatialDropout1D(SpatialDropout, rank=1):
    """Dropout of whole channels of a sequence."""

    type: Literal["spatial_dropout1d"] = "spatial_dropout1d"


class SpatialDropout2D(SpatialDropout, rank=2):
    """Dropout of whole channels of an image."""

    type: Literal["spatial_dropout2d"] = "spatial_dropout2d"


class SpatialDropout3D(SpatialDropout, rank=3):
    """Dropout of whole channels of a volume or a video."""

    type: Literal["spatial_dropout3d"] = "spatial_dropout3d"


def _fits(size: int | None, place: int, shape: Shape, along: int | None) -> bool:
    """Whether a size of a mask can be repeated along an axis; null is the input's size at its own place."""
    if size is None and place == 0:
        return False  # it is the batch's
    size = size or shape[place - 1]
    return size == 1 or may_equal((size,), (along,))
