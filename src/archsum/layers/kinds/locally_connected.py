"""Locally connected layers: a kernel of its own for each output location."""

import math
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from archsum.layers.arithmetic import Amount, Product, equation
from archsum.layers.base import Backward, Kept, Operations, Weight
from archsum.layers.fields import Positive
from archsum.layers.kernel import KernelLayer
from archsum.layers.operators import Operators, lacking
from archsum.layers.shapes import Shape, require_known
from archsum.layers.untied import Bias


class LocallyConnected(KernelLayer):
    """A locally connected layer of `rank` spatial axes.

    Shape:
        (*sizes, channels) → (*outputs, filters), the channels first under `data_format: channels_first`.
        valid: ⌊(size − kernel) / stride⌋ + 1;
        a number p for each side: ⌊(size + 2 p − kernel) / stride⌋ + 1.
    Weights:
        kernel (output locations, kernel_size × channels, filters);
        bias (filters) if tied, the output's shape if untied; along some axes, 1 along the others.
    MACs:
        output locations × kernel_size × channels × filters.
    Kept:
        the windows, as PyTorch unfolds them, output locations × kernel_size × channels, unless the kernel is frozen;
        of the activation its result, or its input.
    Errors:
        A kernel larger than its input; an unknown size.
    Source: https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/LocallyConnected{rank}D
    """

    padding_words: ClassVar[tuple[str, ...]] = ("valid",)

    filters: Positive = Field(description="The number of output channels.", examples=[32])
    bias: Bias = Field(
        "untied",
        description="tied: one for each filter; untied, or true: one for each filter and output location, "
        "or along some axes.",
    )

    @field_validator("bias", mode="before")
    @classmethod
    def _untied_if_true(cls, value: Any) -> Any:
        return "untied" if value is True else value

    def output_channels(self, channels: int) -> Amount:
        return self.filters

    def kernels(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the kernel, laid out as tf-keras does.

        Errors: ShapeError where the number of locations, and so of kernels, is unknown.
        """
        spatial, channels = self.split(*inputs)
        outputs = require_known(self.slide(spatial), self.axes, "its kernels, one for each output location")
        locations, elements = Product(*outputs), Product(*self.kernel_size, channels)
        shape = (math.prod(outputs), math.prod(self.kernel_size) * channels, self.filters)
        axes = ("output locations", "window elements of all channels", "filters")
        note = f"{equation(locations)} output locations; {equation(elements)} window elements"
        return (Weight("kernel", shape, axes, note=note),)

    def products(self, *inputs: Shape) -> Operators:
        raise lacking("convolution with a kernel for each location")

    def multiplied(self, *inputs: Shape) -> tuple[Kept, ...]:
        """Return the windows, each by itself, though they overlap."""
        return (Kept("windows", shape=self.window_elements(*inputs), for_weights=True),)

    def backward(self, *inputs: Shape) -> Backward:
        """Return that the windows have gradients first, which are then added up where they overlap."""
        activated = super().backward(*inputs)
        return activated._replace(scratch=(self.window_elements(*inputs),))

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the windows first, each by itself."""
        return self.window_elements(*inputs), *super().between(*inputs)

    def multiply_accumulates(self, *inputs: Shape) -> Operations:
        return Operations(Product(*self.window_elements(*inputs), self.filters), "each kernel weight works once")

    def window_elements(self, *inputs: Shape) -> Shape:
        """Return the sizes of all windows together: the output's, the kernel's and the channels."""
        spatial, channels = self.split(*inputs)
        return *self.slide(spatial), *self.kernel_size, channels


class LocallyConnected1D(LocallyConnected, rank=1):
    """Like a convolution over one axis, but with a kernel of its own for each output location."""

    type: Literal["locally_connected1d"] = "locally_connected1d"


class LocallyConnected2D(LocallyConnected, rank=2):
    """Like a convolution over height and width, but with a kernel of its own for each output location."""

    type: Literal["locally_connected2d"] = "locally_connected2d"
