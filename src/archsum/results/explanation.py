"""What `explain` returns."""

from collections.abc import Iterator
from dataclasses import dataclass

from archsum.explanation import LayerExplanation, TotalExplanation
from archsum.results import Text


@dataclass(frozen=True)
class Explanation(Text):
    """The derivation of a network's numbers, or of one layer's; printed, it is a text.

    It is a sequence of the layers' derivations, beside which there are those of the blocks' and the network's totals.
    """

    layers: tuple[LayerExplanation, ...]
    totals: tuple[TotalExplanation, ...] = ()

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[LayerExplanation]:
        return iter(self.layers)

    def __str__(self) -> str:
        from archsum.render import explanation

        return explanation.render(self.layers, totals=self.totals)

    def __repr__(self) -> str:
        return f"<Explanation: layers={len(self.layers)}>"
