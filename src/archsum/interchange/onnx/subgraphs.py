"""The graphs within operators, as the branches of an `If`: nothing is known of them but the tensors that they have."""

from collections.abc import Iterator
from typing import Any

from archsum.interchange.onnx.plan import PART
from archsum.interchange.onnx.protobuf import all_nodes, constant_of, graphs_of, initializers, operators
from archsum.interchange.onnx.values import Operator, Tensor


def has_graphs(node: Operator) -> bool:
    """Whether an operator has graphs within."""
    return next(graphs_of(node), None) is not None


def names_within(node: Operator) -> Iterator[str]:
    """Yield the tensors that the graphs within an operator take, those from around it among them."""
    for graph in graphs_of(node):
        for inner in all_nodes(graph):
            yield from (name for name in inner.input if name)
        yield from (info.name for each in _graphs(graph) for info in each.output)


def tensors_within(node: Operator) -> dict[str, Tensor]:
    """Return the tensors that the graphs within an operator have."""
    found: dict[str, Tensor] = {}
    for number, graph in enumerate(each for top in graphs_of(node) for each in _graphs(top)):
        own = initializers(graph)
        for inner in operators(graph):
            if inner.type == "Constant" and inner.outputs:
                tensor = constant_of(inner)
                if tensor is not None:
                    own[inner.outputs[0]] = tensor
        found |= {f"{name}{PART}{number}": tensor for name, tensor in own.items()}
    return found


def _graphs(graph: Any) -> Iterator[Any]:
    """Yield a graph, and those within it."""
    graphs = [graph]
    while graphs:
        graph = graphs.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                graphs += [attribute.g] if attribute.HasField("g") else []
                graphs += attribute.graphs
