"""What repeats itself in a network: neighbours of one structure, each behind the one before."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from archsum.graph import Path, shared_levels
from archsum.layers.written import highlights
from archsum.summary import LayerSummary, Summary

_Links = tuple[int | None, ...]
"""For each thing that a section takes, which layer of the one before gives it; None where that takes it too."""

Runs = Mapping[Path, tuple[Path, ...]]
"""The paths of what is one thing repeated, by the first of them."""


class Repetitions:
    """The layers and blocks of a network that are one thing repeated, found level by level from outside.

    Such are in the same block, of one kind, and have layers of the same kinds, names within them, shapes, weights and
    `shown_fields`: not, say, of the same rates of dropout. Each takes what the one before gives, and besides what all
    of them take; nothing else takes anything of any but the last. What lends its weights to others is in none.
    """

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        paths = [layer.path for layer in summary.layers]
        self._common = [-1, *(shared_levels(*pair) for pair in pairwise(paths))][: len(paths)]
        """How many blocks each layer has in common with the one before; the first begins what is at any level."""
        self._outputs = frozenset(summary.outputs)
        self._is_left_out = bytearray(len(paths))
        self._runs: dict[int, list[list[_Section]]] = {}

    def find(self, depth: int) -> int:
        """Find what repeats itself so many levels deep; return how many layers and blocks of that depth are left.

        Levels go from outside inwards, as of what repeats itself only the first is looked into.
        """
        starts = [index for index, common in enumerate(self._common) if common < depth]
        ends = [*starts[1:], len(self._common)]
        left = [pair for pair in zip(starts, ends, strict=False) if not self._is_left_out[pair[0]]]
        self._runs[depth] = runs = [run for run in self._chains(left, depth) if len(run) > 1]
        for run in runs:
            for section in run[1:]:
                self._is_left_out[section.start : section.end] = bytes([True]) * (section.end - section.start)
        return len(left) - sum(len(run) - 1 for run in runs)

    def _chains(self, bounds: Iterable[tuple[int, int]], depth: int) -> Iterator[list["_Section"]]:
        """Yield all sections that begin and end there, but those less deep; as one list those of one chain."""
        chain: list[_Section] = []
        links: _Links | None = None
        for start, end in bounds:
            if len(self._summary.layers[start].path) < depth:
                continue
            section = _Section(self._summary, self._outputs, start, end, depth)
            following = chain[-1].links_to(section) if chain else None
            if chain and (following is None or links not in (None, following)):
                yield chain
                chain, following = [], None
            chain.append(section)
            links = following
        yield chain

    def without(self, depth: int) -> tuple[Summary, Runs]:
        """Return the network with what repeats itself there once, down to a depth, and what that was."""
        runs = [run for level, found in self._runs.items() if level <= depth for run in found]
        if not runs:
            return self._summary, {}
        renamed = {
            layer.name: first.name
            for run in runs
            for section in run[1:]
            for first, layer in zip(run[0].layers, section.layers, strict=True)
        }

        def name_of(name: str) -> str:
            while name in renamed:  # the first of a run can have others in it
                name = renamed[name]
            return name

        layers = tuple(
            layer._replace(node=layer.node._replace(inputs=tuple(map(name_of, layer.node.inputs))))
            for layer in self._summary.layers
            if layer.name not in renamed
        )
        outputs = tuple(map(name_of, self._summary.outputs))
        groups = {path: group.renamed(name_of) for path, group in self._summary.groups.items()}
        paths = {run[0].path: tuple(section.path for section in run) for run in runs}
        return replace(self._summary, layers=layers, outputs=outputs, groups=groups), paths


class _Section:
    """A layer, or the layers of a block, that may be another's repetition."""

    def __init__(self, summary: Summary, outputs: frozenset[str], start: int, end: int, depth: int) -> None:
        self.start, self.end = start, end
        self.path = summary.layers[start].path[:depth]
        self._summary = summary
        self._outputs = outputs
        self._depth = depth

    @cached_property
    def layers(self) -> tuple[LayerSummary, ...]:
        """The layer, or those of the block."""
        return self._summary.layers[self.start : self.end]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each layer among all of it."""
        return {layer.name: number for number, layer in enumerate(self.layers)}

    @cached_property
    def _taken(self) -> tuple[str, ...]:
        """What it takes from outside, each once."""
        inside = self._numbers
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.node.inputs if name not in inside))

    @cached_property
    def _wiring(self) -> tuple[Hashable, ...]:
        """For each layer where what it takes comes from, by numbers: of layers, and behind them of what is outside."""
        inside = self._numbers
        numbers = inside | {name: len(inside) + number for number, name in enumerate(self._taken)}
        return tuple(tuple(numbers[name] for name in layer.node.inputs) for layer in self.layers)

    @property
    def _type(self) -> str:
        is_layer = self.layers[0].path == self.path
        return self.layers[0].type if is_layer else self._summary.groups[self.path].kind

    def links_to(self, other: "_Section") -> _Links | None:
        """Return how another section goes on behind this one as its repetition; None where it is none."""
        if not self._equals(other) or self._is_taken_elsewhere(other) or self._lends or other._lends:
            return None
        links = tuple(self._numbers.get(name) for name in other._taken)
        is_chained = any(link is not None for link in links)
        others_are_the_same = all(
            link is not None or mine == its for link, mine, its in zip(links, self._taken, other._taken, strict=True)
        )
        return links if is_chained and others_are_the_same else None

    def _equals(self, other: "_Section") -> bool:
        """Whether the other has layers of the same structure, with the same wires between them."""
        return (
            self.end == other.start
            and self.path[:-1] == other.path[:-1]
            and len(self.layers) == len(other.layers)
            and self._type == other._type
            and all(self._matches(other, *pair) for pair in zip(self.layers, other.layers, strict=True))
            and len(self._taken) == len(other._taken)
            and self._wiring == other._wiring
        )

    def _matches(self, other: "_Section", layer: LayerSummary, its: LayerSummary) -> bool:
        return (
            (layer.computed is its.computed or _are_alike(layer, its))
            and layer.path[self._depth :] == its.path[self._depth :]
            and layer.node.frozen_by == its.node.frozen_by
            and layer.node.states == its.node.states
            and self._borrowed(layer) == other._borrowed(its)
        )

    def _borrowed(self, layer: LayerSummary) -> list[Hashable]:
        """Return which weights a layer uses that are another's, and whose."""
        return [
            (name, self._numbers.get(shared.owner.node, shared.owner.node), shared.owner.weight, shared.transposed)
            for name, shared in layer.shared_weights.items()
        ]

    @property
    def _lends(self) -> bool:
        """Whether others use its weights too."""
        borrowers = self._summary.borrowers
        return any(
            borrower not in self._numbers
            for layer in self.layers
            if layer.name in borrowers
            for borrower in borrowers[layer.name]
        )

    def _is_taken_elsewhere(self, other: "_Section") -> bool:
        """Whether something beside the other section takes what is in this one, or it is an output."""
        takers = self._summary.takers
        return any(
            layer.name in self._outputs
            or any(taker not in self._numbers and taker not in other._numbers for taker in takers.get(layer.name, ()))
            for layer in self.layers
        )


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
