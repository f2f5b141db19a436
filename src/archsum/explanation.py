"""How a layer's numbers come about: its sizes, weights, parameters and operations, each with its arithmetic."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from archsum.graph import Path
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.base import Step, Weight
from archsum.layers.shapes import total
from archsum.summary import LayerSummary, SharedWeight, Summary
from archsum.work import Work

_SIZES = 8
"""The sizes of a shape that take as long as another line."""


_MAX_TERMS = 16
"""A sum of more terms has one for each kind of what is added."""


class LayerExplanation(NamedTuple):
    """One layer's derivation."""

    layer: LayerSummary
    output: tuple[Step, ...]
    weights: tuple[Step, ...]
    parameters: tuple[Step, ...]
    macs: Step
    flops: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return *self.output, *self.weights, *self.parameters, self.macs, self.flops


def explain(summary: Summary, layer: str | None = None, work: Work | None = None) -> tuple[LayerExplanation, ...]:
    """Derive the numbers of every layer, of the one with the given name, or of those in the block of that name.

    Errors: SpecError where nothing has that name, and for more than `work` allows.
    """
    chosen = summary.layers if layer is None else summary.find(layer)
    different = {layer.alike: layer for layer in chosen}
    if work:
        _require_few(chosen, different.values(), work, layer or summary.name)
    explained = {alike: explain_layer(layer) for alike, layer in different.items()}
    return tuple(explained[layer.alike]._replace(layer=layer) for layer in chosen)


class TotalExplanation(NamedTuple):
    """What the layers of a block, or of the network, have together, as the sum of what its parts have."""

    name: str
    kind: str
    """The block's; none of the network's."""
    layers: int
    steps: tuple[Step, ...]
    alike: tuple[str, ...] = ()
    """Other blocks of which all but the names is the same."""


def explain_totals(summary: Summary, name: str | None = None, work: Work | None = None) -> tuple[TotalExplanation, ...]:
    """Derive the totals of a network, or of the block of that name, and before it those of the blocks in it.

    Equal blocks are one; of a layer there is nothing to add.

    Errors: SpecError where nothing has that name, and for more than `work` allows.
    """
    layers = summary.layers if name is None else summary.find(name)
    path = () if name is None else summary.path_of(name)
    if work:
        work.spend("values", sum(len(layer.path) for layer in layers))
        work.require("to explain", name or summary.name, "name a layer or a block: `archsum explain FILE NAME`")
    if len(layers) < 2:
        return ()
    totals = _Totals(summary)
    whole = totals.block(path, layers)
    return (*totals.different(), _total(summary.name, whole)) if name is None else tuple(totals.different())


class _Part(NamedTuple):
    """A layer or a block as a term of sums; equal ones have the same key."""

    path: Path
    kind: str
    key: int
    layers: int
    figures: tuple[int | None, ...]
    parts: "tuple[_Part, ...]" = ()

    @property
    def name(self) -> str:
        """The blocks that it is in, and its own name."""
        return "/".join(self.path)


_FIGURES = (("parameters", "params"), ("trainable", "trainable_params"), ("MACs", "macs"), ("FLOPs", "flops"))
"""What is added, and what layers call it."""


class _Totals:
    """The sums of blocks, each made of those of its parts."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._keys: dict[Hashable, int] = {}
        self._blocks: dict[int, list[_Part]] = {}

    def block(self, path: Path, layers: Sequence[LayerSummary]) -> _Part:
        """Return the block of a path, or the network."""
        groups = groupby(layers, key=lambda layer: layer.path[: len(path) + 1])
        parts = tuple(self._part(inner, tuple(inside)) for inner, inside in groups)
        figures = tuple(total(part.figures[number] for part in parts) for number in range(len(_FIGURES)))
        kind = self._summary.groups[path].kind if path else ""
        key = self._key((kind, *(part.key for part in parts)))
        block = _Part(path, kind, key, len(layers), figures, parts)
        if path:
            self._blocks.setdefault(key, []).append(block)
        return block

    def different(self) -> Iterator[TotalExplanation]:
        """Yield those of the blocks that there were, the inner first, equal ones once."""
        for first, *others in self._blocks.values():
            yield _total(first.name, first)._replace(alike=tuple(block.name for block in others))

    def _part(self, path: Path, layers: tuple[LayerSummary, ...]) -> _Part:
        layer = layers[0]
        if layer.path != path:
            return self.block(path, layers)
        figures = tuple(getattr(layer, figure) for _, figure in _FIGURES)
        return _Part(path, layer.type, self._key((layer.path[-1], layer.alike)), 1, figures)

    def _key(self, what: Hashable) -> int:
        return self._keys.setdefault(what, len(self._keys))


def _total(name: str, block: _Part) -> TotalExplanation:
    steps = []
    for number, (label, _) in enumerate(_FIGURES):
        if label == "trainable" and block.figures[number] == block.figures[number - 1]:
            continue
        steps.append(_sum_of(label, block.parts, number))
    return TotalExplanation(name, block.kind, block.layers, tuple(steps))


def _sum_of(label: str, parts: Iterable[_Part], number: int) -> Step:
    """Return a sum of what parts have that have any, equal ones that follow one another as a product."""
    counted = [part for part in parts if part.figures[number] != 0]
    runs = [tuple(equal) for _, equal in groupby(counted, key=lambda part: part.key)]
    if len(runs) <= _MAX_TERMS:
        terms = [Product(len(run), run[0].figures[number]) if len(run) > 1 else run[0].figures[number] for run in runs]
        return Step.of(label, Sum(*terms), ", ".join(map(_named, runs)))
    kinds: dict[str, list[_Part]] = {}
    for part in counted:
        kinds.setdefault(part.kind, []).append(part)
    sums = [total(part.figures[number] for part in of_kind) for of_kind in kinds.values()]
    names = (f"{kind} × {len(of_kind):,}" if len(of_kind) > 1 else kind for kind, of_kind in kinds.items())
    return Step.of(label, Sum(*sums), ", ".join(names))


def _named(run: tuple[_Part, ...]) -> str:
    first, last = run[0].path[-1], run[-1].path[-1]
    return first if len(run) == 1 else f"{first} to {last}"


def _require_few(layers: Collection[LayerSummary], different: Iterable[LayerSummary], work: Work, name: str) -> None:
    """Errors: SpecError where it is too much work to explain layers, of which some are equal."""
    work.spend("layers to explain", len(layers))
    for layer in layers:
        sizes = sum(map(len, layer.input_shapes))
        lines = len(layer.input_shapes) + sizes // _SIZES + len(layer.node.uses) + 2 * len(layer.computed.weights)
        work.spend("lines", lines)
    for layer in different:
        work.spend("derivations")
        sizes = sum(map(len, (*layer.input_shapes, layer.output_shape)))
        work.spend("values", layer.layer.steps + 2 * sizes + sum(len(weight.note) for weight in layer.weights))
    work.require("to explain", name, "name a layer or a block: `archsum explain FILE NAME`")


def explain_layer(summary: LayerSummary) -> LayerExplanation:
    """Derive the numbers of a layer."""
    return LayerExplanation(
        summary,
        tuple(summary.layer.explain_output(*summary.input_shapes)),
        tuple(_weights(summary)),
        tuple(_parameters(summary)),
        Step.of("MACs", *summary.layer.multiply_accumulates(*summary.input_shapes)),
        Step.of("FLOPs", *summary.layer.floating_point_operations(*summary.input_shapes)),
    )


def _weights(summary: LayerSummary) -> Iterator[Step]:
    if _has_all_of_one(summary):
        return
    bias_note = summary.layer.bias_note(*summary.input_shapes)
    for weight in summary.computed.weights:
        shared = summary.shared_weights.get(weight.name)
        yield _shared_weight(weight, shared) if shared else _own_weight(weight, bias_note)
    if bias_note and not any(weight.is_bias for weight in summary.computed.weights):
        yield Step.of("bias", 0, bias_note)


def _own_weight(weight: Weight, bias_note: str) -> Step:
    explained = bias_note if weight.is_bias else ""
    axes = "" if explained and len(weight.axes) == 1 else " × ".join(weight.axes)
    notes = [axes, weight.note, explained, "" if weight.trainable else "not changed by training"]
    return Step.of(weight.name, Product(*weight.shape), "; ".join(filter(None, notes)))


def _shared_weight(weight: Weight, shared: SharedWeight) -> Step:
    use = ", transposed," * shared.transposed
    return Step.of(weight.name, 0, f"the `{shared.owner.weight}` of `{shared.owner.node}`{use} and counted there")


def _has_all_of_one(summary: LayerSummary) -> bool:
    """Whether all weights that a layer uses are those of the one that it shares them with."""
    owner = summary.shared_with
    return owner is not None and all(shared.owner.node == owner for shared in summary.shared_weights.values())


def _parameters(summary: LayerSummary) -> Iterator[Step]:
    note = "" if summary.computed.weights else "no weights"
    if _has_all_of_one(summary):
        note = f"its weights are those of `{summary.shared_with}`, and counted there"
    yield Step.of("parameters", _sum(summary.weights), note)
    yield from _by_filter(summary.weights)
    if not summary.layer.trainable and summary.params != 0:
        around = summary.node.frozen_by
        of = f" of the `{around}` around it" if around else ""
        yield Step.of("trainable", 0, f"`trainable: false`{of} freezes the layer")
    elif summary.non_trainable_params != 0:
        trainable = tuple(weight for weight in summary.weights if weight.trainable)
        yield Step.of("trainable", _sum(trainable))


def _by_filter(weights: tuple[Weight, ...]) -> Iterator[Step]:
    """Yield the form that people ask about: the weights of one filter or unit, + 1 for its bias, times all of them."""
    kernels = [weight for weight in weights if not weight.is_bias]
    biases = [weight for weight in weights if weight.is_bias]
    if len(kernels) != 1 or len(biases) != 1 or len(biases[0].axes) != 1:
        return
    (kernel,), (bias,), (each,) = kernels, biases, biases[0].axes
    if each not in kernel.axes:
        return
    own = [size for size, axis in zip(kernel.shape, kernel.axes, strict=True) if axis != each]
    total = Product(Sum(Product(*own), 1), bias.size)
    yield Step.of("", total, f"the + 1 is each {each.removesuffix('s')}'s bias")


def _sum(weights: tuple[Weight, ...]) -> Sum:
    return Sum(*(weight.size for weight in weights))
