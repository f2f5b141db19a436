"""Values that grow from repetition to repetition, as the rates of stochastic depth do → a formula of the index."""

from collections.abc import Sequence
from typing import Any

from archsum.interchange.writing.folding.formulas import HOLE, Expression

_LEAST = 4
"""The values that are no accident."""
_MOST_BEFORE = 12
"""The repetitions that may come before the first, or behind the last, and are not of its structure."""
_DIGITS = 3


def by_index(values: Any) -> Expression | None:
    """Return a formula that gives each repetition its value to the last bit; None where there is none."""
    if not isinstance(values, list):
        return None
    known = [(index, value) for index, value in enumerate(values) if value is not HOLE]
    if len(known) < _LEAST or any(type(value) is not float for _, value in known):
        return None
    (first, low), (last, high) = known[0], known[-1]
    step = (high - low) / (last - first)
    if step <= 0:
        return None
    before = round(low / step) - first
    if not 0 <= before <= _MOST_BEFORE:
        return None
    for steps in range(len(values) + before - 1, len(values) + before + _MOST_BEFORE):
        rate = round(step * steps, _DIGITS)
        if all(rate * (index + before) / steps == value for index, value in known):
            return Expression(f"{rate} * (index + {before}) / {steps}" if before else f"{rate} * index / {steps}")
    return None


def filled(values: Sequence[Any]) -> list[Any]:
    """Return values with one that is beside it in the place of each that may be any."""
    done: list[Any] = []
    known = next((value for value in values if value is not HOLE), None)
    for value in values:
        known = known if value is HOLE else value
        done.append(known)
    return done
