"""In what order a network has the elements of its data, so that the same are found in another framework's model."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from archsum.layers import kind_of
from archsum.layers.axis import positions
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary

_REARRANGING = ("flatten", "reshape", "permute", "squeeze", "expand_dims")


class Order(NamedTuple):
    """The elements of a tensor: their numbers, by their places in the data before, channels last.

    Where `numbers` is None they are in their own order, channels first if `is_first` says so.
    """

    is_first: bool = False
    numbers: Any = None
    is_known: bool = True

    def of(self, shape: Sequence[int | None]) -> Any:
        """Return the numbers in a tensor of this shape."""
        import numpy as np

        if self.numbers is not None:
            return self.numbers
        sizes = [size or 0 for size in shape]
        if not self.is_first or len(sizes) < 2:
            return np.arange(np.prod(sizes, dtype=int)).reshape(sizes)
        return np.moveaxis(np.arange(np.prod(sizes, dtype=int)).reshape(*sizes[1:], sizes[0]), -1, 0)


def orders(summary: Summary, moved: Sequence[str] = ()) -> Mapping[str, Order]:
    """Return the order of what each layer gives, and of the inputs, of which `moved` have their channels first here."""
    found = {name: Order(is_first=name in moved) for name in summary.inputs}
    for layer in summary.layers:
        found[layer.name] = _given(layer, [found.get(name, Order()) for name in layer.node.inputs])
    return found


def of_each_step(layer: Layer) -> tuple[int, Layer]:
    """Return along how many axes a layer does the same to each step, and what it does to one."""
    count = 0
    while kind_of(type(layer)) == "time_distributed":
        count, layer = count + 1, getattr(layer, "layer")  # noqa: B009  what wrappers have
    return count, layer


def _given(layer: LayerSummary, taken: Sequence[Order]) -> Order:
    steps, inner = of_each_step(layer.layer)
    kind, data_format = kind_of(type(inner)), getattr(inner, "data_format", None)
    shapes = layer.input_shapes
    if not taken or any(size is None for shape in (*shapes, layer.output_shape) for size in shape):
        return Order()
    if kind in _REARRANGING or _is_reduction(kind):
        numbers = taken[0].of(shapes[0])
        return _plain(_rearranged(layer, kind, numbers, steps, inner)) if taken[0].is_known else taken[0]
    if len(taken) > 1 and len(layer.output_shape) == 1 and not layer.computed.weights:
        return _merged(kind, layer, taken)
    if takes_each(layer):
        return next(order for order, shape in zip(taken, shapes, strict=False) if shape == layer.output_shape)
    if kind != "custom" and data_format is not None and not hasattr(inner, "axis"):
        return _of_format(layer.output_shape, steps, is_first=data_format == "channels_first")
    if kind != "custom" and layer.computed.weights:
        return Order()
    return Order(taken[0].is_first, is_known=taken[0].is_known and taken[0].numbers is None)


def _of_format(shape: Shape, steps: int, *, is_first: bool) -> Order:
    """Return the order of what a layer gives that works on channels, behind the axes of steps."""
    import numpy as np

    if not (is_first and steps):
        return Order(is_first=is_first)
    sizes = [size or 0 for size in shape]
    last = (*sizes[:steps], *sizes[steps + 1 :], *sizes[steps : steps + 1])
    return _plain(np.moveaxis(np.arange(np.prod(last, dtype=int)).reshape(last), -1, steps))


def takes_each(layer: LayerSummary) -> bool:
    """Whether a layer does the same to each element, or each by a weight of its own, so that their order remains."""
    is_of_each = all(len(weight.shape) <= 1 for weight in layer.computed.weights)
    return is_of_each and layer.output_shape in layer.input_shapes


def _rearranged(layer: LayerSummary, kind: str, numbers: Any, steps: int, inner: Any) -> Any:
    """Return the numbers of what a layer gives, which does `inner` to each step; those of sums are counted anew."""
    import numpy as np

    if kind == "permute":
        return numbers.transpose([*range(steps), *(axis - 1 + steps for axis in inner.dims)])
    if _is_reduction(kind):
        first = numbers.min(axis=tuple(axis - 1 + steps for axis in _reduced_axes(inner, numbers.ndim - steps)))
        numbers = np.unique(first, return_inverse=True)[1]
    elif kind == "flatten" and inner.data_format == "channels_first" and numbers.ndim > steps + 1:
        numbers = np.moveaxis(numbers, steps, -1)
    return numbers.reshape(layer.output_shape)


def _is_reduction(kind: str) -> bool:
    return kind == "reduce" or kind.startswith("global_")


def _reduced_axes(layer: Any, rank: int) -> Sequence[int]:
    """Return the axes of data of so many that a layer makes one of."""
    if hasattr(layer, "axis"):
        return range(1, rank + 1) if layer.axis is None else positions(layer.axis, (1,) * rank)
    return range(2, rank + 1) if layer.data_format == "channels_first" else range(1, rank)


def _plain(numbers: Any) -> Order:
    """Return an order without its numbers where they are in their own."""
    for is_first in (False, True):
        if (Order(is_first).of(numbers.shape) == numbers).all():
            return Order(is_first)
    return Order(numbers=numbers)


def _merged(kind: str, layer: LayerSummary, taken: Sequence[Order]) -> Order:
    """Return the order of features that are put one behind the other, or of which each is merged with its like."""
    import numpy as np

    if not all(order.is_known for order in taken):
        return Order(is_known=False)
    parts = [order.of(shape) for order, shape in zip(taken, layer.input_shapes, strict=False)]
    if kind == "concatenate":
        starts = np.cumsum([0, *(part.size for part in parts[:-1])])
        return _plain(np.concatenate([part + start for part, start in zip(parts, starts, strict=True)]))
    alike = all(part.shape == parts[0].shape and (part == parts[0]).all() for part in parts)
    return taken[0] if alike else Order(is_known=all(order.numbers is None for order in taken))


def moved_inputs(keras: Summary, torch: Summary) -> list[str]:
    """Return the inputs of a PyTorch model that have the channels first, which the Keras model has last."""
    found = []
    for (ours, sizes), (theirs, shape) in zip(keras.inputs.items(), torch.inputs.items(), strict=False):
        is_moved = shape == (*sizes[-1:], *sizes[:-1])
        if is_moved and shape == sizes:  # then what takes it says where its channels are
            is_moved = _formats(keras, ours) == {"channels_last"} and _formats(torch, theirs) == {"channels_first"}
        if is_moved:
            found.append(theirs)
    return found


def _formats(summary: Summary, name: str) -> set[str]:
    """Return where the channels of something are, by the layers that take it."""
    alike, found = {name}, set[str]()
    for layer in summary.layers:
        if alike.isdisjoint(layer.node.inputs) or kind_of(type(layer.layer)) in _REARRANGING:
            continue
        if data_format := getattr(layer.layer, "data_format", None):
            found.add(data_format)
        elif takes_each(layer):
            alike.add(layer.name)
    return found


def places(given: Any, taken: Any) -> Any:
    """Return where each feature that one takes is among those that the other does; None where they are others."""
    import numpy as np

    rows, others = (numbers.reshape(-1, numbers.shape[-1]) for numbers in (given, taken))
    if rows.shape != others.shape:
        return None
    rows, others = (each[np.argsort(each.min(axis=1))] for each in (rows, others))
    where = np.argsort(rows[0])
    found = where[np.searchsorted(rows[0], others[0], sorter=where).clip(max=len(where) - 1)]
    return found if (rows[:, found] == others).all() else None
