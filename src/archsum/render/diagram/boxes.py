"""A network as a flowchart, which every format draws: boxes, clusters around those of a block, and arrows."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from archsum.errors import one_line
from archsum.folding import BlockSummary, Part, fold, headings, part_of
from archsum.graph import Group, Path
from archsum.layers.shapes import Shape
from archsum.layers.written import highlights
from archsum.render.numbers import quantity
from archsum.render.titles import Title, title_of
from archsum.repetitions import Repetitions, Runs, continues
from archsum.summary import LayerSummary, Summary
from archsum.unnamed_repeats import with_repetitions_as_blocks

MAX_BOXES = 20
"""As many layers and blocks as one takes in at a glance: a flowchart is unfolded up to there."""


class Look(StrEnum):
    """What a box is, and so how it is drawn."""

    DATA = "data"
    BLOCK = "block"
    WEIGHTS = "weights"
    PLAIN = "plain"


FILLS = {Look.DATA: "#eeeeee", Look.BLOCK: "#ffe3b3", Look.WEIGHTS: "#cfe5f7", Look.PLAIN: "#ffffff"}
INK, LINE = "#1a1a1a", "#555555"
"""Few colours, which the colour-blind tell apart and a printer prints in grey."""


class Cluster(NamedTuple):
    """What is drawn around the boxes of a block."""

    name: str
    title: str


class Box(NamedTuple):
    """An input, a layer, a folded block or an output."""

    name: str
    look: Look
    title: str
    type: str = ""
    """Empty where the title says it."""
    notes: tuple[str, ...] = ()
    """What is said of its weights, in small letters."""
    opens: tuple[Cluster, ...] = ()
    """The clusters that begin with this box, outermost first."""
    closes: int = 0
    """How many clusters end with it."""


class Arrow(NamedTuple):
    """What one box gives to another."""

    source: str
    target: str
    label: str
    """Its shape, with the first of the arrows that have the same, and what blocks call it that take or give several."""


class Flowchart(NamedTuple):
    """Boxes in the network's order, the arrows between them, and the pairs of boxes that share weights."""

    name: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    shared: tuple[tuple[str, str], ...]


def flowchart(summary: Summary, block: str | None = None, depth: int | None = None) -> Flowchart:
    """Return the flowchart of a network, or of a block of it, with what is more than `depth` levels deep folded.

    Without a depth it is unfolded as far as it can be taken in at a glance.

    Errors: SpecError where nothing has the block's name.
    """
    path: Path = ()
    if block is not None:
        summary, path = part_of(summary, block), summary.path_of(block)
    level = len(path)
    summary, runs, depth = _unfold(with_repetitions_as_blocks(summary, continues), level, depth)
    parts = fold(summary, depth)
    own = summary.groups.get(path)
    box_of = {name: name for name in summary.inputs}
    box_of |= {layer.name: part.of.name for part in parts for layer in part.layers}
    drawn = set(box_of.values())
    owners = [_owners(part, box_of) for part in parts]
    return Flowchart(
        one_line(summary.name),
        (
            *_inputs(summary, own, level),
            *_boxes(summary, runs, parts, owners, level),
            *_outputs(summary, own),
        ),
        tuple(_arrows(summary, parts, box_of)),
        tuple(
            (owner, part.of.name)
            for part, those in zip(parts, owners, strict=True)
            for owner in those
            if owner in drawn
        ),
    )


def _unfold(summary: Summary, level: int, depth: int | None) -> tuple[Summary, Runs, int]:
    """Return what repeats itself once, and how deep to draw: so many levels, or as many as can be taken in."""
    deepest = max((len(layer.path) for layer in summary.layers), default=0)
    repetitions = Repetitions(summary)
    repetitions.find(level + 1)
    last = level + 1
    for further in range(level + 2, min(deepest, deepest if depth is None else level + depth) + 1):
        boxes = repetitions.find(further)
        if depth is None and boxes > MAX_BOXES:
            break
        last = further
    return *repetitions.without(last), last


def _inputs(summary: Summary, block: Group | None, level: int) -> Iterator[Box]:
    """Yield the boxes of the inputs; a block's are what layers outside give."""
    names = _names(block.inputs) if block else {}
    for name in summary.inputs:
        inner = level > 0 and name != "input"
        title = names.get(name, "input" if inner else name)
        yield Box(name, Look.DATA, one_line(title), notes=(f"from {one_line(name)}",) * inner)


def _outputs(summary: Summary, block: Group | None) -> Iterator[Box]:
    """Yield the boxes of the outputs, with their names where there are several."""
    names = _names(block.outputs) if block else {}
    for layer in summary.outputs:
        several = len(summary.outputs) > 1
        title, notes = (names.get(layer, layer), ("output",)) if several else ("output", ())
        yield Box(_output(layer), Look.DATA, one_line(title), notes=notes)


def _names(named: Mapping[str, str]) -> dict[str, str]:
    """Return what a block calls each node; the last of several names."""
    return {node: name for name, node in named.items()}


def _output(layer: str) -> str:
    return f"{layer}/output"  # nothing else has such a name, as a layer is no block


def _owners(part: Part, box_of: Mapping[str, str]) -> Mapping[str, str]:
    """Return the other boxes whose weights a part uses, or layers that are not in the flowchart, and which weights."""
    weights: dict[str, list[str]] = {}
    for layer in part.layers:
        for name, owner in _shared(layer):
            if box_of.get(owner) != part.of.name:
                weights.setdefault(box_of.get(owner, owner), []).append(name)
    are_all = isinstance(part.of, BlockSummary) or part.of.shared_with
    return {owner: "weights" if are_all else ", ".join(names) for owner, names in weights.items()}


def _shared(layer: LayerSummary) -> Iterator[tuple[str, str]]:
    """Yield what a layer uses of others: a weight, or all of them, and the layer whose it is."""
    if layer.shared_with:
        yield "weights", layer.shared_with
    else:
        yield from ((name, shared.owner.node) for name, shared in layer.shared_weights.items())


def _arrows(summary: Summary, parts: list[Part], box_of: Mapping[str, str]) -> Iterator[Arrow]:
    groups = {part.of.name: summary.groups[part.path] for part in parts if isinstance(part.of, BlockSummary)}
    given = {name: _names(group.outputs) for name, group in groups.items() if len(group.outputs) > 1}
    taken = {name: _names(group.inputs) for name, group in groups.items() if len(group.inputs) > 1}
    said: set[tuple[str, Shape]] = set()

    def arrow(node: str, target: str, shape: Shape) -> Arrow:
        source = box_of[node]
        names = (given.get(source, {}).get(node), taken.get(target, {}).get(node))
        words = [" → ".join(dict.fromkeys(one_line(name) for name in names if name))]
        if (source, shape) not in said:
            said.add((source, shape))
            words.append(_sizes(shape))
        return Arrow(source, target, " ".join(filter(None, words)))

    for part in parts:
        for node, shape in zip(part.taken, part.input_shapes, strict=True):
            yield arrow(node, part.of.name, shape)
    shapes = summary.inputs | {layer.name: layer.output_shape for layer in summary.layers}
    for name in summary.outputs:
        yield arrow(name, _output(name), shapes[name])


def _boxes(
    summary: Summary, runs: Runs, parts: list[Part], owners: list[Mapping[str, str]], level: int
) -> Iterator[Box]:
    """Return a box for each part, with the clusters below the level that begin and end with it."""
    opened = list(headings(parts))
    staying_open = [*(len(part.path) - 1 - len(blocks) for blocks, part in opened[1:]), level]
    for (blocks, part), those, still in zip(opened, owners, staying_open, strict=False):  # of no parts none
        opens = tuple(
            _cluster(block, title_of(runs.get(block, (block,)), summary.groups[block].kind))
            for block in blocks
            if len(block) > level
        )
        box = _box(part, title_of(runs.get(part.path, (part.path,)), part.of.type), those)
        yield box._replace(opens=opens, closes=max(len(part.path) - 1 - still, 0))


def _cluster(path: Path, title: Title) -> Cluster:
    return Cluster("/".join(path), f"{title.name} ({title.type})" if title.type else title.name)


def _box(part: Part, title: Title, owners: Mapping[str, str]) -> Box:
    of = part.of
    layer = Look.WEIGHTS if of.params != 0 or of.shares else Look.PLAIN
    look = Look.BLOCK if isinstance(of, BlockSummary) else layer
    return Box(of.name, look, title.name, title.type, tuple(_notes(of, owners, is_one=title.times == 1)))


def _notes(of: LayerSummary | BlockSummary, owners: Mapping[str, str], *, is_one: bool) -> Iterator[str]:
    kernels = [weight.shape for weight in of.weights if weight.name.endswith("kernel")]
    if len(kernels) == 1:  # of several, as attention has, there is no room for all
        yield f"kernel {_sizes(kernels[0])}"
    if isinstance(of, LayerSummary) and (words := ", ".join(highlights(of.layer))):
        yield one_line(words)
    if of.params != 0:
        yield f"{quantity(of.params, 'parameter')}{'' if is_one else ' each'}"
    for owner, weights in owners.items():
        yield one_line(f"{weights} of {owner}")


@lru_cache(maxsize=1024)
def _sizes(shape: Shape) -> str:
    """Write a shape as figures have it: `28×28×64`."""
    return "×".join("?" if size is None else str(size) for size in shape)
