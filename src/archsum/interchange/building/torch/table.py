"""All kinds of layer that PyTorch's code is written for."""

from archsum.interchange.building.torch import (
    activations,
    merging,
    normalizations,
    others,
    regularization,
    resizing,
    sequences,
    shaping,
    windows,
)
from archsum.interchange.building.torch.steps import Kind

KINDS: dict[str, Kind] = {
    **activations.KINDS,
    **merging.KINDS,
    **normalizations.KINDS,
    **others.KINDS,
    **regularization.KINDS,
    **resizing.KINDS,
    **sequences.KINDS,
    **shaping.KINDS,
    **windows.KINDS,
}
