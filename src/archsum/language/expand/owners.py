"""Whose weights layers have as they are written out: the first's with their label, or in their place of a block."""

from collections.abc import Mapping

from archsum.graph import Owner
from archsum.language.expand.scope import Place, Scope
from archsum.language.spec.items import Item


class Owners:
    """The layers that came first."""

    def __init__(self) -> None:
        self._layers: dict[Place, str] = {}
        self._weights: dict[Place, Owner] = {}

    def of_all(self, item: Item, scope: Scope, name: str) -> str | None:
        """Return the layer whose weights all are that the one of that name uses; None where it is the first."""
        owner = self._layers.setdefault(scope.place_of(item), name)
        return owner if owner != name else None

    def of_single(self, item: Item, scope: Scope, name: str) -> Mapping[str, Owner]:
        """Return whose the single weights are that have labels; where the layer is the first, they are its own."""
        return {
            weight: self._weights.setdefault(scope.place_of_label(label), Owner(name, weight))
            for weight, label in item.shared_weights.items()
        }
