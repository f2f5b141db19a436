"""The sizes of every tensor of a graph, and which are the batch's.

Inference is asked with numbers in the place of what is not known: a size that changes with the batch is the batch's,
in the same proportion; one that changes with another unknown size is unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from archsum.interchange.onnx.batch import follow
from archsum.interchange.onnx.runs import Run, infer
from archsum.interchange.onnx.values import Operator, Sized, Tensor
from archsum.layers.shapes import Shape, product

_BATCHES = (2, 3)
_UNKNOWN = ((192, 64), (32, 32), (8, 8))
"""What unknown sizes are tried with: the first one, and how far the others are from it."""


class Input(NamedTuple):
    """An input of a graph."""

    shape: Shape
    """All sizes; None is unknown."""
    symbols: tuple[str, ...]
    """What the file calls each size that is not known; empty where it has no name."""
    batch: int | None
    """The axis that is the batch."""


class Sizes(NamedTuple):
    """What is known of all tensors, by their names; of those that are missing the number of axes is not known."""

    sized: Mapping[str, Sized]
    values: Mapping[str, Any]
    """The elements of small constants, where they are the same whatever the sizes of the inputs are."""


def sizes_of(
    model: Any, nodes: Sequence[Operator], tensors: Mapping[str, Tensor], inputs: Mapping[str, Input]
) -> Sizes:
    """Return the sizes of all tensors of a graph."""
    best: tuple[int, Sizes] | None = None
    for first, apart in _numbers(inputs):
        lost, sizes = _attempt(model, nodes, tensors, inputs, first, apart)
        if best is None or lost < best[0]:
            best = lost, sizes
        if not lost:
            break
    return best[1] if best else Sizes({}, {})


def _numbers(inputs: Mapping[str, Input]) -> Sequence[tuple[int, int]]:
    """Return what unknown sizes are tried with, beside the batch."""
    has_unknown = any(
        size is None and axis != given.batch for given in inputs.values() for axis, size in enumerate(given.shape)
    )
    return _UNKNOWN if has_unknown else _UNKNOWN[:1]


def _attempt(
    model: Any,
    nodes: Sequence[Operator],
    tensors: Mapping[str, Tensor],
    inputs: Mapping[str, Input],
    first: int,
    apart: int,
) -> tuple[int, Sizes]:
    """Return the sizes found with numbers in the place of the unknown ones, and how many could not be found."""

    def run(batch: int, shift: int) -> Run:
        return infer(model, nodes, tensors, _filled(inputs, batch, first + shift, apart))

    has_unknown = any(None in _without_batch(given) for given in inputs.values())
    fixed = _fixed_batch(inputs)
    if fixed is None:
        one = run(_BATCHES[0], 0)
        if not _is_baked(nodes, one):
            other = run(_BATCHES[1], 0)
            shifted = run(_BATCHES[0], apart // 2) if has_unknown else one
            return one.lost + _missing(nodes, one), _compared(one, other, shifted)
    batch = fixed or 1
    one = run(batch, 0)
    shifted = run(batch, apart // 2) if has_unknown else one
    values = _common_values(one, shifted)
    shapes = {name: _agreed(shape, shifted.shapes.get(name)) for name, shape in one.shapes.items()}
    axes = {name: given.batch for name, given in inputs.items()}
    followed = follow(nodes, one.shapes, values, axes, batch)
    sized = {name: followed[name]._replace(shape=shape) for name, shape in shapes.items()}
    return one.lost + _missing(nodes, one), Sizes(sized, values)


def _fixed_batch(inputs: Mapping[str, Input]) -> int | None:
    """Return the batch that the file has for good; None where it is left open."""
    sizes = [given.shape[given.batch] for given in inputs.values() if given.batch is not None]
    if not sizes:
        return 1
    return None if None in sizes else max(1, min(size for size in sizes if size is not None))


def _without_batch(given: Input) -> Shape:
    return tuple(size for axis, size in enumerate(given.shape) if axis != given.batch)


def _filled(inputs: Mapping[str, Input], batch: int, first: int, apart: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the inputs with numbers for what is not known; what has one name has one number."""
    numbers: dict[str, int] = {}
    filled = {}
    for name, given in inputs.items():
        shape = []
        for axis, size in enumerate(given.shape):
            if axis == given.batch and size is None:
                shape.append(batch)
            elif size is None:
                symbol = given.symbols[axis] or f"{name} {axis}"
                shape.append(numbers.setdefault(symbol, first + apart * len(numbers)))
            else:
                shape.append(size)
        filled[name] = tuple(shape)
    return filled


def _is_baked(nodes: Sequence[Operator], run: Run) -> bool:
    """Whether another batch than the file was made with does not go through it, whatever its inputs say."""
    for node in nodes:
        if node.type == "Reshape" and node.inputs and node.outputs:
            given, made = (product(run.shapes.get(name, (None,))) for name in (node.inputs[0], node.outputs[0]))
            if given is not None and made is not None and given != made:
                return True
    return False


def _missing(nodes: Sequence[Operator], run: Run) -> int:
    return sum(name not in run.shapes for node in nodes for name in node.outputs if name)


def _compared(one: Run, other: Run, shifted: Run) -> Sizes:
    """Compare runs with two batches, and with other sizes in the place of unknown ones."""
    sized = {}
    for name, shape in one.shapes.items():
        batched = other.shapes.get(name, shape)
        known = list(_agreed(shape, shifted.shapes.get(name)))
        batch: int | None = None
        times: int | None = 1
        if len(batched) == len(shape):
            changing = [axis for axis, sizes in enumerate(zip(shape, batched, strict=True)) if sizes[0] != sizes[1]]
            for axis in changing:
                along = _per_sample(shape[axis], batched[axis])
                if batch is None and along is not None:
                    batch, times = axis, along if known[axis] is not None else None
                else:
                    known[axis] = None
        sized[name] = Sized(tuple(known), batch, times)
    return Sizes(sized, _common_values(one, other, shifted))


def _per_sample(one: int | None, other: int | None) -> int | None:
    """Return how much of a size each sample has; None where it is not in proportion."""
    if one is None or other is None or one * _BATCHES[1] != other * _BATCHES[0]:
        return None
    return one // _BATCHES[0]


def _agreed(shape: Shape, other: Shape | None) -> Shape:
    """Return the sizes that do not depend on unknown ones."""
    if other is None or len(other) != len(shape):
        return (None,) * len(shape) if other is not None else shape
    return tuple(size if size == also else None for size, also in zip(shape, other, strict=True))


def _common_values(first: Run, *others: Run) -> dict[str, Any]:
    return {
        name: value
        for name, value in first.values.items()
        if all(name in run.values and numpy.array_equal(value, run.values[name]) for run in others)
    }
