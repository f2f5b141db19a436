"""Stretches of a network, such as a layer or a block, and when two of them are of one structure."""

from collections.abc import Hashable, Iterator
from functools import cached_property
from itertools import groupby

from archsum.graph import Path
from archsum.layers.written import highlights
from archsum.summary import LayerSummary, Summary


class Section:
    """Layers that follow one another: one by itself, those of a block, or those of a repetition.

    The names of what is in it are those so many levels deep. `start` and `end` are the numbers of the first layer, and
    of the first behind.
    """

    def __init__(self, summary: Summary, start: int, end: int, depth: int, kind: str | None = None) -> None:
        self.summary = summary
        self.start, self.end = start, end
        self.path: Path = summary.layers[start].path[:depth]
        self._depth = depth
        self._kind = kind

    @cached_property
    def layers(self) -> tuple[LayerSummary, ...]:
        """The layer, or those of the block."""
        return self.summary.layers[self.start : self.end]

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer, and no block."""
        return self.layers[0].path == self.path

    @property
    def kind(self) -> str:
        """The type of the layer, or the kind of the block."""
        return self._kind or (self.layers[0].type if self.is_layer else self.summary.groups[self.path].kind)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each layer among all of it."""
        return {layer.name: number for number, layer in enumerate(self.layers)}

    @cached_property
    def taken(self) -> tuple[str, ...]:
        """What it takes from outside, each once."""
        inside = self.numbers
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.node.inputs if name not in inside))

    @cached_property
    def _wiring(self) -> tuple[Hashable, ...]:
        """For each layer where what it takes comes from, by numbers: of layers, and behind them of what is outside."""
        inside = self.numbers
        numbers = inside | {name: len(inside) + number for number, name in enumerate(self.taken)}
        return tuple(tuple(numbers[name] for name in layer.node.inputs) for layer in self.layers)

    def is_followed_by_equal(self, other: "Section") -> bool:
        """Whether the other is the next one in the same block, and of one structure with it.

        Such have layers of the same kinds, names within them, shapes, weights and `shown_fields`, with the same wires
        between them: not, say, of the same rates of dropout.
        """
        return (
            self.end == other.start
            and self.path[:-1] == other.path[:-1]
            and len(self.layers) == len(other.layers)
            and self.kind == other.kind
            and all(self._matches(other, *pair) for pair in zip(self.layers, other.layers, strict=True))
            and len(self.taken) == len(other.taken)
            and self._wiring == other._wiring
        )

    def _matches(self, other: "Section", layer: LayerSummary, its: LayerSummary) -> bool:
        return (
            (layer.computed is its.computed or _are_alike(layer, its))
            and layer.path[self._depth :] == its.path[other._depth :]
            and layer.node.frozen_by == its.node.frozen_by
            and layer.node.states == its.node.states
            and self._borrowed(layer) == other._borrowed(its)
        )

    def _borrowed(self, layer: LayerSummary) -> list[Hashable]:
        """Return which weights a layer uses that are another's, and whose."""
        return [
            (name, self.numbers.get(shared.owner.node, shared.owner.node), shared.owner.weight, shared.transposed)
            for name, shared in layer.shared_weights.items()
        ]


def sections(summary: Summary, start: int, end: int, depth: int) -> Iterator[Section]:
    """Yield the layers and blocks in a block of layers with those numbers, which have paths of that length."""
    for _, inside in groupby(range(start, end), key=lambda index: summary.layers[index].path[:depth]):
        first, *others = inside
        yield Section(summary, first, (others[-1] if others else first) + 1, depth)


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
