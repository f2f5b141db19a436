"""A weight of unknown size, anywhere in a network: what it is in is unknown, and nothing else changes."""

import io
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.budget import METRICS, check
from archsum.explanation import explain
from archsum.folding import fold
from archsum.graph import Graph, Node
from archsum.language.spec.budget import Budget
from archsum.language.spec.training import Training
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.shapes import total
from archsum.memory.costs import Costs
from archsum.propagate import propagate
from archsum.summary import LayerSummary, Summary
from tests.support.paths import EXAMPLES

FILES = sorted(EXAMPLES.rglob("*.yaml"))
TRAINING = Training.model_validate({})
FIGURES = (
    "params", "trainable_params", "non_trainable_params", "torch_params", "bias_params", "untied_bias_params",
    "weight_memory", "macs", "flops",
)  # fmt: skip
LIMITED = {
    "max_params": "params",
    "max_trainable_params": "trainable_params",
    "max_weight_memory": "params",
    "max_layer_params": "params",
    "max_inference_memory": "params",
    "max_training_memory": "params",
    "max_flash": "params",
}
"""The limits on what weights take, and the figure that is unknown where they are."""


@cache
def example(path: Path) -> Graph:
    return archsum.load(path).graph


def opaque(name: str = "w", *, trained: bool = True, frozen: bool = False) -> Layer:
    """Return a layer that passes its input on, and has a weight whose size nobody knows."""
    weights = {name: {"shape": [None], "trainable": trained}}
    fields = {"weights": weights, "trainable": not frozen, "macs": 0, "flops": 0, "kept": 0, "scratch": 0}
    return layer_class("custom").model_validate(fields)


def inserted(graph: Graph, index: int, layer: Layer) -> Graph:
    """Put a layer behind a node: whoever took the node's elements takes the layer's."""
    before = graph.nodes[index]
    node = Node("opaque", layer, (before.name,), ("opaque",), before.span)
    behind = (_rewired(other, before.name) for other in graph.nodes[index + 1 :])
    outputs = tuple("opaque" if name == before.name else name for name in graph.outputs)
    return graph._replace(nodes=(*graph.nodes[: index + 1], node, *behind), outputs=outputs)


def _rewired(node: Node, name: str) -> Node:
    """Let a node take the layer in the place of what is before it, but neither states nor indices."""
    first_state = len(node.inputs) - node.states
    if name in node.inputs[first_state:] or node.layer.indices_of is not None:
        return node
    return node._replace(inputs=tuple("opaque" if taken == name else taken for taken in node.inputs))


def figures(of: Summary | LayerSummary) -> dict[str, int | None]:
    return {name: getattr(of, name) for name in FIGURES}


@given(st.data())
def test_what_it_is_in_is_unknown_and_nothing_else_changes(data: st.DataObject) -> None:
    graph = example(data.draw(st.sampled_from(FILES)))
    index = data.draw(st.integers(0, len(graph.nodes) - 1))
    name, trained, frozen = data.draw(st.tuples(st.sampled_from(["w", "bias"]), st.booleans(), st.booleans()))
    before = propagate(graph)
    after = propagate(inserted(graph, index, opaque(name, trained=trained, frozen=frozen)))

    unknown = {"params", "weight_memory", "trainable_params" if trained and not frozen else "non_trainable_params"}
    unknown |= {"torch_params"} if trained else set()
    unknown |= {"bias_params"} if name == "bias" else set()
    assert figures(after) == {**figures(before), **dict.fromkeys(unknown)}
    (layer,) = after.find("opaque")
    assert figures(layer) == {**dict.fromkeys(FIGURES, 0), **dict.fromkeys(unknown)}
    assert after.neurons == total((before.neurons, layer.neurons))
    others = [layer for layer in after.layers if layer.name != "opaque"]
    assert [(one.output_shape, figures(one)) for one in others] == [
        (one.output_shape, figures(one)) for one in before.layers
    ]
    for depth in (1, None):
        assert total(part.of.params for part in fold(after, depth)) is None
        assert total(part.of.macs for part in fold(after, depth)) == before.macs
    (explained,) = explain(after, "opaque")
    assert [step.value for step in explained.steps if step.label in (name, "parameters")] == [None, None]

    needed, with_it = Costs(before, TRAINING), Costs(after, TRAINING)
    assert (with_it.training, with_it.inference_peak, with_it.flash) == (None, None, None)
    assert (with_it.activations_peak is None) == (needed.activations_peak is None)
    assert (with_it.arena is None) == (needed.arena is None)
    limits = dict.fromkeys(METRICS, 10**30)
    verdicts = {verdict.name: verdict.value for verdict in check(with_it, Budget.model_validate(limits)).verdicts}
    for metric, figure in LIMITED.items():
        assert (verdicts[metric] is None) == (figure in unknown), metric
    assert verdicts["max_macs"] == before.macs


@pytest.mark.parametrize("field", ["trainable: true", "trainable: false"])
def test_sizes_that_are_stated_make_all_known(field: str) -> None:
    text = "input: [8]\nlayers:\n  - custom: {{weights: {{w: [{}, 3]}}, {}, macs: 0, flops: 0, kept: 8, scratch: 0}}\n"
    unknown, stated = (io.StringIO(text.format(size, field)) for size in ("null", 5))
    limits = dict.fromkeys(LIMITED, 10**12)
    found = archsum.check(unknown, limits)
    assert found.ok is None
    assert {problem.cure for problem in found.problems} == {"state every size of the layer's `weights`"}
    assert archsum.check(stated, limits).ok


def test_unknown_sizes_are_the_same_where_weights_are_shared() -> None:
    text = "input: [8]\nlayers:\n" + 2 * "  - custom: {{shared: s, weights: {{w: [{}]}}}}\n"
    summary = archsum.summarize(io.StringIO(text.format("null", "null")))
    assert [layer.params for layer in summary.layers] == [None, 0]
    with pytest.raises(archsum.SpecError) as caught:
        archsum.summarize(io.StringIO(text.format("null", "8")))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "`custom_1` shares the weights of `custom`, w [null], and would have w [8]"
