"""Our kinds → what Keras has for them."""

from collections.abc import Callable

from archsum.interchange.building.keras.calls import LayerCall, Stage
from archsum.interchange.building.keras.kinds import convolutions, plain
from archsum.interchange.building.program import NotSymbolicError

TABLE: dict[str, Callable[[LayerCall], tuple[Stage, ...]]] = {**convolutions.TABLE, **plain.TABLE}
"""The stages of each kind: mostly one, the layer."""


def stages_of(made: LayerCall) -> tuple[Stage, ...]:
    """Return the calls that a layer is. Errors: NotSymbolicError where they differ between uses."""
    if made.kind not in TABLE:
        raise NotSymbolicError(made.kind)
    return TABLE[made.kind](made)
