"""An ONNX file's bytes → its graph. The only code that knows how the file is written."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from math import prod
from typing import IO, Any

from archsum.bounds import MAX_FILE_DEPTH, MAX_SIZE
from archsum.errors import Diagnostic, Location, SpecError
from archsum.interchange.onnx.values import Operator, Tensor

MAX_VALUES = 1_024
"""The largest tensor whose elements are looked at: the sizes and axes that operators are given are few."""
_MAX_BYTES = 2**31 - 1
"""What protobuf can hold."""
_MAX_INLINED = 200_000
"""The most operators that functions of the file's own may become."""
_FLOATS = (1, 10, 11, 14, 15, 16, 17, 18, 19, 20, 23, 24)
"""float, float16, double, complex64, complex128, bfloat16, and the kinds of float8 and float4."""
_NARROW = (2, 3, 21, 22, 25, 26)
"""uint8, int8, and the whole numbers of 4 and 2 bits."""
_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
_ZEROS = b"\0"
"""What is left of the elements of a large tensor of zeros, for which it is too few."""
_DATA = ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")


def read_model(file: IO[bytes], name: str) -> Any:
    """Return the message of a file, without the elements of large tensors.

    Errors: SpecError where the library is missing, and for what is no ONNX file.
    """
    if find_spec("onnx") is None:
        cure = "`pip install onnx` brings it"
        raise SpecError(
            [Diagnostic("missing-onnx", "ONNX files are read with onnx, which is not installed", None, cure)]
        )
    import onnx
    from google.protobuf.message import DecodeError

    content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise bad_file(
            name, "the file is larger than 2 GiB, which no ONNX file is", "large weights are files of their own"
        )
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except (DecodeError, ValueError, RuntimeError) as error:
        raise bad_file(name, "the file is no ONNX model, or it is cut off", "export the model once more") from error
    if not model.HasField("graph") or not (model.graph.node or model.graph.output):
        raise bad_file(name, "the file has no graph", "is this the right file?")
    if not all(isinstance(text, str) for text in _texts(model)):
        raise bad_file(name, "a name in the file is no text in UTF-8", "export the model once more")
    for tensor in _all_tensors(model):
        _strip(tensor, name)
    return _inlined(model, name)


def bad_file(name: str, message: str, cure: str, within: str = "") -> SpecError:
    """Return the error for a file that is no model."""
    return SpecError([Diagnostic("bad-model", message, Location(name, within), cure)])


def operators(graph: Any) -> list[Operator]:
    """Return a graph's operators, in its order."""
    return [operator_of(node) for node in graph.node]


def operator_of(node: Any) -> Operator:
    """Return a node as a plain value."""
    return Operator(
        node.name,
        node.op_type,
        node.domain,
        tuple(node.input),
        tuple(node.output),
        {attribute.name: attribute for attribute in node.attribute},
        {entry.key: entry.value for entry in node.metadata_props},
        node,
    )


def initializers(graph: Any) -> dict[str, Tensor]:
    """Return a graph's tensors, by their names."""
    dense = {tensor.name: tensor_of(tensor) for tensor in graph.initializer}
    sparse = {
        tensor.values.name: tensor_of(tensor.values)._replace(shape=tuple(tensor.dims), values=None)
        for tensor in graph.sparse_initializer
    }
    return {**dense, **sparse}


def tensor_of(message: Any) -> Tensor:
    """Return a tensor, with its elements where they are few and in the file."""
    values = None
    if message.data_location != 1 and prod(message.dims) <= MAX_VALUES and message.data_type in _BYTES:
        from onnx import numpy_helper

        has_data = any(len(getattr(message, field)) for field in _DATA)
        values = numpy_helper.to_array(message) if has_data or not prod(message.dims) else None
    is_float, is_narrow = message.data_type in _FLOATS, message.data_type in _NARROW
    is_zero = message.raw_data == _ZEROS if prod(message.dims) > MAX_VALUES else _are_zeros(values)
    return Tensor(tuple(message.dims), is_float, is_narrow, values, is_zero, message.data_location == 1)


def _are_zeros(values: Any) -> bool:
    return values is not None and values.size > 0 and not values.any()


def constant_of(operator: Operator) -> Tensor | None:
    """Return the tensor of a `Constant`; None where it is a text."""
    import numpy

    for name, attribute in operator.attributes.items():
        if name == "value":
            return tensor_of(attribute.t)
        if name == "sparse_value":
            sparse = attribute.sparse_tensor
            return tensor_of(sparse.values)._replace(shape=tuple(sparse.dims), values=None)
        if name in ("value_float", "value_floats", "value_int", "value_ints"):
            values = getattr(attribute, {"value_float": "f", "value_int": "i"}.get(name, name[6:]))
            array = numpy.array(values, "float32" if "float" in name else "int64")
            kept = array if array.size <= MAX_VALUES else None
            return Tensor(array.shape, "float" in name, values=kept, is_zero=_are_zeros(array))
    return None


def graphs_of(operator: Operator) -> Iterator[Any]:
    """Yield the graphs within an operator, as the branches of an `If`."""
    for attribute in operator.attributes.values():
        yield from (graph for graph in (attribute.g, *attribute.graphs) if graph.node or graph.output)


def all_nodes(holder: Any) -> Iterator[Any]:
    """Yield the nodes of a graph or a function, and those of the graphs within them."""
    for graph in graphs_within(holder):
        yield from graph.node


def graphs_within(holder: Any) -> Iterator[Any]:
    """Yield a graph or a function, and the graphs within its operators."""
    graphs = [holder]
    while graphs:
        graph = graphs.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                graphs += [attribute.g] if attribute.HasField("g") else []
                graphs += attribute.graphs


def _texts(model: Any) -> Iterator[Any]:
    """Yield all texts that are looked at; those that are broken come as bytes."""
    yield from (opset.domain for opset in model.opset_import)
    for holder in (model.graph, *model.functions):
        for graph in graphs_within(holder):
            yield graph.name
            for node in graph.node:
                yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
                yield from (text for entry in node.metadata_props for text in (entry.key, entry.value))
                yield from (attribute.name for attribute in node.attribute)
            if hasattr(graph, "initializer"):
                infos = (*graph.input, *graph.output, *graph.value_info, *graph.initializer)
                yield from (info.name for info in infos)
                yield from (
                    size.dim_param for info in (*graph.input, *graph.output) for size in info.type.tensor_type.shape.dim
                )
            else:
                yield from (graph.domain, *graph.input, *graph.output, *graph.attribute)


def _all_tensors(model: Any) -> Iterator[Any]:
    """Yield the tensors of a model, of its functions and of the graphs within operators."""
    holders: list[Any] = [model.graph, *model.functions]
    while holders:
        holder = holders.pop()
        if hasattr(holder, "initializer"):
            yield from holder.initializer
            yield from (part for sparse in holder.sparse_initializer for part in (sparse.values, sparse.indices))
        for attribute in chain.from_iterable(node.attribute for node in holder.node):
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("sparse_tensor"):
                yield from (attribute.sparse_tensor.values, attribute.sparse_tensor.indices)
            yield from attribute.tensors
            if attribute.HasField("g"):
                holders.append(attribute.g)
            holders += attribute.graphs


def _strip(tensor: Any, name: str) -> None:
    """Check a tensor, and take its elements away where they are many: nothing but the shape is needed.

    Errors: SpecError for a shape that cannot be, and for one that its elements do not fill.
    """
    within = f"tensor '{tensor.name}'"
    if any(not 0 <= size <= MAX_SIZE for size in tensor.dims) or len(tensor.dims) > MAX_FILE_DEPTH:
        sizes = f"[{', '.join(map(str, tensor.dims[:8]))}]"
        raise bad_file(name, f"a tensor cannot have the shape {sizes}", "export the model once more", within)
    elements = prod(tensor.dims)
    if tensor.data_location != 1 and tensor.raw_data and tensor.data_type in _BYTES:
        wanted = elements * _BYTES[tensor.data_type]
        if len(tensor.raw_data) != wanted:
            message = f"a tensor has {len(tensor.raw_data):,} bytes, where its shape asks for {wanted:,}"
            raise bad_file(name, message, "export the model once more: it is cut off", within)
    for field, parts in (("float_data", 1), ("int64_data", 1), ("int32_data", 1), ("double_data", 1)):
        count = len(getattr(tensor, field))
        if count and tensor.data_type in (1, 6, 7, 11) and count != elements * parts:
            message = f"a tensor has {count:,} elements, where its shape asks for {elements:,}"
            raise bad_file(name, message, "export the model once more: it is cut off", within)
    if elements > MAX_VALUES:
        is_zero = tensor.data_location != 1 and _has_zeros(tensor)
        for field in _DATA:
            tensor.ClearField(field)
        if is_zero:
            tensor.raw_data = _ZEROS


def _has_zeros(tensor: Any) -> bool:
    """Whether all elements of a large tensor of floats are 0: most often the first ones are not."""
    raw = tensor.raw_data
    if raw:
        return not any(raw[:MAX_VALUES]) and raw.count(0) == len(raw)
    return bool(tensor.float_data) and not any(tensor.float_data)


def _inlined(model: Any, name: str) -> Any:
    """Return a model whose functions of its own are written out where they are used.

    Errors: SpecError for functions that use themselves, or become too much.
    """
    if not model.functions:
        return model
    sizes = _sizes_of_functions(model, name)
    used = sum(sizes.get(call, 1) for call in _calls(model.graph))
    if used > _MAX_INLINED:
        raise bad_file(
            name, f"the functions of the file become {used:,} operators", "export the model without functions"
        )
    from onnx import inliner

    try:
        return inliner.inline_local_functions(model)
    except Exception as error:
        raise bad_file(name, "the functions of the file do not fit together", "export it without functions") from error


def _sizes_of_functions(model: Any, name: str) -> dict[tuple[str, str], int]:
    """Return how many operators each function becomes."""
    functions = {(function.domain, function.name): function for function in model.functions}
    sizes: dict[tuple[str, str], int] = {}
    begun: set[tuple[str, str]] = set()
    for first in functions:
        stack = [first]
        while stack:
            key = stack[-1]
            called = [call for call in _calls(functions[key]) if call in functions]
            open_calls = [call for call in called if call not in sizes]
            if key in begun and any(call in begun for call in open_calls):
                raise bad_file(name, "a function of the file uses itself", "export it without functions", str(key[1]))
            begun.add(key)
            if open_calls:
                stack += open_calls
            else:
                stack.pop()
                begun.discard(key)
                sizes[key] = sum(sizes.get(call, 1) for call in _calls(functions[key]))
    return sizes


def _calls(holder: Any) -> Iterator[tuple[str, str]]:
    """Yield what the operators of a graph or a function are, those of the graphs within them too."""
    for node in all_nodes(holder):
        yield node.domain, node.op_type
