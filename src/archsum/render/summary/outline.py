"""A nested network at a glance: as deep as there is room for, equal blocks that follow one another as one row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import NamedTuple

from archsum.folding import block_of, taken_from_outside
from archsum.graph import Path
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, Row, indented, input_rows, listed, seen_from
from archsum.sections import Section
from archsum.summary import LayerSummary, Summary

_MOST_ROWS = 40
"""As many rows are seen at once."""


class _Entry(NamedTuple):
    """A layer, or a block, or equal blocks that follow one another: the first and the last of them."""

    first: Section
    last: Section
    times: int = 1

    @property
    def path(self) -> Path:
        """That of the first."""
        return self.first.path

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer, and no block."""
        return self.first.is_layer

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """Those of all of them."""
        return self.first.summary.layers[self.first.start : self.last.end]


def outline(summary: Summary, names: Sequence[str | Column] = ()) -> Listing:
    """Return a summary in few rows, with the optional columns: blocks with their sums, and some of what is in them.

    Errors: KeyError for a name of a column that there is not.
    """
    opened = _opened(summary)
    leaves = [entry for entry, is_opened in opened if not is_opened]
    connected = not _is_chain(summary, leaves)
    shown = {layer.name: "/".join(layer.path[: len(entry.path)]) for entry in leaves for layer in entry.layers}
    names_shown = frozenset(shown.values())
    rows = list(input_rows(summary))
    after_block = False
    for entry, is_opened in opened:
        is_outer = len(entry.path) == 1
        inputs = _inputs(entry, shown, names_shown) if connected and not is_opened else ()
        row = _row(summary, entry, inputs)
        rows.append(row._replace(is_opened=is_opened, is_ruled=is_outer and (is_opened or after_block)))
        after_block = is_opened or (after_block and not is_outer)
    return listed(summary, rows, names, connected=connected)


def _opened(summary: Summary) -> list[tuple[_Entry, bool]]:
    """Return what is listed, and whether the rows below are what is in it, for the deepest level there is room for."""
    deepest = max((len(layer.path) for layer in summary.layers), default=1)
    found = list(_entries(summary, 0, len(summary.layers), 1))
    for depth in range(2, deepest + 1):
        deeper = list(islice(_entries(summary, 0, len(summary.layers), depth), _MOST_ROWS + 1))
        if len(deeper) > _MOST_ROWS:
            break
        found = deeper
    return found


def _entries(summary: Summary, start: int, end: int, depth: int, level: int = 1) -> Iterator[tuple[_Entry, bool]]:
    """Yield what is in a block, down to a depth; equal blocks that follow one another are not opened."""
    for entry in _together(_sections(summary, start, end, level)):
        is_opened = not entry.is_layer and entry.times == 1 and level < depth
        yield entry, is_opened
        if is_opened:
            yield from _entries(summary, entry.first.start, entry.first.end, depth, level + 1)


def _sections(summary: Summary, start: int, end: int, level: int) -> Iterator[Section]:
    """Yield the layers and blocks of a block, which has those numbers."""
    for _, inside in groupby(range(start, end), key=lambda index: summary.layers[index].path[:level]):
        first, *others = inside
        yield Section(summary, first, (others[-1] if others else first) + 1, level)


def _together(sections: Iterable[Section]) -> Iterator[_Entry]:
    """Yield equal blocks that follow one another as one, and all else by itself. No two layers are equal."""
    entry: _Entry | None = None
    for section in sections:
        if entry and not section.is_layer and entry.last.is_followed_by_equal(section):
            entry = entry._replace(last=section, times=entry.times + 1)
            continue
        if entry:
            yield entry
        entry = _Entry(section, section)
    if entry:
        yield entry


def _is_chain(summary: Summary, leaves: Sequence[_Entry]) -> bool:
    """Whether there is one input, and each row takes what the one above gives, and nothing else."""
    before = set(summary.inputs)
    for entry in leaves:
        if not taken_from_outside(entry.layers).keys() <= before:
            return False
        before = {layer.name for layer in entry.layers}
    return len(summary.inputs) == 1


def _inputs(entry: _Entry, shown: Mapping[str, str], names: Collection[str]) -> tuple[str, ...]:
    """Return what a row takes; `shown` are the names of rows, all `names`, by those of the layers in them."""
    taken = taken_from_outside(entry.layers)
    return tuple(seen_from(entry.path[:-1], shown.get(name, name), names) for name in taken)


def _row(summary: Summary, entry: _Entry, inputs: tuple[str, ...]) -> Row:
    if entry.is_layer:
        layer = entry.layers[0]
        return Row(indented(entry.path), "" if _is_said(layer) else layer.type, layer, inputs)
    of = block_of(summary, entry.path, entry.layers)
    if entry.times > 1:
        last = block_of(summary, entry.path, entry.last.layers)
        of = replace(of, output_shape=last.output_shape, output_shapes=last.output_shapes)
    name, kind = indented(entry.path), of.type
    if entry.times == 1:
        return Row(name, "" if entry.path[-1].startswith(kind) else kind, of, inputs, is_block=True)
    if entry.path[-1].startswith(kind):
        name = indented((*entry.path[:-1], f"{kind} × {entry.times:,}"))
        return Row(name, "", of, inputs, is_block=True)
    return Row(f"{name} … {entry.last.path[-1]}", f"{kind} × {entry.times:,}", of, inputs, is_block=True)


def _is_said(layer: LayerSummary) -> bool:
    """Whether a layer's name is its type's, with or without a number."""
    word = layer.path[-1].rstrip("0123456789").replace("_", "").lower()
    return layer.type.rstrip("0123456789").lower() == word or layer.type.lower() == word
