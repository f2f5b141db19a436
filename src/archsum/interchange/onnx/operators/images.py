"""Operators that change the size of images, or put blocks of them into channels."""

from math import isclose

from archsum.interchange.onnx.call import CHANNELS_FIRST, Call, padded_pairs
from archsum.interchange.onnx.operators.moving import alias
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.values import ModelError, RefusedError

_INTERPOLATIONS = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}
_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}
_PADDINGS = {"constant": "zero_padding", "reflect": "reflection_padding"}


def resize(call: Call) -> None:
    """Add an up-sampling by whole numbers, or a resizing to a size."""
    given, made = call.given(), call.made()
    rank = len(given.shape) - 2
    word = call.operator.text("mode", "nearest")
    interpolation = _INTERPOLATIONS.get(word)
    if rank not in (1, 2, 3) or given.shape[:2] != made.shape[:2] or given.batch not in (0, None) or not interpolation:
        raise RefusedError("it resizes other axes than those of an image")
    sizes = list(zip(given.shape[2:], made.shape[2:], strict=True))
    if all(before is not None and before == after for before, after in sizes):
        alias(call)
        return
    factors = _factors(call, rank)
    known = [None if before is None or after is None else (before, after) for before, after in sizes]
    whole = [
        pair[1] // pair[0] if pair and pair[1] % pair[0] == 0 else factor if pair is None and factor else None
        for pair, factor in zip(known, factors, strict=True)
    ]
    if all(number is not None and float(number).is_integer() and number >= 1 for number in whole):
        fields: dict[str, object] = {"size": [int(number or 1) for number in whole]}
        if rank == 2:
            fields["interpolation"] = interpolation
        elif word != "nearest":
            raise RefusedError("it interpolates along other axes than those of an image")
        call.add(f"up_sampling{rank}d", {**fields, **CHANNELS_FIRST})
        return
    if rank != 2:
        raise RefusedError("it resizes other axes than those of an image")
    if all(pair is not None for pair in known):
        size = {"height": made.shape[2], "width": made.shape[3]}
        call.add("resizing", {**size, "interpolation": interpolation, **CHANNELS_FIRST})
        return
    if any(factor is None for factor in factors):
        raise RefusedError("the size that it makes depends on data")
    call.add("resizing", {"factor": factors, "interpolation": interpolation, **CHANNELS_FIRST})


def _factors(call: Call, rank: int) -> list[float | None]:
    """Return what each size is multiplied by, where the file says so."""
    number = 2 if call.operator.type == "Resize" and call.version > 10 else 1
    stated = call.operator.attributes.get("scales")
    found = [float(scale) for scale in stated.floats] if stated else None
    if call.has(number) and (values := call.values(number)) is not None:
        found = [float(value) for value in values.ravel()]
    if not found or len(found) < rank:
        return [None] * rank
    return [round(factor) if isclose(factor, round(factor), rel_tol=1e-6) else factor for factor in found[-rank:]]


def pad(call: Call) -> None:
    """Add a padding of the spatial axes, or of any."""
    given = call.given()
    pads = call.integers(1, "pads") or call.operator.integers("paddings")
    axes = call.integers(3) if call.has(3) else tuple(range(len(given.shape)))
    if pads is None or axes is None or len(pads) != 2 * len(axes):
        raise ModelError("has not two `pads` for each axis")
    sides = dict.fromkeys(range(len(given.shape)), (0, 0))
    for axis, pair in zip(axes, padded_pairs(pads), strict=True):
        sides[given.normalized(axis)] = pair
    if not any(map(any, sides.values())):
        alias(call)
        return
    if given.batch is not None and any(sides[given.batch]):
        raise RefusedError("it adds samples")
    if min(min(pair) for pair in sides.values()) < 0:
        _cropped(call, sides)
        return
    rank, mode = len(given.sample) - 1, call.operator.text("mode", "constant")
    around = [sides[axis] for axis in given.axes]
    if rank in (1, 2, 3) and around[0] == (0, 0) and mode in _PADDINGS:
        fields = {"padding": [list(pair) for pair in around[1:]], **CHANNELS_FIRST}
        call.add(f"{_PADDINGS[mode]}{rank}d", fields)
        return
    if mode not in _MODES:
        raise RefusedError("it goes on at the other end of the axis")
    call.add("pad", {"padding": [list(pair) for pair in around], "mode": _MODES[mode]})


def _cropped(call: Call, sides: dict[int, tuple[int, int]]) -> None:
    """Add a cropping where nothing is added at any side."""
    given = call.given()
    around = [sides[axis] for axis in given.axes]
    rank = len(around) - 1
    if rank not in (1, 2, 3) or around[0] != (0, 0) or max(max(pair) for pair in around) > 0:
        raise RefusedError("it takes elements away at some sides and adds some at others")
    call.add(f"cropping{rank}d", {"cropping": [[-side for side in pair] for pair in around[1:]], **CHANNELS_FIRST})


def blocks(kind: str) -> Rule:
    """Return the rule of what puts blocks of an image into channels, or back."""
    return lambda call: _add_blocks(call, kind)


def _add_blocks(call: Call, kind: str) -> None:
    size = call.operator.integer("blocksize", 0)
    if size < 1:
        raise ModelError("has no `blocksize`")
    call.add(kind, {"block_size": size, **CHANNELS_FIRST})


RULES: dict[str, Rule] = {
    "DepthToSpace": blocks("depth_to_space"),
    "Pad": pad,
    "Resize": resize,
    "SpaceToDepth": blocks("space_to_depth"),
    "Upsample": resize,
}
