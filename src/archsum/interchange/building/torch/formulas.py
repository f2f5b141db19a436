"""The formulas of a program's steps."""

from typing import Any

from archsum.formula import is_formula
from archsum.interchange.building.program import BlockStep, Held, LayerStep, RepeatStep, Step


def formulas_of(step: Step) -> list[str]:
    """Return the formulas of a step, but not those of the steps in it."""
    values: list[Any] = [step.item.condition]
    match step:
        case LayerStep():
            values += step.fields.values()
        case BlockStep():
            values += step.arguments.values()
        case RepeatStep():
            values += [step.times, *step.columns.values()]
    return [text for value in values for text in texts_in(value)]


def texts_in(value: Any) -> list[str]:
    """Return the formulas in a value."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_in(item)]
    if isinstance(value, Held):
        return texts_in(dict(value.fields))
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_in(item)]
    return [value] if is_formula(value) else []
