"""What every kind is on a microcontroller, for all layers drawn here: whole, or unknown with reason and cure."""

import math

import pytest
from hypothesis import given, settings

from archsum.errors import SourceText, Span
from archsum.graph import Graph, Node
from archsum.language.spec.training import Training
from archsum.layers.shapes import known
from archsum.memory.conversion import ITEMSIZES
from archsum.memory.costs import Costs
from archsum.propagate import propagate
from tests.support.parity.cases import REFUSED, Case, build, ours
from tests.support.parity.keras_kinds import CASES

NOWHERE = Span(SourceText("net.yaml", ""), 0, 0)


def costs(kind: str, case: Case, precision: str) -> Costs:
    inputs = {f"input_{number}": shape for number, shape in enumerate(case.shapes)}
    node = Node("layer", build(kind, case.fields), tuple(inputs), ("layer",), NOWHERE)
    summary = propagate(Graph("net", inputs, (node,)))
    return Costs(summary, Training.model_validate({}), "float32" if precision == "float32" else "int8")


@pytest.mark.parametrize("kind", CASES)
def test_operators_make_the_output_of_what_is_there(kind: str) -> None:
    @settings(max_examples=30)
    @given(CASES[kind])
    def check(case: Case) -> None:
        if ours(kind, case) is REFUSED:
            return
        for precision in ("int8", "float32"):
            found = costs(kind, case, precision)
            (layer,) = found.summary.layers
            operators, problem = found.converted["layer"]
            constants = sum(known(weight.size) for weight in layer.weights if weight.trainable)
            # Batch normalization's statistics become its factor and its offset.
            assert known(found.flash) >= constants * ITEMSIZES[found.arena_precision]
            if problem:
                assert found.arena is None
                assert [(message, bool(cure)) for message, cure in found.causes] == [(problem.message, True)]
                continue
            assert found.arena
            assert len(found.arena.plan) >= len(case.shapes)
            made = operators[-1].output if operators else case.shape
            assert math.prod(size or 0 for size in made) == math.prod(size or 0 for size in layer.output_shape)
            for position, operator in enumerate(operators):
                assert all(1 <= back <= len(case.shapes) + position for back in operator.takes)
                assert all(asked.elements is not None for asked in operator.scratch)

    check()
