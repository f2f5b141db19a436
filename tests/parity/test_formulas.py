"""Every formula that an explanation writes, evaluated, is the value beside it: for every kind that is drawn here."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsum.errors import SourceText, Span
from archsum.explanation import LayerExplanation, explain
from archsum.graph import Graph, Node
from archsum.layers import layer_class
from archsum.propagate import propagate
from tests.support.formulas import evaluate
from tests.support.parity.cases import REFUSED, Case, build, ours
from tests.support.parity.keras_kinds import CASES

NOWHERE = Span(SourceText("net.yaml", ""), 0, 0)


def explained(kind: str, case: Case) -> LayerExplanation:
    inputs = {f"input_{number}": shape for number, shape in enumerate(case.shapes)}
    node = Node("layer", build(kind, case.fields), tuple(inputs), ("layer",), NOWHERE)
    (layer,) = explain(propagate(Graph("net", inputs, (node,))))
    return layer


@pytest.mark.parametrize("kind", CASES)
def test_formulas_compute_their_values(kind: str) -> None:
    @settings(max_examples=30)
    @given(CASES[kind], st.sampled_from([None, "untied", {"untied": ["height"]}]))
    def check(case: Case, untied: Any) -> None:
        if untied and "bias" in layer_class(kind).model_fields:
            case = case._replace(fields={**case.fields, "bias": untied})
        if ours(kind, case) is REFUSED:
            return
        layer = explained(kind, case)
        for step in layer.steps:
            if step.value is None:
                assert not step.formula or "?" in step.formula, step
            elif step.formula:
                assert evaluate(step.formula) == step.value, step
        assert all(step.value in layer.layer.output_shape for step in layer.output)
        assert sum(step.value or 0 for step in layer.weights) == layer.layer.params
        assert layer.parameters[0].value == layer.layer.params
        assert layer.macs.value == layer.layer.macs
        assert layer.flops.value == layer.layer.flops

    check()
