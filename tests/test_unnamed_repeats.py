"""Repetitions of a repeat without a name as blocks: the same network, and each block has its group."""

import io
from pathlib import Path

import pytest

from archsum import summarize
from archsum.sections import Section
from archsum.summary import Summary
from archsum.unnamed_repeats import with_repetitions_as_blocks
from tests.support.paths import EXAMPLES


def with_blocks(summary: Summary) -> Summary:
    return with_repetitions_as_blocks(summary, Section.is_followed_by_equal)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_network_stays_the_same(file: Path) -> None:
    whole = summarize(file)
    summary = with_blocks(whole)
    assert [layer.name for layer in summary.layers] == [layer.name for layer in whole.layers]
    assert [layer.node.inputs for layer in summary.layers] == [layer.node.inputs for layer in whole.layers]
    assert len({layer.path for layer in summary.layers}) == len(summary.layers)
    prefixes = {layer.path[:level] for layer in summary.layers for level in range(1, len(layer.path))}
    assert summary.groups.keys() == prefixes


def paths(layers: str, blocks: str = "{}") -> list[str]:
    summary = summarize(io.StringIO(f"input: [4]\nblocks: {blocks}\nlayers: {layers}\n"))
    return ["/".join(layer.path) for layer in with_blocks(summary).layers]


def test_repetitions_in_one_another() -> None:
    inner = "{repeat: {times: 2, layers: [relu, tanh]}}"
    outer = f"[repeat: {{times: 2, layers: [dense: 4, {inner}]}}]"
    within = ["dense", "2 layers/relu", "2 layers/tanh", "2 layers_1/relu", "2 layers_1/tanh"]
    assert paths(outer) == [f"{block}/{path}" for block in ("5 layers", "5 layers_1") for path in within]


def test_only_equal_ones_are_blocks_and_in_those_that_are_not_equal_their_own() -> None:
    inner = "{repeat: {times: 2, layers: [relu, tanh]}}"
    assert paths(f"[repeat: {{over: {{units: [4, 4, 3]}}, layers: [dense: =units, {inner}]}}]")[-5:] == [
        "dense_2",
        "2 layers/relu_4",
        "2 layers/tanh_4",
        "2 layers_1/relu_4",
        "2 layers_1/tanh_4",
    ]


def test_one_block_or_one_layer_is_what_it_was() -> None:
    assert paths("[repeat: {times: 2, layers: [pair]}]", "{pair: {layers: [relu, tanh]}}") == [
        "pair/relu",
        "pair/tanh",
        "pair_1/relu",
        "pair_1/tanh",
    ]
    assert paths("[repeat: {times: 2, layers: [relu]}]") == ["relu", "relu_1"]


def test_a_repeat_in_a_named_container_is_in_it() -> None:
    residual = "{residual: {name: x, layers: [repeat: {times: 2, layers: [relu, tanh]}]}}"
    assert paths(f"[{residual}]") == [
        "x/2 layers/relu",
        "x/2 layers/tanh",
        "x/2 layers_1/relu",
        "x/2 layers_1/tanh",
        "x/add",
    ]
