"""Runs whose first repetition is a stem, with another kernel than all others, begin behind it."""

from typing import Any

from archsum.interchange.writing.folding.elements import Body, Leaf, Run
from archsum.interchange.writing.folding.formulas import HOLE
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.optional import OPTIONAL
from archsum.interchange.writing.folding.runs import are_closed, run_over, unfolded
from archsum.interchange.writing.folding.templates import Templates

_LEAST = 4
"""The repetitions of which the first may be a stem."""
_FIELD = "kernel_size"
_KERNELS = ("conv", "depthwise_conv", "separable_conv", "dense")


def set_stems_apart(body: Body, templates: Templates, keys: Keys) -> bool:
    """Let the runs of a network's body begin behind a stem; return whether there is one. All elements have keys again.

    Where the layers behind the run are the stem's again, as in MobileNet, the stem alone is apart, and each repetition
    begins in its middle; else all of the first repetition is apart.
    """
    for index, run in enumerate(body):
        if (
            isinstance(run, Run)
            and len(run.units) >= _LEAST
            and _is_stem([templates.arguments(one) for one in run.units])
        ):
            _begin_later(body, index, run, keys)
            return True
    return False


def _is_stem(rows: list[dict[str, Any]]) -> bool:
    """Whether the first repetition has a kernel of another size than all the others."""
    for name in rows[0]:
        first, *others = (row[name] for row in rows)
        known = [value for value in others if value is not HOLE]
        if name.endswith(_FIELD) and first is not HOLE and known and all(value == known[0] != first for value in known):
            return True
    return False


def _begin_later(body: Body, index: int, run: Run, keys: Keys) -> None:
    length, times = len(run.units[0].body), len(run.units)
    stem = _second_kernel(run.units[0].body)
    body[index : index + 1] = unfolded(run)
    keys.number(body)
    end = index + times * length
    start, units = index + stem, _units(body, index + stem, end + stem, length)
    is_turned = stem > 0 and _keys(body[end : end + stem]) == _keys(body[index:start])
    if not (is_turned and are_closed(units)):
        start, units = index + length, _units(body, index + length, end, length)
    body[start : start + len(units) * length] = [run_over(units)]
    keys.number(body)


def _units(body: Body, start: int, stop: int, length: int) -> list[Body]:
    return [body[first : first + length] for first in range(start, stop, length)]


def _keys(body: Body) -> list[int]:
    return [element.key for element in body]


def _second_kernel(unit: Body) -> int:
    """Return where in a repetition the second layer with a kernel is, or the padding before it; 0 for nowhere."""
    kernels = [index for index, element in enumerate(unit) if isinstance(element, Leaf) and _has_kernel(element)]
    if len(kernels) < 2 or kernels[0] > 0:
        return 0
    before = unit[kernels[1] - 1]
    return kernels[1] - (isinstance(before, Leaf) and before.kind in OPTIONAL)


def _has_kernel(leaf: Leaf) -> bool:
    return leaf.kind.startswith(_KERNELS)
