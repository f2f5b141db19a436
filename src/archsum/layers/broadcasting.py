"""Broadcasting: inputs are repeated along the axes where their size is 1, and along those they lack at the front."""

from collections.abc import Iterator

from archsum.errors import ShapeError
from archsum.layers.axis import axis_name
from archsum.layers.base import Step
from archsum.layers.shapes import Shape, known, show, show_all

_CURE = (
    "the sizes of an axis are equal, or 1; a 1 × 1 convolution changes an input's channels, `strides` its other sizes, "
    "which `padding: same` keeps"
)

_MOST_AXES = 4
"""Of what convolutions take: volumes, and their channels."""


def broadcast(inputs: tuple[Shape, ...], verb: str, *, shown: tuple[Shape, ...] = (), cure: str = "") -> Shape:
    """Return the shape that all inputs have, repeated; where one's size is unknown, so is the shape's.

    `verb`: what cannot be done with inputs that do not fit. `shown`: whole shapes, of which these are a part.

    Errors: ShapeError where two inputs have different sizes along an axis, neither of them 1.
    """
    return tuple(_merged(axis, sizes, inputs, verb, shown or inputs, cure) for axis, sizes in _aligned(inputs))


def explain_broadcast(inputs: tuple[Shape, ...], output: Shape) -> Iterator[Step]:
    """Derive the sizes along which the inputs have different ones."""
    for axis, sizes in _aligned(inputs):
        if len(set(sizes)) > 1:
            size = output[axis - 1]
            note = "an input's size is unknown" if size is None else "an input of size 1 is repeated along the axis"
            yield Step.of(axis_name(axis), size, note)


def _aligned(inputs: tuple[Shape, ...]) -> list[tuple[int, Shape]]:
    """Return the number of each axis and the inputs' sizes; one with fewer axes has size 1 at the front."""
    most = max(map(len, inputs))
    filled = ((1,) * (most - len(shape)) + shape for shape in inputs)
    return list(enumerate(zip(*filled, strict=True), start=1))


def _merged(
    axis: int, sizes: Shape, inputs: tuple[Shape, ...], verb: str, shown: tuple[Shape, ...], cure: str
) -> int | None:
    size, *others = dict.fromkeys(size for size in sizes if size not in (1, None)) or (1,)
    if others:
        counts = set(map(len, inputs))
        # Counted from the end it is the same axis of every input, however many each has.
        number = axis if len(counts) == 1 else axis - max(map(len, shown)) - 1
        message = f"cannot {verb} {show_all(shown)}: {axis_name(number)} differs, {size} and {others[0]}"
        raise ShapeError(message, cure or _fitting(shown) or _CURE)
    return None if None in sizes else size


def _fitting(inputs: tuple[Shape, ...]) -> str | None:
    """Return what makes one of two shapes the other, with the channels last; None where that is in doubt."""
    shapes = list(dict.fromkeys(inputs))
    if (
        len(shapes) != 2
        or len(set(map(len, shapes))) != 1
        or len(shapes[0]) > _MOST_AXES
        or any(None in shape for shape in shapes)
    ):
        return None
    larger, smaller = sorted(shapes, key=lambda shape: [known(size) for size in shape[:-1]], reverse=True)
    sizes = [(known(large), known(small)) for large, small in zip(larger[:-1], smaller[:-1], strict=True)]
    rank, filters, makes = len(sizes), smaller[-1], f"makes {show(smaller)} of {show(larger)}"
    if all(large == small for large, small in sizes):
        return (
            f"`conv{rank}d: {{filters: {filters}, kernel_size: 1}}` {makes}"
            if rank > 1
            else f"`dense: {filters}` {makes}"
        )
    stride = round(sizes[0][0] / sizes[0][1])
    if any(large == small or -(-large // stride) != small for large, small in sizes):
        is_same = larger[-1] == filters and all(small < large < 2 * small for large, small in sizes)
        kept = f"`padding: same` keeps the size, where layers without padding make {sizes[0][1]} of {sizes[0][0]}"
        return kept if is_same else None
    return f"`conv{rank}d: {{filters: {filters}, kernel_size: 1, strides: {stride}}}` {makes}"
