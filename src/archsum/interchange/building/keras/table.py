"""Our kinds → what Keras has for them."""

from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.kinds import (
    activations,
    attention,
    convolutions,
    custom,
    merging,
    operations,
    plain,
    pooling,
    recurrent,
)

TABLE: Table = {
    **plain.TABLE,
    **activations.TABLE,
    **attention.TABLE,
    **convolutions.TABLE,
    **custom.TABLE,
    **merging.TABLE,
    **operations.TABLE,
    **pooling.TABLE,
    **recurrent.TABLE,
}
"""The calls that a layer of each kind is."""


def stages_of(made: LayerCall) -> tuple[Stage, ...]:
    """Return the calls that a layer is. Errors: NotSymbolicError where they differ between uses."""
    return TABLE[made.kind](made)
