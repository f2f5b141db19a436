"""Whose weights a layer has: its own, or those of another with its label or at its place in a shared block."""

import io

import pytest

import archsum
from archsum import Summary


def summarize(text: str) -> Summary:
    return archsum.summarize(io.StringIO(text))


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


def single(summary: Summary) -> dict[str, dict[str, str]]:
    """Return whose single weights each layer has, of those that have any of others."""
    return {
        layer.name: {name: "/".join(shared.owner) for name, shared in layer.shared_weights.items()}
        for layer in summary.layers
        if layer.shares
    }


def test_the_first_with_a_label_owns_the_weight() -> None:
    summary = summarize("""
input: [16]
layers:
  - embedding: {input_dim: 50, output_dim: 8, shared: {embeddings: table}}
  - dense: {units: 8, shared: {bias: offset}}
  - dense: {units: 50, shared: {kernel: table}}
  - dense: {units: 8, bias: false, shared: {kernel: table}}
  - dense: {units: 8, shared: {bias: offset}}
""")
    assert single(summary) == {
        "dense_1": {"kernel": "embedding/embeddings"},
        "dense_2": {"kernel": "embedding/embeddings"},
        "dense_3": {"bias": "dense/bias"},
    }
    assert [layer.params for layer in summary.layers] == [400, 72, 50, 0, 64]
    assert [shared.transposed for layer in summary.layers for shared in layer.shared_weights.values()] == [
        True,
        False,
        False,
    ]


def test_labels_of_single_weights_belong_to_the_file_or_to_one_use_of_a_block() -> None:
    summary = summarize("""
input: [8]
blocks:
  tied: {layers: [dense: {units: 4, shared: {kernel: k}}, dense: {units: 8, shared: {kernel: k}}]}
layers:
  - tied
  - tied
  - dense: {units: 8, shared: {kernel: k}}
  - repeat: {times: 2, layers: [dense: {units: 8, shared: {kernel: k}}]}
""")
    assert single(summary) == {
        "tied/dense_1": {"kernel": "tied/dense/kernel"},
        "tied_1/dense_1": {"kernel": "tied_1/dense/kernel"},
        "dense_1": {"kernel": "dense/kernel"},
        "dense_2": {"kernel": "dense/kernel"},
    }


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", {"b/conv2d": "a/conv2d", "b/conv2d_1": "a/conv2d_1", "a/conv2d_1": None}),
        ("", "deep: false", {"a/conv2d_1": None, "b/conv2d": "a/conv2d_1"}),
        ("deep: false", "", {"b/conv2d": None, "b/conv2d_1": "a/conv2d"}),
    ],
)
def test_labels_of_single_weights_in_a_shared_block(first: str, second: str, expected: dict[str, str | None]) -> None:
    """A kernel is there once, in the first layer of all that have it; the biases are those of each place."""
    conv = "conv2d: {filters: 3, kernel_size: 1, shared: {kernel: k}"
    summary = summarize(TWINS.format(layers=f"[{conv}, if: =deep}}, {conv}}}]", first=first, second=second))
    kernels = {layer.shared_weights["kernel"].owner for layer in summary.layers if layer.shares}
    assert kernels == {("a/conv2d", "kernel")}
    assert {layer.name: layer.shared_with for layer in summary.layers if layer.shares} == expected
    assert summary.params == 3 * 3 + 3 + 3


def test_two_weights_of_one_layer_with_one_label() -> None:
    layers = "[multi_head_attention: {num_heads: 2, key_dim: 4, shared: {query/kernel: same, key/kernel: same}}]"
    summary = summarize(f"input: [5, 8]\nlayers: {layers}\n")
    assert single(summary) == {"multi_head_attention": {"key/kernel": "multi_head_attention/query/kernel"}}


def test_equal_layers_have_weights_of_their_own() -> None:
    summary = summarize("input: [8]\nlayers: [repeat: {times: 3, layers: [dense: {units: 8}]}]")
    assert owners(summary) == {"dense": None, "dense_1": None, "dense_2": None}
    assert summary.params == 3 * (8 * 8 + 8)


def test_weights_of_equal_sizes_are_shared_wherever_their_sizes_come_from() -> None:
    stated = '{shared: s, output_shape: [5], weights: {kernel: ["=min(input_features, 4)"]}}'
    summary = summarize(f"input: [8]\nlayers:\n  - custom: {stated}\n  - custom: {stated}")
    assert [layer.input_shapes for layer in summary.layers] == [((8,),), ((5,),)]
    assert owners(summary) == {"custom": None, "custom_1": "custom"}
