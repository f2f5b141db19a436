"""Values that grow from repetition to repetition, as the rates of stochastic depth do → a formula of the index."""

from collections.abc import Sequence
from typing import Any

from archsum.interchange.writing.folding.formulas import HOLE, Expression

_LEAST = 4
"""The values that are no accident; of numbers with many digits two are none."""
_MANY_DIGITS = 12
_MOST_BEFORE = 64
"""The repetitions that may come before the first, or behind the last, and are not of its structure."""
_MOST_BETWEEN = 3
"""How many of a progression's steps may be from one repetition to the next."""
_DIGITS = 3


def by_index(values: Any) -> Expression | None:
    """Return a formula that gives each repetition its value to the last bit; None where there is none."""
    if not isinstance(values, list):
        return None
    known = [(index, value) for index, value in enumerate(values) if value is not HOLE]
    if known and all(type(value) is bool for _, value in known):
        return _every_second(known)
    if (
        len(known) < 2
        or any(type(value) is not float for _, value in known[1:])
        or type(known[0][1]) not in (int, float)
    ):
        return None
    if len(known) < _LEAST and max(len(repr(value)) for _, value in known) < _MANY_DIGITS:
        return None
    return next((found for by in range(1, _MOST_BETWEEN + 1) if (found := _growing(known, by))), None)


def _growing(known: Sequence[tuple[int, float]], by: int) -> Expression | None:
    """Return numbers that grow by so many steps of a progression each time as a formula of the index."""
    (first, low), (last, high) = known[0], known[-1]
    step = (high - low) / (last - first) / by
    if step <= 0:
        return None
    before = round(low / step) - first * by
    if not 0 <= before <= _MOST_BEFORE:
        return None
    counted = "index" if by == 1 else f"{by} * index"
    most = last * by + before
    for steps in range(max(most, 1), most + 1 + _MOST_BEFORE):
        rate = round(step * steps, _DIGITS)
        if all(rate * (index * by + before) / steps == value for index, value in known):
            return Expression(
                f"{rate} * ({counted} + {before}) / {steps}" if before else f"{rate} * {counted} / {steps}"
            )
    return None


def _every_second(known: Sequence[tuple[int, bool]]) -> Expression | None:
    """Return what is so in every second repetition as a formula of the index; None where it is not."""
    odd = known[0][1] != (known[0][0] % 2 == 0)
    if all(value == (index % 2 == odd) for index, value in known):
        return Expression(f"index % 2 == {int(odd)}")
    return None


def filled(values: Sequence[Any]) -> list[Any]:
    """Return values with one that is beside it in the place of each that may be any."""
    done: list[Any] = []
    known = next((value for value in values if value is not HOLE), None)
    for value in values:
        known = known if value is HOLE else value
        done.append(known)
    return done
