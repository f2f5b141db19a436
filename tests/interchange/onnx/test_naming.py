"""What layers are called: by the modules that exporters note, by the names of nodes, or by their kinds."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnx")

from tests.support.onnx.models import Sizes, model, node, summarize

IMAGE: dict[str, Sizes] = {"x": ["batch", 4, 8, 8]}


def noted(kind: str, taken: list[str], given: str, scopes: list[str], classes: list[str]) -> Any:
    """Make a node with the notes that PyTorch's exporter gives it."""
    made = node(kind, taken, [given], name=f"node_{given}")
    for key, words in (("name_scopes", scopes), ("class_hierarchy", classes)):
        entry = made.metadata_props.add()
        entry.key, entry.value = f"pkg.torch.onnx.{key}", str(words)
    return made


def test_the_modules_that_pytorch_notes(tmp_path: Path) -> None:
    block = ["", "layer1", "layer1.0"]
    classes = ["Net", "torch.nn.modules.container.Sequential", "models.resnet.Block"]
    nodes = [
        noted(
            "Conv", ["x", "layer1.0.conv1.weight"], "a", [*block, "layer1.0.conv1", "conv2d"], [*classes, "Conv2d", "f"]
        ),
        noted("Relu", ["a"], "b", [*block, "layer1.0.relu", "relu"], [*classes, "ReLU", "f"]),
        noted("Add", ["b", "x"], "c", [*block, "add"], [*classes, "f"]),
        noted("Relu", ["c"], "y", [*block, "layer1.0.relu", "relu_1"], [*classes, "ReLU", "f"]),
    ]
    summary = summarize(model(nodes, IMAGE, {"layer1.0.conv1.weight": (4, 4, 1, 1)}), tmp_path)
    assert ["/".join(layer.path) for layer in summary.layers] == [
        "layer1/0/conv1",
        "layer1/0/relu",
        "layer1/0/add",
        "layer1/0/relu_1",
    ]
    assert {path: group.kind for path, group in summary.groups.items()} == {
        ("layer1",): "Sequential",
        ("layer1", "0"): "Block",
    }
    assert summary.layers[0].node.origin is not None
    assert summary.layers[0].node.origin[:2] == ("node_a", "Conv")
    for name in ("layer1/0/conv1", "layer1.0.conv1", "node_a"):
        assert summary.find(name) == summary.layers[:1]
    assert summary.find("layer1.0") == summary.find("/layer1/0") == summary.layers


def test_a_convolution_that_a_normalization_is_folded_into_keeps_its_name(tmp_path: Path) -> None:
    made = noted(
        "Conv", ["x", "stem.conv.weight"], "y", ["", "stem", "stem.bn", "bn"], ["Net", "Stem", "BatchNorm2d", "f"]
    )
    summary = summarize(model([made], IMAGE, {"stem.conv.weight": (4, 4, 1, 1)}), tmp_path)
    assert summary.layers[0].path == ("stem", "conv")


def test_the_names_of_nodes_of_older_exporters(tmp_path: Path) -> None:
    nodes = [
        node("Relu", ["x"], ["a"], name="/layer1/layer1.0/relu/Relu"),
        node("Sigmoid", ["a"], ["b"], name="/layer1/layer1.0/Sigmoid"),
        node("Mul", ["a", "b"], ["c"], name="/layer1/layer1.0/Mul"),
        node("Relu", ["c"], ["y"], name="Relu_7"),
    ]
    summary = summarize(model(nodes, IMAGE), tmp_path)
    assert ["/".join(layer.path) for layer in summary.layers] == [
        "layer1/0/relu",
        "layer1/0/activation",
        "layer1/0/multiply",
        "Relu_7",
    ]


def test_nodes_without_names_are_called_as_their_kinds(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x"], ["a"]), node("Relu", ["a"], ["b"]), node("Sigmoid", ["b"])]
    summary = summarize(model(nodes, IMAGE), tmp_path)
    assert [layer.name for layer in summary.layers] == ["relu", "relu_1", "activation"]


def test_notes_that_are_none(tmp_path: Path) -> None:
    nodes = [noted("Relu", ["x"], "a", [], []), noted("Relu", ["a"], "y", ["'" * 5, "\x1b[2J"], ["a"])]
    assert len(summarize(model(nodes, IMAGE), tmp_path).layers) == 2
