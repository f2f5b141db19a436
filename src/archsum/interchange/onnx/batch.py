"""Follows the batch through a graph whose file has a fixed one: which axis of each tensor it is."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from archsum.interchange.onnx.values import ModelError, Operator, Sized
from archsum.layers.shapes import Shape

_REDUCING = ("ArgMax", "ArgMin")


def follow(
    nodes: Sequence[Operator],
    shapes: Mapping[str, Shape],
    values: Mapping[str, Any],
    inputs: Mapping[str, int | None],
    size: int,
) -> dict[str, Sized]:
    """Return the sizes of each tensor, with the axis of the batch, which has a size; `inputs` are those of the inputs."""
    sized = {name: Sized(shape) for name, shape in shapes.items()}
    for name, axis in inputs.items():
        if name in sized:
            sized[name] = Sized(sized[name].shape, axis)
    for node in nodes:
        taken = [sized.get(name) for name in node.inputs]
        if node.type in ("Shape", "Size") or not any(each and each.batch is not None for each in taken):
            continue
        for number, name in enumerate(node.outputs):
            if name in sized and name not in values:
                axis = _axis(node, number, taken, sized[name].shape, values, size)
                sized[name] = _with_batch(sized[name].shape, axis, size)
    return sized


def _with_batch(shape: Shape, axis: int | None, size: int) -> Sized:
    """Return sizes with the batch along an axis; none where it cannot be there."""
    if axis is None or not 0 <= axis < len(shape):
        return Sized(shape)
    along = shape[axis]
    if along is None or along % size:
        return Sized(shape)
    return Sized(shape, axis, along // size)


def _axis(
    node: Operator, number: int, taken: list[Sized | None], output: Shape, values: Mapping[str, Any], size: int
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
            return rule(node, number, taken, which, output, values)
    except (ModelError, IndexError, ValueError):
        return None
    if node.type.startswith("Reduce") or node.type in _REDUCING:
        return _behind_reduction(node, given, output, values)
    return len(output) - (rank - batch) if len(output) >= rank else batch


def _of_transpose(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    del output, values
    given = taken[which]
    order = node.integers("perm") or tuple(reversed(range(len(given.shape))))
    return order.index(given.batch)


def _of_reshape(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    """Return the axis before which there are as many elements as before the batch's, and where its size fits."""
    del node, values
    given = taken[which]
    if None in output or None in given.shape:
        return given.batch
    before = prod(given.shape[: given.batch])
    along = given.shape[given.batch]
    begins = [1, *accumulate(output, mul)][: len(output)]
    fitting = [axis for axis, begin in enumerate(begins) if begin == before and output[axis] % (along or 1) == 0]
    exact = [axis for axis in fitting if output[axis] == along]
    if not exact and along and (size := along // (given.times or 1)):
        exact = [axis for axis, begin in enumerate(begins) if begin == before and output[axis] == size]
    return min(exact or fitting, key=lambda axis: abs(axis - given.batch), default=None)


def _of_squeeze(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    given = taken[which]
    axes = _stated(node, 1, values)
    gone = [axis for axis, size in enumerate(given.shape) if size == 1] if axes is None else axes
    gone = [axis % len(given.shape) for axis in gone]
    return None if given.batch in gone else given.batch - sum(axis < given.batch for axis in gone)


def _of_unsqueeze(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    new = sorted(axis % len(output) for axis in _stated(node, 1, values) or ())
    batch: int = taken[which].batch
    for axis in new:
        batch += axis <= batch
    return batch


def _of_gather(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    del output, values
    data, indices = taken[0], taken[1]
    axis = node.integer("axis", 0) % len(data.shape)
    if which == 1:
        return axis + int(indices.batch)
    if data.batch == axis:
        return None
    added = len(indices.shape) - 1
    return int(data.batch) + (added if axis < data.batch else 0)


def _of_recurrent(node: Operator, number: int, *_: Any) -> int | None:
    if node.integer("layout", 0):
        return 0
    return 2 if number == 0 else 1


def _of_einsum(node: Operator, _: int, taken: Any, which: int, output: Shape, values: Any) -> int | None:
    del output, values
    terms, _, result = node.text("equation", "").replace(" ", "").partition("->")
    return result.index(terms.split(",")[which][taken[which].batch])


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


_RULES: Mapping[str, Any] = {
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
