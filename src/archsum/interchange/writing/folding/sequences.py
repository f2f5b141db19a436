"""Sequences of layers that are there in several places → cells, where the source has no blocks for them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from archsum.interchange.writing.folding.elements import (
    Body,
    Branch,
    Cell,
    Element,
    Leaf,
    Residual,
    Run,
    Source,
    bodies,
    enclose,
)
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.tables import write_out
from archsum.interchange.writing.folding.template import Template
from archsum.interchange.writing.folding.templates import Templates

_LONGEST = 16
_LEAST_SAVED = 2
"""Lines."""
_LETTERS_IN_A_LINE = 95
_LETTERS_OF_A_VALUE = 8
"""What a block's use has beside its word, and about how many letters of each parameter's value."""
_MOST_ELEMENTS = 60_000
"""The elements that are gone through, all rounds together: in a large network there are few rounds, or none."""

Sequence = tuple[int, ...]
"""The keys of elements that follow one another."""


class Found(NamedTuple):
    """A sequence that is there several times."""

    sequence: Sequence
    times: int
    lines: int

    @property
    def saved(self) -> int:
        """The lines that a block saves whose uses take one each."""
        return self.saved_with(1)

    def saved_with(self, lines: int) -> int:
        """Return how many lines a block saves whose uses take so many."""
        return self.times * (self.lines - lines) - self.lines - 3


def find_sequences(body: Body, keys: Keys, make: Callable[[], Templates], *, in_runs: bool) -> None:
    """Put sequences that are there several times into cells, those that save the most lines first.

    `make` gives the templates, which tell how many parameters a block would have: one with many saves nothing.
    `in_runs` is whether what several runs repeat is such a sequence too.
    """
    refused: set[Sequence] = set()
    left = _MOST_ELEMENTS
    while left > 0:
        found, left = _find(body, keys, refused, left, in_runs=in_runs)
        costly = _costly(make(), found)
        if not costly:
            return
        refused |= {found[key].sequence for key in costly}
        write_out(body, costly, keys)


def _costly(templates: Templates, found: Mapping[int, Found]) -> set[int]:
    """Return the keys of cells that would save nothing as blocks, or be given tables for what they repeat."""
    costly = set()
    for template in templates.all():
        key = template.cells[0].body_key
        if key in found:
            given = sum(len(parameter.name) + _LETTERS_OF_A_VALUE for parameter in template.parameters)
            lines = 1 if given <= _LETTERS_IN_A_LINE else 1 + len(template.parameters)
            defined = len(template.parameters) if given > _LETTERS_IN_A_LINE else 0
            tables = any(one.mode == "list" for run in template.runs for one in template.run_fields[id(run)])
            if tables or _mixes_kernels(template) or found[key].saved_with(lines) - defined < _LEAST_SAVED:
                costly.add(key)
    return costly


def _mixes_kernels(template: Template) -> bool:
    """Whether one of several convolutions is of single positions in some bodies and not in others: another block."""
    kernels = [
        {repr(element.fields["kernel_size"]) for element in alike if isinstance(element, Leaf)}
        for alike in zip(*template.bodies, strict=True)
        if all(isinstance(element, Leaf) and "kernel_size" in element.fields for element in alike)
    ]
    return len(kernels) > 1 and any("1" in sizes and len(sizes) > 1 for sizes in kernels)


def _find(body: Body, keys: Keys, refused: set[Sequence], left: int, *, in_runs: bool) -> tuple[dict[int, Found], int]:
    """Put sequences into cells; return them by the keys of these, and how many elements may still be gone through."""
    done: dict[int, Found] = {}
    while True:
        distinct = list(_written(body, set(), in_runs=in_runs))
        left -= sum(len(one) for one, _ in distinct) + sum(map(len, _all_bodies(body)))
        if left < 0:
            break
        best = _best(distinct, refused)
        if best is None:
            break
        seen: set[int] = set()
        cells: list[Cell] = []
        for one in [body, *_all_bodies(body)]:
            if id(one) not in seen:
                seen.add(id(one))
                cells += _wrap(one, best.sequence)
        keys.number(body)
        done[cells[0].body_key] = best
    return done, left


def _written(body: Body, seen: set[int], *, in_runs: bool, is_block: bool = False) -> Iterator[tuple[Body, bool]]:
    """Return the bodies that are written, and whether each is a block's: of cells alike one, and of repetitions.

    With `in_runs` that of each run is one by itself, and no block's.
    """
    yield body, is_block
    for element in body:
        if isinstance(element, Run) and in_runs:
            yield from _written(element.units[0].body, seen, in_runs=True)
        elif isinstance(element, Cell | Run):
            cell = element.units[0] if isinstance(element, Run) else element
            if cell.body_key not in seen:
                seen.add(cell.body_key)
                yield from _written(cell.body, seen, in_runs=in_runs, is_block=True)
        else:
            for inner in bodies(element):
                yield from _written(inner, seen, in_runs=in_runs)


def _all_bodies(body: Body) -> Iterator[Body]:
    yield body
    for element in body:
        for inner in bodies(element):
            yield from _all_bodies(inner)


def _best(distinct: list[tuple[Body, bool]], refused: set[Sequence]) -> Found | None:
    """Return the sequence that saves the most lines as a block; of several the longest, and then the first."""
    counts: dict[Sequence, int] = defaultdict(int)
    ends: dict[Sequence, tuple[int, int]] = {}
    lines: dict[Sequence, int] = {}
    for number, (body, is_block) in enumerate(distinct):
        sizes = [_lines(element) for element in body]
        linked = _linked(body)
        listed = [element.key for element in body]
        whole = len(body) if is_block else 0
        for start in range(len(body)):
            total = 0
            for end in range(start + 1, min(start + _LONGEST, len(body)) + 1):
                if end > start + 1 and not linked[end - 1]:
                    break
                total += sizes[end - 1]
                if end - start == whole:
                    continue
                if total < 2 or len(body[start].takes) != 1:
                    continue
                if end == start + 1 and not isinstance(body[start], Residual | Branch):
                    continue
                sequence = tuple(listed[start:end])
                before = ends.get(sequence)
                if before is None or before[0] != number or before[1] <= start:
                    counts[sequence] += 1
                    ends[sequence] = number, end
                    lines[sequence] = total
    found = [
        Found(sequence, count, lines[sequence])
        for sequence, count in counts.items()
        if count > 1 and sequence not in refused
    ]
    best = max(found, key=lambda one: (one.saved, len(one.sequence)), default=None)
    return best if best and best.saved >= _LEAST_SAVED else None


def _linked(body: Body) -> list[bool]:
    """Return of each element whether it takes the one before alone, which nothing else takes."""
    pairs = zip([None, *body], body, strict=False)
    return [
        before is not None
        and len(element.takes) == 1
        and element.takes[0] is before
        and len(before.users) == 1
        and not (isinstance(element, Leaf) and (element.state or element.shares))
        for before, element in pairs
    ]


def _wrap(body: Body, sequence: Sequence) -> list[Cell]:
    """Put a sequence into cells wherever it is in a body, and return these."""
    cells: list[Cell] = []
    linked = _linked(body)
    done: Body = []
    index = 0
    while index < len(body):
        inner = body[index : index + len(sequence)]
        fits = tuple(element.key for element in inner) == sequence and len(inner[0].takes) == 1
        if fits and all(linked[index + 1 : index + len(sequence)]):
            (given,) = inner[0].takes
            cell = Cell([given], entry=Source(shape=given.shape), body=inner)
            enclose(cell, cell.entry, inner)
            cells.append(cell)
            done.append(cell)
            index += len(sequence)
        else:
            done.append(body[index])
            index += 1
    body[:] = done
    return cells


def _lines(element: Element) -> int:
    """Return about how many lines an element takes."""
    match element:
        case Residual():
            shortcut = 2 + sum(map(_lines, element.shortcut)) if element.shortcut else 0
            return 2 + sum(map(_lines, element.layers)) + shortcut
        case Branch():
            return 1 + sum(max(1, sum(map(_lines, path))) for path in element.paths)
        case Run():
            return 2 + sum(map(_lines, element.units[0].body))
    return 1
