"""How a layer's numbers come about: its sizes, weights, parameters and operations, each with its arithmetic."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from archsum.layers.arithmetic import Product, Sum
from archsum.layers.base import Step, Weight
from archsum.summary import LayerSummary, SharedWeight, Summary
from archsum.work import Work

_SIZES = 8
"""The sizes of a shape that take as long as another line."""


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
    explained = {alike: _explain_layer(layer) for alike, layer in different.items()}
    return tuple(explained[layer.alike]._replace(layer=layer) for layer in chosen)


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


def _explain_layer(summary: LayerSummary) -> LayerExplanation:
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
