"""Follows the batch through a graph whose file has a fixed one: which axis of each tensor it is."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from archsum.interchange.onnx.values import ModelError, Operator, Sized
from archsum.layers.shapes import Shape

_REARRANGING = ("Flatten", "Reshape", "Squeeze", "Unsqueeze")
"""Operators that a hidden batch comes out of again."""
_REDUCING = ("ArgMax", "ArgMin")


def follow(
    nodes: Sequence[Operator],
    shapes: Mapping[str, Shape],
    values: Mapping[str, Any],
    inputs: Mapping[str, int | None],
    size: int,
) -> dict[str, Sized]:
    """Return the sizes of each tensor, with the axis of the batch of a size; `inputs` are those of the inputs."""
    sized = {name: Sized(shape) for name, shape in shapes.items()}
    hidden: set[str] = set()  # what has the batch somewhere in one of its axes, which is not known
    for name, axis in inputs.items():
        if name in sized:
            sized[name] = Sized(sized[name].shape, axis)
    for node in nodes:
        taken = [sized.get(name) for name in node.inputs]
        follows = any(each and each.batch is not None for each in taken)
        if node.type in ("Shape", "Size") or not (follows or not hidden.isdisjoint(node.inputs)):
            continue
        for number, name in enumerate(node.outputs):
            if name not in sized or name in values:
                continue
            shape = sized[name].shape
            if follows:
                sized[name] = _with_batch(shape, _axis(node, number, taken, shape, values), size)
            if sized[name].batch is None and node.type in _REARRANGING and size in shape:
                sized[name] = Sized(shape, shape.index(size))
            if sized[name].batch is None:
                hidden.add(name)
    return sized


def _with_batch(shape: Shape, axis: int | None, size: int) -> Sized:
    """Return sizes with the batch along an axis; none where it cannot be there."""
    if axis is None or not 0 <= axis < len(shape):
        return Sized(shape)
    along = shape[axis]
    if along is None or along % size or (size == 1 and along != 1):
        return Sized(shape)
    return Sized(shape, axis, along // size)


def _axis(
    node: Operator, number: int, taken: list[Sized | None], output: Shape, values: Mapping[str, Any]
) -> int | None:
    """Return the axis of an output that goes with the batch."""
    which = next(index for index, each in enumerate(taken) if each and each.batch is not None)
    given = taken[which]
    if given is None or given.batch is None:
        return None
    rank, batch = len(given.shape), given.batch
    try:
        rule = _RULES.get(node.type) if node.is_standard else None
        if rule is not None:
            return rule(node, number, given, which, output, values, taken)
    except (ModelError, IndexError, ValueError):
        return None
    if node.type.startswith("Reduce") or node.type in _REDUCING:
        return _behind_reduction(node, given, output, values)
    return len(output) - (rank - batch) if len(output) >= rank else batch


def _of_transpose(node: Operator, _: int, given: Sized, *__: Any) -> int | None:
    order = node.integers("perm") or tuple(reversed(range(len(given.shape))))
    return order.index(given.batch or 0)


def _of_reshape(_: Operator, __: int, given: Sized, ___: int, output: Shape, *____: Any) -> int | None:
    """Return the axis before which there are as many elements as before the batch's, and where its size fits."""
    shape, batch = _known(given.shape), given.batch or 0
    sizes = _known(output)
    before, along = prod(shape[:batch]), shape[batch]
    begins = [1, *accumulate(sizes, mul)][: len(sizes)]
    one = along // (given.times or 1)
    fitting = [axis for axis, begin in enumerate(begins) if begin == before and sizes[axis] % one == 0]
    exact = [axis for axis in fitting if sizes[axis] == one] or [axis for axis in fitting if sizes[axis] == along]
    return min(exact or fitting, key=lambda axis: abs(axis - batch), default=None)


def _known(shape: Shape) -> tuple[int, ...]:
    """Return sizes that are known. Errors: ValueError for others."""
    if None in shape:
        raise ValueError(shape)
    return tuple(size or 0 for size in shape)


def _of_squeeze(
    node: Operator, _: int, given: Sized, __: int, ___: Shape, values: Mapping[str, Any], *____: Any
) -> int | None:
    batch, axes = given.batch or 0, _stated(node, 1, values)
    gone = [axis for axis, size in enumerate(given.shape) if size == 1] if axes is None else axes
    gone = [axis % len(given.shape) for axis in gone]
    return None if batch in gone else batch - sum(axis < batch for axis in gone)


def _of_unsqueeze(
    node: Operator, _: int, given: Sized, __: int, output: Shape, values: Mapping[str, Any], *___: Any
) -> int | None:
    batch = given.batch or 0
    for axis in sorted(axis % len(output) for axis in _stated(node, 1, values) or ()):
        batch += axis <= batch
    return batch


def _of_gather(
    node: Operator, _: int, given: Sized, which: int, __: Shape, ___: Mapping[str, Any], taken: list[Sized | None]
) -> int | None:
    data, indices, batch = taken[0], taken[1], given.batch or 0
    if data is None or indices is None:
        return None
    axis = node.integer("axis", 0) % len(data.shape)
    if which == 1:
        return axis + batch
    if batch == axis:
        return None
    return batch + (len(indices.shape) - 1 if axis < batch else 0)


def _of_recurrent(node: Operator, number: int, *_: Any) -> int | None:
    if node.integer("layout", 0):
        return 0
    return 2 if number == 0 else 1


def _of_einsum(node: Operator, _: int, given: Sized, which: int, *__: Any) -> int | None:
    terms, _arrow, result = node.text("equation", "").replace(" ", "").partition("->")
    return result.index(terms.split(",")[which][given.batch or 0])


def _behind_reduction(node: Operator, given: Sized, output: Shape, values: Mapping[str, Any]) -> int | None:
    if len(output) == len(given.shape):
        return given.batch
    axes = (node.integer("axis", 0),) if node.type in _REDUCING else _stated(node, 1, values)
    gone = range(len(given.shape)) if axes is None else [axis % len(given.shape) for axis in axes]
    batch = given.batch or 0
    return None if batch in gone else batch - sum(axis < batch for axis in gone)


def _stated(node: Operator, number: int, values: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Return axes, which are an attribute in old files and an input in new ones."""
    if len(node.inputs) > number and node.inputs[number] in values:
        return tuple(int(axis) for axis in values[node.inputs[number]].ravel())
    return node.integers("axes")


_RULES: Mapping[str, Callable[..., int | None]] = {
    "Einsum": _of_einsum,
    "Flatten": _of_reshape,
    "GRU": _of_recurrent,
    "Gather": _of_gather,
    "LSTM": _of_recurrent,
    "RNN": _of_recurrent,
    "Reshape": _of_reshape,
    "Squeeze": _of_squeeze,
    "Transpose": _of_transpose,
    "Unsqueeze": _of_unsqueeze,
}
