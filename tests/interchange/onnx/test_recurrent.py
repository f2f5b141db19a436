"""LSTM, GRU and the simple recurrent operator, with what onnx's reference gives for them."""

from math import prod
from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("onnx")

from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

import archsum
from tests.support.onnx.counting import multiply_accumulates, parameters
from tests.support.onnx.models import Sizes, load, model, node, summarize

STEPS: dict[str, Sizes] = {"x": [7, "batch", 6]}
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
UNITS = 8


def weights(kind: str, directions: int, biased: bool = True) -> dict[str, Any]:
    """Return the weights of an operator."""
    outputs = GATES[kind] * UNITS
    made = {"w": (directions, outputs, 6), "r": (directions, outputs, UNITS)}
    return {**made, "b": (directions, 2 * outputs)} if biased else made


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("biased", [True, False])
def test_every_step_and_the_last(kind: str, direction: str, biased: bool, tmp_path: Path) -> None:
    stated = weights(kind, 2 if direction == "bidirectional" else 1, biased)
    attributes: dict[str, Any] = {"hidden_size": UNITS, "direction": direction}
    if kind == "GRU":
        attributes["linear_before_reset"] = 1
    given = ["all", "last", "memory"] if kind == "LSTM" else ["all", "last"]
    made = model([node(kind, ["x", *stated], given, **attributes)], STEPS, stated, tuple(given))
    network = load(made, tmp_path)
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 3
    summary = archsum.summarize(network)
    assert not network.warnings
    assert summary.macs == archsum.summarize(load(made, tmp_path)).macs
    assert summary.params == parameters(made)
    steps = numpy.zeros((7, 3, 6), "float32")
    if direction == "forward":  # onnx's reference knows no other
        found = [result.shape for result in ReferenceEvaluator(made).run(given, {"x": steps})]
        assert found[0] == (7, 1, 3, 8)
    directions = 2 if direction == "bidirectional" else 1
    outputs = [layer.output_shape for name in summary.outputs for layer in summary.find(name)]
    assert outputs == [(7, directions, 8), *[(directions, 8)] * (len(given) - 1)]
    assert summary.macs == multiply_accumulates(made, 3)


def test_the_last_step_alone(tmp_path: Path) -> None:
    stated = weights("LSTM", 2)
    made = model([node("LSTM", ["x", *stated], ["", "y"], hidden_size=UNITS, direction="bidirectional")], STEPS, stated)
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
    summary = archsum.summarize(load(made, tmp_path))
    assert [(type(layer.layer).__name__, layer.output_shape) for layer in summary.layers] == [
        ("Bidirectional", (16,)),
        ("Reshape", (2, 8)),
    ]


def test_a_gru_that_resets_before_its_kernel_states_its_two_biases(tmp_path: Path) -> None:
    stated = weights("GRU", 1)
    made = model([node("GRU", ["x", *stated], ["y"], hidden_size=UNITS)], STEPS, stated)
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
    network = load(made, tmp_path)
    summary = archsum.summarize(network)
    assert not network.warnings
    assert (summary.params, summary.macs) == (parameters(made), multiply_accumulates(made))
    assert summary.flops == 2 * 7 * 24 * 14 + 7 * 8 * (6 + 3 + 5)


def test_activations_that_are_none_of_ours(tmp_path: Path) -> None:
    stated = weights("RNN", 1)
    made = model([node("RNN", ["x", *stated], ["y"], hidden_size=UNITS, activations=["Affine"])], STEPS, stated)
    network = load(made, tmp_path)
    assert [warning.code for warning in network.warnings] == ["custom-layer"]
    assert archsum.summarize(network).params == parameters(made)


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("begun", [True, False])
def test_the_weights_of_one_that_leads_on_by_its_last_state_alone(kind: str, begun: bool, tmp_path: Path) -> None:
    """As exporters write `h[-1]`: the steps have a name, and nothing takes them."""
    stated = weights(kind, 2)
    nodes = [
        node(kind, ["x", *stated, "", *(["h"] if begun else [])], ["steps", "last"], hidden_size=UNITS,
             direction="bidirectional", **({"linear_before_reset": 1} if kind == "GRU" else {})),
        node("Gather", ["last", "one"], ["y"], axis=0),
    ]  # fmt: skip
    given: dict[str, Sizes] = {**STEPS, **({"h": [2, "batch", UNITS]} if begun else {})}
    made = model(nodes, given, {**stated, "one": numpy.array(1)})
    network = load(made, tmp_path)
    summary = archsum.summarize(network)
    assert summary.params == sum(prod(shape) for shape in stated.values())
    assert summary.layers[-1].output_shape == (UNITS,)
    assert "unused" not in [warning.code for warning in network.warnings]


def zeros(how: str, shape: tuple[int, ...]) -> tuple[list[Any], dict[str, Any]]:
    """Return the operators and the tensors by which a file has zeros."""
    made = numpy.zeros(shape, "float32")
    sizes = numpy.array(shape)
    ways: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "initializer": ([], {"h": made}),
        "Constant": ([node("Constant", [], ["h"], value=numpy_helper.from_array(made))], {}),
        "ConstantOfShape": ([node("ConstantOfShape", ["s"], ["h"])], {"s": sizes}),
        "Expand": ([node("Expand", ["z", "s"], ["h"])], {"z": made[:, :1], "s": sizes}),
        "Expand of one": ([node("Expand", ["z", "s"], ["h"])], {"z": numpy.float32(0), "s": sizes}),
        "Slice": (
            [node("Slice", ["z", "from", "to", "from"], ["h"])],
            {"z": numpy.tile(made, (2, 1, 1)), "from": numpy.array([0]), "to": sizes[:1]},
        ),
    }
    return ways[how]


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("how", ["initializer", "Constant", "ConstantOfShape", "Expand", "Expand of one", "Slice"])
@pytest.mark.parametrize("batch", [2, 200])
def test_a_state_of_zeros_is_no_weight(kind: str, directions: int, how: str, batch: int, tmp_path: Path) -> None:
    stated = weights(kind, directions)
    nodes, given = zeros(how, (directions, batch, UNITS))
    states = ["h", "h"] if kind == "LSTM" else ["h"]
    attributes: dict[str, Any] = {"hidden_size": UNITS, "direction": "bidirectional" if directions > 1 else "forward"}
    if kind == "GRU":
        attributes["linear_before_reset"] = 1
    nodes.append(node(kind, ["x", *stated, "", *states], ["", "y"], **attributes))
    network = load(model(nodes, {"x": [7, batch, 6]}, {**stated, **given}), tmp_path)
    summary = archsum.summarize(network)
    assert not network.warnings
    assert summary.params == sum(prod(shape) for shape in stated.values())
    recurrent = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}[kind]
    wanted = ["Bidirectional" if directions > 1 else recurrent, "Reshape"]
    assert [type(layer.layer).__name__ for layer in summary.layers] == wanted
    assert summary.macs is not None


@pytest.mark.parametrize("name", ["h", "encoder.state"])
def test_a_state_that_is_learned_is_a_weight(name: str, tmp_path: Path) -> None:
    """Zeros that are called as a module's attribute are learned, and only not trained yet."""
    stated = weights("RNN", 1)
    values = numpy.full((1, 1, UNITS), 0 if "." in name else 1, "float32")
    nodes = [node("RNN", ["x", *stated, "", name], ["y"], hidden_size=UNITS)]
    summary = summarize(model(nodes, {"x": [7, 1, 6]}, {**stated, name: values}), tmp_path)
    assert summary.params == sum(prod(shape) for shape in stated.values()) + UNITS


def test_one_state_that_is_given_and_another_of_zeros(tmp_path: Path) -> None:
    stated = weights("LSTM", 1)
    nodes = [node("LSTM", ["x", *stated, "", "h", "c"], ["y"], hidden_size=UNITS)]
    given: dict[str, Sizes] = {"x": [7, 2, 6], "h": [1, 2, UNITS]}
    network = load(model(nodes, given, {**stated, "c": numpy.zeros((1, 2, UNITS), "float32")}), tmp_path)
    assert [warning.code for warning in network.warnings] == ["custom-layer"]
    assert archsum.summarize(network).params == sum(prod(shape) for shape in stated.values())


@pytest.mark.parametrize(("name", "counted"), [("val_10", 0), ("h0", UNITS)])
def test_a_state_whose_elements_are_in_another_file(name: str, counted: int, tmp_path: Path) -> None:
    """Of what an exporter has computed it is said that it is taken for zeros; what has a name of its own is learned."""
    stated = weights("GRU", 1)
    nodes = [node("GRU", ["x", *stated, "", name], ["y"], hidden_size=UNITS, linear_before_reset=1)]
    made = model(nodes, {"x": [7, 1, 6]}, {**stated, name: (1, 1, UNITS)})
    tensor = made.graph.initializer[-1]
    tensor.ClearField("raw_data")
    tensor.data_location = 1
    tensor.external_data.add(key="location", value="elsewhere")
    network = load(made, tmp_path)
    learned = archsum.summarize(network).params - sum(prod(shape) for shape in stated.values())
    assert learned == counted
    warned = [(warning.code, warning.message) for warning in network.warnings]
    text = "`val_10` does not count: it is taken for the zeros that a recurrent layer begins with"
    assert warned == ([] if counted else [("unused", text)])
