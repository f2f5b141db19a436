"""How to draw layers of kinds that Keras has as functions, and Keras's own of each."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy
from hypothesis import strategies as st

from archsum.layers.shapes import Shape
from tests.support.parity import equations
from tests.support.parity.cases import FLAGS, Case, Fields, Strategy, any_cases, fields_of, rarely, sizes

AXES = st.integers(-5, 5)


class Function(NamedTuple):
    """Layers of ours, and for each what Keras's functions make of a batch of its inputs."""

    cases: Strategy
    call: Callable[..., Any]
    """Given the layer's fields and the inputs."""


def outcome(function: Function, case: Case) -> Shape | None:
    """Give the case to Keras symbolically, so that sizes may be unknown; None where it refuses."""
    inputs = [keras.KerasTensor((None, *shape)) for shape in case.shapes]
    try:
        output = tuple(function.call(case.fields, *inputs).shape)
    except Exception:  # Keras refuses with whatever its arithmetic stumbles over
        return None
    return output[1:]


@st.composite
def _alike(draw: st.DrawFn, fields: Strategy, most: int) -> Case:
    """Draw inputs of as many axes, whose sizes are mostly the same, or 1."""
    shape = draw(st.lists(sizes(6), min_size=1, max_size=4).map(tuple))
    others = [tuple(draw(rarely(st.just(size) | st.just(1), sizes(6))) for size in shape) for _ in range(1, most)]
    first, *rest = draw(st.permutations([shape, *others]))
    return Case(draw(fields), first, tuple(rest))


@st.composite
def _matrices(draw: st.DrawFn) -> Case:
    """Draw two stacks of matrices, most of which fit."""
    size = st.sampled_from([1, 2, 2])  # an unknown one Keras takes to be the other's, where a merge's is unknown
    count = draw(st.integers(0, 2))
    leading = st.lists(size, min_size=count, max_size=count)
    rows, length, other, columns = (draw(sizes(6)) for _ in range(4))
    second = (*draw(leading), draw(rarely(st.just(length) | st.none(), st.just(other))), columns)
    return Case({}, (*draw(leading), rows, length), (second,))


@st.composite
def _gathers(draw: st.DrawFn) -> Case:
    """Draw what is taken along an axis that is there."""
    shape = draw(st.lists(sizes(6), min_size=1, max_size=4).map(tuple))
    taken = draw(st.lists(st.integers(1, 5), min_size=1, max_size=2))
    return Case({"axis": draw(st.integers(1, len(shape)) | AXES), "size": taken}, shape)


def _take(fields: Fields, data: Any) -> Any:
    if fields["axis"] in (0, -len(data.shape)):
        raise ValueError("the batch is no axis of a sample")
    return keras.ops.take(data, numpy.zeros(fields["size"], dtype="int32"), axis=fields["axis"])


def _reductions() -> Strategy:
    several = AXES | st.lists(AXES, min_size=1, max_size=3)
    functions = st.sampled_from(["mean", "sum", "max", "min", "prod", "std", "variance", "any", "all", "logsumexp"])
    of_one = st.builds(
        lambda function, axis: {"function": function, "axis": axis}, st.sampled_from(["argmax", "argmin"]), AXES
    )
    fields = fields_of({"function": functions}, {"axis": several, "keepdims": FLAGS})
    return any_cases(rarely(fields, of_one), st.lists(sizes(6), min_size=1, max_size=4).map(tuple))


def _reduce(fields: Fields, data: Any) -> Any:
    count = len(data.shape)
    axis = fields.get("axis", list(range(1, count)))
    axes = axis if isinstance(axis, list) else [axis]
    if any(number in (0, -count) or not -count <= number < count for number in axes):
        raise ValueError("not an axis of a sample")
    if len({number % count for number in axes}) < len(axes):
        raise ValueError("an axis twice")
    name: str = fields["function"]
    function = getattr(keras.ops, {"variance": "var"}.get(name, name))
    return function(data, axis=axis, keepdims=fields.get("keepdims", False))


SHAPES = st.lists(sizes(6), min_size=1, max_size=4).map(tuple)


@st.composite
def _stacks(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    others = draw(st.lists(rarely(st.just(shape), SHAPES), min_size=1, max_size=2))
    return Case({"axis": draw(AXES)}, shape, tuple(others))


def _of_sample(fields: Fields, count: int) -> Any:
    """Return the axis, which is not the batch of what has so many axes."""
    axis = fields["axis"]
    if axis in (0, -count) or not -count <= axis < count:
        raise ValueError("not an axis of a sample")
    return axis


@st.composite
def _tiles(draw: st.DrawFn) -> Case:
    shape = draw(SHAPES)
    return Case({"repeats": draw(st.lists(st.integers(1, 3), min_size=len(shape), max_size=len(shape)))}, shape)


@st.composite
def _pads(draw: st.DrawFn) -> Case:
    shape = draw(st.lists(sizes(6), min_size=1, max_size=4).map(tuple))
    sides = st.lists(st.integers(0, 3), min_size=2, max_size=2)
    count = draw(rarely(st.just(len(shape)), st.integers(1, 4)))
    return Case({"padding": draw(st.lists(sides, min_size=count, max_size=count))}, shape)


FUNCTIONS: dict[str, Function] = {
    "einsum": Function(equations.products(3), lambda fields, *data: keras.ops.einsum(fields["equation"], *data)),
    "stack": Function(
        _stacks(), lambda fields, *data: keras.ops.stack(data, _of_sample(fields, len(data[0].shape) + 1))
    ),
    "expand_dims": Function(
        any_cases(fields_of({"axis": AXES}), SHAPES),
        lambda fields, data: keras.ops.expand_dims(data, _of_sample(fields, len(data.shape) + 1)),
    ),
    "squeeze": Function(
        any_cases(fields_of({"axis": AXES}), st.lists(st.sampled_from([1, 1, 3])).map(tuple)),
        lambda fields, data: keras.ops.squeeze(data, _of_sample(fields, len(data.shape))),
    ),
    "tile": Function(_tiles(), lambda fields, data: keras.ops.tile(data, [1, *fields["repeats"]])),
    "pad": Function(_pads(), lambda fields, data: keras.ops.pad(data, [(0, 0), *fields["padding"]])),
    "reduce": Function(_reductions(), _reduce),
    "matmul": Function(_matrices(), lambda fields, x, y: keras.ops.matmul(x, y)),
    "gather": Function(_gathers(), _take),
    "divide": Function(_alike(st.just({}), 2), lambda fields, x, y: keras.ops.divide(x, y)),
    "elementwise": Function(
        _alike(fields_of({"function": st.sampled_from(["greater", "power"])}), 2),
        lambda fields, x, y: getattr(keras.ops, fields["function"])(x, y),
    ),
}
"""By our kinds."""
