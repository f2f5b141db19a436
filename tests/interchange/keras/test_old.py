"""Configurations of Keras 2."""

import io
import json
from typing import Any

import pytest

from archsum.errors import SpecError
from archsum.propagate import propagate
from archsum.sources import load
from archsum.summary import Summary
from tests.interchange.keras.old import FUNCTIONAL, SEQUENTIAL, WITH_FUNCTIONS, Config


def read(config: Any) -> Summary:
    return propagate(load(io.StringIO(json.dumps(config))).graph)


def test_a_sequential_is_a_list() -> None:
    summary = read(SEQUENTIAL)
    assert summary.inputs == {"input": (28, 28, 1)}
    assert [(layer.name, layer.output_shape, layer.params) for layer in summary.layers] == [
        ("conv2d_1", (26, 26, 32), 320),
        ("bn", (26, 26, 32), 128),
        ("leaky", (26, 26, 32), 0),
        ("pool", (13, 13, 32), 0),
        ("flatten_1", (5408,), 0),
        ("dense_1", (10,), 54_080),
    ]


def test_a_model_that_is_called_twice_is_shared() -> None:
    summary = read(FUNCTIONAL)
    assert {layer.name: (layer.output_shape, layer.params) for layer in summary.layers} == {
        "branch/a.b": ((4,), 36),
        "branch.2/a.b": ((4,), 0),
        "concat": ((8,), 0),
        "steps": ((5, 8), 0),
        "state": ((6,), 54),
        "gru": ((5, 6), 3 * 6 * (8 + 6 + 2)),
        "lstm": ((3,), 4 * 3 * (6 + 3 + 1)),
    }
    nodes = {layer.name: layer.node for layer in summary.layers}
    assert nodes["branch.2/a.b"].shared_with == "branch/a.b"
    assert nodes["gru"].inputs == ("steps", "state")
    assert summary.outputs == ("lstm", "gru")


def test_functions() -> None:
    summary = read(WITH_FUNCTIONS)
    assert [(layer.name, layer.type, layer.output_shape) for layer in summary.layers] == [
        ("tf.math.truediv", "Elementwise", (16, 16, 3)),
        ("conv1", "Conv2D", (16, 16, 4)),
        ("tf.nn.relu", "ReLU", (16, 16, 4)),
        ("tf.__operators__.add", "Add", (16, 16, 4)),
        ("tf.concat", "Concatenate", (16, 16, 8)),
        ("tf.__operators__.getitem.slice1", "Slice", (6, 16, 8)),
        ("tf.__operators__.getitem.slice2", "Slice", (6, 16, 1)),
        ("tf.__operators__.getitem", "Squeeze", (6, 16)),
        ("tf.math.reduce_mean", "Reduce", (16,)),
        ("tf.reshape", "Reshape", (4, 4)),
    ]
    nodes = {layer.name: layer.node for layer in summary.layers}
    assert nodes["tf.__operators__.add"].inputs == ("tf.nn.relu", "conv1")


@pytest.mark.parametrize("config", [SEQUENTIAL, FUNCTIONAL, WITH_FUNCTIONS], ids=["sequential", "model", "functions"])
def test_nothing_is_warned_of(config: Any) -> None:
    assert not load(io.StringIO(json.dumps(config))).warnings


def locally_connected(implementation: int) -> Config:
    fields = {"filters": 3, "kernel_size": [3], "implementation": implementation, "batch_input_shape": [None, 10, 4]}
    layer = {"class_name": "LocallyConnected1D", "config": {"name": "local", **fields}}
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [layer]}}


@pytest.mark.parametrize("implementation", [1, 3])
def test_locally_connected_layers(implementation: int) -> None:
    assert read(locally_connected(implementation)).params == 8 * 3 * 4 * 3 + 8 * 3


def test_a_locally_connected_layer_whose_kernel_is_mostly_masked() -> None:
    """It has a weight for each pair of an input and an output."""
    with pytest.raises(SpecError) as caught:
        read(locally_connected(2))
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["unknown-weights"]
