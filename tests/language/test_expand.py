"""What blocks, containers, names and labels make of a file: its layers, what each takes, and whose weights it has."""

import io
from typing import Any

import pytest

import archsum
from archsum import Summary


def summarize(text: str, **overrides: Any) -> Summary:
    return archsum.summarize(io.StringIO(text), **overrides)


def connections(summary: Summary) -> dict[str, tuple[str, ...]]:
    return {layer.name: layer.node.inputs for layer in summary.layers}


def owners(summary: Summary) -> dict[str, str | None]:
    """Return whose weights each layer has; None: its own."""
    return {layer.name: layer.shared_with for layer in summary.layers if layer.weights or layer.shared_with}


TWINS = """
input: {{left: [8, 8, 3], right: [8, 8, 3]}}
blocks:
  encoder:
    parameters: {{deep: true, times: 2}}
    layers: {layers}
layers:
  - encoder: {{name: a, inputs: left, shared: twin, {first}}}
  - encoder: {{name: b, inputs: right, shared: twin, {second}}}
  - add: {{inputs: [a, b]}}
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", {"a/conv2d": None, "a/conv2d_1": None, "b/conv2d": "a/conv2d", "b/conv2d_1": "a/conv2d_1"}),
        ("", "deep: false", {"a/conv2d": None, "a/conv2d_1": None, "b/conv2d": "a/conv2d_1"}),
        ("deep: false", "", {"a/conv2d": None, "b/conv2d": None, "b/conv2d_1": "a/conv2d"}),
    ],
)
def test_what_shares_weights_stands_at_the_same_place_of_a_block(
    first: str, second: str, expected: dict[str, str | None]
) -> None:
    """Whatever it is called: where an `if` leaves a layer out, the others are numbered otherwise."""
    layers = "[conv2d: {filters: 3, kernel_size: 1, if: =deep}, conv2d: {filters: 3, kernel_size: 1}]"
    assert owners(summarize(TWINS.format(layers=layers, first=first, second=second))) == expected


def test_repetitions_in_shared_blocks_share_one_by_one() -> None:
    layers = "[repeat: {times: =times, layers: [conv2d: {filters: 3, kernel_size: 1, if: =deep or index > 0}]}]"
    twins = TWINS.format(layers=layers, first="times: 3", second="deep: false")
    assert owners(summarize(twins)) == {
        "a/conv2d": None,
        "a/conv2d_1": None,
        "a/conv2d_2": None,
        "b/conv2d": "a/conv2d_1",
    }


def test_one_layer_in_a_file_that_stands_at_two_places_has_weights_of_its_own_at_each() -> None:
    layers = "[&layer {conv2d: {filters: 3, kernel_size: 1}}, *layer]"
    assert owners(summarize(TWINS.format(layers=layers, first="", second=""))) == {
        "a/conv2d": None,
        "a/conv2d_1": None,
        "b/conv2d": "a/conv2d",
        "b/conv2d_1": "a/conv2d_1",
    }


def test_labels_belong_to_the_file_or_to_one_use_of_a_block() -> None:
    summary = summarize("""
input: [8]
blocks:
  twice: {layers: [dense: {units: 8, shared: s}, relu, dense: {units: 8, shared: s}]}
layers:
  - twice
  - twice
  - dense: {units: 8, shared: s}
  - repeat: {times: 2, layers: [dense: {units: 8, shared: s}]}
""")
    assert owners(summary) == {
        "twice/dense": None,
        "twice/dense_1": "twice/dense",
        "twice_1/dense": None,
        "twice_1/dense_1": "twice_1/dense",
        "dense": None,
        "dense_1": "dense",
        "dense_2": "dense",
    }
    assert summary.params == 3 * (8 * 8 + 8)


def test_labels_in_a_shared_block_are_shared_too() -> None:
    layers = "[repeat: {times: 2, layers: [conv2d: {filters: 3, kernel_size: 1, shared: s}]}]"
    assert owners(summarize(TWINS.format(layers=layers, first="", second=""))) == {
        "a/conv2d": None,
        "a/conv2d_1": "a/conv2d",
        "b/conv2d": "a/conv2d",
        "b/conv2d_1": "a/conv2d",
    }


def test_equal_layers_have_weights_of_their_own() -> None:
    summary = summarize("input: [8]\nlayers: [repeat: {times: 3, layers: [dense: {units: 8}]}]")
    assert owners(summary) == {"dense": None, "dense_1": None, "dense_2": None}
    assert summary.params == 3 * (8 * 8 + 8)


def test_names_are_numbered_as_in_keras_around_those_that_the_file_gives() -> None:
    summary = summarize("""
input: [8]
layers:
  - relu
  - relu: {name: relu_1}
  - relu
  - repeat: {times: 2, layers: [relu: {name: last}]}
""")
    assert [layer.name for layer in summary.layers] == ["relu", "relu_1", "relu_2", "last", "last_1"]


def test_what_is_named_in_a_block_is_known_outside_by_both_names() -> None:
    summary = summarize("""
input: [8]
blocks:
  inner: {layers: [relu: {name: deep}]}
  outer: {layers: [inner: {name: mid}, relu]}
layers:
  - outer: {name: top}
  - add: {inputs: [top/mid/deep, top/mid, top]}
""")
    assert connections(summary)["add"] == ("top/mid/deep", "top/mid/deep", "top/relu")


def test_a_repetition_sees_the_names_around_it_and_its_own() -> None:
    summary = summarize("""
input: [8]
layers:
  - relu: {name: x}
  - repeat:
      times: 2
      layers:
        - relu: {name: y}
        - add: {inputs: [x, y]}
""")
    assert connections(summary) == {
        "x": ("input",),
        "y": ("x",),
        "add": ("x", "y"),
        "y_1": ("add",),
        "add_1": ("x", "y_1"),
    }


@pytest.mark.parametrize(("use", "units"), [("", 3), ("units: 4", 4), ("units: =2 * units", 6)])
def test_a_parameter_can_have_the_name_of_the_variable_that_is_its_default(use: str, units: int) -> None:
    summary = summarize(f"""
input: [8]
variables: {{units: 3}}
blocks:
  part: {{parameters: {{units: =units, half: =units / 2}}, layers: [dense: {{units: =units}}]}}
layers: [part: {{{use}}}]
""")
    assert summary.layers[-1].output_shape == (units,)
