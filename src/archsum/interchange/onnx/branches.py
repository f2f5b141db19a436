"""Writes the branch of an `If` that is always taken in the place of it, as where it asks for the number of axes."""

from collections.abc import Mapping, Sequence
from typing import Any

from archsum.interchange.onnx.protobuf import graphs_of
from archsum.interchange.onnx.values import Operator


def take_known_branches(model: Any, nodes: Sequence[Operator], values: Mapping[str, Any]) -> bool:
    """Change a model's graph where conditions are known; whether there was such a one."""
    graph = model.graph
    defined = {name for node in graph.node for name in node.output} | {tensor.name for tensor in graph.initializer}
    chosen = {
        id(node.message): branch
        for node in nodes
        if node.type == "If" and node.is_standard and (branch := _branch(node, values, defined)) is not None
    }
    if not chosen:
        return False
    written: list[Any] = []
    for node in nodes:
        branch = chosen.get(id(node.message))
        if branch is None:
            written.append(node.message)
            continue
        written += branch.node
        graph.initializer.extend(branch.initializer)
        for info, output in zip(branch.output, node.outputs, strict=True):
            written.append(_identity(model, info.name, output))
    copies = [_copy(message) for message in written]
    del graph.node[:]
    graph.node.extend(copies)
    return True


def _branch(node: Operator, values: Mapping[str, Any], defined: set[str]) -> Any:
    """Return the branch that is taken; None where that depends on data, or its names are there already."""
    condition = values.get(node.inputs[0]) if node.inputs else None
    if condition is None or condition.size != 1:
        return None
    wanted = "then_branch" if condition.ravel()[0] else "else_branch"
    attribute = node.attributes.get(wanted)
    branch = next(graphs_of(node._replace(attributes={wanted: attribute})), None) if attribute else None
    if branch is None or len(branch.output) != len(node.outputs):
        return None
    own = {name for inner in branch.node for name in inner.output} | {tensor.name for tensor in branch.initializer}
    if own & defined:
        return None
    defined |= own
    return branch


def _identity(model: Any, name: str, output: str) -> Any:
    node = type(model.graph)().node.add()
    node.op_type = "Identity"
    node.input.append(name)
    node.output.append(output)
    return node


def _copy(message: Any) -> Any:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied
