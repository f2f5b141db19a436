"""Separable convolutions: a depthwise convolution, then one of size 1 that mixes the channels."""

from typing import Literal

from pydantic import Field

from archsum.layers.arithmetic import Amount, Product, Sum
from archsum.layers.base import Backward, Kept, Operations, Weight
from archsum.layers.fields import Positive
from archsum.layers.kernel import FILTERS_OF_A_CHANNEL, KERNEL_AXES, DilatedKernelLayer
from archsum.layers.operators import Constant, Operator, Operators
from archsum.layers.shapes import Shape


class SeparableConvolution(DilatedKernelLayer):
    """A separable convolution of `rank` spatial axes.

    Weights:
        depthwise_kernel (*kernel_size, channels, depth_multiplier);
        pointwise_kernel (1 for each axis, channels × depth_multiplier, filters);
        bias (filters) if tied, the output's shape if untied; along some axes, 1 along the others.
    MACs:
        output locations × (kernel_size × channels × depth_multiplier + channels × depth_multiplier × filters).
    Kept:
        input, or where its sides are padded unevenly the padded input;
        what the depthwise kernel makes of it, (*outputs, channels × depth_multiplier);
        of the activation its result, or its input.
    Source: https://keras.io/api/layers/convolution_layers/separable_convolution{rank}d/
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
            Weight("depthwise_kernel", depthwise, (*KERNEL_AXES[self.rank], "input channels", FILTERS_OF_A_CHANNEL)),
            Weight("pointwise_kernel", pointwise, (*KERNEL_AXES[self.rank], "depthwise channels", "filters")),
        )

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        kernels = Sum(*(Product(*kernel.shape) for kernel in self.kernels(*inputs)))
        return Operations(Product(*self.locations(*inputs), kernels), self.macs_note)

    def depthwise_output(self, *inputs: Shape) -> Shape:
        """Return the shape of what the depthwise kernel gives."""
        spatial, channels = self.split(*inputs)
        return self.join(self.slide(spatial), channels * self.depth_multiplier)

    def multiplied(self, *inputs: Shape) -> tuple[Kept, ...]:
        (kept_input,) = super().multiplied(*inputs)
        between = Kept("depthwise_output", shape=self.depthwise_output(*inputs), operation=kept_input.operation + 1)
        return kept_input, between

    def backward(self, *inputs: Shape) -> Backward:
        padded, activated = self.padded(*inputs), self.behind_products(*inputs).activated
        return Backward(between=(*padded, self.depthwise_output(*inputs), *activated))

    def products(self, *inputs: Shape) -> Operators:
        depthwise, _ = self.kernels(*inputs)
        output = self.depthwise_output(*inputs)
        _, channels = self.split(output)
        products = Operator(output, weights=depthwise.size, constant=Constant(depthwise.name), biases=channels)
        return *self.of_each_channel(products, *inputs), *super().products(*inputs)


class SeparableConv1D(SeparableConvolution, rank=1):
    """Convolution of each channel over one axis, such as time, then of all channels at each location."""

    type: Literal["separable_conv1d"] = "separable_conv1d"


class SeparableConv2D(SeparableConvolution, rank=2):
    """Convolution of each channel over height and width, then of all channels at each location, as in Xception."""

    type: Literal["separable_conv2d"] = "separable_conv2d"


class SeparableConv3D(SeparableConvolution, rank=3):
    """Convolution of each channel over depth, height and width, then of all channels at each location.

    Keras has none; in PyTorch it is a Conv3d with as many groups as channels and no bias, and one of size 1.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
    """

    type: Literal["separable_conv3d"] = "separable_conv3d"
