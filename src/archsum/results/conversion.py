"""What `convert` returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Conversion:
    """A network as our YAML; printed, it is that text."""

    text: str
    names: Mapping[str, str] = field(repr=False)
    """For each layer, by its name in the text's summary, what it is in the source, as its path in the framework."""

    def __str__(self) -> str:
        return self.text.removesuffix("\n")

    def __repr__(self) -> str:
        return f"<Conversion: lines={self.text.count(chr(10)):,}, layers={len(self.names):,}>"
