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
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Brackets

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


def only_layer(made: LayerCall) -> Brackets:
    """Return the layer object that a layer is. Errors: NotSymbolicError where it is more than that."""
    stages = stages_of(made)
    if len(stages) != 1 or stages[0].layer is None or stages[0].condition:
        raise NotSymbolicError(made.kind)
    return stages[0].layer
