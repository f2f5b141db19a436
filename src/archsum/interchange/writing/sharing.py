"""Whose weights are whose: what shares has one label, for all of a layer's weights or for single ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archsum.graph import Node


class Share(NamedTuple):
    """Weights that several layers have in common: whose they are, and which of its weights; None for all."""

    owner: str
    weight: str | None


Shares = Mapping[str, Mapping[str | None, Share]]
"""For each layer that shares, its own names of the weights; None for all."""


def shares_of(nodes: Iterable[Node]) -> Shares:
    """Return what nodes share, those that have the weights and those that use them."""
    found: dict[str, dict[str | None, Share]] = defaultdict(dict)
    for node in nodes:
        if node.shared_with:
            share = Share(node.shared_with, None)
            found[node.name][None] = found[node.shared_with][None] = share
        for weight, owner in node.shared_weights.items():
            if owner != (node.name, weight):
                share = Share(*owner)
                found[node.name][weight] = found[owner.node][owner.weight] = share
    return found


def stated(shares: Mapping[str | None, Share], labels: Mapping[Share, str]) -> object:
    """Return what a layer says that it shares: a label, or one for each weight."""
    if None in shares:
        return labels[shares[None]]
    return {weight: labels[share] for weight, share in shares.items()}
