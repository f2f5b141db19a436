"""The sizes of every tensor of a graph, for numbers that its inputs are given: onnx's inference, and what it loses."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy

from archsum.interchange.onnx.constants import compute
from archsum.interchange.onnx.own_shapes import RULES
from archsum.interchange.onnx.protobuf import constant_of, graphs_within
from archsum.interchange.onnx.values import Operator, Tensor
from archsum.layers.shapes import Shape, product

_HIDDEN = "hidden"
"""A domain that onnx does not know: it passes over operators of such."""


class Run(NamedTuple):
    """What is known of the tensors of a graph, by their names."""

    shapes: Mapping[str, Shape]
    """None is a size that inference does not know; what is missing has an unknown number of axes."""
    values: Mapping[str, Any]
    """The elements of small tensors that do not depend on data."""

    @property
    def lost(self) -> int:
        """How many sizes are not known."""
        return sum(shape.count(None) for shape in self.shapes.values())


def infer(
    model: Any, nodes: Sequence[Operator], tensors: Mapping[str, Tensor], inputs: Mapping[str, tuple[int, ...]]
) -> Run:
    """Infer the shapes of a graph for shapes of its inputs; the nodes are in topological order."""
    from onnx import helper

    types = _inferred(model, inputs)
    shapes: dict[str, Shape] = {name: _shape(kind) for name, kind in types.items() if _has_shape(kind)}
    shapes |= {**inputs, **{name: tensor.shape for name, tensor in tensors.items()}}
    values = {name: tensor.values for name, tensor in tensors.items() if tensor.values is not None}
    for node in nodes:
        found = _values(node, shapes, values)
        if found is not None:
            values[node.outputs[0]] = found
            shapes[node.outputs[0]] = found.shape
            types[node.outputs[0]] = _element(helper.np_dtype_to_tensor_dtype(found.dtype))
        elif node.type in RULES and node.is_standard:
            _infer_ourselves(node, types, shapes, values)
        elif any(name and (name not in shapes or None in shapes[name]) for name in node.outputs):
            _infer_node(model, node, types, shapes, values)
    return Run(shapes, values)


def _inferred(model: Any, inputs: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Return the types of all tensors that onnx's own inference finds.

    It is not asked to follow the elements of tensors, which takes it very long where one says that it has very many.
    """
    from onnx import shape_inference

    given = type(model)()
    given.CopyFrom(model)
    stated = {info.name: info.type for info in model.graph.value_info}
    del given.graph.value_info[:]
    for info in given.graph.input:
        if info.name in inputs:
            _set_shape(info.type, inputs[info.name])
    for info in given.graph.output:
        info.type.tensor_type.ClearField("shape")
    given.opset_import.add(domain=_HIDDEN, version=1)
    for graph in graphs_within(given.graph):
        for node in graph.node:
            if node.op_type in RULES:
                node.domain = _HIDDEN
    inferred = given
    with suppress(Exception):  # of a graph that it cannot follow, each operator is asked by itself
        inferred = shape_inference.infer_shapes(given, check_type=False, strict_mode=False)
    graph = inferred.graph
    found = {info.name: info.type for info in (*graph.output, *graph.value_info, *graph.input)}
    for tensor in graph.initializer:
        found[tensor.name] = _element(tensor.data_type)
    for name, kind in stated.items():
        if name not in found or not _has_shape(found[name]):
            found[name] = kind
    return found


def _infer_ourselves(
    node: Operator, types: dict[str, Any], shapes: dict[str, Shape], values: Mapping[str, Any]
) -> None:
    """Infer what an operator gives that onnx's inference is not asked for."""
    if any(name and name not in shapes for name in node.inputs):
        return
    for name, shape in zip(node.outputs, RULES[node.type](node, shapes, values), strict=False):
        if name:
            shapes[name] = shape
            types[name] = _typed(types.get(node.inputs[0]), shape)


def _infer_node(
    model: Any, node: Operator, types: dict[str, Any], shapes: dict[str, Shape], values: Mapping[str, Any]
) -> None:
    """Infer what one operator gives, by the sizes and elements that are known by now."""
    from onnx import defs, numpy_helper, shape_inference

    domain = "" if node.is_standard else node.domain
    version = next((opset.version for opset in model.opset_import if opset.domain in (domain, node.domain)), 0)
    with suppress(Exception):  # what is not known, or does not fit, is left unknown
        schema = defs.get_schema(node.type, version, domain)
        given = {name: _typed(types.get(name), shapes.get(name)) for name in node.inputs if name}
        data = {name: numpy_helper.from_array(values[name], name) for name in node.inputs if name in values}
        opsets = list(model.opset_import)
        found = shape_inference.infer_node_outputs(schema, node.message, given, data, opset_imports=opsets)
        for name, kind in found.items():
            types[name] = kind
            if _has_shape(kind):
                shapes[name] = _merged(_shape(kind), shapes.get(name))


def _values(node: Operator, shapes: Mapping[str, Shape], values: Mapping[str, Any]) -> Any:
    """Return the elements that an operator gives, where they are known and few."""
    if node.type == "Constant" and node.is_standard:
        tensor = constant_of(node)
        return None if tensor is None else tensor.values
    if node.type in ("Shape", "Size") and node.is_standard:
        shape = shapes.get(node.inputs[0]) if node.inputs else None
        if shape is None or None in shape:
            return None
        if node.type == "Size":
            return numpy.array(product(shape), "int64")
        start, end = node.integer("start", 0), node.integer("end", len(shape))
        return numpy.array(shape[start:end], "int64")
    if not node.inputs or any(name and name not in values for name in node.inputs):
        return None
    return compute(node, [values[name] if name else None for name in node.inputs])


def _set_shape(kind: Any, shape: tuple[int, ...]) -> None:
    sizes = kind.tensor_type.shape
    del sizes.dim[:]
    for size in shape:
        sizes.dim.add().dim_value = size


def _typed(kind: Any, shape: Shape | None) -> Any:
    """Return a type with the shape that is known."""
    from onnx import TypeProto

    typed = TypeProto()
    if kind is not None:
        typed.CopyFrom(kind)
    if shape is not None:
        if not typed.tensor_type.elem_type:
            typed.tensor_type.elem_type = 1
        sizes = typed.tensor_type.shape
        del sizes.dim[:]
        for size in shape:
            dimension = sizes.dim.add()
            if size is not None:
                dimension.dim_value = size
    return typed


def _element(number: int) -> Any:
    """Return the type of a tensor by the number of its elements' type."""
    from onnx import TypeProto

    kind = TypeProto()
    kind.tensor_type.elem_type = number
    return kind


def _has_shape(kind: Any) -> bool:
    return bool(kind.HasField("tensor_type") and kind.tensor_type.HasField("shape"))


def _shape(kind: Any) -> Shape:
    return tuple(
        dimension.dim_value if dimension.HasField("dim_value") and dimension.dim_value >= 0 else None
        for dimension in kind.tensor_type.shape.dim
    )


def _merged(found: Shape, known: Shape | None) -> Shape:
    """Return sizes with those that were known before in the place of unknown ones."""
    if known is None or len(known) != len(found):
        return found
    return tuple(before if size is None else size for size, before in zip(found, known, strict=True))
