"""The shapes of operators that onnx's own inference does not stand: on a broken file it ends the process."""

from collections.abc import Callable, Mapping
from typing import Any

from archsum.interchange.onnx.values import Operator
from archsum.layers.shapes import Shape

_Rule = Callable[[Operator, Mapping[str, Shape], Mapping[str, Any]], list[Shape]]


def _split(node: Operator, shapes: Mapping[str, Shape], values: Mapping[str, Any]) -> list[Shape]:
    shape, count = shapes[node.inputs[0]], len(node.outputs)
    axis = node.integer("axis", 0)
    if not -len(shape) <= axis < len(shape) or not count:
        return []
    axis %= len(shape)
    sizes: list[int | None] = [None] * count
    stated = values.get(node.inputs[1]) if len(node.inputs) > 1 and node.inputs[1] else None
    listed = node.integers("split") if stated is None else tuple(int(size) for size in stated.ravel())
    whole = shape[axis]
    if listed is not None and len(listed) == count and min(listed, default=0) >= 0:
        sizes = list(listed)
    elif whole is not None and (len(node.inputs) < 2 or not node.inputs[1]):
        each = -(-whole // count)
        sizes = [max(0, min(each, whole - each * number)) for number in range(count)]
    return [(*shape[:axis], size, *shape[axis + 1 :]) for size in sizes]


def _gather_nd(node: Operator, shapes: Mapping[str, Shape], _: Mapping[str, Any]) -> list[Shape]:
    data, indices, batched = shapes[node.inputs[0]], shapes[node.inputs[1]], node.integer("batch_dims", 0)
    depth = indices[-1] if indices else None
    if depth is None or not 0 <= batched < len(indices) or not 0 < batched + depth <= len(data):
        return []
    return [(*indices[:-1], *data[batched + depth :])]


RULES: dict[str, _Rule] = {"GatherND": _gather_nd, "Split": _split}
"""By the operators' types; what they give is empty where it is not known."""
