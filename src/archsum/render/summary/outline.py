"""A nested network at a glance: as deep as there is room for, equal blocks that follow one another as one row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from archsum.folding import BlockSummary, block_of, taken_from_outside
from archsum.graph import Path
from archsum.render.summary.columns import Column
from archsum.render.summary.rows import Listing, Row, indented, input_rows, listed, seen_from
from archsum.render.titles import title_of
from archsum.sections import Section, sections
from archsum.summary import LayerSummary, Summary
from archsum.unnamed_repeats import has_repetitions, with_repetitions_as_blocks

_MOST_ROWS = 40
"""As many rows are seen at once."""


class _Entry(NamedTuple):
    """A layer, or a block, or equal ones that follow one another."""

    sections: tuple[Section, ...]

    @property
    def path(self) -> Path:
        """That of the first."""
        return self.sections[0].path

    @property
    def times(self) -> int:
        """How many they are."""
        return len(self.sections)

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer, or layers, and no block."""
        return self.sections[0].is_layer

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """Those of all of them."""
        first, last = self.sections[0], self.sections[-1]
        return first.summary.layers[first.start : last.end]


def is_nested(summary: Summary) -> bool:
    """Whether there is something to fold: blocks or repetitions."""
    return bool(summary.groups) or has_repetitions(summary)


def outline(summary: Summary, names: Sequence[str | Column] = ()) -> Listing:
    """Return a summary in few rows, with the optional columns: blocks with their sums, and some of what is in them.

    Errors: KeyError for a name of a column that there is not.
    """
    summary = with_repetitions_as_blocks(summary, Section.is_followed_by_equal)
    opened = _opened(summary)
    leaves = [entry for entry, is_opened in opened if not is_opened]
    connected = not _is_chain(summary, leaves)
    # By its own name, as a repetition without a name has none.
    shown = {
        layer.name: "/".join(layer.name.split("/")[: len(entry.path)]) for entry in leaves for layer in entry.layers
    }
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
    for entry in _together(sections(summary, start, end, level)):
        is_opened = not entry.is_layer and entry.times == 1 and level < depth
        yield entry, is_opened
        if is_opened:
            yield from _entries(summary, entry.sections[0].start, entry.sections[0].end, depth, level + 1)


def _together(sections: Iterable[Section]) -> Iterator[_Entry]:
    """Yield those together that follow one another and are equal: blocks, and repetitions of one layer."""
    run: list[Section] = []
    for section in sections:
        if run and not (run[-1].is_followed_by_equal(section) and (not section.is_layer or _repeats(run[-1], section))):
            yield _Entry(tuple(run))
            run = []
        run.append(section)
    if run:
        yield _Entry(tuple(run))


def _repeats(section: Section, other: Section) -> bool:
    """Whether two layers are what the file has as one, in a repeat."""
    one, another = section.layers[0].node, other.layers[0].node
    is_repeated = one.uses and one.uses[0].repetitions
    return bool(is_repeated) and one.span == another.span and one.uses[1:] == another.uses[1:]


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
    name = indented(entry.path)
    if entry.times > 1:
        of = block_of(summary, entry.path, entry.layers)
        last = block_of(summary, entry.path, entry.sections[-1].layers)
        of = replace(of, output_shape=last.output_shape, output_shapes=last.output_shapes)
        title = title_of(tuple(section.path for section in entry.sections), of.type)
        return Row(indented((*entry.path[:-1], title.name)), title.type, of, inputs, is_block=True)
    if entry.is_layer:
        layer = entry.layers[0]
        return Row(name, "" if says_type(layer) else layer.type, layer, inputs)
    block = block_of(summary, entry.path, entry.layers)
    return Row(name, "" if says_type(block) else block.type, block, inputs, is_block=True)


def says_type(of: LayerSummary | BlockSummary) -> bool:
    """Whether a name is that of the layer's type, with or without a number, or begins with that of the block's."""
    name = of.path[-1]
    if isinstance(of, BlockSummary):
        return name.startswith(of.type)
    word = name.rstrip("0123456789").replace("_", "").lower()
    return of.type.rstrip("0123456789").lower() == word or of.type.lower() == word
