"""Networks → our YAML → the same networks."""

import io
from pathlib import Path

import pytest

import archsum
from archsum.graph import Node
from archsum.interchange.writing.alike import told_apart_by
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
