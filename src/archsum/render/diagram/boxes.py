"""A network as a flowchart, which every format draws: boxes, clusters around those of a block, and arrows."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from archsum.errors import one_line
from archsum.folding import BlockSummary, Part, fold, headings, part_of, readable_depth
from archsum.graph import Path
from archsum.layers.shapes import Shape
from archsum.render.numbers import count
from archsum.summary import LayerSummary, Summary

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
    """What one box gives to another, and its shape."""

    source: str
    target: str
    label: str


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
    level = 0
    if block is not None:
        summary, level = part_of(summary, block), block.count("/") + 1
    parts = fold(summary, readable_depth(summary, MAX_BOXES, level) if depth is None else level + depth)
    box_of = {name: name for name in summary.inputs}
    box_of |= {layer.name: part.of.name for part in parts for layer in part.layers}
    drawn = set(box_of.values())
    owners = [_owners(part, box_of) for part in parts]
    return Flowchart(
        one_line(summary.name),
        (
            *(_input(name, level) for name in summary.inputs),
            *_boxes(summary, parts, owners, level),
            *(Box(_output(name), Look.DATA, "output") for name in summary.outputs),
        ),
        tuple(_arrows(summary, parts, box_of)),
        tuple(
            (owner, part.of.name)
            for part, those in zip(parts, owners, strict=True)
            for owner in those
            if owner in drawn
        ),
    )


def _input(name: str, level: int) -> Box:
    """Return the box of an input; a block's is what a layer outside gives."""
    inner = level > 0 and name != "input"
    return Box(name, Look.DATA, "input" if inner else one_line(name), notes=(f"from {one_line(name)}",) * inner)


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
    for part in parts:
        for source, shape in zip(part.inputs, part.input_shapes, strict=True):
            yield Arrow(source, part.of.name, _sizes(shape))
    shapes = summary.inputs | {layer.name: layer.output_shape for layer in summary.layers}
    for name in summary.outputs:
        yield Arrow(box_of[name], _output(name), _sizes(shapes[name]))


def _boxes(summary: Summary, parts: list[Part], owners: list[Mapping[str, str]], level: int) -> Iterator[Box]:
    """Return a box for each part, with the clusters below the level that begin and end with it."""
    opened = list(headings(summary, parts))
    staying_open = [*(len(part.path) - 1 - len(blocks) for blocks, part in opened[1:]), level]
    for (blocks, part), those, still in zip(opened, owners, staying_open, strict=False):  # of no parts none
        opens = tuple(_cluster(block, summary.groups[block].kind) for block in blocks if len(block) > level)
        yield _box(part, those)._replace(opens=opens, closes=max(len(part.path) - 1 - still, 0))


def _cluster(path: Path, kind: str) -> Cluster:
    name = path[-1]
    return Cluster("/".join(path), one_line(name if _says(name, kind) else f"{name} ({kind})"))


def _box(part: Part, owners: Mapping[str, str]) -> Box:
    of, name = part.of, part.path[-1]
    layer = Look.WEIGHTS if of.params != 0 or of.shares else Look.PLAIN
    look = Look.BLOCK if isinstance(of, BlockSummary) else layer
    type_ = "" if _says(name, of.type) else one_line(of.type)
    return Box(of.name, look, one_line(name), type_, tuple(_notes(of, owners)))


def _notes(of: LayerSummary | BlockSummary, owners: Mapping[str, str]) -> Iterator[str]:
    kernels = [weight.shape for weight in of.weights if weight.name.endswith("kernel")]
    if len(kernels) == 1:  # of several, as attention has, there is no room for all
        yield f"kernel {_sizes(kernels[0])}"
    if of.params != 0:
        yield f"{count(of.params)} parameter{'' if of.params == 1 else 's'}"
    for owner, weights in owners.items():
        yield one_line(f"{weights} of {owner}")


def _says(name: str, kind: str) -> bool:
    """Whether a name says what it is a name of, as the numbered ones do: `conv2d_1` is a Conv2D."""
    return name.replace("_", "").lower().startswith(kind.replace("_", "").lower())


@lru_cache(maxsize=1024)
def _sizes(shape: Shape) -> str:
    """Write a shape as figures have it: `28×28×64`."""
    return "×".join("?" if size is None else str(size) for size in shape)
