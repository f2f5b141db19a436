"""Operators that move elements: other shapes, other orders, parts, and copies."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.values import ModelError, RefusedError
from archsum.layers.shapes import Shape

_END = 2**31 - 1
"""What files write for the end of an axis is at least as large."""


def alias(call: Call) -> None:
    """Add nothing: the output is the input."""
    call.plan.alias(call.operator.outputs[0], call.data())


def reshape(call: Call) -> None:
    """Add a reshape to what a sample of the output is, unless it is the input's."""
    made, taken = call.made().sample, call.plan.resolved(call.data())
    while (giving := call.plan.giving.get(taken)) is not None and giving.kind == "reshape":
        taken = call.plan.resolved(giving.inputs[0])
    if call.plan.size(taken).sample == made:
        call.plan.alias(call.operator.outputs[0], taken)
        return
    if made.count(None) > 1:
        raise RefusedError("it has two unknown sizes")
    if 0 in made:
        raise RefusedError("it has no elements")
    call.add("reshape", {"target_shape": [-1 if size is None else size for size in made]}, [taken])


def axes_changed(kind: str) -> Rule:
    """Return the rule of what adds axes of size 1, or takes them away."""

    def rule(call: Call) -> None:
        given, made = call.given(), call.made()
        if given.sample == made.sample or made.sample.count(None) <= 1:
            reshape(call)
            return
        larger = made if kind == "expand_dims" else given
        stated = call.integers(1, "axes")
        if stated is None:
            raise RefusedError("its axes are not stated")
        axes = [larger.axis(axis) for axis in stated]
        call.add(kind, {"axis": axes if len(axes) > 1 else axes[0]})

    return rule


def transpose(call: Call) -> None:
    """Add a permutation of the axes that a sample has."""
    given = call.given()
    order = call.operator.integers("perm") or tuple(reversed(range(len(given.shape))))
    if sorted(order) != list(range(len(given.shape))):
        raise ModelError(f"has {list(order)} as the order of {len(given.shape)} axes")
    dims = [given.axes.index(axis) + 1 for axis in order if axis in given.axes]
    if dims == sorted(dims):
        alias(call)
    else:
        call.add("permute", {"dims": dims})


def concatenate(call: Call) -> None:
    """Add a concatenation; of one input it is nothing."""
    made = call.made()
    axis = made.axis(call.operator.integer("axis", 0))
    taken = [call.plan.layer_of(name, call.operator) for name in _without_empty(call)]
    if len(taken) == 1:
        call.plan.alias(call.operator.outputs[0], taken[0])
        return
    call.add("concatenate", {"axis": axis}, _joined(call))


def _without_empty(call: Call) -> list[str]:
    return [name for name in call.operator.inputs if name and 0 not in call.plan.size(name).shape]


def _joined(call: Call) -> list[str]:
    """Return what is joined, a constant with the axis of the batch taken away."""
    made, taken = call.made(), []
    for name in _without_empty(call):
        given = call.plan.size(name)
        if given.batch != made.batch and made.batch is not None and made.times == 1:
            if given.batch is not None or given.shape[made.batch] != 1:
                raise RefusedError("it joins what has the batch along other axes")
            sizes = [size or 1 for place, size in enumerate(given.shape) if place != made.batch]
            taken.append(call.plan.layer_of(name, call.operator, sizes))
        else:
            taken.append(call.plan.layer_of(name, call.operator))
    return taken


def split(call: Call) -> None:
    """Add a layer for each part that something takes."""
    given = call.given()
    along = given.normalized(call.operator.integer("axis", 0))
    count = len(call.operator.outputs)
    sizes = call.integers(1, "split")
    whole = given.shape[along]
    if sizes is None and whole is not None:
        each = -(-whole // count)
        sizes = tuple(min(each, max(0, whole - each * number)) for number in range(count))
    for number, output in enumerate(call.operator.outputs):
        if output and call.is_taken(number):
            part(call, number, given.axis(along), sizes, count)


def part(call: Call, number: int, axis: int, sizes: Sequence[int] | None, count: int) -> None:
    """Add one part of an axis: of equal ones the split, of others the slice."""
    if sizes is None or len(set(sizes)) == 1:
        call.add("split", {"axis": axis, "parts": count, "part": number}, number=number)
        return
    ends = list(accumulate(sizes))
    stop = ends[number] if number < count - 1 else None
    call.add("slice", {"axis": axis, "start": ends[number] - sizes[number], "stop": stop}, number=number)


def slices(call: Call) -> None:
    """Add a slice for each axis that it takes a part of."""
    given = call.given()
    starts, ends = call.integers(1, "starts"), call.integers(2, "ends")
    if starts is None or ends is None:
        raise ModelError("has no `starts` or no `ends`")
    axes = call.integers(3, "axes") or tuple(range(len(starts)))
    steps = call.integers(4) or (1,) * len(axes)
    if len({len(axes), len(starts), len(ends), len(steps)}) > 1:
        raise ModelError("has not as many `starts` as `ends`, axes and steps")
    taken, shape = call.data(), list(given.shape)
    parts: list[tuple[int, dict[str, Any]]] = []
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        place = given.normalized(axis)
        fields = _slice(shape[place], start, end, step)
        if fields:
            parts.append((place, fields))
    if not parts:
        alias(call)
        return
    made = call.made()
    for number, (place, fields) in enumerate(parts, start=1):
        axis = given.axis(place)
        shape[place] = made.shape[place]
        between = None if number == len(parts) else given._replace(shape=tuple(shape)).sample
        taken = call.add("slice", {"axis": axis, **fields}, [taken], shape=between)


def _slice(size: int | None, start: int, end: int, step: int) -> dict[str, Any]:
    """Return the fields of a slice; none where it is all of the axis."""
    if step < 0:
        raise RefusedError("it turns an axis round")
    if size is not None:
        start, stop, _ = slice(start, end).indices(size)
        if (start, stop, step) == (0, size, 1):
            return {}
        fields = {"start": start, "stop": None if stop == size else stop}
    elif start == 0 and end >= _END and step == 1:
        return {}
    else:
        fields = {"start": start, "stop": None if end >= _END else end}
    return {**fields, "step": step} if step > 1 else fields


def expand(call: Call) -> None:
    """Add what repeats elements along axes of size 1."""
    made = call.made()
    (taken,) = call.aligned([0])
    if call.plan.size(taken).sample == made.sample:
        call.plan.alias(call.operator.outputs[0], taken)
        return
    given = call.plan.size(taken).sample
    unknown = [
        size for size, before in zip(made.sample[::-1], given[::-1], strict=False) if size is None and before != 1
    ]
    if made.sample.count(None) > len(unknown):
        raise RefusedError("it repeats elements an unknown number of times")
    call.add("expand", {"shape": [-1 if size is None else size for size in made.sample]}, [taken])


def tile(call: Call) -> None:
    """Add what repeats all of an axis."""
    given = call.given()
    times = call.integers(1)
    if times is None or len(times) != len(given.shape):
        raise RefusedError("how often it repeats is not stated for each axis")
    if given.batch is not None and times[given.batch] != 1:
        raise RefusedError("it repeats samples")
    repeats = [times[axis] for axis in given.axes]
    if set(repeats) <= {1}:
        alias(call)
    else:
        call.add("tile", {"repeats": repeats})


def dropout(call: Call) -> None:
    """Add a dropout, which computes nothing at inference."""
    rate = call.operator.number("ratio", 0.5)
    if call.has(1):
        values = call.values(1)
        rate = 0.5 if values is None or values.size != 1 else float(values.ravel()[0])
    if not 0 <= rate <= 1:
        raise ModelError(f"has a ratio of {rate}")
    call.add("dropout", {"rate": float(f"{rate:.7g}")})


def split_to_sequence(call: Call) -> None:
    """Add a layer for each part; what takes one of them says which."""
    given = call.given()
    along = given.normalized(call.operator.integer("axis", 0))
    whole, stated = given.shape[along], call.values(1)
    if whole is None or (stated is None and call.has(1)):
        raise RefusedError("its parts depend on data")
    sizes: list[int]
    if stated is not None and stated.ndim:
        sizes = [int(size) for size in stated.ravel()]
    else:
        each = 1 if stated is None else max(1, int(stated.ravel()[0]))
        sizes = [min(each, whole - start) for start in range(0, whole, each)]
    if len(sizes) > MOST_PARTS:
        raise RefusedError("it has very many parts")
    if stated is None and not call.operator.integer("keepdims", 1):
        raise RefusedError("its parts lack an axis")
    axis, ends, made = given.axis(along), list(accumulate(sizes)), []
    for number, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        shape = given._replace(shape=(*given.shape[:along], size, *given.shape[along + 1 :]))
        equal = len(set(sizes)) == 1
        kind = "split" if equal else "slice"
        fields = {"parts": len(sizes), "part": number} if equal else {"start": end - size, "stop": end}
        name = call.add(kind, {"axis": axis, **fields}, shape=shape.sample)
        call.plan.sized[name] = shape
        made.append(name)
    call.plan.lists[call.operator.outputs[0]] = made


MOST_PARTS = 1_000
"""The most tensors in a sequence of them."""


def sequence_at(call: Call) -> None:
    """Add nothing: the output is one of the tensors in a sequence."""
    parts, values = call.plan.lists.get(call.name(0)), call.values(1)
    if parts is None or values is None or not -len(parts) <= int(values) < len(parts):
        raise RefusedError("which tensor of a sequence it takes depends on data")
    call.plan.alias(call.operator.outputs[0], parts[int(values)])


def moved(call: Call) -> None:
    """Add what moves elements in a way that no kind has: it computes nothing."""
    shape: Shape = call.made().sample
    plan = call.plan
    names = [name for name in call.operator.inputs if name and (plan.is_data(name) or plan.counts(name))]
    taken = [plan.layer_of(name, call.operator) for name in names] or [call.data()]
    call.add("custom", {"output_shape": list(shape), "macs": 0, "flops": 0}, taken)


_MOVING = (
    "CenterCropPad", "Compress", "EyeLike", "GatherElements", "GatherND", "NonZero", "OneHot", "ReverseSequence",
    "ScatterElements", "ScatterND", "TensorScatter", "Trilu", "Unique",
)  # fmt: skip

RULES: dict[str, Rule] = {
    "Cast": alias,
    "CastLike": alias,
    "Concat": concatenate,
    "Dropout": dropout,
    "Expand": expand,
    "Flatten": reshape,
    "Identity": alias,
    "Reshape": reshape,
    "SequenceAt": sequence_at,
    "Slice": slices,
    "Split": split,
    "SplitToSequence": split_to_sequence,
    "Squeeze": axes_changed("squeeze"),
    "Tile": tile,
    "Transpose": transpose,
    "Unsqueeze": axes_changed("expand_dims"),
    **dict.fromkeys(_MOVING, moved),
}
