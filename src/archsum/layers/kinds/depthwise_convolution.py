"""Depthwise convolutions: each channel has kernels of its own."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.arithmetic import Amount, Product
from archsum.layers.base import Weight
from archsum.layers.fields import Positive
from archsum.layers.kernel import FILTERS_OF_A_CHANNEL, KERNEL_AXES, DilatedKernelLayer
from archsum.layers.operators import Operators
from archsum.layers.shapes import Shape


class DepthwiseConvolution(DilatedKernelLayer):
    """A depthwise convolution of `rank` spatial axes.

    Shape:
        (*sizes, channels) → (*outputs, channels × depth_multiplier),
        the channels first under `data_format: channels_first`.
        valid: ⌊(size − e) / stride⌋ + 1; same: ⌈size / stride⌉;
        a number p for each side: ⌊(size + 2 p − e) / stride⌋ + 1; where e = dilation × (kernel − 1) + 1.
    Weights:
        kernel (*kernel_size, channels, depth_multiplier);
        bias (channels × depth_multiplier) if tied, the output's shape if untied; along some axes, 1 along the others.
    MACs:
        output locations × kernel_size × channels × depth_multiplier.
    Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution{rank}d/
    """

    main_field: ClassVar[str] = "kernel_size"
    channels_note: ClassVar[str] = "input channels × filters of each"

    depth_multiplier: Positive = Field(1, description="The number of filters that each input channel has.")

    def output_channels(self, channels: int) -> Amount:
        return Product(channels, self.depth_multiplier)

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, channels = self.split(*inputs)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        return (Weight("kernel", shape, (*KERNEL_AXES[self.rank], "input channels", FILTERS_OF_A_CHANNEL)),)

    def products(self, *inputs: Shape) -> Operators:
        (operator,) = super().products(*inputs)
        return self.of_each_channel(operator, *inputs)


class DepthwiseConv1D(DepthwiseConvolution, rank=1):
    """Convolution of each channel by itself over one axis, such as time."""

    type: Literal["depthwise_conv1d"] = "depthwise_conv1d"


class DepthwiseConv2D(DepthwiseConvolution, rank=2):
    """Convolution of each channel by itself over the height and width of an image."""

    type: Literal["depthwise_conv2d"] = "depthwise_conv2d"


class DepthwiseConv3D(DepthwiseConvolution, rank=3):
    """Convolution of each channel by itself over the depth, height and width of a volume or a video.

    Keras has none; what PyTorch has is Conv3d with as many groups as channels.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
    """

    type: Literal["depthwise_conv3d"] = "depthwise_conv3d"
