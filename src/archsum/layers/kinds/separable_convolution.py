"""Separable convolutions: a depthwise convolution, then one of size 1 that mixes the channels."""

from typing import ClassVar, Literal

from pydantic import Field

from archsum.layers.arithmetic import Amount, Product, Sum
from archsum.layers.base import Kept, Operations, Weight
from archsum.layers.fields import Positive
from archsum.layers.kernel import DilatedKernelLayer
from archsum.layers.operators import SCALES_AND_CLAMPS, Operator, Operators
from archsum.layers.shapes import Shape


class SeparableConvolution(DilatedKernelLayer):
    """A separable convolution of `rank` spatial axes.

    Shape:
        (*sizes, channels) → (*outputs, filters), the channels first under `data_format: channels_first`.
        valid: ⌊(size − e) / stride⌋ + 1; same: ⌈size / stride⌉;
        a number p for each side: ⌊(size + 2 p − e) / stride⌋ + 1; where e = dilation × (kernel − 1) + 1.
    Weights:
        depthwise_kernel (*kernel_size, channels, depth_multiplier);
        pointwise_kernel (1 for each axis, channels × depth_multiplier, filters);
        bias (filters) if tied, the output's shape if untied.
    MACs:
        output locations × (kernel_size × channels × depth_multiplier + channels × depth_multiplier × filters).
    Kept:
        input, or where its sides are padded unevenly the padded input;
        what the depthwise kernel makes of it, (*outputs, channels × depth_multiplier);
        of the activation its result, or its input.
    Errors:
        A kernel larger than its input; an untied bias on an unknown size;
        strides with dilation under Keras's paddings.
    """

    filters: Positive = Field(description="The number of output channels.", examples=[64])
    depth_multiplier: Positive = Field(1, description="The number of filters that each input channel has first.")

    def output_channels(self, channels: int) -> Amount:
        return self.filters

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        _, channels = self.split(*inputs)
        depthwise = (*self.kernel_size, channels, self.depth_multiplier)
        pointwise = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        return (
            Weight("depthwise_kernel", depthwise, (*self.kernel_axes, "input channels", "filters of a channel")),
            Weight("pointwise_kernel", pointwise, (*self.kernel_axes, "depthwise channels", "filters")),
        )

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        kernels = Sum(*(Product(*kernel.shape) for kernel in self.kernels(*inputs)))
        return Operations(Product(*self.locations(*inputs), kernels), self.macs_note)

    def multiplied(self, *inputs: Shape) -> tuple[Kept, ...]:
        spatial, channels = self.split(*inputs)
        depthwise = self.join(self.slide(spatial), channels * self.depth_multiplier)
        return *super().multiplied(*inputs), Kept("depthwise_output", shape=depthwise)

    def products(self, *inputs: Shape) -> Operators:
        spatial, channels = self.split(*inputs)
        depthwise, pointwise = self.kernels(*inputs)
        between = self.join(self.slide(spatial), channels * self.depth_multiplier)
        return (
            Operator(between, weights=depthwise.size),
            Operator(self.output_shape(*inputs), absorbs=SCALES_AND_CLAMPS, weights=pointwise.size),
        )


class SeparableConv1D(SeparableConvolution):
    """Convolution of each channel over one axis, such as time, then of all channels at each location.

    Source: https://keras.io/api/layers/convolution_layers/separable_convolution1d/
    """

    type: Literal["separable_conv1d"] = "separable_conv1d"
    rank: ClassVar[int] = 1


class SeparableConv2D(SeparableConvolution):
    """Convolution of each channel over height and width, then of all channels at each location, as in Xception.

    Source: https://keras.io/api/layers/convolution_layers/separable_convolution2d/
    """

    type: Literal["separable_conv2d"] = "separable_conv2d"
    rank: ClassVar[int] = 2
