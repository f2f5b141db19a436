"""A nested network at a glance: as deep as there is room for, equal blocks that follow one another as one row."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import NamedTuple

from archsum.folding import BlockSummary, block_of, taken_from_outside
from archsum.graph import Path
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, Row, indented, input_rows, listed, seen_from
from archsum.summary import LayerSummary, Summary

_MOST_ROWS = 40
"""As many rows are seen at once."""


class _Entry(NamedTuple):
    """A layer, or a block, or equal blocks that follow one another, of which the path is the first one's."""

    path: Path
    layers: tuple[LayerSummary, ...]
    last: Path
    times: int = 1

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer, and no block."""
        return self.layers[0].path == self.path


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
    found = list(_entries(summary, summary.layers, 0, 1))
    for depth in range(2, deepest + 1):
        deeper = list(islice(_entries(summary, summary.layers, 0, depth), _MOST_ROWS + 1))
        if len(deeper) > _MOST_ROWS:
            break
        found = deeper
    return found


def _entries(summary: Summary, layers: Sequence[LayerSummary], level: int, depth: int) -> Iterator[tuple[_Entry, bool]]:
    """Yield what is in a block, down to a depth; equal blocks that follow one another are not opened."""
    groups = groupby(layers, key=lambda layer: layer.path[: level + 1])
    entries = (_Entry(path, tuple(inside), path) for path, inside in groups)
    for _, equal in groupby(entries, key=lambda entry: _signature(summary, entry)):
        first, *others = equal
        together = first._replace(
            layers=tuple(layer for entry in (first, *others) for layer in entry.layers),
            last=(others[-1] if others else first).path,
            times=1 + len(others),
        )
        is_opened = not first.is_layer and not others and level + 1 < depth
        yield together, is_opened
        if is_opened:
            yield from _entries(summary, first.layers, level + 1, depth)


def _signature(summary: Summary, entry: _Entry) -> Hashable:
    """Return what equal blocks have in common: their layers, and how these are connected. No two layers are equal."""
    if entry.is_layer:
        return entry.path
    numbers = {layer.name: number for number, layer in enumerate(entry.layers)}
    outside = {name: -1 - number for number, name in enumerate(taken_from_outside(entry.layers))}
    places = {**outside, **numbers}
    return summary.groups[entry.path].kind, tuple(
        (layer.path[len(entry.path) :], layer.alike, tuple(places[name] for name in layer.node.inputs))
        for layer in entry.layers
    )


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
        return Row(indented(entry.path), "" if says_type(layer) else layer.type, layer, inputs)
    of = block_of(summary, entry.path, entry.layers)
    if entry.times > 1:
        last = block_of(summary, entry.path, entry.layers[-(len(entry.layers) // entry.times) :])
        of = replace(of, output_shape=last.output_shape, output_shapes=last.output_shapes)
    name, kind = indented(entry.path), of.type
    if entry.times == 1:
        return Row(name, "" if says_type(of) else kind, of, inputs, is_block=True)
    if says_type(of):
        name = indented((*entry.path[:-1], f"{kind} × {entry.times:,}"))
        return Row(name, "", of, inputs, is_block=True)
    return Row(f"{name} … {entry.last[-1]}", f"{kind} × {entry.times:,}", of, inputs, is_block=True)


def says_type(of: LayerSummary | BlockSummary) -> bool:
    """Whether a name is that of the layer's type, with or without a number, or begins with that of the block's."""
    name = of.path[-1]
    if isinstance(of, BlockSummary):
        return name.startswith(of.type)
    word = name.rstrip("0123456789").replace("_", "").lower()
    return of.type.rstrip("0123456789").lower() == word or of.type.lower() == word
