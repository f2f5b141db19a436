"""Names of Keras's layers."""

import re
from functools import cache

from archsum.interchange.building.names import identifier
from archsum.layers import KINDS


def is_numbered(name: str) -> bool:
    """Whether Keras may give another layer the same name: those that it makes up are its classes' with numbers."""
    base = re.sub(r"_\d+$", "", name.lower())
    return base in KINDS or base.replace("_", "") in _without_lines() or name.startswith("keras_tensor")


@cache
def _without_lines() -> frozenset[str]:
    return frozenset(kind.replace("_", "") for kind in KINDS)


def model_name(name: str) -> str:
    """Return a name that Keras and its backends accept for a model."""
    return identifier(name)
