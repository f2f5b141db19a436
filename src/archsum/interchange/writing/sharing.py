"""Whose weights are whose: what shares has one label, for all of a layer's weights or for single ones."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archsum.summary import LayerSummary


class Share(NamedTuple):
    """Weights that several layers have in common: whose they are, and which of its weights; None for all."""

    owner: str
    weight: str | None


Shares = Mapping[str, Mapping[str | None, Share]]
"""For each layer that shares, its own names of the weights; None for all."""


def shares_of(layers: Sequence[LayerSummary]) -> Shares:
    """Return what layers share, those that have the weights and those that use them.

    Those that share all their weights, of which others have single ones too, share each of them by itself.
    """
    found: dict[str, dict[str | None, Share]] = defaultdict(dict)
    for layer in layers:
        for weight, owner in layer.node.shared_weights.items():
            if owner != (layer.name, weight):
                found[layer.name][weight] = found[owner.node][owner.weight] = Share(*owner)
    whole: dict[str, list[LayerSummary]] = defaultdict(list)
    for layer in layers:
        if layer.node.shared_with and layer.computed.weights:
            whole[layer.node.shared_with].append(layer)
    for owner_name, users in whole.items():
        is_mixed = any(name in found for name in (owner_name, *(user.name for user in users)))
        for user in users:
            names = [weight.name for weight in user.computed.weights] if is_mixed else [None]
            for name in names:
                share = found[owner_name].setdefault(name, Share(owner_name, name))
                found[user.name][name] = share
    return found


def stated(shares: Mapping[str | None, Share], labels: Mapping[Share, str]) -> object:
    """Return what a layer says that it shares: a label, or one for each weight."""
    if None in shares:
        return labels[shares[None]]
    return {weight: labels[share] for weight, share in shares.items()}
