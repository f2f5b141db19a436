"""The graphs within operators, as the branches of an `If`: nothing is known of them but the tensors that they have."""

from collections.abc import Iterator

from archsum.interchange.onnx.plan import PART
from archsum.interchange.onnx.protobuf import constant_of, graphs_of, graphs_within, initializers, operators
from archsum.interchange.onnx.values import Operator, Tensor


def has_graphs(node: Operator) -> bool:
    """Whether an operator has graphs within."""
    return next(graphs_of(node), None) is not None


def names_within(node: Operator) -> Iterator[str]:
    """Yield the tensors that the graphs within an operator take, those from around it among them."""
    for top in graphs_of(node):
        for graph in graphs_within(top):
            yield from (name for inner in graph.node for name in inner.input if name)
            yield from (info.name for info in graph.output)


def tensors_within(node: Operator) -> dict[str, Tensor]:
    """Return the tensors that the graphs within an operator have."""
    found: dict[str, Tensor] = {}
    for number, graph in enumerate(graph for top in graphs_of(node) for graph in graphs_within(top)):
        own = initializers(graph)
        for inner in operators(graph):
            tensor = constant_of(inner) if inner.type == "Constant" and inner.outputs else None
            if tensor is not None:
                own[inner.outputs[0]] = tensor
        found |= {f"{name}{PART}{number}": tensor for name, tensor in own.items()}
    return found
