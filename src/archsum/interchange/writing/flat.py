"""A graph → a document with a line for each layer, in the graph's order and by its names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from archsum.graph import Graph, Node
from archsum.interchange.writing.alike import STATES
from archsum.interchange.writing.entries import Document, Entry
from archsum.interchange.writing.fields import Fields, cares, in_file
from archsum.layers import kind_of

_NO_NAME_CHARACTER = re.compile(r"[^\w.\-]+")
_LONGEST_NAME = 100
_LONGEST_TITLE = 200


def flat(graph: Graph, fields: Fields) -> Document:
    """Return a document with a line for each layer."""
    names = _names(graph)
    labels = {node.shared_with: names[node.shared_with] for node in graph.nodes if node.shared_with}
    layers: list[Entry] = []
    before: tuple[str, ...] = tuple(graph.inputs)
    for node in graph.nodes:
        layers.append(entry(node, fields, names, before, labels))
        before = (node.name,)
    document = head(graph, layers)
    document.input = {names[name]: list(shape) for name, shape in graph.inputs.items()}
    document.outputs = None if graph.outputs == before else [names[name] for name in graph.outputs]
    document.layers = [Entry(one.kind, in_file(one, document.data_format)) for one in layers]
    return document


def entry(
    node: Node, fields: Fields, names: Mapping[str, str], before: tuple[str, ...], labels: Mapping[str, str]
) -> Entry:
    """Return a node as an entry, with its name in a file and those of what it takes where that is not `before`."""
    placed: dict[str, object] = {"name": names[node.name]}
    taken = node.inputs[: len(node.inputs) - node.states]
    if taken != before and (taken or node.layer.most_inputs != 0):
        called = [names[name] for name in taken]
        placed["inputs"] = called[0] if len(called) == 1 else called
    label = labels.get(node.shared_with or node.name)
    if label:
        placed["shared"] = label
    own = fields.of(node.layer)
    states = {STATES: names[node.inputs[-1]]} if node.states else {}
    return Entry(kind_of(type(node.layer)), {**placed, **own, **states})


def head(graph: Graph, layers: Iterable[Entry]) -> Document:
    """Return a document without layers; its data format is that of most of the layers that have one."""
    formats = Counter(one.fields.get("data_format", "channels_last") for one in layers if cares(one))
    first = formats["channels_first"] > formats["channels_last"]
    name = graph.name if 1 <= len(graph.name) <= _LONGEST_TITLE else None
    inputs = {name: list(shape) for name, shape in graph.inputs.items()}
    return Document(name, inputs, [], "channels_first" if first else "channels_last")


def _names(graph: Graph) -> dict[str, str]:
    """Return what the inputs and the nodes are called in a file, where a name has no `/`, and each is there once."""
    taken: set[str] = set()
    return {name: _free(name, taken) for name in (*graph.inputs, *(node.name for node in graph.nodes))}


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number where it is taken."""
    wanted = _NO_NAME_CHARACTER.sub(".", name)[-_LONGEST_NAME:] or "layer"
    for candidate in _numbered(wanted):
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    raise AssertionError


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        yield f"{name[: _LONGEST_NAME - 1 - len(str(number))]}_{number}"
        number += 1
