"""The frameworks that source code is written for."""

from collections.abc import Mapping

FRAMEWORKS: Mapping[str, str] = {
    "keras": "archsum.interchange.building.keras.writing",
    "torch": "archsum.interchange.building.torch.writing",
}
"""The modules that write it, by the frameworks' names: each has a `write`."""
