"""Networks → our YAML → the same networks."""

import io
from pathlib import Path

import pytest

import archsum
from archsum.graph import Node
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


def without_names(nodes: tuple[Node, ...], inputs: dict[str, object]) -> list[object]:
    """Return what nodes are, and the numbers of those that they take and share with."""
    numbers = {name: number for number, name in enumerate((*inputs, *(node.name for node in nodes)))}
    listed: list[object] = []
    for node in nodes:
        fields = told_apart_by(node.layer, 0)
        taken = [numbers[name] for name in node.inputs]
        shared = node.shared_with and numbers[node.shared_with]
        listed.append((type(node.layer), fields, taken, node.states, shared))
    return listed


@each_file
def test_a_line_for_each_layer_is_the_network_in_its_order(file: Path) -> None:
    graph = archsum.load(file).graph
    converted = archsum.convert(file, flat=True)
    again = read(converted).graph
    assert without_names(again.nodes, {**again.inputs}) == without_names(graph.nodes, {**graph.inputs})
    assert again.inputs == graph.inputs
    assert again.name == graph.name
    assert [*converted.names] == [node.name for node in again.nodes]
    assert sorted(converted.names.values()) == sorted(node.name for node in graph.nodes)


def test_what_is_not_the_network_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where folding were wrong, there would be a line for each layer; where that were, an error."""
    source = io.StringIO("input: [8]\nlayers:\n  - dense: {name: first, units: 8}\n  - dense: 8\n")
    network, other = archsum.load(source), archsum.load(io.StringIO("input: [8]\nlayers: [dense: 8, dense: 9]\n"))
    fields = Fields()
    wrong = flat(other.graph, fields)
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
