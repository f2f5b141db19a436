"""Orders of axes: what a layer is for the same data with its axes in another order."""

from collections.abc import Callable, Iterable
from typing import Any

from archsum.layers import FAMILIES, kind_of
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape, T, known

Order = tuple[int, ...]
"""For each axis of data, counted from 1, which axis it is of the same data in another order."""


def as_it_is(rank: int) -> Order:
    """Return the order in which nothing is moved."""
    return tuple(range(1, rank + 1))


def channels_first(rank: int) -> Order:
    """Return the order of data with the channels first, of which the others have them last."""
    return (rank, *range(1, rank))


def turned(of_axes: tuple[T, ...], dims: Iterable[int]) -> tuple[T, ...]:
    """Return what there is of each axis, such as a size or a place, where the axes are put in the order of `dims`."""
    return tuple(of_axes[axis - 1] for axis in dims)


def keeps_row(order: Order, shape: Shape) -> bool:
    """Whether the elements follow one another in an order as they do without it; axes of size 1 tell nothing."""
    long = [place for place, size in zip(order, shape, strict=True) if size != 1]
    return long == sorted(long)


def in_order(layer: Layer, order: Order) -> tuple[Layer, Order] | None:
    """Return the layer that does the same to the data in another order, and the order of what it gives there.

    None where no such layer is known.
    """
    rule = _RULES.get(kind_of(type(layer)))
    return rule(layer, order) if rule else None


def reshaped(before: Shape, after: Shape, order: Order) -> tuple[Shape, Order] | None:
    """Return the shape that a reshape gives the data in another order, and the order that this is in.

    Axes that it puts together are next to one another there as well; None where they are not.
    """
    groups = _groups(before, after)
    if groups is None:
        return None
    placed = []  # for each group: where it is in the other order, and its axes of what comes out
    for taken, given in groups:
        places = [order[axis - 1] for axis in taken]
        if places != list(range(places[0], places[0] + len(places))):
            return None
        placed.append((places[0], given))
    axes = [axis for _, given in sorted(placed) for axis in given]
    return tuple(after[axis - 1] for axis in axes), tuple(axes.index(axis) + 1 for axis in as_it_is(len(after)))


def _groups(before: Shape, after: Shape) -> list[tuple[list[int], list[int]]] | None:
    """Return which axes, next to one another, become which ones; None where a size is unknown, or none fit."""
    if None in (*before, *after):
        return None
    groups = []
    ones, others = (list(enumerate(map(known, shape), start=1)) for shape in (before, after))
    while ones and others:
        (taken, many), (given, most) = ones.pop(0), others.pop(0)
        group = [taken], [given]
        while many != most:
            rest, axes = (ones, group[0]) if many < most else (others, group[1])
            if not rest:
                return None
            axis, size = rest.pop(0)
            axes.append(axis)
            many, most = (many * size, most) if rest is ones else (many, most * size)
        groups.append(group)
    return groups if not (ones or others) else None


_OF_LAST_AXIS = ("log_softmax", "softmax", "sparsemax")
"""The activations that are no function of each element, but of the last axis."""

Rule = Callable[[Any, Order], tuple[Layer, Order] | None]


def _anywhere(layer: Layer, order: Order) -> tuple[Layer, Order] | None:
    """Take each element by itself."""
    return layer, order


def _last(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Take the vectors along the last axis."""
    return (layer, order) if order[-1] == len(order) else None


def _dense(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    return _last(layer, order) if layer.bias in ("tied", False) else None


def _activation(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    return _last(layer, order) if layer.activation in _OF_LAST_AXIS else (layer, order)


def _dropout(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    return (layer, order) if layer.noise_shape is None else None


def _rescaling(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    is_one_number = not (isinstance(layer.scale, tuple) or isinstance(layer.offset, tuple))
    return (layer, order) if is_one_number else None


def _function(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Take each element by itself; a cumulative function goes along an axis, which it does not say."""
    return None if layer.function.startswith("cum") else (layer, order)


def _along(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Work along one axis."""
    axis = layer.chosen_axis % (len(order) + 1)
    return (layer.model_copy(update={"axis": order[axis - 1]}), order) if axis else None


def _of_channels(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Work on the channels, which are the first or the last axis, and know the others by their order."""
    channels, *others = order if layer.data_format == "channels_first" else (order[-1], *order[:-1])
    if others != sorted(others) or channels not in (1, len(order)):
        return None
    place = "channels_last" if channels == len(order) else "channels_first"
    return layer.model_copy(update={"data_format": place}), order


def _along_several(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Work along several axes, each for itself or all together."""
    axes = [axis % (len(order) + 1) for axis in layer.axis]
    return (layer.model_copy(update={"axis": turned(order, axes)}), order) if all(axes) else None


def _along_sorted(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    """Work along several axes in their order, as weights have them."""
    axes = sorted(axis % (len(order) + 1) for axis in layer.axis)
    places = turned(order, axes)
    is_the_same = all(axes) and list(places) == sorted(places)
    return (layer.model_copy(update={"axis": places}), order) if is_the_same else None


def _reduced(layer: Any, order: Order) -> tuple[Layer, Order] | None:
    axes = as_it_is(len(order)) if layer.axis is None else [axis % (len(order) + 1) for axis in layer.axis]
    if not all(axes):
        return None
    made = layer.model_copy(update={"axis": tuple(sorted(turned(order, axes)))})
    return made, order if layer.keepdims else without(order, axes)


def without(order: Order, axes: Iterable[int]) -> Order:
    """Return the order of data that lose some axes."""
    left = [place for axis, place in enumerate(order, start=1) if axis not in axes]
    return tuple(sorted(left).index(place) + 1 for place in left)


_RULES: dict[str, Rule] = {
    **dict.fromkeys(FAMILIES["activation_functions"], _anywhere),
    **dict.fromkeys(("relu", "leaky_relu", "elu", "identity", "stochastic_depth", "gaussian_noise"), _anywhere),
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "average", "maximum", "minimum"), _anywhere),
    **dict.fromkeys(_OF_LAST_AXIS, _last),
    "activation": _activation,
    "dropout": _dropout,
    "rescaling": _rescaling,
    "elementwise": _function,
    "dense": _dense,
    **dict.fromkeys(("batch_normalization", "group_normalization", "instance_normalization"), _along),
    **dict.fromkeys(("local_response_normalization", "layer_scale", "channel_shuffle"), _along),
    **dict.fromkeys(("concatenate", "slice", "split"), _along),
    **dict.fromkeys(("softmax", "unit_normalization", "roll"), _along_several),
    **dict.fromkeys(("layer_normalization", "rms_normalization"), _along_sorted),
    "reduce": _reduced,
    "scale": _of_channels,
}
