"""Layers that rearrange channels."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from archsum.errors import ShapeError
from archsum.layers.arithmetic import Product, Quotient
from archsum.layers.axis import AlongChannels, sample_position
from archsum.layers.base import ElementwiseLayer, MovingLayer, Step
from archsum.layers.fields import Positive
from archsum.layers.operators import CLAMPS, Operator, Operators, Role
from archsum.layers.shapes import Shape, require_groups
from archsum.layers.spatial import Spatial

_EACH_CHANNEL = "`block_size`² for each channel: the elements of its block"


class ChannelShuffle(AlongChannels, MovingLayer, ElementwiseLayer):
    """The channels in another order: the first of each group, then the second of each, and so on.

    Between convolutions with groups it lets each group see all the others.

    Errors:
        Channels that are not divisible by groups; an axis that the input does not have.
    Source: Zhang et al. 2017, "ShuffleNet", https://arxiv.org/abs/1707.01083
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
    """

    type: Literal["channel_shuffle"] = "channel_shuffle"
    main_field: ClassVar[str] = "groups"
    shown_fields: ClassVar[tuple[str, ...]] = ("groups",)

    groups: Positive = Field(description="The number of groups.", examples=[2])

    def output_shape(self, *inputs: Shape) -> Shape:
        (shape,) = inputs
        require_groups(shape[sample_position(self.chosen_axis, shape) - 1], self.groups)
        return shape

    def operators(self, *inputs: Shape) -> Operators:
        """Return a reshape that takes the groups apart, a transposition, and a reshape back."""
        (shape,) = inputs
        position = sample_position(self.chosen_axis, shape)
        before, channels, behind = shape[: position - 1], shape[position - 1], shape[position:]
        each = None if channels is None else channels // self.groups
        return (
            Operator((*before, self.groups, each, *behind), "reshape"),
            Operator((*before, each, self.groups, *behind), passes=CLAMPS),
            Operator(shape, "reshape"),
        )


class BlockLayer(Spatial, MovingLayer, rank=2):
    """A layer that moves the blocks of an image into its channels, or back."""

    passes: ClassVar[frozenset[Role]] = frozenset()
    """What behind its operator on a microcontroller can become part of the one before it."""

    main_field: ClassVar[str] = "block_size"

    block_size: Positive = Field(description="The height and the width of a block.", examples=[2])

    def output_shape(self, *inputs: Shape) -> Shape:
        return tuple(step.value for step in self.explain_output(*inputs))

    def operators(self, *inputs: Shape) -> Operators:
        return (Operator(self.output_shape(*inputs), passes=self.passes),)

    def explain_output(self, *inputs: Shape) -> Iterator[Step]:
        (shape,) = inputs
        self.parts(shape)
        yield from map(self.step, self.axes_with_channels, shape)

    def step(self, axis: str, size: int | None) -> Step:
        """Derive the size of an axis: the height, the width or the channels."""
        raise NotImplementedError


class SpaceToDepth(BlockLayer):
    """Each block of an image becomes one location, and its elements channels; PyTorch's PixelUnshuffle.

    Where the channels are last, those of one element come together, as in tf.nn; where they are first, those of one
    channel, as in PyTorch. Keras does both so.

    Shape:
        (height, width, channels) → (height / block_size, width / block_size, channels × block_size²).
    Errors:
        A height or width that is not divisible by block_size; an input of another number of axes.
    Source: https://www.tensorflow.org/api_docs/python/tf/nn/space_to_depth
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
    """

    type: Literal["space_to_depth"] = "space_to_depth"

    def step(self, axis: str, size: int | None) -> Step:
        if axis == "channels":
            return Step.of(axis, Product(size, self.block_size**2), _EACH_CHANNEL)
        cure = f"`zero_padding2d` or `cropping2d` before it brings the {axis} to a multiple of {self.block_size}"
        return _divided(axis, size, self.block_size, "one location for each block", cure)


class DepthToSpace(BlockLayer):
    """Each location becomes a block, whose elements were channels; PyTorch's PixelShuffle.

    Where the channels are last, those of one element are together, as in tf.nn; where they are first, those of one
    channel, as in PyTorch. Keras does both so.

    Shape:
        (height, width, channels) → (height × block_size, width × block_size, channels / block_size²).
    Errors:
        Channels that are not divisible by block_size²; an input of another number of axes.
    Source: https://www.tensorflow.org/api_docs/python/tf/nn/depth_to_space
        and https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
    """

    type: Literal["depth_to_space"] = "depth_to_space"
    passes: ClassVar[frozenset[Role]] = CLAMPS

    def step(self, axis: str, size: int | None) -> Step:
        if axis != "channels":
            return Step.of(axis, Product(size, self.block_size), "one block for each location")
        elements = self.block_size**2
        cure = f"a convolution before it brings the channels to a multiple of {elements}, the elements of a block"
        return _divided(axis, size, elements, _EACH_CHANNEL, cure)


def _divided(axis: str, size: int | None, divisor: int, note: str, cure: str) -> Step:
    """Derive a quotient. Errors: ShapeError where it is not a whole number."""
    if size is not None and size % divisor:
        raise ShapeError(f"needs {axis} divisible by {divisor}, and its input has {size}", cure)
    return Step.of(axis, Quotient(size, divisor), note)
