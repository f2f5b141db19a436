"""How other tools count operations: a table for each, since their figures differ for the same layer.

A convention is data: a figure for each multiply-accumulate, for the work of biases and activations, and for the
elements that some kinds of layer take or make. What a tool has no rule for counts 0, as it does there; where it counts
by a rule of its own, the figure is unknown. The README says what is not offered, and why.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from archsum.layers import FAMILIES, kind_of
from archsum.layers.shapes import product, total
from archsum.summary import LayerSummary


class PerElement(NamedTuple):
    """What a tool counts for a layer: for each element of its input, and for each of its output."""

    of_input: int = 0
    of_output: int = 0
    of_input_bare: int | None = None
    """For each element of its input where the layer has no weights to learn, if that differs."""


class Convention(NamedTuple):
    """A tool's figures. It counts a layer as if it were a module of PyTorch, in inference."""

    unit: str
    """What the tool's figure is, whatever the tool calls it."""
    macs: int
    work: Mapping[str, int] = {}
    """For each element of elementwise work, by what the work is."""
    layers: Mapping[str, PerElement] = {}
    """By the kind of layer."""
    zero: Collection[str] = ()
    """The kinds that it does not see at all."""
    unknown: Collection[str] = ()
    """The kinds that it counts by a rule of its own, or in more ways than one."""


_POOLING = (*FAMILIES["pooling"], *FAMILIES["global_pooling"], *FAMILIES["adaptive_pooling"])

CONVENTIONS = {
    # torch.utils.flop_counter, on the meta device or a GPU: on a CPU it does not see attention.
    # Of an equation it counts what PyTorch makes of it, which may be matrices, and may be products alone.
    "torch": Convention("FLOPs", macs=2, unknown=("einsum_dense", "einsum")),
    # fvcore.nn.flop_count, version 0.1.5. Of attention it sees the projections, or all, as the model is written.
    "fvcore": Convention(
        "MACs",
        macs=1,
        work={"nearest": 1, "bilinear": 4},
        layers={
            "batch_normalization": PerElement(of_input=2, of_input_bare=1),
            "layer_normalization": PerElement(of_input=5, of_input_bare=4),
            "group_normalization": PerElement(of_input=5, of_input_bare=4),
            "global_average_pooling2d": PerElement(of_input=1),
            "adaptive_average_pooling2d": PerElement(of_input=1),
        },
        zero=(*FAMILIES["recurrent"], "bidirectional"),
        unknown=(
            *FAMILIES["attention"],
            *FAMILIES["multi_head_attention"],
            "time_distributed",
            "einsum_dense",
            "einsum",
            "instance_normalization",
        ),
    ),
    # ptflops.pytorch_ops, version 0.7.5. What is a module and a function counts in both: a ReLU twice.
    "ptflops": Convention(
        "MACs",
        macs=1,
        work={
            "bias": 1,
            **dict.fromkeys(("relu", "elu", "prelu", "gelu"), 2),
            **dict.fromkeys(("relu6", "leaky_relu", "silu", "swish", "softmax"), 1),
            "scaled query": 1,
        },
        layers={
            "batch_normalization": PerElement(of_input=2, of_input_bare=1),
            "group_normalization": PerElement(of_input=2, of_input_bare=1),
            "layer_normalization": PerElement(of_input=1),
            **dict.fromkeys(_POOLING, PerElement(of_input=2)),
            **dict.fromkeys(("up_sampling1d", "up_sampling2d", "up_sampling3d"), PerElement(of_output=2)),
        },
        zero=("scale",),
        unknown=(
            *FAMILIES["recurrent"],
            *FAMILIES["wrappers"],
            *FAMILIES["kernel_wrappers"],
            *FAMILIES["attention"],
            "grouped_query_attention",
            "einsum_dense",
            "einsum",
            "instance_normalization",
        ),
    ),
}
"""The conventions on offer, by the word that `--convention` takes."""


def count(layer: LayerSummary, convention: Convention) -> int | None:
    """Return what a tool counts for a layer; None where that is unknown."""
    kind = kind_of(type(layer.layer))
    if kind in convention.zero:
        return 0
    if kind in convention.unknown:
        return None
    work = layer.computed.work or ()
    per_element = convention.layers.get(kind, PerElement())
    return total(
        (
            _each(convention.macs, layer.macs),
            *(_each(convention.work.get(part.what, 0), part.elements) for part in work),
            _each(_of_input(per_element, layer), product(layer.input_shapes[0]) if layer.input_shapes else 0),
            _each(per_element.of_output, layer.neurons),
        )
    )


def count_all(layers: Iterable[LayerSummary], convention: Convention) -> int | None:
    """Return what a tool counts for layers together; None where that is unknown."""
    return total(count(layer, convention) for layer in layers)


def _of_input(per_element: PerElement, layer: LayerSummary) -> int:
    if per_element.of_input_bare is None:
        return per_element.of_input
    learns = any(weight.trainable for weight in layer.computed.weights)
    return per_element.of_input if learns else per_element.of_input_bare


def _each(factor: int, number: int | None) -> int | None:
    """Multiply; what does not count stays 0, however many there are."""
    return 0 if factor == 0 else product((factor, number))
