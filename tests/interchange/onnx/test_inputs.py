"""The inputs of a file: which axis is the batch, and sizes that are left open, or given."""

from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("onnx")

from onnx import helper

import archsum
from archsum import SpecError
from tests.support.onnx.models import FLOAT, Sizes, load, model, node, summarize

KERNEL = {"w": (4, 3, 3, 3)}
LSTM = {"w": (1, 32, 6), "r": (1, 32, 8), "b": (1, 64)}


@pytest.mark.parametrize("batch", ["batch", "N", None, 1, 8])
def test_the_first_axis_is_the_batch(batch: str | int | None, tmp_path: Path) -> None:
    summary = summarize(model([node("Conv", ["x", "w"])], {"x": [batch, 3, 8, 8]}, KERNEL), tmp_path)
    assert summary.inputs == {"x": (3, 8, 8)}
    assert summary.layers[0].output_shape == (4, 6, 6)
    assert summary.macs == 4 * 36 * 27


def test_sizes_that_are_left_open_are_unknown_and_can_be_given(tmp_path: Path) -> None:
    made = model([node("Conv", ["x", "w"])], {"x": ["batch", 3, "height", "width"]}, KERNEL)
    assert summarize(made, tmp_path).layers[0].output_shape == (4, None, None)
    assert summarize(made, tmp_path).macs is None
    assert summarize(made, tmp_path).params == 108
    given = summarize(made, tmp_path, input=(3, 8, 10))
    assert given.layers[0].output_shape == (4, 6, 8)
    assert given.macs == 4 * 48 * 27


def test_sizes_of_one_name_are_one_size(tmp_path: Path) -> None:
    inputs: dict[str, Sizes] = {"x": ["batch", "time", 4], "z": ["batch", "time", 4]}
    summary = summarize(model([node("Concat", ["x", "z"], axis=2)], inputs), tmp_path)
    assert summary.layers[0].output_shape == (None, 8)


def test_sizes_of_several_inputs_are_given_by_name(tmp_path: Path) -> None:
    inputs: dict[str, Sizes] = {"x": ["batch", "time", 4], "z": ["batch", "time", 4]}
    made = model([node("Add", ["x", "z"])], inputs)
    assert summarize(made, tmp_path, input={"x": (5, 4), "z": (5, 4)}).layers[0].output_shape == (5, 4)
    with pytest.raises(SpecError, match=r"has the inputs `x` and `z`: one shape is not enough"):
        load(made, tmp_path, input=(5, 4))
    with pytest.raises(SpecError, match="has no input `zz`"):
        load(made, tmp_path, input={"zz": (5, 4)})


def test_another_size_than_the_file_has_fixed_can_be_given_where_it_fits(tmp_path: Path) -> None:
    made = model([node("Conv", ["x", "w"])], {"x": ["batch", 3, 8, 8]}, KERNEL)
    assert summarize(made, tmp_path, input=(3, 10, 12)).macs == 4 * 80 * 27


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("batch", ["batch", 2])
@pytest.mark.parametrize(
    ("nodes", "own", "given"),
    [
        ([node("Conv", ["x", "w"])], (3, 8, 8), (4, 8, 8)),  # a weight does not fit
        ([node("Conv", ["x", "w"])], (3, 8, 8), (3, 2, 8)),  # a kernel does not fit
        ([node("Add", ["x", "positions"])], (5, 4), (6, 4)),  # what is added does not fit
        ([node("Reshape", ["x", "heads"])], (5, 4), (6, 4)),  # sizes that are written into the file do not fit
        ([node("LSTM", ["x", "k", "r", "b"], ["", "y"], hidden_size=8)], (7, 6), (7, 5)),
    ],
)
def test_sizes_that_do_not_fit_are_an_error_of_the_input(
    nodes: list[Any], own: tuple[int, ...], given: tuple[int, ...], batch: str | int, by_name: bool, tmp_path: Path
) -> None:
    weights = {**KERNEL, "positions": (5, 4), "heads": numpy.array([-1, 5, 2, 2]), "k": LSTM["w"]}
    stated: list[str | int] = [own[0], batch, *own[1:]] if nodes[0].op_type == "LSTM" else [batch, *own]
    made = model(nodes, {"x": stated}, {**weights, "r": LSTM["r"], "b": LSTM["b"]})
    assert summarize(made, tmp_path, input=own).inputs == {"x": own}
    with pytest.raises(SpecError) as caught:
        load(made, tmp_path, input={"x": given} if by_name else given)
    (problem,) = caught.value.diagnostics
    assert problem.code == "inputs"
    assert problem.message == f"the input `x` cannot be {list(given)}: the file says {list(own)}"
    assert problem.cure == f"give it {list(own)}, or export the model for other sizes"
    assert len(problem.notes) == 1


def test_a_broken_operator_is_an_error_whatever_sizes_are_given(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(model([node("LSTM", [])], {"x": ["batch", 7, 6]}), tmp_path, input=(7, 5))
    assert [problem.code for problem in caught.value.diagnostics] == ["bad-model"]


def test_an_operator_that_is_not_known_by_any_sizes_is_no_error_of_the_input(tmp_path: Path) -> None:
    nodes = [node("Strange", ["x"], ["a"], domain="strange"), node("Conv", ["x", "w"])]
    made = model(nodes, {"x": ["batch", 3, 8, 8]}, KERNEL, ["a", "y"], opsets=[helper.make_opsetid("strange", 1)])
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("a", FLOAT, ["batch", 5]))
    made.graph.value_info.append(helper.make_tensor_value_info("a", FLOAT, ["batch", 5]))
    network = load(made, tmp_path, input=(3, 9, 9))
    assert [warning.code for warning in network.warnings] == ["custom-layer"]


def test_an_input_without_a_shape_is_asked_for(tmp_path: Path) -> None:
    made = model([node("Conv", ["x", "w"])], {"x": ["batch", 3, 8, 8]}, KERNEL)
    made.graph.input[0].type.tensor_type.ClearField("shape")
    with pytest.raises(SpecError) as caught:
        load(made, tmp_path)
    assert caught.value.diagnostics[0].cure == 'state it: `--input x=…`, in Python `input={"x": […]}`'
    assert summarize(made, tmp_path, input=(3, 8, 8)).macs == 4 * 36 * 27


@pytest.mark.parametrize("batch", ["batch", 1, 5])
def test_a_sequence_whose_steps_come_first(batch: str | int, tmp_path: Path) -> None:
    """Recurrent operators have the batch as the second axis; what transposes it there becomes nothing."""
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        node("LSTM", ["t", "w", "r", "b"], ["all"], hidden_size=8),
        node("Squeeze", ["all", "one"], ["s"]),
        node("Transpose", ["s"], ["y"], perm=[1, 0, 2]),
    ]
    summary = summarize(model(nodes, {"x": [batch, 7, 6]}, {**LSTM, "one": numpy.array([1])}), tmp_path)
    assert [(type(layer.layer).__name__, layer.output_shape) for layer in summary.layers] == [("LSTM", (7, 8))]
    assert summary.macs == 7 * (32 * 6 + 32 * 8)
    assert summary.params == 32 * 6 + 32 * 8 + 64


def test_a_batch_that_is_the_second_axis_of_another_input(tmp_path: Path) -> None:
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        node("LSTM", ["t", "w", "r", "b", "", "h", "c"], ["all", "last"], hidden_size=8),
        node("Identity", ["last"]),
    ]
    inputs: dict[str, Sizes] = {"x": ["batch", 7, 6], "h": [1, "batch", 8], "c": [1, "batch", 8]}
    summary = summarize(model(nodes, inputs, LSTM), tmp_path)
    assert summary.inputs == {"x": (7, 6), "h": (1, 8), "c": (1, 8)}
    assert summary.layers[-1].output_shape == (1, 8)


def test_a_batch_that_is_written_into_the_file_though_its_input_leaves_it_open(tmp_path: Path) -> None:
    nodes = [node("Conv", ["x", "w"], ["c"]), node("Reshape", ["c", "s"], ["f"]), node("Gemm", ["f", "k"])]
    weights = {**KERNEL, "s": numpy.array([1, 144]), "k": (144, 5)}
    summary = summarize(model(nodes, {"x": ["batch", 3, 8, 8]}, weights), tmp_path)
    assert [layer.output_shape for layer in summary.layers] == [(4, 6, 6), (144,), (5,)]
    assert summary.macs == 4 * 36 * 27 + 144 * 5


def test_windows_of_a_file_with_one_sample(tmp_path: Path) -> None:
    """Where windows are merged into a batch of 1, the batch is hidden, and comes out again."""
    nodes = [
        node("Reshape", ["x", "windows"], ["a"]),
        node("Transpose", ["a"], ["b"], perm=[0, 1, 3, 2, 4, 5]),
        node("Reshape", ["b", "merged"], ["c"]),
        node("MatMul", ["c", "w"], ["d"]),
        node("Reshape", ["d", "back"], ["e"]),
        node("Add", ["e", "x"], ["y"]),
    ]
    weights = {
        "windows": numpy.array([1, 2, 4, 2, 4, 6]),
        "merged": numpy.array([4, 16, 6]),
        "back": numpy.array([1, 8, 8, 6]),
        "w": (6, 6),
    }
    summary = summarize(model(nodes, {"x": [1, 8, 8, 6]}, weights), tmp_path)
    assert summary.layers[-1].output_shape == (8, 8, 6)
    assert summary.macs == 64 * 36


def test_an_input_that_is_an_output_too(tmp_path: Path) -> None:
    made = model([node("Relu", ["x"])], {"x": ["batch", 3]}, outputs=("x", "y"))
    assert [type(layer.layer).__name__ for layer in summarize(made, tmp_path).layers] == ["ReLU", "Identity"]


def test_the_name_is_the_files(tmp_path: Path) -> None:
    made = model([node("Relu", ["x"])], {"x": ["batch", 3]})
    assert archsum.summarize(load(made, tmp_path)).name == "model"
