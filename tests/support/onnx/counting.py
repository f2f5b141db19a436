"""Counts what an ONNX file has by itself, with onnx's shapes and nothing of archsum's."""

from collections.abc import Iterator
from math import prod
from typing import Any

import onnx
from onnx import numpy_helper, shape_inference

FLOATS = (1, 10, 11, 16)

SETTINGS = {"Resize": range(1, 4), "Upsample": (1,), "Clip": (1, 2), "DequantizeLinear": (1, 2)}
"""The inputs that say how an operator works."""


def parameters(model: Any) -> int:
    """Add up the floats of more than one element that operators take, or that are in graphs within them."""
    shapes = _shapes(model, 1)
    tensors = {tensor.name: prod(tensor.dims) for tensor in model.graph.initializer if tensor.data_type in FLOATS}
    stated = {each.name for each in model.graph.initializer}
    settings: set[str] = set()
    taken: set[str] = set()
    within = 0
    for node in model.graph.node:
        settings |= {node.input[number] for number in SETTINGS.get(node.op_type, ()) if number < len(node.input)}
        if node.op_type == "Constant":
            tensors.update((node.output[0], prod(each.dims)) for each in _values(node) if each.data_type in FLOATS)
        if node.op_type == "ConstantOfShape" and node.input[0] in stated and _fills(node):
            tensors[node.output[0]] = prod(shapes[node.output[0]])
        taken |= {*node.input, *(name for graph in _graphs(node) for name in _names(graph))}
        within += sum(map(_floats, _graphs(node)))
    counted: Iterator[int] = (
        size for name, size in tensors.items() if name in taken and name not in settings and size > 1
    )
    return sum(counted) + within


def _fills(node: Any) -> bool:
    """Whether a node fills a tensor with floats other than 0."""
    return any(numpy_helper.to_array(value).any() for value in _values(node) if value.data_type in FLOATS)


def multiply_accumulates(model: Any, batch: int = 1, **sizes: int) -> int:
    """Add up the products of convolutions, matrix products and recurrent operators, for one sample."""
    shapes = _shapes(model, batch, **sizes)
    return sum(_macs(node, shapes) for node in model.graph.node) // batch


def output_shapes(model: Any, batch: int = 1, **sizes: int) -> list[tuple[int, ...]]:
    """Return the shapes of the graph's outputs."""
    shapes = _shapes(model, batch, **sizes)
    return [shapes[info.name] for info in model.graph.output]


def _macs(node: Any, shapes: dict[str, tuple[int, ...]]) -> int:
    if node.op_type in ("Conv", "QLinearConv", "ConvInteger"):
        kernel = shapes[node.input[3 if node.op_type == "QLinearConv" else 1]]
        return prod(shapes[node.output[0]]) * prod(kernel[1:])
    if node.op_type == "ConvTranspose":
        return prod(shapes[node.input[0]]) * prod(shapes[node.input[1]][1:])
    if node.op_type == "Gemm":
        turned = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
        return prod(shapes[node.output[0]]) * shapes[node.input[0]][0 if turned else 1]
    if node.op_type == "MatMul":
        return prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    if node.op_type in ("LSTM", "GRU", "RNN"):
        steps, batch, _ = shapes[node.input[0]]
        return steps * batch * (prod(shapes[node.input[1]]) + prod(shapes[node.input[2]]))
    return 0


def _shapes(model: Any, batch: int, **sizes: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all tensors, with numbers for the sizes that have names; the first axis is the batch."""
    given = onnx.ModelProto()
    given.CopyFrom(model)
    del given.graph.value_info[:]
    for info in given.graph.input:
        for axis, size in enumerate(info.type.tensor_type.shape.dim):
            if not size.dim_value:
                size.dim_value = sizes.get(size.dim_param, batch if axis == 0 else 0)
    for info in given.graph.output:
        info.type.tensor_type.ClearField("shape")
    graph = shape_inference.infer_shapes(given, data_prop=True).graph
    found = {
        info.name: tuple(size.dim_value for size in info.type.tensor_type.shape.dim)
        for info in (*graph.input, *graph.value_info, *graph.output)
    }
    return found | {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}


def _values(node: Any) -> list[Any]:
    return [attribute.t for attribute in node.attribute if attribute.name == "value"]


def _graphs(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        yield from (graph for graph in (attribute.g, *attribute.graphs) if graph.node)


def _floats(graph: Any) -> int:
    own = sum(prod(tensor.dims) for tensor in graph.initializer if tensor.data_type in FLOATS and prod(tensor.dims) > 1)
    for node in graph.node:
        if node.op_type == "Constant":
            own += sum(prod(each.dims) for each in _values(node) if each.data_type in FLOATS and prod(each.dims) > 1)
        own += sum(map(_floats, _graphs(node)))
    return int(own)


def _names(graph: Any) -> Iterator[str]:
    for node in graph.node:
        yield from node.input
        for inner in _graphs(node):
            yield from _names(inner)
