"""Functions that give elements another place, take a part of them, or put tensors together."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.kernels import CHANNELS_FIRST
from archsum.interchange.torch.steps import Made, Reader, Step, Steps, View
from archsum.interchange.torch.tracing import Value


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


def permuted(view: View) -> Steps:
    dims = view.call.args[1:] or (view.argument(1, "dims"),)
    return _turned(view, dims[0] if isinstance(dims[0], Sequence) else dims)


def transposed(view: View) -> Steps:
    rank = view.layout(view.input).rank
    if view.call.name in ("T", "t", "mT"):
        one, other = rank - 2, rank - 1
    else:
        one = view.argument(1, "dim0", view.argument(1, "axis0"))
        other = view.argument(2, "dim1", view.argument(2, "axis1"))
    dims = [*range(rank)]
    dims[one], dims[other] = dims[other], dims[one]
    return _turned(view, dims)


def moved(view: View) -> Steps:
    source, target = view.argument(1, "source"), view.argument(2, "destination")
    if not isinstance(source, int) or not isinstance(target, int):
        raise NotUnderstoodError("moves several axes")
    rank = view.layout(view.input).rank
    dims = [dim for dim in range(rank) if dim != source % rank]
    dims.insert(target % rank, source % rank)
    return _turned(view, dims)


def _turned(view: View, dims: Sequence[int]) -> Steps:
    layout = view.layout(view.input)
    kept = [dim % layout.rank for dim in dims if dim % layout.rank != layout.dropped]
    order = [layout.axis(dim) for dim in kept]
    return [] if order == sorted(order) else [Step("permute", {"dims": order})]


def part(view: View, axis: int, start: int, stop: int) -> Steps:
    """Return a part of an axis: nothing where it is all of it."""
    size = view.shape(view.input)[axis - 1]
    if (start, stop) == (0, size):
        return []
    return [Step("slice", {"axis": axis, **({"start": start} if start else {}), **_stop(stop, size)})]


def _stop(stop: int | None, size: int) -> dict[str, int]:
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
    dim, start, length = view.argument(1, "dim"), view.argument(2, "start"), view.argument(3, "length")
    return part(view, view.axis(dim), start, start + length)


def selected(view: View) -> Steps:
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
        fields = {"axis": axis, **({"start": start} if start else {}), **_stop(stop, size)}
        return [Step("slice", fields if step == 1 else {**fields, "step": step})], [length]
    if isinstance(item, Value) and item.is_constant:
        return _gathered(axis, view.shape(item))
    if isinstance(item, list) and all(type(number) is int for number in item):
        return _gathered(axis, (len(item),))
    raise NotUnderstoodError("takes elements by values")


def _gathered(axis: int, sizes: tuple[int, ...]) -> tuple[Steps, Sequence[int]]:
    return [Step("gather", {"axis": axis, "size": [*sizes]})], sizes


def index_selected(view: View) -> Steps:
    dim, index = view.argument(1, "dim"), view.argument(2, "index")
    if not index.is_constant:
        raise NotUnderstoodError("takes elements by values")
    return _gathered(view.axis(dim), view.shape(index))[0]


def concatenated(view: View) -> Steps:
    axis = view.layout(view.output).axis(view.argument(1, "dim", view.argument(1, "axis", 0)))
    inputs = tuple(value for value in view.tensors if 0 not in value.shape)
    if len(inputs) == 1:
        return [] if inputs[0] is view.input else [Step("identity", {}, inputs)]
    return [Step("concatenate", {"axis": axis}, inputs)]


def stacked(view: View) -> Steps:
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


def rolled(view: View) -> Steps:
    shifts, dims = view.argument(1, "shifts"), view.argument(2, "dims")
    if dims in (None, ()):
        raise NotUnderstoodError("rolls the batch")
    shift = [shifts] if isinstance(shifts, int) else [*shifts]
    return [Step("roll", {"shift": shift, "axis": view.axes(dims)})]


def padded(view: View) -> Steps:
    sides, mode = view.argument(1, "pad"), view.argument(2, "mode", "constant")
    if not any(sides):
        return []
    layout = view.layout(view.input)
    pairs = {layout.rank - 1 - number // 2: (sides[number], sides[number + 1]) for number in range(0, len(sides), 2)}
    stated = {dim: pair for dim, pair in pairs.items() if any(pair)}
    if mode != "constant" or min(map(min, stated.values())) < 0:
        return _padded_spatially(view, pairs, mode)
    amounts = [[0, 0] for _ in layout.shape]
    for dim, pair in stated.items():
        amounts[layout.axis(dim) - 1] = [*pair]
    if len(amounts) in (2, 3, 4) and not layout.is_merged:
        if not any(amounts[0]):
            return [_around("zero_padding", amounts[1:])]
        if not any(amounts[-1]):
            return [_around("zero_padding", amounts[:-1], {})]
    return [Step("pad", {"padding": amounts})]


def _padded_spatially(view: View, pairs: Mapping[int, tuple[int, int]], mode: str) -> Steps:
    layout = view.layout(view.input)
    rank = layout.rank - 2
    around = [pairs.get(dim, (0, 0)) for dim in range(2, layout.rank)]
    if layout.batch != 0 or layout.is_merged or rank not in (1, 2, 3) or min(pairs) < 2:
        raise NotUnderstoodError("pads other axes than those of an image")
    if mode == "constant":
        if max(map(max, around)) > 0:
            raise NotUnderstoodError("pads and crops")
        cropped = [[-before, -after] for before, after in around]
        return [_around("cropping", cropped, field="cropping")]
    word = {"reflect": "reflection", "replicate": "replication", "circular": "circular"}[mode]
    return [_around(f"{word}_padding", [[*pair] for pair in around])]


def _around(
    kind: str, sides: Sequence[Sequence[int]], rest: Mapping[str, Any] = CHANNELS_FIRST, field: str = "padding"
) -> Step:
    even = all(before == after for before, after in sides)
    written: Any = [before for before, _ in sides] if even else [*sides]
    if even and len(set(written)) == 1:
        written = written[0]
    elif len(sides) == 1:
        written = written[0]
    return Step(f"{kind}{len(sides)}d", {field: written, **rest})


def padding_module(view: View) -> Steps:
    """Return what surrounds an image, by the module's name."""
    word = type(view.module).__name__.rpartition("Pad")[0]
    kind = {"Zero": "zero", "Constant": "zero", "Reflection": "reflection", "Replication": "replication"}
    sides = view.module.padding
    pairs = [[sides[number], sides[number + 1]] for number in range(len(sides) - 2, -1, -2)]
    if view.layout(view.input).batch != 0 or min(map(min, pairs)) < 0:
        raise NotUnderstoodError("crops, or takes no batch")
    return [_around(f"{kind.get(word, 'circular')}_padding", pairs)]


SHAPING: dict[str, Reader] = {
    **dict.fromkeys(
        "contiguous clone detach to float half double bfloat16 type type_as cpu cuda data positive int long bool "
        "alias lift_fresh conj resolve_conj".split(),
        alias,
    ),
    **dict.fromkeys("flatten view reshape squeeze unsqueeze unflatten view_as reshape_as ravel".split(), reshaped),
    "permute": permuted,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims", "T", "t", "mT"), transposed),
    **dict.fromkeys(("movedim", "moveaxis"), moved),
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
    **dict.fromkeys(("gather", "take_along_dim", "flip", "tril", "triu", "one_hot", "unfold", "setitem"), stated),
    "pad": padded,
}
"""By their names without underscores."""
