"""What the bias of a layer is: the module's own, or a parameter that is added behind it."""

from typing import Any

from archsum.interchange.torch.steps import View
from archsum.interchange.torch.values import Value
from archsum.layers.spatial import AXES


def take_bias(view: View, weights: dict[str, Value], channels: int = 0) -> Any:
    """Put the bias into a module's weights, and return what it is; `channels` is the axis of a sample that has these.

    It is untied along the axes of which it has the sizes.
    """
    bias = view.call.own.get("bias")
    if bias is None:
        return "tied" if "bias" in weights else False
    weights["bias"] = bias
    stated, sizes = [*bias.shape], [*view.shape(view.output)]
    numbers = [number for number in range(1, len(sizes) + 1) if number - 1 != channels % len(sizes)]
    del stated[channels], sizes[channels]
    axes = numbers if channels else AXES.get(len(sizes), numbers)
    untied = [axis for axis, one, size in zip(axes, stated, sizes, strict=True) if one == size]
    if len(untied) == len(sizes):
        return "untied"
    return {"untied": untied} if untied else "tied"
