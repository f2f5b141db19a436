"""Functions that give elements another place, take a part of them, or put tensors together."""

from collections.abc import Sequence
from math import prod
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.normalizations import channel_axis
from archsum.interchange.torch.steps import Made, Reader, Step, Steps, View
from archsum.interchange.torch.tracing import Call
from archsum.interchange.torch.values import Value


def alias(view: View) -> Steps:
    """Return no layer: what is given is what is taken."""
    return []


def reshaped(view: View) -> Steps:
    """Return the same elements in another shape: no layer where a sample's shape is the same."""
    before, after = view.shape(view.input), view.shape(view.output)
    if prod(before) != prod(after):
        raise NotUnderstoodError("takes elements of several samples together")
    return _reshape(before, after)


def _reshape(before: tuple[int, ...], after: tuple[int, ...]) -> Steps:
    if before == after:
        return []
    return [Step("flatten") if len(after) == 1 else Step("reshape", {"target_shape": [*after]})]


def turned(view: View) -> Steps:
    """Read another order of the axes."""
    layout = view.layout(view.input)
    order = [layout.axis(dim) for dim in order_of(view.call) if dim != layout.dropped]
    return [] if order == sorted(order) else [Step("permute", {"dims": order})]


def order_of(call: Call) -> list[int]:
    """Return a tensor's dimensions in the order that a call gives them, counted from 0."""
    rank = len(call.taken[0].shape)
    dims = [*range(rank)]
    if call.name == "permute":
        stated = call.args[1:] or (call.argument(1, "dims"),)
        return [dims[dim] for dim in (stated[0] if isinstance(stated[0], Sequence) else stated)]
    if call.name in ("movedim", "moveaxis"):
        sources, targets = (_listed(call.argument(*which)) for which in ((1, "source"), (2, "destination")))
        moved = {dims[target]: dims[source] for source, target in zip(sources, targets, strict=True)}
        rest = (dim for dim in dims if dim not in moved.values())
        return [moved[dim] if dim in moved else next(rest) for dim in dims]
    one, other = rank - 2, rank - 1
    if call.name not in ("T", "t", "mT"):
        one = call.argument(1, "dim0", call.argument(1, "axis0"))
        other = call.argument(2, "dim1", call.argument(2, "axis1"))
    dims[one], dims[other] = dims[other], dims[one]
    return dims


def _listed(dims: Any) -> Sequence[int]:
    return dims if isinstance(dims, Sequence) else [dims]


def part(view: View, axis: int, start: int, stop: int) -> Steps:
    """Return a part of an axis: nothing where it is all of it."""
    size = view.shape(view.input)[axis - 1]
    if (start, stop) == (0, size):
        return []
    return [Step("slice", {"axis": axis, **({"start": start} if start else {}), **_end_of(stop, size)})]


def _end_of(stop: int | None, size: int) -> dict[str, int]:
    return {} if stop is None or stop >= size else {"stop": stop}


def parts(view: View) -> Made:
    """Return each part of an axis, be they of equal sizes or not."""
    dim = view.argument(2, "dim", view.argument(2, "axis", 0))
    axis = view.axis(dim)
    sizes = [value.shape[dim] for value in view.call.given]
    equal = len(set(sizes)) == 1
    made: dict[Value, Steps] = {}
    for number, value in enumerate(view.call.given):
        if equal and len(sizes) > 1:
            made[value] = [Step("split", {"axis": axis, "parts": len(sizes), "part": number})]
        else:
            made[value] = part(view, axis, sum(sizes[:number]), sum(sizes[: number + 1]))
    return made


def unbound(view: View) -> Made:
    """Return each element of an axis, without the axis."""
    axis = view.axis(view.argument(1, "dim", 0))
    made: dict[Value, Steps] = {}
    for number, value in enumerate(view.call.given):
        before = part(view, axis, number, number + 1)
        made[value] = [*before, *_reshape((*view.shape(value), 1), view.shape(value))]
    return made


def narrowed(view: View) -> Steps:
    """Read a part of an axis, by its start and length."""
    dim, start, length = view.argument(1, "dim"), view.argument(2, "start"), view.argument(3, "length")
    return part(view, view.axis(dim), start, start + length)


def selected(view: View) -> Steps:
    """Read one element of an axis, without the axis."""
    dim, index = view.argument(1, "dim"), view.argument(2, "index")
    axis = view.axis(dim)
    start = index % view.shape(view.input)[axis - 1]
    return [*part(view, axis, start, start + 1), *_reshape((), view.shape(view.output))]


def indexed(view: View) -> Steps:
    """Return a part along each axis that is not taken whole; then the axes that are taken out, or put in."""
    index = view.argument(1, "idx")
    items = list(index) if isinstance(index, tuple) else [index]
    layout = view.layout(view.input)
    taken = sum(item is not None and item is not Ellipsis for item in items)
    rest = [slice(None)] * (layout.rank - taken)
    where = next((number for number, item in enumerate(items) if item is Ellipsis), len(items))
    items[where : where + 1] = rest
    shape, steps = list(layout.shape), list[Step]()
    for dim, item in enumerate(item for item in items if item is not None):
        if isinstance(item, slice) and item in (slice(None), slice(0, None), slice(None, None, 1)):
            continue
        axis = layout.axis(dim)
        made, sizes = _item(view, item, axis, layout.shape[axis - 1])
        if isinstance(item, Value | list) and (steps or taken > 1 + sum(each == slice(None) for each in items)):
            raise NotUnderstoodError("takes elements by numbers, and a part as well")
        steps += made
        shape[axis - 1 : axis] = sizes
    if prod(shape) != prod(view.shape(view.output)):
        raise NotUnderstoodError("takes elements by a condition")
    return [*steps, *_reshape(tuple(shape), view.shape(view.output))]


def _item(view: View, item: Any, axis: int, size: int) -> tuple[Steps, Sequence[int]]:
    """Return what takes elements of an axis, and the sizes in its place."""
    if isinstance(item, bool):
        raise NotUnderstoodError("takes elements by a condition")
    if isinstance(item, int):
        start = item % size
        return part(view, axis, start, start + 1), [1]
    if isinstance(item, slice):
        start, stop, step = item.indices(size)
        length = len(range(start, stop, step))
        if length == size:
            return [], [size]
        fields = {"axis": axis, **({"start": start} if start else {}), **_end_of(stop, size)}
        return [Step("slice", fields if step == 1 else {**fields, "step": step})], [length]
    if isinstance(item, Value) and item.is_constant:
        return _gathered(axis, view.shape(item))
    if isinstance(item, list) and all(type(number) is int for number in item):
        return _gathered(axis, (len(item),))
    raise NotUnderstoodError("takes elements by values")


def _gathered(axis: int, sizes: tuple[int, ...]) -> tuple[Steps, Sequence[int]]:
    return [Step("gather", {"axis": axis, "size": [*sizes]})], sizes


def index_selected(view: View) -> Steps:
    """Read elements of an axis by their numbers."""
    dim, index = view.argument(1, "dim"), view.argument(2, "index")
    if not index.is_constant:
        raise NotUnderstoodError("takes elements by values")
    return _gathered(view.axis(dim), view.shape(index))[0]


def concatenated(view: View) -> Steps:
    """Read tensors one after another along an axis; those without elements, as of an empty cache, are left out."""
    layout = view.layout(view.output)
    axis = layout.axis(view.argument(1, "dim", view.argument(1, "axis", 0)))
    inputs = tuple(value for value in view.tensors if 0 not in value.shape)
    if any(view.layout(value).dropped != layout.dropped for value in inputs):
        raise NotUnderstoodError("puts samples of the batch together")
    if len(inputs) == 1:
        return [] if inputs[0] is view.input else [Step("identity", {}, inputs)]
    return [Step("concatenate", {"axis": axis}, inputs)]


def stacked(view: View) -> Steps:
    """Read tensors side by side along a new axis."""
    axis = view.layout(view.output).axis(view.argument(1, "dim", 0))
    return [Step("stack", {"axis": axis}, tuple(view.tensors))]


def expanded(view: View) -> Steps:
    """Return the repetitions along axes of size 1; along the batch there are none for a sample."""
    before, after = view.shape(view.input), view.shape(view.output)
    if prod(before) == prod(after):
        return []
    filled = (1,) * (len(after) - len(before)) + before
    if len(before) > len(after):
        filled = before[len(before) - len(after) :]
    return [*_reshape(before, filled), Step("expand", {"shape": [*after]})]


def repeated(view: View) -> Steps:
    """Read a tensor several times over."""
    sizes = view.call.args[1:] or (view.argument(1, "repeats", view.argument(1, "dims")),)
    sizes = tuple(sizes[0]) if isinstance(sizes[0], Sequence) else tuple(sizes)
    before, after = view.shape(view.input), view.shape(view.output)
    if before == after or prod(before) == prod(after):
        return []
    layout = view.layout(view.output)
    times = [times for dim, times in enumerate(sizes) if dim != layout.dropped]
    filled = (1,) * (len(times) - len(before)) + before
    if tuple(size * many for size, many in zip(filled, times, strict=True)) != after:
        raise NotUnderstoodError("repeats samples")
    return [*_reshape(before, filled), Step("tile", {"repeats": times})]


def stated(view: View) -> Steps:
    """Return a layer that states its shape, of a function that moves elements in a way that no kind does."""
    taken = tuple(value for value in view.tensors if not value.is_constant) or (view.input,)
    return [Step("custom", {"output_shape": [*view.shape(view.output)], "macs": 0, "flops": 0}, taken)]


def folded(view: View) -> Steps:
    """Read patches that are added up where they overlap."""
    elements = prod(view.shape(view.input))
    return [Step("custom", {"output_shape": [*view.shape(view.output)], "macs": 0, "flops": elements})]


def rolled(view: View) -> Steps:
    """Read elements that are moved along axes."""
    shifts, dims = view.argument(1, "shifts"), view.argument(2, "dims")
    if dims in (None, ()):
        raise NotUnderstoodError("rolls the batch")
    shift = [shifts] if isinstance(shifts, int) else [*shifts]
    return [Step("roll", {"shift": shift, "axis": view.axes(dims)})]


def channel_shuffled(view: View) -> Steps:
    """Read channels that change places, each group's first ones before their second ones."""
    groups = view.module.groups if view.module else view.argument(1, "groups")
    return [Step("channel_shuffle", {"groups": groups, "axis": channel_axis(view)})]


SHAPING: dict[str, Reader] = {
    **dict.fromkeys(
        (
            *("contiguous", "clone", "detach", "to", "type", "type_as", "cpu", "cuda", "data", "positive", "alias"),
            *("float", "half", "double", "bfloat16", "int", "long", "bool"),
        ),
        alias,
    ),
    **dict.fromkeys(
        ("flatten", "view", "reshape", "squeeze", "unsqueeze", "unflatten", "view_as", "reshape_as", "ravel"), reshaped
    ),
    **dict.fromkeys(
        ("permute", "transpose", "swapaxes", "swapdims", "T", "t", "mT", "movedim", "moveaxis"),
        turned,
    ),
    **dict.fromkeys(("chunk", "split", "tensor_split", "split_with_sizes", "unsafe_chunk", "unsafe_split"), parts),
    "unbind": unbound,
    "narrow": narrowed,
    "select": selected,
    "getitem": indexed,
    "index_select": index_selected,
    **dict.fromkeys(("cat", "concat", "concatenate"), concatenated),
    "stack": stacked,
    **dict.fromkeys(("expand", "expand_as", "broadcast_to"), expanded),
    **dict.fromkeys(("repeat", "tile"), repeated),
    "roll": rolled,
    "channel_shuffle": channel_shuffled,
    "fold": folded,
    **dict.fromkeys(
        ("gather", "take_along_dim", "flip", "tril", "triu", "one_hot", "unfold", "setitem", "overwritten"), stated
    ),
}
"""By their names without underscores."""
