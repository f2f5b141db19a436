"""What layers take, and whose weights they use, compared where layers are matched."""

from collections.abc import Mapping, Sequence

from archsum.comparison.difference import SHARED, Detail
from archsum.graph import Owner
from archsum.layers import kind_of
from archsum.summary import LayerSummary, Summary

UNORDERED = frozenset({"add", "multiply", "average", "maximum", "minimum"})
"""The kinds that give the same in whatever order they take their inputs."""


class Wiring:
    """The connections of two networks whose layers are paired.

    What is added, removed or moved in between changes no connection: what takes it, takes what it takes.
    """

    def __init__(
        self,
        before: Summary,
        after: Summary,
        pairs: Sequence[tuple[LayerSummary, LayerSummary]],
        moved: frozenset[str] = frozenset(),
    ) -> None:
        self._before, self._after = before, after
        self._became: dict[str, str] = dict(zip(before.inputs, after.inputs, strict=False))
        self._became |= {one.name: other.name for one, other in pairs if other.name not in moved}
        self._was = {name: one for one, name in self._became.items()}
        self._owned = {one.name: other.name for one, other in pairs}
        self._sharing = _sharing(before), _sharing(after)
        self._through = _passed(before, self._became), _passed(after, self._was)

    def differences(self, before: LayerSummary, after: LayerSummary) -> tuple[Detail, ...]:
        """Return what changed of what a layer takes, and of whose weights it uses."""
        found = []
        taken, takes = before.node.inputs, after.node.inputs
        # A layer that is moved takes something else by that.
        is_ordered = kind_of(type(after.layer)) not in UNORDERED
        if after.name in self._was and (
            not self._same(taken, takes, is_ordered=is_ordered) or before.node.states != after.node.states
        ):
            found.append(Detail("inputs", "inputs", taken, takes))
        if (before.shared_weights or after.shared_weights) and not self._shares_the_same(before, after):
            found.append(Detail("weights", SHARED, _owner(before), _owner(after)))
        return tuple(found)

    def _shares_the_same(self, before: LayerSummary, after: LayerSummary) -> bool:
        """Whether a layer has its weights in common with the same layers; which is called first is no matter."""
        ones, others = (found.get(layer.name, {}) for found, layer in zip(self._sharing, (before, after), strict=True))
        became = {
            name: {(self._owned.get(node, ""), weight) for node, weight in shared} for name, shared in ones.items()
        }
        return became == others

    def outputs(self) -> Detail | None:
        """Return how the networks' outputs differ; None where they are the same."""
        before, after = self._before.outputs, self._after.outputs
        if self._same(before, after):
            return None
        return Detail("inputs", "outputs", before, after)

    def _same(self, before: Sequence[str], after: Sequence[str], *, is_ordered: bool = True) -> bool:
        """Whether the same is taken, or given, in the same order if that tells anything."""
        if len(before) != len(after):
            ones = [self._became[name] for name in before if name in self._became]
            others = [name for name in after if name in self._was]
            return ones == others if is_ordered else sorted(ones) == sorted(others)
        if all(map(lambda one, other: self._became.get(one) == other, before, after)):
            return True
        through, also_through = self._through
        ones = [self._became.get(through.get(name, name), "") for name in before]
        others = [also_through.get(name, name) for name in after]
        return ones == others if is_ordered else sorted(ones) == sorted(others)


def _passed(summary: Summary, matched: Mapping[str, str]) -> dict[str, str]:
    """Return, for each layer that is not matched, what comes out of it if it is passed over: what it takes."""
    through: dict[str, str] = {}
    for layer in summary.layers:
        if layer.name not in matched and layer.node.inputs:
            first = layer.node.inputs[0]
            through[layer.name] = through.get(first, first)
    return through


def _sharing(summary: Summary) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """Return, for each layer that shares weights, and for each of these, all that have it, and its name there."""
    together: dict[Owner, set[tuple[str, str]]] = {}
    for layer in summary.layers:
        for name, shared in layer.shared_weights.items():
            owner = shared.owner
            together.setdefault(owner, {(owner.node, owner.weight)}).add((layer.name, name))
    found: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for users in together.values():
        for node, weight in users:
            found.setdefault(node, {})[weight] = users
    return found


def _owner(layer: LayerSummary) -> str | None:
    """Return whose weights a layer uses; of several owners the first."""
    return next((shared.owner.node for shared in layer.shared_weights.values()), None)
