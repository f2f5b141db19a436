"""Single weights that belong to another layer, whatever made the graph."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum import SpecError
from archsum.errors import SourceText, Span
from archsum.graph import Graph, Node, Owner
from archsum.layers.base import Layer
from archsum.layers.shapes import known
from archsum.propagate import propagate
from archsum.summary import SharedWeight, Summary
from tests.support.layers import layer

PLACE = Span(SourceText("file.yaml", "dense"), 0, 5)


def node(name: str, kind: Layer, taken: str, shared: Mapping[str, tuple[str, str]] = {}) -> Node:
    owners = {weight: Owner(*owner) for weight, owner in shared.items()}
    return Node(name, kind, (taken,), (name,), PLACE, shared_weights=owners)


def summary(*nodes: Node, features: int = 6) -> Summary:
    return propagate(Graph("net", {"input": (features,)}, nodes, (nodes[-1].name,)))


def dense(units: int, **fields: Any) -> Layer:
    return layer("dense", units=units, **fields)


ENCODER = node("encoder", dense(4), "input")


def complaint(*nodes: Node) -> str:
    with pytest.raises(SpecError) as caught:
        summary(*nodes)
    (diagnostic,) = caught.value.diagnostics
    return f"{diagnostic.code}: {diagnostic.message}"


def test_a_weight_is_counted_where_it_belongs() -> None:
    tied = summary(ENCODER, node("decoder", dense(6), "encoder", {"kernel": ("encoder", "kernel")}))
    decoder = tied.layers[1]
    assert [weight.name for weight in decoder.weights] == ["bias"]
    assert decoder.shared_weights == {"kernel": SharedWeight(Owner("encoder", "kernel"), transposed=True)}
    assert (decoder.shares, decoder.shared_with) == (True, None)
    assert (decoder.params, decoder.trainable_params, decoder.torch_params, decoder.bias_params) == (6, 6, 6, 6)
    assert tied.params == tied.torch_params == 6 * 4 + 4 + 6
    assert (decoder.macs, decoder.flops, decoder.connections) == (4 * 6, 2 * 4 * 6 + 6, 4 * 6 + 6)


def test_the_owner_of_an_owner_is_the_owner() -> None:
    first = node("a", dense(6), "input")
    second = node("b", dense(6), "a", {"kernel": ("a", "kernel")})
    third = node("c", dense(6), "b", {"kernel": ("b", "kernel"), "bias": ("b", "bias")})
    tied = summary(first, second, third)
    assert {name: shared.owner for name, shared in tied.layers[2].shared_weights.items()} == {
        "kernel": ("a", "kernel"),
        "bias": ("b", "bias"),
    }
    assert tied.params == 6 * 6 + 6 + 6


def test_all_weights_of_a_layer_that_shares_one() -> None:
    head = node("b", dense(6), "a", {"kernel": ("a", "kernel")})
    twin = Node("c", dense(6), ("b",), ("c",), PLACE, shared_with="b")
    tied = summary(node("a", dense(6), "input"), head, twin)
    assert tied.layers[2].weights == ()
    assert {name: shared.owner for name, shared in tied.layers[2].shared_weights.items()} == {
        "kernel": ("a", "kernel"),
        "bias": ("b", "bias"),
    }


def test_a_weight_that_belongs_to_itself_is_the_layers_own() -> None:
    own = node("a", dense(6), "input", {"kernel": ("a", "kernel")})
    assert (summary(own).params, summary(own).layers[0].shared_weights) == (42, {})


def test_two_weights_of_one_layer_can_be_one() -> None:
    attention = layer("multi_head_attention", num_heads=2, key_dim=3)
    names = [weight.name for weight in attention.weights((5, 6))]
    query, key = names[0], names[2]
    tied = node("attention", attention, "input", {key: ("attention", query)})
    summed = propagate(Graph("net", {"input": (5, 6)}, (tied,), ("attention",)))
    assert summed.params == sum(known(weight.size) for weight in attention.weights((5, 6))) - 6 * 2 * 3


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        ({"kernel": ("encoder", "bias")}, "shape: `decoder` has a `kernel` of [4, 6], and shares it with `encoder`, "),
        ({"bias": ("encoder", "bias")}, "shape: `decoder` has a `bias` of [6], and shares it with `encoder`, whose "),
        (
            {"kernle": ("encoder", "kernel")},
            "unknown-name: `decoder` shares `kernle`, and the weights that it has are ",
        ),
        (
            {"kernel": ("encoder", "table")},
            "unknown-name: `decoder` shares `table`, and the weights that `encoder` has",
        ),
    ],
)
def test_what_cannot_be_shared(shared: Mapping[str, tuple[str, str]], expected: str) -> None:
    assert complaint(ENCODER, node("decoder", dense(6), "encoder", shared)).startswith(expected)


def test_only_matrices_are_transposed() -> None:
    convolution = node("a", layer("conv1d", filters=6, kernel_size=3), "input")
    other = node("b", layer("conv1d", filters=3, kernel_size=6), "a", {"kernel": ("a", "kernel")})
    with pytest.raises(SpecError, match=r"has a `kernel` of \[6, 6, 3\]"):
        propagate(Graph("net", {"input": (9, 5)}, (convolution, other), ("b",)))


@pytest.mark.parametrize("frozen", ["encoder", "decoder"])
def test_a_weight_is_trained_wherever_it_is_used_or_nowhere(frozen: str) -> None:
    encoder = node("encoder", dense(4, trainable=frozen != "encoder"), "input")
    decoder = node("decoder", dense(6, trainable=frozen != "decoder"), "encoder", {"kernel": ("encoder", "kernel")})
    assert "shares its `kernel` with `encoder`, and only one of them trains it" in complaint(encoder, decoder)


def test_frozen_weights_are_counted_once_too() -> None:
    encoder = node("encoder", dense(4, trainable=False), "input")
    decoder = node("decoder", dense(6, trainable=False), "encoder", {"kernel": ("encoder", "kernel")})
    tied = summary(encoder, decoder)
    assert (tied.params, tied.trainable_params, tied.torch_params) == (34, 0, 34)


def test_statistics_are_no_parameters() -> None:
    normalization = layer("batch_normalization")
    one = node("a", normalization, "input")
    tied = summary(one, node("b", normalization, "a", {"moving_mean": ("a", "moving_mean")}))
    assert (tied.params, tied.trainable_params, tied.torch_params) == (2 * 24 - 6, 24, 24)
    assert "only one of them trains it" in complaint(
        one, node("b", normalization, "a", {"gamma": ("a", "moving_mean")})
    )


def test_behind_a_faulty_owner_nothing_more_is_reported() -> None:
    faulty = node("encoder", layer("conv2d", filters=4, kernel_size=3), "input")
    assert complaint(faulty, node("decoder", dense(6), "input", {"kernel": ("encoder", "kernel")})).startswith(
        "shape: `encoder`"
    )


@given(
    features=st.integers(1, 9),
    units=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    bias=st.sampled_from(["tied", "untied", False]),
    trainable=st.booleans(),
    which=st.data(),
)
def test_sharing_one_weight_takes_away_its_size_and_nothing_else(
    features: int, units: list[int], bias: str | bool, trainable: bool, which: st.DataObject
) -> None:
    """Of a chain of dense layers, and another behind it whose kernel is that of one of them, as it is or transposed."""
    sizes = [features, *units]
    number = which.draw(st.integers(1, len(units)))
    taken, made = sizes[number - 1], sizes[number]
    if which.draw(st.booleans()):
        taken, made = made, taken
    fields = {"bias": bias, "trainable": trainable}
    chain = [
        node(f"d{index}", dense(size, **fields), f"d{index - 1}" if index else "input")
        for index, size in enumerate([*units, taken])
    ]
    last = chain[-1].name
    apart = summary(*chain, node("last", dense(made, **fields), last), features=features)
    owner = {"kernel": (f"d{number - 1}", "kernel")}
    tied = summary(*chain, node("last", dense(made, **fields), last, owner), features=features)
    assert known(apart.params) - known(tied.params) == taken * made
    assert known(apart.trainable_params) - known(tied.trainable_params) == taken * made * trainable
    assert known(apart.torch_params) - known(tied.torch_params) == taken * made
    assert [layer.output_shape for layer in apart.layers] == [layer.output_shape for layer in tied.layers]
    for figure in ("macs", "flops", "connections", "neurons", "bias_params"):
        assert getattr(apart, figure) == getattr(tied, figure)
