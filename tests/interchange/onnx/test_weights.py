"""Which tensors of a file are weights: each is counted once, whatever is done with it, and none is lost."""

from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("onnx")

from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

import archsum
from archsum.layers.shapes import known
from tests.support.onnx.counting import parameters
from tests.support.onnx.models import BOOL, FLOAT, Sizes, load, model, node, read_bytes, summarize

SEQUENCE: dict[str, Sizes] = {"x": ["batch", 7, 6]}
IMAGE: dict[str, Sizes] = {"x": ["batch", 6, 8, 10]}


def weights_of(summary: archsum.Summary) -> list[tuple[int | None, ...]]:
    """Return the shapes of all weights."""
    return [weight.shape for layer in summary.layers for weight in layer.weights]


def test_a_constant_is_as_good_as_an_initializer(tmp_path: Path) -> None:
    array = numpy.ones((6, 4), "float32")
    nodes = [node("Constant", [], ["w"], value=numpy_helper.from_array(array)), node("MatMul", ["x", "w"])]
    assert weights_of(summarize(model(nodes, SEQUENCE), tmp_path)) == [(6, 4)]


@pytest.mark.parametrize(
    ("view", "shape"),
    [
        (node("Transpose", ["v"], ["w"], perm=[1, 0]), (4, 6)),
        (node("Reshape", ["v", "s"], ["w"]), (2, 12)),
        (node("Cast", ["v"], ["w"], to=FLOAT), (6, 4)),
        (node("Identity", ["v"], ["w"]), (6, 4)),
        (node("Squeeze", ["v", "a"], ["w"]), (1, 6, 4)),
    ],
)
def test_a_weight_whose_elements_are_moved_is_that_weight(view: Any, shape: tuple[int, ...], tmp_path: Path) -> None:
    made = model(
        [view, node("MatMul", ["x", "w"])],
        SEQUENCE,
        {"v": shape, "s": numpy.array([6, 4]), "a": numpy.array([0])},
    )
    summary = summarize(made, tmp_path)
    assert [type(layer.layer).__name__ for layer in summary.layers] == ["Dense"]
    assert weights_of(summary) == [(6, 4)]


def test_a_kernel_that_is_put_together_is_one_weight(tmp_path: Path) -> None:
    nodes = [
        node("Slice", ["v", "zero", "two", "zero"], ["first"]),
        node("Slice", ["v", "two", "end", "zero"], ["second"]),
        node("Concat", ["second", "first", "u"], ["w"], axis=0),
        node("Conv", ["x", "w"]),
    ]
    whole = {"zero": numpy.array([0]), "two": numpy.array([2]), "end": numpy.array([9])}
    summary = summarize(model(nodes, IMAGE, {"v": (4, 6, 3, 3), "u": (2, 6, 3, 3), **whole}), tmp_path)
    assert [type(layer.layer).__name__ for layer in summary.layers] == ["Conv2D"]
    assert summary.params == 6 * 6 * 9


def test_a_computed_bias_of_zeros_is_none(tmp_path: Path) -> None:
    nodes = [
        node("CastLike", ["zero", "w"], ["z"]),
        node("Shape", ["w"], ["s"], end=1),
        node("Expand", ["z", "s"], ["b"]),
        node("Conv", ["x", "w", "b"]),
    ]
    summary = summarize(model(nodes, IMAGE, {"w": (4, 6, 3, 3), "zero": numpy.float32(0)}), tmp_path)
    assert weights_of(summary) == [(3, 3, 6, 4)]


def test_a_tensor_that_two_layers_use_counts_once(tmp_path: Path) -> None:
    nodes = [node("MatMul", ["x", "w"], ["a"]), node("Relu", ["a"], ["b"]), node("MatMul", ["b", "w"])]
    summary = summarize(model(nodes, SEQUENCE, {"w": (6, 6)}), tmp_path)
    assert (summary.params, summary.macs) == (36, 2 * 7 * 36)
    assert summary.layers[2].node.shared_with == summary.layers[0].name


def test_the_table_of_an_embedding_is_the_kernel_of_the_last_layer(tmp_path: Path) -> None:
    nodes = [
        node("Gather", ["t", "i"], ["e"]),
        node("Transpose", ["t"], ["k"], perm=[1, 0]),
        node("MatMul", ["e", "k"], ["m"]),
        node("Add", ["m", "b"]),
    ]
    made = model(nodes, {"i": ["batch", 5]}, {"t": (9, 4), "b": (9,)}, types={"i": 7})
    summary = summarize(made, tmp_path)
    assert summary.params == 9 * 4 + 9
    assert summary.macs == 5 * 4 * 9


def test_statistics_that_are_trained_elsewhere_count_twice_and_it_is_said(tmp_path: Path) -> None:
    made = model([node("BatchNormalization", ["x", "o", "z", "z", "o"])], IMAGE, {"o": (6,), "z": (6,)})
    network = load(made, tmp_path)
    assert [warning.code for warning in network.warnings] == ["merged-weights"]
    assert archsum.summarize(network).params == 24


def test_a_tensor_that_leads_to_no_output_is_listed(tmp_path: Path) -> None:
    made = model(
        [node("Relu", ["x"], ["y"]), node("Conv", ["x", "w"], ["dead"])], IMAGE, {"w": (4, 6, 3, 3), "v": (5,)}
    )
    network = load(made, tmp_path)
    (warning,) = network.warnings
    assert (warning.code, warning.cure) == ("unused", "they are `w` and `v`")
    assert "2 tensors, 221 elements in all" in warning.message
    assert archsum.summarize(network).params == 0


def test_single_numbers_are_no_weights_unless_they_are_called_so(tmp_path: Path) -> None:
    nodes = [node("Mul", ["x", "n"], ["a"]), node("Mul", ["a", "block.scale"])]
    summary = summarize(model(nodes, IMAGE, {"n": (1,), "block.scale": ()}), tmp_path)
    assert weights_of(summary) == [()]


@pytest.mark.parametrize("known", [True, False])
def test_a_branch(known: bool, tmp_path: Path) -> None:
    """A branch that is always taken is written out; of others all weights count, and the rest is unknown."""

    def branch(name: str) -> Any:
        info = helper.make_tensor_value_info(f"{name}_y", FLOAT, ["batch", 7, 4])
        inner = helper.make_node("MatMul", ["x", name], [f"{name}_y"])
        return helper.make_graph(
            [inner], name, [], [info], [numpy_helper.from_array(numpy.ones((6, 4), "float32"), name)]
        )

    choice = node("If", ["c"], then_branch=branch("a"), else_branch=branch("b"))
    if known:
        made = model([choice], SEQUENCE, {"c": numpy.array(True)})
    else:
        made = model([choice], {**SEQUENCE, "c": []}, types={"c": BOOL})
    network = load(made, tmp_path)
    summary = archsum.summarize(network)
    assert summary.params == (24 if known else 48)
    assert summary.macs == (7 * 24 if known else None)
    assert [warning.code for warning in network.warnings] == ([] if known else ["custom-layer"])
    assert summary.layers[-1].output_shape == (7, 4)


@pytest.mark.parametrize("led", [("first",), ("second",), ("first", "second"), ("second", "third")])
@pytest.mark.parametrize("dead", [True, False])
def test_weights_count_whichever_output_leads_on(led: tuple[str, ...], dead: bool, tmp_path: Path) -> None:
    """An operator that is not known has its weights once, also where its first output goes nowhere."""
    nodes = [
        helper.make_node("Strange", ["x", "v"], ["first", "second", "third"], domain="strange"),
        *[node("Relu", [name], [f"{name}_y"]) for name in ("first", "second", "third") if dead or name in led],
    ]
    outputs = [f"{name}_y" for name in led]
    made = model(nodes, SEQUENCE, {"v": (6, 4)}, outputs, opsets=[helper.make_opsetid("strange", 1)])
    made.graph.value_info.extend(
        helper.make_tensor_value_info(name, FLOAT, ["batch", 7, 4]) for name in ("first", "second", "third")
    )
    network = load(made, tmp_path)
    assert archsum.summarize(network).params == 24
    assert [warning.code for warning in network.warnings] == ["custom-layer"]


def test_weights_within_an_operator_that_takes_nothing_else(tmp_path: Path) -> None:
    info = helper.make_tensor_value_info("inner", FLOAT, [6, 4])
    tensor = numpy_helper.from_array(numpy.ones((6, 4), "float32"), "v")
    branch = helper.make_graph([helper.make_node("Relu", ["v"], ["inner"])], "branch", [], [info], [tensor])
    nodes = [
        node("RandomUniform", [], ["r"], shape=[1]),
        node("Cast", ["r"], ["c"], to=BOOL),
        node("If", ["c"], ["k"], then_branch=branch, else_branch=branch),
        node("MatMul", ["x", "k"]),
    ]
    summary = summarize(model(nodes, SEQUENCE), tmp_path)
    assert summary.params == 48
    assert summary.layers[-1].output_shape == (7, 4)


KINDS = st.sampled_from(("MatMul", "Add", "Mul", "LayerNormalization", "PRelu", "Sub", "Max"))


def shapes(features: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw the shape of a weight that is merged with a sequence."""
    return st.sampled_from([(features,), (7, features), (1, 7, features), (7, 1)])


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """Draw a chain of operators on a sequence, with weights of every kind."""
    nodes: list[Any] = []
    weights: dict[str, Any] = {}
    last, features = "x", 6

    def weight(*shape: int) -> str:
        known: list[str] = [name for name, value in weights.items() if value.shape == shape]
        if draw(st.booleans()) and known:
            return draw(st.sampled_from(known))
        name = f"w{len(weights)}"
        weights[name] = numpy.ones(shape, "float32")
        return name

    for number in range(draw(st.integers(1, 8))):
        kind: str = draw(KINDS)
        taken = [last]
        if kind == "MatMul":
            wanted = draw(st.integers(2, 9))
            taken.append(weight(features, wanted))
            features = wanted
        elif kind == "LayerNormalization":
            taken += [weight(features), weight(features)]
        else:
            taken.append(weight(*draw(shapes(features))))
        last = f"t{number}"
        nodes.append(node(kind, taken, [last]))
    nodes.append(node("Identity", [last]))
    return model(nodes, SEQUENCE, weights)


@given(graphs())
def test_every_weight_is_counted_once_or_it_is_said(made: Any) -> None:
    from archsum.interchange.checking import checked
    from archsum.propagate import propagate

    network = checked(read_bytes(made.SerializeToString()))
    summary = propagate(network.graph, network.engine)
    if network.warnings:  # a tensor that two layers have in other shapes
        assert {warning.code for warning in network.warnings} == {"merged-weights"}
        assert known(summary.params) > parameters(made)
    else:
        assert summary.params == parameters(made)
