"""Computes the elements of small constant tensors, such as the sizes that a `Reshape` is given.

What a file may compute so is in one table; nothing else of it is ever run, and no tensor is large.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from math import prod
from typing import Any

import numpy

from archsum.interchange.onnx.protobuf import MAX_VALUES
from archsum.interchange.onnx.values import ModelError, Operator

Array = Any
_Function = Callable[..., Array]


def compute(operator: Operator, inputs: Sequence[Array | None]) -> Array | None:
    """Return what an operator makes of known elements; None where that is not known, or is much."""
    function = _FUNCTIONS.get(operator.type) if operator.is_standard else None
    if function is None or len(operator.outputs) != 1:
        return None
    with (
        suppress(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, ModelError),
        numpy.errstate(all="ignore"),
    ):
        result = numpy.asarray(function(operator, *inputs))
        return result if result.size <= MAX_VALUES and result.dtype.kind in "iufb" else None
    return None


def _integers(values: Array | None) -> tuple[int, ...] | None:
    return None if values is None else tuple(int(value) for value in numpy.ravel(values))


def _sizes(values: Array) -> tuple[int, ...]:
    """Return the sizes of a new tensor. Errors: ValueError where it is large."""
    sizes = tuple(int(value) for value in numpy.ravel(values))
    if min(sizes, default=0) < 0 or prod(sizes) > MAX_VALUES:
        raise ValueError(sizes)
    return sizes


def _axes(operator: Operator, stated: Array | None) -> tuple[int, ...] | None:
    """Return axes, which old files have in an attribute."""
    return operator.integers("axes") if stated is None else _integers(stated)


def _gather(operator: Operator, data: Array, indices: Array) -> Array:
    return numpy.take(data, indices, axis=operator.integer("axis", 0))


def _concatenate(operator: Operator, *parts: Array) -> Array:
    if sum(part.size for part in parts) > MAX_VALUES:
        raise ValueError
    return numpy.concatenate(parts, axis=operator.integer("axis", 0))


def _unsqueeze(operator: Operator, data: Array, stated: Array | None = None) -> Array:
    axes = _axes(operator, stated) or ()
    return numpy.expand_dims(data, axes)


def _squeeze(operator: Operator, data: Array, stated: Array | None = None) -> Array:
    return numpy.squeeze(data, _axes(operator, stated))


def _slice(operator: Operator, data: Array, *stated: Array | None) -> Array:
    given = [*map(_integers, stated), *[None] * (4 - len(stated))]
    starts, ends, axes, steps = given[:4]
    starts = operator.integers("starts") if starts is None else starts
    ends = operator.integers("ends") if ends is None else ends
    axes = axes or operator.integers("axes") or tuple(range(len(starts or ())))
    parts = [slice(None)] * data.ndim
    for axis, start, end, step in zip(axes, starts or (), ends or (), steps or (1,) * len(axes), strict=True):
        parts[axis] = slice(start, None if step < 0 and end < -data.shape[axis] else end, step)
    return data[tuple(parts)]


def _range(_: Operator, start: Array, limit: Array, delta: Array) -> Array:
    if (limit - start) / delta > MAX_VALUES:
        raise ValueError
    return numpy.arange(start, limit, delta)


def _reshape(_: Operator, data: Array, sizes: Array) -> Array:
    wanted = [data.shape[axis] if size == 0 else int(size) for axis, size in enumerate(sizes)]
    return data.reshape(wanted)


def _filled(operator: Operator, sizes: Array) -> Array:
    from onnx import numpy_helper

    shape = _sizes(sizes)
    attribute = operator.attributes.get("value")
    value = numpy.zeros(1, "float32") if attribute is None else numpy_helper.to_array(attribute.t)
    return numpy.full(shape, value.ravel()[0], value.dtype)


def _expand(_: Operator, data: Array, sizes: Array) -> Array:
    return numpy.broadcast_to(data, numpy.broadcast_shapes(data.shape, _sizes(sizes)))


def _divide(_: Operator, first: Array, second: Array) -> Array:
    if first.dtype.kind in "iu":
        return numpy.trunc(first / second).astype(first.dtype)
    return first / second


def _cast(operator: Operator, data: Array) -> Array:
    from onnx import helper

    return data.astype(helper.tensor_dtype_to_np_dtype(operator.integer("to", 1)))


def _reduce(function: Callable[..., Array]) -> _Function:
    def reduce(operator: Operator, data: Array, stated: Array | None = None) -> Array:
        return function(data, axis=_axes(operator, stated), keepdims=bool(operator.integer("keepdims", 1)))

    return reduce


def _each(function: Callable[..., Array]) -> _Function:
    return lambda _, *inputs: function(*inputs)


_FUNCTIONS: dict[str, _Function] = {
    "Abs": _each(numpy.abs),
    "Add": _each(numpy.add),
    "And": _each(numpy.logical_and),
    "Cast": _cast,
    "CastLike": lambda _, data, like: data.astype(like.dtype),
    "Ceil": _each(numpy.ceil),
    "Concat": _concatenate,
    "ConstantOfShape": _filled,
    "Div": _divide,
    "Equal": _each(numpy.equal),
    "Expand": _expand,
    "Floor": _each(numpy.floor),
    "Gather": _gather,
    "Greater": _each(numpy.greater),
    "Identity": lambda _, data: data,
    "Less": _each(numpy.less),
    "Max": lambda _, first, *others: _folded(numpy.maximum, first, others),
    "Min": lambda _, first, *others: _folded(numpy.minimum, first, others),
    "Mod": _each(numpy.mod),
    "Mul": _each(numpy.multiply),
    "Neg": _each(numpy.negative),
    "Not": _each(numpy.logical_not),
    "Or": _each(numpy.logical_or),
    "Range": _range,
    "ReduceMax": _reduce(numpy.max),
    "ReduceMin": _reduce(numpy.min),
    "ReduceProd": _reduce(numpy.prod),
    "ReduceSum": _reduce(numpy.sum),
    "Reshape": _reshape,
    "Slice": _slice,
    "Sqrt": _each(numpy.sqrt),
    "Squeeze": _squeeze,
    "Sub": _each(numpy.subtract),
    "Transpose": lambda operator, data: numpy.transpose(data, operator.integers("perm")),
    "Unsqueeze": _unsqueeze,
    "Where": _each(numpy.where),
}


def _folded(function: Callable[[Array, Array], Array], first: Array, others: Sequence[Array]) -> Array:
    for other in others:
        first = function(first, other)
    return first
