"""A learned factor for each channel: with an offset in LeNet-5's subsampling, without one in ConvNeXt."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.axis import AlongChannels, named_axes
from archsum.layers.base import Backward, ElementwiseLayer, Kept, Weight, Work
from archsum.layers.bias import BiasAndActivation, BiasedLayer
from archsum.layers.fields import DataFormat
from archsum.layers.operators import Operators, Role, factor_operator, offset_operator
from archsum.layers.shapes import Shape, product, require_channels, split_channels
from archsum.layers.untied import Bias


class Scale(BiasedLayer, ElementwiseLayer):
    """Each channel times a learned factor, plus a learned offset.

    After an average pooling it makes LeNet-5's subsampling. Its connections are the biases alone: the factor sits on
    links that the pooling has counted.

    Weights:
        scale (channels);
        bias (channels) if tied, the input's shape if untied; along some axes, 1 along the others.
    FLOPs:
        1 for each element, + 1 if there is a bias.
    Kept:
        input, unless the factors are frozen.
    Errors:
        Unknown channels; a bias untied along an unknown size, or along an axis that the input does not have.
    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II.B
        and https://caffe.berkeleyvision.org/tutorial/layers/scale.html (whose bias is off by default).
    """

    type: Literal["scale"] = "scale"

    bias: Bias = Field(
        "tied",
        description="tied: one for each channel; untied: one for each channel and location, or along some axes.",
    )
    data_format: DataFormat = Field("channels_last", description="Where the channel axis is.")

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        (shape,) = inputs
        channels = self._channels(shape)
        return Weight("scale", (channels,), ("channels",)), *self.behind_products(shape).weights

    def behind_products(self, *inputs: Shape) -> BiasAndActivation:
        (shape,) = inputs
        axes = named_axes(shape, self.data_format)
        channels = self._channels(shape)
        return BiasAndActivation(self.bias, shape, axes, channels, "channels", data_format=self.data_format)

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return Work("factor", 1, product(*inputs)), *self.behind_products(*inputs).work

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (Kept("input", for_weights=True),)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the factors' gradient has the input's shape first, and is then added up."""
        return Backward(scratch=inputs)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return what the offset is added to."""
        return inputs * bool(self.bias)

    def operators(self, *inputs: Shape) -> Operators:
        """Return the factor and the offset; one that differs between locations is an addition of its own."""
        (shape,) = inputs
        scale, *biases = self.weights(shape)
        role: Role | None = "offset" if all(bias.size == scale.size for bias in biases) else None
        offsets = (offset_operator(shape, bias.size)._replace(role=role) for bias in biases)
        return factor_operator(shape, scale.size), *offsets

    def _channels(self, shape: Shape) -> int:
        return require_channels(split_channels(shape, self.data_format)[1] if shape else None)


class LayerScale(AlongChannels, ElementwiseLayer):
    """Each channel times a learned factor, which is small at first, at the end of a residual connection.

    Weights:
        gamma (channels).
    FLOPs:
        1 for each element.
    Kept:
        input, unless the factors are frozen.
    Errors:
        An axis that the input does not have, or whose size is unknown.
    Source: Touvron et al. 2021, "Going deeper with image transformers", https://arxiv.org/abs/2103.17239;
        Keras has it in keras.applications.convnext, torchvision in its ConvNeXt.
    """

    type: Literal["layer_scale"] = "layer_scale"
    each: ClassVar[tuple[str, int]] = ("factor", 1)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("gamma", (self.channels(*inputs, weights="factors"),), ("channels",)),)

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return (Kept("input", for_weights=True),)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the factors' gradient has the input's shape first, and is then added up."""
        return Backward(scratch=inputs)

    def operators(self, *inputs: Shape) -> Operators:
        (shape,) = inputs
        return (factor_operator(shape, self.channels(shape)),)
