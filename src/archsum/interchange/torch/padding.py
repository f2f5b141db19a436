"""Padding and cropping, as modules and as functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.kernels import CHANNELS_FIRST
from archsum.interchange.torch.steps import Step, Steps, View


def padded(view: View) -> Steps:
    """Read what puts elements around a tensor, or takes them away."""
    sides, mode = view.argument(1, "pad"), view.argument(2, "mode", "constant")
    if not any(sides):
        return []
    layout = view.layout(view.input)
    pairs = {layout.rank - 1 - number // 2: (sides[number], sides[number + 1]) for number in range(0, len(sides), 2)}
    stated = {dim: pair for dim, pair in pairs.items() if any(pair)}
    if mode != "constant" or min(map(min, stated.values())) < 0:
        return _padded_spatially(view, pairs, mode)
    amounts = [[0, 0] for _ in layout.shape]
    for dim, pair in stated.items():
        amounts[layout.axis(dim) - 1] = [*pair]
    if len(amounts) in (2, 3, 4) and not layout.is_merged:
        if not any(amounts[0]):
            return [_around("zero_padding", amounts[1:])]
        if not any(amounts[-1]):
            return [_around("zero_padding", amounts[:-1], {})]
    return [Step("pad", {"padding": amounts})]


def _padded_spatially(view: View, pairs: Mapping[int, tuple[int, int]], mode: str) -> Steps:
    layout = view.layout(view.input)
    rank = layout.rank - 2
    around = [pairs.get(dim, (0, 0)) for dim in range(2, layout.rank)]
    if layout.batch != 0 or layout.is_merged or rank not in (1, 2, 3) or min(pairs) < 2:
        raise NotUnderstoodError("pads other axes than those of an image")
    if mode == "constant":
        if max(map(max, around)) > 0:
            raise NotUnderstoodError("pads and crops")
        cropped = [[-before, -after] for before, after in around]
        return [_around("cropping", cropped, field="cropping")]
    word = {"reflect": "reflection", "replicate": "replication", "circular": "circular"}[mode]
    return [_around(f"{word}_padding", [[*pair] for pair in around])]


def _around(
    kind: str, sides: Sequence[Sequence[int]], rest: Mapping[str, Any] = CHANNELS_FIRST, field: str = "padding"
) -> Step:
    even = all(before == after for before, after in sides)
    written: Any = [before for before, _ in sides] if even else [*sides]
    if len(sides) == 1 or (even and len(set(written)) == 1):
        written = written[0]
    return Step(f"{kind}{len(sides)}d", {field: written, **rest})


def padding_module(view: View) -> Steps:
    """Return what surrounds an image, by the module's name."""
    word = type(view.module).__name__.rpartition("Pad")[0]
    kind = {"Zero": "zero", "Constant": "zero", "Reflection": "reflection", "Replication": "replication"}
    sides = view.module.padding
    pairs = [[sides[number], sides[number + 1]] for number in range(len(sides) - 2, -1, -2)]
    if view.layout(view.input).batch == 0 and word in ("Zero", "Constant") and max(map(max, pairs)) <= 0:
        return [_around("cropping", [[-before, -after] for before, after in pairs], field="cropping")]
    if view.layout(view.input).batch != 0 or min(map(min, pairs)) < 0:
        raise NotUnderstoodError("crops, or takes no batch")
    return [_around(f"{kind.get(word, 'circular')}_padding", pairs)]
