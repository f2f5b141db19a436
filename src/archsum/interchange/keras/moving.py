"""Functions that give elements another place: which of our kinds each is."""

from collections.abc import Sequence
from typing import Any

from archsum.interchange.keras.operands import NoRuleError, Operands, refuse_batch
from archsum.interchange.keras.structure import Slice
from archsum.interchange.keras.use import Value, values

Step = tuple[str, dict[str, Any]]
"""A kind and its fields."""


def reshape(given: Operands) -> Sequence[Value]:
    """Add a reshape; the first size is the batch's."""
    batch, *sizes = given.wholes("newshape") or [0]
    if batch not in (-1, 1) and sizes.count(-1) == 0:
        raise refuse_batch(given.use, "gives the batch another size")
    return [given.use.add("reshape", {"target_shape": sizes}, [given.tensor("x")])]


def transpose(given: Operands) -> Sequence[Value]:
    """Add a permutation of the axes."""
    return _permuted(given, given.wholes("axes"))


def swap_axes(given: Operands) -> Sequence[Value]:
    """Add a permutation of two axes."""
    axes = list(range(len(given.shape("x")) + 1))
    first, second = _place(given, "axis1"), _place(given, "axis2")
    axes[first], axes[second] = axes[second], axes[first]
    return _permuted(given, axes)


def move_axis(given: Operands) -> Sequence[Value]:
    """Add a permutation that brings one axis elsewhere."""
    axes = list(range(len(given.shape("x")) + 1))
    axes.insert(_place(given, "destination"), axes.pop(_place(given, "source")))
    return _permuted(given, axes)


def concatenate(given: Operands) -> Sequence[Value]:
    """Add a concatenation; of one tensor that is nothing."""
    inputs = given.tensors("xs")
    if len(inputs) == 1:
        return [given.use.add("identity", {}, inputs)]
    return [given.use.add("concatenate", {"axis": given.axis(default=0)}, inputs)]


def stack(given: Operands) -> Sequence[Value]:
    """Add a stack."""
    return [given.use.add("stack", {"axis": given.axis(default=0)}, given.tensors("x"))]


def split(given: Operands) -> Sequence[Value | None]:
    """Add those parts that are taken: as many equal ones, or between places."""
    axis = given.axis(default=0)
    sections = given.get("indices_or_sections")
    if type(sections) is int:
        if not 1 <= sections <= _MOST_PARTS:
            raise NoRuleError
        return _parts(given, [("split", {"axis": axis, "parts": sections, "part": part}) for part in range(sections)])
    ends = given.wholes("indices_or_sections")
    bounds = zip([0, *ends], [*ends, None], strict=True)
    return _parts(given, [("slice", {"axis": axis, "start": start, "stop": stop}) for start, stop in bounds])


def unstack(given: Operands) -> Sequence[Value | None]:
    """Add those parts that are taken, without their axis."""
    axis = given.axis(default=0)
    shape = given.shape("x")
    place = axis if axis > 0 else len(shape) + 1 + axis
    count = shape[place - 1] if 0 < place <= len(shape) else None
    if count is None or count > _MOST_PARTS:
        raise NoRuleError
    made: list[Value | None] = []
    for part in range(count):
        if part not in given.use.used:
            made.append(None)
            continue
        steps: list[Step] = [("slice", {"axis": place, "start": part, "stop": part + 1}), ("squeeze", {"axis": place})]
        made.append(_chain(given, steps, f"part{part}" if part else "", part))
    return made


def get_item(given: Operands) -> Sequence[Value]:
    """Add what Python's brackets do: slices, single elements, whose axes go, and new axes."""
    key = given.get("key")
    keys = key if type(key) is list else [key]
    if any(True for _ in values(keys)):
        raise NoRuleError
    count = len(given.shape("x")) + 1
    stated = [part for part in keys if part is not None and part is not ...]
    if len(stated) > count or keys.count(...) > 1:
        raise NoRuleError
    missing = [Slice(None, None, None)] * (count - len(stated))
    at = keys.index(...) if ... in keys else len(keys)
    keys = [*keys[:at], *missing, *keys[at + 1 :]]
    if not isinstance(keys[0], Slice) or keys[0] != Slice(None, None, None):
        raise refuse_batch(given.use, "takes some samples of the batch")
    return [_chain(given, _item_steps(keys[1:]) or [("identity", {})], "", 0)]


def _item_steps(keys: list[Any]) -> list[Step]:
    slices: list[Step] = []
    gone, new = [], []
    axis = place = 0
    for key in keys:
        place += 1
        if key is None:
            new.append(place)
            continue
        axis += 1
        if type(key) is int:
            slices.append(("slice", {"axis": axis, "start": key, "stop": key + 1 or None}))
            gone.append(axis)
            place -= 1
        elif not isinstance(key, Slice):
            raise NoRuleError
        elif key != Slice(None, None, None):
            start, stop, step = key.start or 0, key.stop, key.step or 1
            if any(type(end) not in (int, type(None)) for end in (start, stop, step)) or step < 1:
                raise NoRuleError
            slices.append(
                ("slice", {"axis": axis, "start": start, "stop": stop, **({"step": step} if step > 1 else {})})
            )
    steps = slices
    if gone:
        steps.append(("squeeze", {"axis": gone}))
    if new:
        steps.append(("expand_dims", {"axis": new}))
    return steps


def expand_dims(given: Operands) -> Sequence[Value]:
    """Add new axes."""
    axis = given.get("axis")
    return [given.use.add("expand_dims", {"axis": axis}, [given.tensor("x")])]


def squeeze(given: Operands) -> Sequence[Value]:
    """Add what takes axes of size 1 away, all that there are where none are stated."""
    axis = given.get("axis")
    if axis is None:
        axis = [place for place, size in enumerate(given.shape("x"), start=1) if size == 1]
    return [given.use.add("squeeze", {"axis": axis}, [given.tensor("x")])]


def broadcast_to(given: Operands) -> Sequence[Value]:
    """Add what repeats along axes of size 1, and along new ones."""
    _, *sizes = given.wholes("shape") or [0]
    return [given.use.add("expand", {"shape": sizes}, [given.tensor("x")])]


def tile(given: Operands) -> Sequence[Value]:
    """Add what is repeated as a whole; the first number is the batch's."""
    repeats = given.wholes("repeats")
    missing = len(given.shape("x")) + 1 - len(repeats)
    batch, *others = [1] * missing + repeats
    if batch != 1 or missing < 0:
        raise refuse_batch(given.use, "repeats samples")
    return [given.use.add("tile", {"repeats": others}, [given.tensor("x")])]


def take(given: Operands) -> Sequence[Value]:
    """Add what takes elements by numbers: fixed ones, or another tensor's."""
    axis, indices = given.axis(), given.get("indices")
    if isinstance(indices, Value):
        return [given.use.add("gather", {"axis": axis}, [given.tensor("x"), indices])]
    if type(indices) is int:
        place = axis if axis > 0 else len(given.shape("x")) + 1 + axis
        steps: list[Step] = [
            ("slice", {"axis": place, "start": indices, "stop": indices + 1 or None}),
            ("squeeze", {"axis": place}),
        ]
        return [_chain(given, steps, "", 0)]
    return [given.use.add("gather", {"axis": axis, "size": [len(given.wholes("indices"))]}, [given.tensor("x")])]


def repeat(given: Operands) -> Sequence[Value]:
    """Add what repeats each element of an axis."""
    axis, repeats, shape = given.axis(), given.whole("repeats"), given.shape("x")
    place = axis if axis > 0 else len(shape) + 1 + axis
    size = shape[place - 1] if 0 < place <= len(shape) else None
    if size is None:
        raise NoRuleError
    return [given.use.add("gather", {"axis": axis, "size": [size * repeats]}, [given.tensor("x")])]


def roll(given: Operands) -> Sequence[Value]:
    """Add what moves elements around."""
    axis = given.get("axis")
    if axis is None or axis == 0:
        raise refuse_batch(given.use, "moves samples")
    return [given.use.add("roll", {"shift": given.get("shift"), "axis": axis}, [given.tensor("x")])]


def flip(given: Operands) -> Sequence[Value]:
    """Add what turns axes around: there is no kind for it, and nothing is computed."""
    axis = given.get("axis")
    if axis is None or axis == 0:
        raise refuse_batch(given.use, "turns samples around")
    return [given.use.add("custom", {"macs": 0, "flops": 0, "kept": 0}, [given.tensor("x")])]


def pad(given: Operands) -> Sequence[Value]:
    """Add a padding; the first pair is the batch's."""
    width = given.get("pad_width")
    if type(width) is not list or not width or width[0] not in ([0, 0], 0):
        raise NoRuleError
    return [given.use.add("pad", {"padding": width[1:], "mode": given.get("mode", "constant")}, [given.tensor("x")])]


_MOST_PARTS = 1_000


def _place(given: Operands, name: str) -> int:
    """Return an axis counted from the batch, which it is not."""
    count = len(given.shape("x")) + 1
    axis = given.axis(name)
    if not -count < axis < count:
        raise NoRuleError
    return axis % count


def _permuted(given: Operands, axes: list[int]) -> Sequence[Value]:
    if axes[:1] != [0]:
        raise refuse_batch(given.use, "moves the batch to another axis")
    count = len(axes)
    return [given.use.add("permute", {"dims": [axis % count for axis in axes[1:]]}, [given.tensor("x")])]


def _parts(given: Operands, steps: list[Step]) -> list[Value | None]:
    """Add a layer for each part that is taken."""
    return [
        _chain(given, [step], f"part{part}" if part else "", part) if part in given.use.used else None
        for part, step in enumerate(steps)
    ]


def _chain(given: Operands, steps: Sequence[Step], part: str, output: int) -> Value:
    """Add layers one behind the other; the last one gives the output."""
    value = given.tensor("x")
    for number, (kind, fields) in enumerate(steps, start=1):
        is_last = number == len(steps)
        own = ".".join(filter(None, (part, "" if is_last else f"{kind}{number}")))
        value = given.use.add(kind, fields, [value], part=own, output=output if is_last else None, whole=False)
    return value
