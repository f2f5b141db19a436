"""A summary in which repetitions of a repeat without a name are blocks, so that they can be shown as one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby, takewhile
from typing import NamedTuple

from archsum.graph import Group, Path, Use
from archsum.sections import Section, sections
from archsum.summary import LayerSummary, Summary


class _Inside(NamedTuple):
    """What is in a block: the paths of its layers, and the blocks among them by theirs, from there on."""

    paths: list[Path]
    groups: dict[Path, Group]

    def add(self, other: "_Inside", prefix: Path = ()) -> None:
        """Add what is in a block with that path, or a part of this one."""
        self.paths.extend(prefix + path for path in other.paths)
        self.groups.update({prefix + path: group for path, group in other.groups.items()})


class _Repetition(NamedTuple):
    """Layers and blocks of one repetition; without a `use` what is in none, by itself."""

    use: Use | None
    section: Section
    is_one: bool
    """Whether it is one layer, or one block."""


Continues = Callable[[Section, Section], bool]
"""Whether a section is followed by another that is shown together with it."""


def has_repetitions(summary: Summary) -> bool:
    """Whether something came out of a repeat."""
    return any(use.repetitions for layer in summary.layers for use in layer.node.uses)


def with_repetitions_as_blocks(summary: Summary, continues: Continues) -> Summary:
    """Return a summary where repetitions of more than one thing are blocks, if the next or the one before `continues`.

    They are called by the number of their layers, `3 layers`, `3 layers_1` and so on; the layers keep their names.
    """
    if not has_repetitions(summary):
        return summary
    inside = _Blocks(summary, continues).block(0, len(summary.layers), 0)
    layers = (
        layer._replace(node=layer.node._replace(path=path))
        for layer, path in zip(summary.layers, inside.paths, strict=True)
    )
    return replace(summary, layers=tuple(layers), groups=inside.groups)


class _Blocks:
    """The blocks of a summary as they are with these."""

    def __init__(self, summary: Summary, continues: Continues) -> None:
        self._summary = summary
        self._continues = continues

    def block(self, start: int, end: int, depth: int) -> _Inside:
        """Return what is in the block of these layers, which is so many levels deep."""
        return self._inside(start, end, depth, set())

    def _inside(self, start: int, end: int, depth: int, taken: set[str]) -> _Inside:
        """Return what is in a block, or in a repetition in it; `taken` are the names of repetitions in it."""
        inside = _Inside([], {})
        for run in self._runs(start, end, depth):
            section = run[0].section
            if len(run) > 1:
                first = self.block(section.start, section.end, depth)
                for repetition in run:
                    path = (_new_name(section.kind, taken),)
                    inside.groups[path] = Group(section.kind, repetition.section.layers[0].span)
                    inside.add(first, path)
            elif not run[0].is_one:
                inside.add(self._inside(section.start, section.end, depth, taken))
            elif section.is_layer:
                inside.paths.append(section.path[depth:])
            else:
                inside.groups[section.path[depth:]] = self._summary.groups[section.path]
                inside.add(self.block(section.start, section.end, depth + 1), section.path[depth:])
        return inside

    def _runs(self, start: int, end: int, depth: int) -> Iterator[Sequence[_Repetition]]:
        """Yield all that is directly in a block, those repetitions together that go on one behind the other."""
        run: list[_Repetition] = []
        for repetition in _repetitions(self._summary, start, end, depth):
            if run and not self._goes_on(run[-1], repetition):
                yield run
                run = []
            run.append(repetition)
        yield run

    def _goes_on(self, one: _Repetition, other: _Repetition) -> bool:
        """Whether the other is the next repetition of the same repeat, to be shown together with this one."""
        is_next = one.use and other.use and one.use.span == other.use.span and not (one.is_one or other.is_one)
        return bool(is_next) and self._continues(one.section, other.section)


def _new_name(kind: str, taken: set[str]) -> str:
    """Return a name that is not taken yet, numbered as those of layers are, and take it; no layer's has a blank."""
    names = (f"{kind}_{number}" if number else kind for number in count())
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name


def _repetitions(summary: Summary, start: int, end: int, depth: int) -> Iterator[_Repetition]:
    """Yield the repetitions that are directly in a block, and by themselves the layers and blocks that are in none."""
    common = _common_uses(summary.layers[start:end])
    parts = list(sections(summary, start, end, depth + 1))
    for use, together in groupby(parts, key=lambda part: _use_of(part, common)):
        if use is None:
            yield from (_Repetition(None, part, is_one=True) for part in together)
            continue
        first, *others = together
        if others:
            end = others[-1].end
            kind = f"{end - first.start} layers"
            yield _Repetition(use, Section(summary, first.start, end, depth + 1, kind), is_one=False)
        else:
            yield _Repetition(use, first, is_one=True)


def _common_uses(layers: Sequence[LayerSummary]) -> int:
    """Return how many uses, from the outermost on, all the layers came out of."""
    uses = layers[0].node.uses
    for layer in layers:
        if layer.node.uses is not uses:
            pairs = zip(reversed(uses), reversed(layer.node.uses), strict=False)
            common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            uses = uses[len(uses) - common :]
    return len(uses)


def _use_of(part: Section, common: int) -> Use | None:
    """Return the repetition, the outermost behind those uses, that a layer or a block is in, and is in as a whole."""
    uses = part.layers[0].node.uses
    if len(uses) == common or _common_uses(part.layers) == common:
        return None
    use = uses[-(common + 1)]
    return use if use.repetitions else None
