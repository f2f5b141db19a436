"""What repeats itself in a network: neighbours of one structure, each behind the one before."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from archsum.folding import Part, fold
from archsum.graph import Path
from archsum.layers.written import highlights
from archsum.summary import LayerSummary, Summary


class Condensed(NamedTuple):
    """A network with what repeats itself there once, and the paths of what each such thing was, its own first."""

    summary: Summary
    runs: Mapping[Path, tuple[Path, ...]]


def condense(condensed: Condensed, depth: int) -> Condensed:
    """Leave out what repeats itself `depth` levels deep; what is further out has been left out before."""
    summary = condensed.summary
    runs_here = {run[0].path: run for run in runs(summary, fold(summary, depth)) if len(run) > 1}
    if not runs_here:
        return condensed
    left_out = {layer.name for run in runs_here.values() for part in run[1:] for layer in part.layers}
    renamed = {
        last.name: first.name
        for run in runs_here.values()
        for first, last in zip(run[0].layers, run[-1].layers, strict=True)
    }
    layers = tuple(_renamed(layer, renamed) for layer in summary.layers if layer.name not in left_out)
    outputs = tuple(renamed.get(name, name) for name in summary.outputs)
    groups = {path: group.renamed(renamed) for path, group in summary.groups.items()}
    paths = {path: tuple(part.path for part in run) for path, run in runs_here.items()}
    return Condensed(replace(summary, layers=layers, outputs=outputs, groups=groups), {**condensed.runs, **paths})


def _renamed(layer: LayerSummary, renamed: Mapping[str, str]) -> LayerSummary:
    inputs = layer.node.inputs
    if not any(name in renamed for name in inputs):
        return layer
    return layer._replace(node=layer.node._replace(inputs=tuple(renamed.get(name, name) for name in inputs)))


def runs(summary: Summary, parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Yield the network's parts in their order, and as one run those that are one thing repeated.

    The parts of a run are in the same block, of one kind, and have layers of the same kinds, names within them, shapes,
    weights and `shown_fields`: not, say, of the same rates of dropout. Each takes what the one before gives, and
    besides what all of them take; nothing else takes anything of any but the last. What lends its weights to others is
    in no run of several.
    """
    lenders = _lenders(summary, parts)
    outputs = frozenset(summary.outputs)
    run: list[_Repeated] = []
    links: _Links | None = None
    for part in parts:
        repeated = _Repeated(part, lends=part.of.name in lenders)
        following = run[-1].links_to(repeated, summary, outputs) if run else None
        if run and (following is None or links not in (None, following)):
            yield tuple(one.part for one in run)
            run, following = [], None
        run.append(repeated)
        links = following
    if run:
        yield tuple(one.part for one in run)


_Links = tuple[int | None, ...]
"""For each thing that a part takes, which layer of the part before gives it; None where that takes it too."""


def _lenders(summary: Summary, parts: Sequence[Part]) -> frozenset[str]:
    """Return the parts whose weights others use too."""
    part_of = {layer.name: part.of.name for part in parts for layer in part.layers}
    return frozenset(
        part_of[shared.owner.node]
        for layer in summary.layers
        for shared in layer.shared_weights.values()
        if part_of.get(shared.owner.node, part_of[layer.name]) != part_of[layer.name]
    )


class _Repeated:
    """A part that may be another's repetition."""

    def __init__(self, part: Part, *, lends: bool) -> None:
        self.part = part
        self._lends = lends

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each layer among all of the part."""
        return {layer.name: number for number, layer in enumerate(self.part.layers)}

    @cached_property
    def _taken(self) -> tuple[str, ...]:
        """What it takes from outside, each once."""
        return tuple(dict.fromkeys(self.part.taken))

    @cached_property
    def _wiring(self) -> tuple[Hashable, ...]:
        """For each layer where what it takes comes from, by numbers: of layers, and behind them of what is outside."""
        inside = self._numbers
        numbers = inside | {name: len(inside) + number for number, name in enumerate(self._taken)}
        return tuple(tuple(numbers[name] for name in layer.node.inputs) for layer in self.part.layers)

    def links_to(self, other: "_Repeated", summary: Summary, outputs: frozenset[str]) -> _Links | None:
        """Return how another part goes on behind this one as its repetition; None where it is none."""
        if not self._equals(other):
            return None
        links = tuple(self._numbers.get(name) for name in other._taken)
        if all(link is None for link in links) or any(
            link is None and mine != its for link, mine, its in zip(links, self._taken, other._taken, strict=True)
        ):
            return None
        for layer in self.part.layers:
            takers = summary.takers.get(layer.name, ())
            if layer.name in outputs or any(
                taker not in self._numbers and taker not in other._numbers for taker in takers
            ):
                return None
        return links

    def _equals(self, other: "_Repeated") -> bool:
        """Whether the other has the same layers, on the same shapes, with the same wires between them."""
        mine, its = self.part, other.part
        return (
            not (self._lends or other._lends)
            and mine.of.type == its.of.type
            and mine.path[:-1] == its.path[:-1]
            and len(mine.layers) == len(its.layers)
            and all(self._matches(other, *pair) for pair in zip(mine.layers, its.layers, strict=True))
            and len(self._taken) == len(other._taken)
            and self._wiring == other._wiring
        )

    def _matches(self, other: "_Repeated", layer: LayerSummary, its: LayerSummary) -> bool:
        level = len(self.part.path)
        return (
            layer.path[level:] == its.path[level:]
            and (layer.computed is its.computed or _are_alike(layer, its))
            and layer.node.frozen_by == its.node.frozen_by
            and layer.node.states == its.node.states
            and self._lent(layer) == other._lent(its)
        )

    def _lent(self, layer: LayerSummary) -> list[Hashable]:
        """Return which weights a layer uses that are another's, and whose."""
        return [
            (name, self._numbers.get(shared.owner.node, shared.owner.node), shared.owner.weight, shared.transposed)
            for name, shared in layer.shared_weights.items()
        ]


def _are_alike(layer: LayerSummary, other: LayerSummary) -> bool:
    """Whether two layers are of one structure, whatever else differs."""
    return (
        layer.type == other.type
        and layer.input_shapes == other.input_shapes
        and layer.output_shape == other.output_shape
        and layer.computed.weights == other.computed.weights
        and layer.macs == other.macs
        and layer.layer.trainable == other.layer.trainable
        and list(highlights(layer.layer)) == list(highlights(other.layer))
    )
