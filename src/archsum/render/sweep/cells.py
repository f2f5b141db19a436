"""A cell of a row as a text, written as a command line takes it."""

from typing import Any

from archsum.errors import one_line, write_scalar
from archsum.render.numbers import count
from archsum.sweeps.space import is_input
from archsum.variants import IN_BYTES


def as_text(name: str, value: Any) -> str:
    """Return a value of a column: a list as `[3,4,6,3]`, a shape as `224,224,3`, what is unknown as nothing."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        items = ",".join(one_line(write_scalar(item)) for item in value)
        return items if is_input(name) else f"[{items}]"
    return one_line(write_scalar(value))


def figure(metric: str, value: int | None) -> str:
    """Return a figure for people: exact, memory with its unit; an unknown one as a word."""
    return f"{count(value)} B" if metric in IN_BYTES and value is not None else count(value)
