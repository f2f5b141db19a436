"""Values of a file → what Python's annotations call them."""

from collections.abc import Sequence
from typing import Any

from archsum.formula import Value
from archsum.interchange.building.module import Module


def annotation(values: Sequence[Value], module: Module) -> str:
    """Return the type of a parameter that has these values."""
    names = dict.fromkeys(_type(value, module) for value in values)
    if "float" in names:
        names.pop("int", None)
    if "None" in names:
        del names["None"]
        names["None"] = None
    return " | ".join(names) if len(names) <= 3 else module.use("typing", "Any")


def _type(value: Any, module: Module) -> str:
    if value is None:
        return "None"
    if isinstance(value, list | tuple):
        module.use("collections.abc", "Sequence")
        return f"Sequence[{annotation(value, module) if value else module.use('typing', 'Any')}]"
    if isinstance(value, dict):
        return f"dict[str, {module.use('typing', 'Any')}]"
    return type(value).__name__
