"""A long run whose values change from stage to stage → a run of stages, each a run of its own."""

from collections import Counter
from itertools import pairwise
from typing import Any

from archsum.interchange.writing.folding.elements import Body, Cell, Run, Source
from archsum.interchange.writing.folding.formulas import HOLE
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.runs import run_of
from archsum.interchange.writing.folding.templates import Templates

_LEAST = 4
"""The repetitions that may be several stages."""


def split_stages(body: Body, templates: Templates, keys: Keys) -> bool:
    """Split the runs of a network's body into stages, where that makes several; return whether it did."""
    done = False
    for index, element in enumerate(body):
        if isinstance(element, Run) and len(element.units) >= _LEAST:
            lengths = _stages([templates.arguments(unit) for unit in element.units], templates.sizes(element.units[0]))
            if len(lengths) > 1 and len(lengths) <= 2 * len(element.units) // 3:
                body[index] = _nested(element, lengths)
                done = True
    if done:
        keys.number(body)
    return done


def _stages(rows: list[dict[str, Any]], sizes: dict[str, bool]) -> list[int]:
    """Return how long stages are: in each all is the same, but for what only their first repetition may have."""
    spikes = {name: common for name in sizes if not sizes[name] and (common := _common(rows, name)) is not None}
    lengths = [1]
    for before, row in pairwise(rows):
        same = all(_may_be(row[name], before[name]) for name in row if name not in spikes)
        if same and all(_may_be(row[name], common) for name, common in spikes.items()):
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def _may_be(one: Any, other: Any) -> bool:
    return one is HOLE or other is HOLE or one == other


def _common(rows: list[dict[str, Any]], name: str) -> Any:
    """Return the value that a parameter has but for single repetitions; None where it has none."""
    column = [row[name] for row in rows if row[name] is not HOLE]
    if not column:
        return None
    shown, count = Counter(map(repr, column)).most_common(1)[0]
    if 2 * count <= len(column):
        return None
    return next(value for value in column if repr(value) == shown)


def _nested(run: Run, lengths: list[int]) -> Run:
    """Return a run of runs, of so many repetitions each."""
    stages: list[Cell] = []
    start = 0
    for length in lengths:
        units = run.units[start : start + length]
        given = units[0].takes[0] if not stages else stages[-1]
        inner_entry = Source(shape=units[0].entry.shape)
        inner = Run([inner_entry], shape=units[-1].shape, units=units)
        stages.append(Cell([given], shape=inner.shape, entry=inner_entry, body=[inner], is_unit=True))
        start += length
    return run_of(stages, run)
