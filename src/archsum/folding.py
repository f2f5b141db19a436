"""A summary folded to a depth: each block below it is one part. Tables and diagrams show a network so."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from archsum.errors import one_line
from archsum.graph import Path, shared_levels
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary, Summary, Totals, show_params


@dataclass(frozen=True)
class BlockSummary(Totals):
    """A block, or a named container, as one; its numbers are the sums of its layers'."""

    path: Path
    type: str
    layers: tuple[LayerSummary, ...]
    output_shape: Shape

    weights: tuple[Weight, ...] = ()
    """None are listed; they are the layers'."""
    output_shapes: tuple[Shape, ...] = ()
    """Where it gives more than one thing to the outside, the shapes of all, in order."""

    @property
    def name(self) -> str:
        """The block's name, with those of the blocks that it is in."""
        return "/".join(self.path)

    @property
    def shares(self) -> bool:
        """Whether a layer in it uses weights of others, which may be in the block too."""
        return any(layer.shares for layer in self.layers)

    def __repr__(self) -> str:
        sizes = f"output_shape={self.output_shape}, params={show_params(self.params)}"
        return f"<BlockSummary of {one_line(self.name)} ({one_line(self.type)}): layers={len(self.layers)}, {sizes}>"


class Part(NamedTuple):
    """A layer or a folded block, and what it takes: the names of inputs and of other parts, and the shapes."""

    of: LayerSummary | BlockSummary
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    taken: tuple[str, ...]
    """The inputs and layers that these are, or that are in those parts."""

    @property
    def path(self) -> Path:
        """The blocks that it is in, outermost first, and its own name."""
        return self.of.path

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """The layer, or the block's."""
        return self.of.layers if isinstance(self.of, BlockSummary) else (self.of,)


def fold(summary: Summary, depth: int | None = None) -> list[Part]:
    """Return the network's layers, and what lies more than `depth` levels deep as blocks."""
    if depth is None:
        return [Part(layer, layer.node.inputs, layer.input_shapes, layer.node.inputs) for layer in summary.layers]
    shown_as = {layer.name: "/".join(layer.path[:depth]) for layer in summary.layers}
    groups = [(path, tuple(layers)) for path, layers in groupby(summary.layers, lambda layer: layer.path[:depth])]
    parts = []
    for path, layers in groups:
        first = layers[0]
        if first.path == path:
            inputs = tuple(shown_as.get(name, name) for name in first.node.inputs)
            parts.append(Part(first, inputs, first.input_shapes, first.node.inputs))
            continue
        taken = taken_from_outside(layers)
        inputs = tuple(shown_as.get(name, name) for name in taken)
        parts.append(Part(block_of(summary, path, layers), inputs, tuple(taken.values()), tuple(taken)))
    return parts


def block_of(summary: Summary, path: Path, layers: tuple[LayerSummary, ...]) -> BlockSummary:
    """Return a block, or several that follow one another, whose output is what the last layers give to the outside.

    They may be layers too, of one kind.
    """
    giving = _giving_to_outside(summary, layers)
    last = giving[-1] if giving else layers[0]
    several = tuple(layer.output_shape for layer in giving) if len(giving) > 1 else ()
    kind = summary.groups[path].kind if path in summary.groups else layers[0].type
    return BlockSummary(path, kind, layers, last.output_shape, output_shapes=several)


def _giving_to_outside(summary: Summary, layers: tuple[LayerSummary, ...]) -> list[LayerSummary]:
    inside = {layer.name for layer in layers}
    return [
        layer
        for layer in layers
        if layer.name in summary.given or any(taker not in inside for taker in summary.takers.get(layer.name, ()))
    ]


def find_part(summary: Summary, name: str) -> LayerSummary | BlockSummary:
    """Return the layer or the block of that name. Errors: SpecError where nothing has it."""
    layers, path = summary.find(name), summary.path_of(name)
    return layers[0] if layers[0].path == path else block_of(summary, path, layers)


def taken_from_outside(layers: tuple[LayerSummary, ...]) -> dict[str, Shape]:
    """Return what layers take from outside: the names of inputs and of other layers, and the shapes."""
    inside = {layer.name for layer in layers}
    taken: dict[str, Shape] = {}
    for layer in layers:
        for name, shape in zip(layer.node.inputs, layer.input_shapes, strict=True):
            if name not in inside:
                # An output comes before the states of the same layer.
                taken.setdefault(name, shape)
    return taken


def readable_depth(summary: Summary, most: int, level: int = 0) -> int:
    """Return how deep to unfold, below `level`, so that there are at most so many layers and blocks."""
    deepest = max((len(layer.path) for layer in summary.layers), default=0)
    depth = level + 1
    while depth < deepest and len({layer.path[: depth + 1] for layer in summary.layers}) <= most:
        depth += 1
    return depth


def part_of(summary: Summary, name: str) -> Summary:
    """Return a block, or a layer, as a network: it takes what comes from outside, and gives what is taken outside.

    Errors: SpecError where nothing has that name.
    """
    layers = summary.find(name)
    outputs = tuple(layer.name for layer in _giving_to_outside(summary, layers))
    return Summary("/".join(summary.path_of(name)), taken_from_outside(layers), layers, outputs, summary.groups)


def is_chain(summary: Summary, parts: list[Part]) -> bool:
    """Whether there is one input, and each part takes what the one before gives, and nothing else."""
    names = [*summary.inputs, *(part.of.name for part in parts)]
    return len(summary.inputs) == 1 and all(
        part.inputs == (before,) for part, before in zip(parts, names, strict=False)
    )


def headings(parts: list[Part]) -> Iterator[tuple[tuple[Path, ...], Part]]:
    """Return each part with the blocks that begin with it, outermost first."""
    before: Path = ()
    for part in parts:
        outer = part.path[:-1]
        common = len(outer) if outer == before else shared_levels(before, outer)
        yield tuple(outer[: level + 1] for level in range(common, len(outer))), part
        before = outer
