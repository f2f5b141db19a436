"""Networks → our YAML → the same networks."""

import io
from pathlib import Path

import pytest

import archsum
from archsum.interchange.writing import conversion
from archsum.interchange.writing.alike import told_apart_by
from archsum.interchange.writing.fields import Fields
from archsum.interchange.writing.flat import flat
from archsum.results.conversion import Conversion
from tests.support.paths import EXAMPLES, NETWORKS

FILES = (*sorted(EXAMPLES.rglob("*.yaml")), *sorted(NETWORKS.glob("*.yaml")))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(conversion: Conversion) -> archsum.Network:
    return archsum.load(io.StringIO(conversion.text))


def without_names(summary: archsum.Summary) -> list[object]:
    """Return what layers are, and the numbers of those that they take and share with."""
    numbers = {name: number for number, name in enumerate((*summary.inputs, *(layer.name for layer in summary.layers)))}
    listed: list[object] = []
    for layer in summary.layers:
        taken = [numbers[name] for name in layer.node.inputs]
        shared = layer.shared_with and numbers[layer.shared_with]
        listed.append((type(layer.layer), told_apart_by(layer.layer, 0), taken, layer.node.states, shared))
    return listed


@each_file
def test_a_line_for_each_layer_is_the_network_in_its_order(file: Path) -> None:
    source, converted = archsum.summarize(file), archsum.convert(file, flat=True)
    again = archsum.summarize(read(converted))
    assert without_names(again) == without_names(source)
    assert again.inputs == source.inputs
    assert again.name == source.name
    assert [*converted.names] == [layer.name for layer in again.layers]
    assert sorted(converted.names.values()) == sorted(layer.name for layer in source.layers)


def test_what_is_not_the_network_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where folding were wrong, there would be a line for each layer; where that were, an error."""
    source = io.StringIO("input: [8]\nlayers:\n  - dense: {name: first, units: 8}\n  - dense: 8\n")
    network, other = archsum.load(source), archsum.load(io.StringIO("input: [8]\nlayers: [dense: 8, dense: 9]\n"))
    fields = Fields()
    wrong = flat(archsum.summarize(other), fields)
    monkeypatch.setattr(conversion, "fold", lambda *_: wrong)
    assert "dense: {name: first, units: 8}" in archsum.convert(network).text
    monkeypatch.setattr(conversion, "flat", lambda *_: wrong)
    with pytest.raises(archsum.SpecError, match="cannot be written as YAML"):
        archsum.convert(network)


def test_single_weights_that_are_shared() -> None:
    text = (
        "input: [6]\nlayers:\n"
        "  - embedding: {name: words, input_dim: 40, output_dim: 8, shared: {embeddings: table}}\n"
        "  - dense: {name: scores, units: 40, shared: {kernel: table}}\n"
    )
    for as_lines in (True, False):
        converted = archsum.convert(io.StringIO(text), flat=as_lines)
        assert archsum.summarize(io.StringIO(converted.text)).params == archsum.summarize(io.StringIO(text)).params
        assert "shared: {kernel: " in converted.text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("input: {input_layer_1: [8, 8, 3]}\nlayers: [flatten]\n", "input: [8, 8, 3]"),
        ("input: {x: [8, 8, 3]}\nlayers: [flatten]\n", "input: [8, 8, 3]"),
        # A name that somebody gave is one to keep, and where there are several each has its own.
        ("input: {image: [8, 8, 3]}\nlayers: [flatten]\n", "input: {image: [8, 8, 3]}"),
        ("input: {x: [8], input_1: [8]}\nlayers: [add: {inputs: [x, input_1]}]\n", "input: {x: [8], input_1: [8]}"),
        ("input: [8, 8, 3]\nlayers: [max_pooling2d: {pool_size: 3, strides: 3}]\n", "  - max_pooling2d: 3"),
        (
            "input: [8, 8, 3]\nlayers: [average_pooling2d: {pool_size: 2, strides: [2, 2]}]\n",
            "  - average_pooling2d: 2",
        ),
        (
            "input: [8, 8, 3]\nlayers: [max_pooling2d: {pool_size: 3, strides: 2}]\n",
            "  - max_pooling2d: {pool_size: 3, strides: 2}",
        ),
        (
            "input: [4, 8]\nlayers: [multi_head_attention: {num_heads: 2, key_dim: 4, value_dim: 4}]\n",
            "  - multi_head_attention: {num_heads: 2, key_dim: 4}",
        ),
        ("input: [8]\nlayers: [relu: {trainable: false}]\n", "  - relu"),
        ("input: [8]\nlayers: [dense: {units: 2, trainable: false}]\n", "  - dense: {units: 2, trainable: false}"),
    ],
)
def test_what_says_nothing_is_not_written(text: str, line: str) -> None:
    network = archsum.load(io.StringIO(text))
    written = archsum.convert(network)
    assert line in str(written).splitlines()
    again = archsum.summarize(io.StringIO(str(written)))
    assert again.params == archsum.summarize(network).params
    assert again.trainable_params == archsum.summarize(network).trainable_params
