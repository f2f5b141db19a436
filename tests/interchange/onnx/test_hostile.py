"""Hostile files: a diagnostic with its place, and soon; never a traceback, and nothing else is ever opened."""

import random
import time
from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("onnx")

import onnx
from onnx import helper

from archsum import SpecError
from archsum.interchange.imported import Options
from archsum.interchange.onnx.reading import read
from tests.support.onnx.models import BOOL, FLOAT, Sizes, load, model, node, summarize, write

IMAGE: dict[str, Sizes] = {"x": ["batch", 3, 8, 8]}


def small() -> Any:
    """Make a network with the operators that files have most."""
    return model(
        [
            node("Conv", ["x", "w", "b"], ["c"], name="conv", pads=[1, 1, 1, 1]),
            node("Relu", ["c"], ["r"]),
            node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
            node("Shape", ["p"], ["s"]),
            node("Gather", ["s", "zero"], ["n"]),
            node("Unsqueeze", ["n", "axes"], ["u"]),
            node("Concat", ["u", "rest"], ["sizes"], axis=0),
            node("Reshape", ["p", "sizes"], ["f"]),
            node("Gemm", ["f", "k", "o"], ["y"], transB=1),
        ],
        IMAGE,
        {
            "w": (4, 3, 3, 3),
            "b": (4,),
            "k": (5, 64),
            "o": (5,),
            "zero": numpy.array(0),
            "axes": numpy.array([0]),
            "rest": numpy.array([-1]),
        },
    )


def problems(made: Any, folder: Path) -> list[Any]:
    """Return what is wrong with a model."""
    with pytest.raises(SpecError) as caught:
        load(made, folder)
    return caught.value.diagnostics


def survives(content: bytes, folder: Path) -> None:
    """Read bytes, and a summary of them: what is wrong is a SpecError."""
    try:
        summarize(content, folder)
    except SpecError as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.cure
            assert str(diagnostic).isprintable() or "\n" in str(diagnostic)


def test_the_small_network_is_whole(tmp_path: Path) -> None:
    assert summarize(small(), tmp_path).params == 4 * 27 + 4 + 5 * 64 + 5


def test_cut_files(tmp_path: Path) -> None:
    content = small().SerializeToString()
    for length in range(0, len(content), 7):
        survives(content[:length], tmp_path)


def test_random_bytes(tmp_path: Path) -> None:
    draw = random.Random(1)
    for length in (1, 10, 100, 1_000, 10_000):
        (diagnostic,) = problems(draw.randbytes(length), tmp_path)
        assert diagnostic.code == "bad-model"


def test_changed_bytes(tmp_path: Path) -> None:
    draw, content = random.Random(2), small().SerializeToString()
    for _ in range(400):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        survives(bytes(changed), tmp_path)


@pytest.mark.parametrize("sizes", [(-1, 3), (2**62,), (10**6, 10**6, 10**6), (0, 3), (1,) * 70])
def test_sizes_that_no_tensor_has(sizes: tuple[int, ...], tmp_path: Path) -> None:
    made = model([node("Add", ["x", "w"], ["y"])], {"x": ["batch", 3]})
    tensor = made.graph.initializer.add()
    tensor.name, tensor.data_type = "w", FLOAT
    tensor.dims.extend(sizes)
    survives(made.SerializeToString(), tmp_path)


def test_a_huge_tensor_without_elements_is_no_more_than_its_shape(tmp_path: Path) -> None:
    made = model([node("MatMul", ["x", "w"], ["y"])], {"x": ["batch", 10**6]})
    tensor = made.graph.initializer.add()
    tensor.name, tensor.data_type = "w", FLOAT
    tensor.dims.extend([10**6, 10**9])
    assert summarize(made, tmp_path).params == 10**15


def test_a_long_tensor_that_operators_pass_on_takes_no_time(tmp_path: Path) -> None:
    made = model([node("Identity", ["w"], ["v"]), node("Add", ["x", "v"])], {"x": ["batch", 10**9]})
    tensor = made.graph.initializer.add()
    tensor.name, tensor.data_type = "w", FLOAT
    tensor.dims.append(10**9)
    started = time.process_time()
    assert summarize(made, tmp_path).params == 10**9
    assert time.process_time() - started < 5


def test_axes_that_numbers_of_64_bits_cannot_count(tmp_path: Path) -> None:
    """Of onnx's inference they end the process."""
    nodes = [node("LayerNormalization", ["x", "w"], ["y", "m", "i"], axis=2**63 - 1)]
    (diagnostic,) = problems(model(nodes, IMAGE, {"w": (8,)}), tmp_path)
    assert "names axes that no tensor has" in diagnostic.message


def test_a_tensor_that_its_elements_do_not_fill(tmp_path: Path) -> None:
    made = small()
    made.graph.initializer[0].raw_data = made.graph.initializer[0].raw_data[:-4]
    (diagnostic,) = problems(made, tmp_path)
    assert (diagnostic.code, diagnostic.span.within) == ("bad-model", "tensor 'w'")
    assert "428 bytes" in diagnostic.message


def test_a_circle(tmp_path: Path) -> None:
    made = model([node("Add", ["x", "b"], ["a"], name="one"), node("Relu", ["a"], ["b"]), node("Relu", ["b"])], IMAGE)
    (diagnostic,) = problems(made, tmp_path)
    assert (diagnostic.message, diagnostic.span.within) == ("depends on what it gives itself", "graph node 'one'")


def test_all_that_is_missing_or_twice_is_reported_at_once(tmp_path: Path) -> None:
    made = model(
        [node("Relu", ["nothing"], ["a"], name="A"), node("Relu", ["x"], ["a"], name="B"), node("Relu", ["x"], ["c"])],
        IMAGE,
        outputs=("y",),
    )
    found = problems(made, tmp_path)
    assert [(each.code, each.span.within) for each in found] == [
        ("bad-model", "graph node 'B'"),
        ("bad-model", "graph node 'A'"),
        ("bad-model", "graph"),
    ]


def test_operators_behind_what_they_take_need_not_come_in_order(tmp_path: Path) -> None:
    made = model([node("Relu", ["a"], ["y"]), node("Sigmoid", ["x"], ["a"])], IMAGE)
    assert [layer.type for layer in summarize(made, tmp_path).layers] == ["Activation", "ReLU"]


def test_every_node_with_a_fault_is_reported(tmp_path: Path) -> None:
    made = model(
        [
            node("Conv", ["x", "w"], ["a"], name="one", strides=[0, 0]),
            node("MaxPool", ["x"], ["b"], name="two", kernel_shape=[0, 0]),
            node("Concat", ["x", "x"], ["c"], name="three", axis=9),
        ],
        IMAGE,
        {"w": (4, 3, 3, 3)},
        ("a", "b", "c"),
    )
    places = {diagnostic.span.within for diagnostic in problems(made, tmp_path)}
    assert places == {"graph node 'one'", "graph node 'two'", "graph node 'three'"}


def test_branches_within_branches(tmp_path: Path) -> None:
    def nested(depth: int) -> Any:
        inner = nested(depth - 1) if depth else node("Identity", ["x"], ["end"])
        graph = helper.make_graph([inner], "g", [], [helper.make_tensor_value_info(inner.output[0], FLOAT, None)])
        return node("If", ["c"], [f"out{depth}"], then_branch=graph, else_branch=graph)

    made = model([nested(5), node("Relu", ["out5"])], {**IMAGE, "c": []}, types={"c": BOOL})
    survives(made.SerializeToString(), tmp_path)
    deep = b"".join(nested(30).SerializeToString() for _ in range(1)) if False else b"\x3a\x04\x0a\x02" * 10_000
    survives(deep, tmp_path)


def test_functions_that_use_themselves(tmp_path: Path) -> None:
    made = model([node("F", ["x"], ["y"], domain="d")], IMAGE, opsets=[helper.make_opsetid("d", 1)])
    body = [node("F", ["a"], ["b"], domain="d")]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("d", 1)]
    made.functions.append(helper.make_function("d", "F", ["a"], ["b"], body, opsets))
    (diagnostic,) = problems(made, tmp_path)
    assert "uses itself" in diagnostic.message


def test_functions_that_double_one_another(tmp_path: Path) -> None:
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("d", 1)]
    made = model([node("F0", ["x"], ["y"], domain="d")], IMAGE, opsets=opsets[1:])
    for level in range(40):
        inner = {"kind": f"F{level + 1}", "domain": "d"} if level < 39 else {"kind": "Relu"}
        body = [node(inputs=["a"], outputs=["m"], **inner), node(inputs=["m"], outputs=["b"], **inner)]
        made.functions.append(helper.make_function("d", f"F{level}", ["a"], ["b"], body, opsets))
    (diagnostic,) = problems(made, tmp_path)
    assert "1,099,511,627,776 operators" in diagnostic.message


def test_an_operator_of_an_unknown_domain_is_custom_and_no_error(tmp_path: Path) -> None:
    made = model([node("Mine", ["x", "w"], ["y"], domain="com.example")], IMAGE, {"w": (7, 3)})
    made.graph.output[0].type.tensor_type.shape.dim.add().dim_param = "batch"
    (diagnostic,) = problems(made, tmp_path)
    assert diagnostic.code == "unknown-value"
    info = helper.make_tensor_value_info("y", FLOAT, ["batch", 5])
    made = model([node("Mine", ["x", "w"], ["m"], domain="com.example"), node("Relu", ["m"])], IMAGE, {"w": (7, 3)})
    info.name = "m"
    made.graph.value_info.append(info)
    network = load(made, tmp_path)
    assert [warning.code for warning in network.warnings] == ["custom-layer"]
    assert summarize(made, tmp_path).params == 21
    assert summarize(made, tmp_path).macs is None


def test_external_data_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = small()
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    path = write(made, tmp_path)
    with path.open("rb") as file:
        monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file is opened"))
        imported = read(file, "model.onnx", Options())
    assert len(imported.graph.nodes) == 5


def test_text_that_steers_a_terminal(tmp_path: Path) -> None:
    made = model([node("Conv", ["x", "no\x1b[31m"], ["y"], name="\x1b[2J\n\x07evil")], IMAGE)
    (diagnostic,) = problems(made, tmp_path)
    assert "\x1b" not in str(diagnostic)
    made = model([node("Relu", ["x"], ["y"], name="\x1b[2J/\n/é/" + "a" * 500)], IMAGE)
    assert all(name.isprintable() for layer in summarize(made, tmp_path).layers for name in layer.node.path)


def test_constants_that_grow(tmp_path: Path) -> None:
    huge = numpy.array([10**6] * 3)
    nodes = [
        node("ConstantOfShape", ["huge"], ["a"]),
        node("Range", ["zero", "many", "one"], ["b"]),
        node("Expand", ["one", "huge"], ["c"]),
        node("Tile", ["three", "huge"], ["d"]),
        node("Shape", ["d"], ["e"]),
        node("Reshape", ["x", "e"], ["y"]),
    ]
    numbers = {"huge": huge, "zero": numpy.array(0), "one": numpy.array(1), "many": numpy.array(10**15)}
    started = time.process_time()
    survives(model(nodes, IMAGE, {**numbers, "three": (1, 1, 1)}).SerializeToString(), tmp_path)
    assert time.process_time() - started < 10


def test_a_long_graph_takes_time_in_proportion(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        nodes = [node("Relu", [f"t{number}"], [f"t{number + 1}"]) for number in range(count)]
        made = model(nodes, {"t0": ["batch", 8]}, outputs=(f"t{count}",))
        path = write(made, tmp_path)
        started = time.process_time()
        with path.open("rb") as file:
            assert len(read(file, "model.onnx", Options()).graph.nodes) == count
        return time.process_time() - started

    seconds(100)
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.05)


@pytest.mark.parametrize("kind", sorted({schema.name for schema in onnx.defs.get_all_schemas()}))
def test_every_operator_with_senseless_inputs(kind: str, tmp_path: Path) -> None:
    """Whatever an operator is given, and however few: no other exception than ours."""
    draw = random.Random(kind)
    names = ["x", "w", "i", "", "s", "b", "t"]
    for count in range(5):
        taken = [draw.choice(names) for _ in range(count)]
        attributes = {"axis": draw.choice((-5, 0, 1, 9))} if draw.random() < 0.5 else {}
        made = model(
            [node(kind, taken, ["y", "z"], **attributes)],
            {"x": ["batch", 3, 8, 8], "t": ["batch", "time", 5]},
            {"w": (4, 3, 3, 3), "i": numpy.array([1, 0]), "s": numpy.float32(2), "b": numpy.array([True])},
        )
        survives(made.SerializeToString(), tmp_path)
