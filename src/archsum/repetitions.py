"""What repeats itself in a network: neighbours of one structure, each behind the one before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from archsum.graph import Path, shared_levels
from archsum.sections import Section
from archsum.summary import Summary

_Links = tuple[int | None, ...]
"""For each thing that a section takes, which layer of the one before gives it; None where that takes it too."""

Runs = Mapping[Path, tuple[Path, ...]]
"""The paths of what is one thing repeated, by the first of them."""


class Repetitions:
    """The layers and blocks of a network that are one thing repeated, found level by level from outside.

    Such are of one structure, as `Section` has it. Each takes what the one before gives, and besides what all of them
    take; nothing else takes anything of any but the last. What lends its weights to others is in none.
    """

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        paths = [layer.path for layer in summary.layers]
        self._common = [-1, *(shared_levels(*pair) for pair in pairwise(paths))][: len(paths)]
        """How many blocks each layer has in common with the one before; the first begins what is at any level."""
        self._is_left_out = bytearray(len(paths))
        self._runs: dict[int, list[list[Section]]] = {}

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

    def _chains(self, bounds: Iterable[tuple[int, int]], depth: int) -> Iterator[list[Section]]:
        """Yield all sections that begin and end there, but those less deep; as one list those of one chain."""
        chain: list[Section] = []
        links: _Links | None = None
        for start, end in bounds:
            if len(self._summary.layers[start].path) < depth:
                continue
            section = Section(self._summary, start, end, depth)
            following = _links(chain[-1], section) if chain else None
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


def continues(section: Section, other: Section) -> bool:
    """Whether the other section is one thing with the first, repeated."""
    return _links(section, other) is not None


def _links(section: Section, other: Section) -> _Links | None:
    """Return how a section goes on behind another as its repetition; None where it is none."""
    if not section.is_followed_by_equal(other) or _is_taken_elsewhere(section, other):
        return None
    if _lends(section) or _lends(other):
        return None
    links = tuple(section.numbers.get(name) for name in other.taken)
    is_chained = any(link is not None for link in links)
    others_are_the_same = all(
        link is not None or mine == its for link, mine, its in zip(links, section.taken, other.taken, strict=True)
    )
    return links if is_chained and others_are_the_same else None


def _lends(section: Section) -> bool:
    """Whether others use its weights too."""
    borrowers = section.summary.borrowers
    return any(
        borrower not in section.numbers
        for layer in section.layers
        if layer.name in borrowers
        for borrower in borrowers[layer.name]
    )


def _is_taken_elsewhere(section: Section, other: Section) -> bool:
    """Whether something beside the other section takes what is in this one, or it is an output."""
    summary = section.summary
    return any(
        layer.name in summary.given
        or any(
            taker not in section.numbers and taker not in other.numbers for taker in summary.takers.get(layer.name, ())
        )
        for layer in section.layers
    )
