"""What is compared of a layer: its kind, its fields, its output and its weights, found once for equal layers."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from archsum.comparison.layouts import FIELDS, FORMAT
from archsum.comparison.spelling import kind_and_fields
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.summary import LayerSummary

Digest = bytes
"""What tells values from others: equal ones have the same."""


class WeightFacts(NamedTuple):
    """A weight of a layer: its shape, and whether training changes it."""

    shape: Shape
    trainable: bool


class Facts(NamedTuple):
    """What is compared of a layer."""

    kind: str
    fields: Mapping[str, Any]
    output: Shape
    weights: tuple[tuple[str, WeightFacts], ...]
    """Those that it uses, its own or others', each with its name."""
    stated: Digest
    """Of its kind and fields."""
    exact: Digest
    """Of all that is compared."""


class Catalogue:
    """The facts of layers, each found once.

    `up_to_layout`: digests say nothing of where the channels are. `up_to_words`: of layers that state their own numbers
    they say what shapes and weights these have, and not by which words.
    """

    def __init__(self, *, up_to_layout: bool, up_to_words: bool = False) -> None:
        self._up_to_layout = up_to_layout
        self._up_to_words = up_to_words
        self._known: dict[int, tuple[Facts, LayerSummary]] = {}  # the layer is kept, so that its id stays its own
        self._stated: dict[object, tuple[str, Mapping[str, Any], Digest]] = {}

    def of(self, layer: LayerSummary) -> Facts:
        """Return what is compared of a layer."""
        found = self._known.get(id(layer.computed))
        if found is None:
            found = self._known[id(layer.computed)] = self._find(layer), layer
        return found[0]

    def _find(self, layer: LayerSummary) -> Facts:
        axes = _axes(layer)
        key = layer.layer.identity, axes
        if key not in self._stated:
            kind, written = kind_and_fields(layer, axes, up_to_words=self._up_to_words)
            digested = {name: value for name, value in written.items() if name not in FIELDS or not self._up_to_layout}
            self._stated[key] = kind, written, digest(kind, digested)
        kind, fields, stated = self._stated[key]
        trainable = layer.layer.trainable
        weights = tuple(
            (weight.name, WeightFacts(self._shape_of(weight, layer), weight.trainable and trainable))
            for weight in layer.computed.weights
        )
        output: object = layer.output_shape
        if self._up_to_layout:
            output = sorted(layer.output_shape, key=str)
        exact = digest(stated, output, [tuple(weight) for _, weight in weights])
        return Facts(kind, fields, layer.output_shape, weights, stated, exact)

    def _shape_of(self, weight: Weight, layer: LayerSummary) -> Shape:
        """Return a weight's shape, where that of a bias which has the output's axes says nothing of the channels."""
        is_first = weight.untied and getattr(layer.layer, FORMAT, None) == "channels_first"
        return (*weight.shape[1:], *weight.shape[:1]) if is_first and self._up_to_layout else weight.shape


def _axes(layer: LayerSummary) -> int | None:
    """Return how many axes a sample has; None where that changes, so that its axes are counted by no one number."""
    axes = {len(shape) for shape in (*layer.input_shapes, layer.output_shape)}
    return axes.pop() if len(axes) == 1 else None


def digest(*values: object) -> Digest:
    """Return what tells these values from others."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def digest_of(parts: list[Digest]) -> Digest:
    """Return what tells a list of digests from others."""
    return blake2b(b"".join(parts), digest_size=16, person=b"list").digest()
