"""Each operator becomes a layer whose shapes are those that onnx's own reference computes, with real numbers."""

from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("onnx")

from onnx import TensorProto
from onnx.reference import ReferenceEvaluator

import archsum
from tests.support.onnx.counting import multiply_accumulates, output_shapes, parameters
from tests.support.onnx.models import load
from tests.support.onnx.operator_cases import CASES, QUANTIZED, Case

BATCHES = (1, 3)


WITHOUT_REFERENCE = ("ConvTranspose padded", "ConvTranspose to a size", "GlobalMaxPool", "Pad that takes away")
"""What the reference refuses, or gives another shape than ONNX says: onnx's inference takes its place."""


def outputs(case: Case, model: Any, batch: int) -> list[tuple[int, ...]]:
    """Compute the outputs' shapes, with the batch, by onnx's reference."""
    if case.name in WITHOUT_REFERENCE:
        return output_shapes(model, batch)
    given = {}
    for info in model.graph.input:
        sizes = [size.dim_value or batch for size in info.type.tensor_type.shape.dim]
        whole = info.type.tensor_type.elem_type == TensorProto.INT64
        given[info.name] = (
            numpy.zeros(sizes, "int64") if whole else numpy.random.default_rng(0).random(sizes, "float32")
        )
    return [result.shape for result in ReferenceEvaluator(model).run(list(case.outputs), given)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_an_operator(case: Case, tmp_path: Path) -> None:
    model = case.model()
    network = load(model, tmp_path)
    summary = archsum.summarize(network)
    assert tuple(getattr(layer.layer, "type", "") for layer in summary.layers) == case.kinds
    assert not network.warnings
    for batch in BATCHES:
        samples = [layer.output_shape for name in summary.outputs for layer in summary.find(name)]
        assert [(batch, *sample) for sample in samples] == outputs(case, model, batch)
    if case not in QUANTIZED:
        assert summary.params == parameters(model)
    if "einsum" not in case.kinds:
        assert summary.macs == multiply_accumulates(model, 3)


def test_quantized_weights_are_weights_and_scales_are_none(tmp_path: Path) -> None:
    (case,) = QUANTIZED
    summary = archsum.summarize(load(case.model(), tmp_path))
    assert summary.params == 4 * 6 * 3 * 3 + 4


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_an_operator_of_a_file_with_a_fixed_batch(case: Case, tmp_path: Path) -> None:
    model = case.model()
    for batch in (1, 4):
        for info in model.graph.input:
            info.type.tensor_type.shape.dim[0].dim_value = batch
        summary = archsum.summarize(load(model, tmp_path))
        free = archsum.summarize(load(case.model(), tmp_path))
        assert summary.params == free.params
        assert summary.macs == free.macs
