"""Checks operators against ONNX's own description of them, before anything of onnx's computes with them.

It is written in C++, and does not stand operators that lack inputs.
"""

from typing import Any

from archsum.bounds import MAX_AXES
from archsum.errors import SpecError, enumerate_words, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.onnx.graphs import place_of
from archsum.interchange.onnx.protobuf import all_nodes, operator_of
from archsum.interchange.onnx.values import Operator

_AXES = ("axes", "axis", "batch_axis", "batch_dims", "time_axis")
_CURE = "the file is broken: export the model once more"


def check_operators(model: Any, builder: GraphBuilder) -> None:
    """Report the operators that have more or fewer inputs, outputs or attributes than there are."""
    versions = {_domain(opset.domain): opset.version for opset in model.opset_import}
    schemas: dict[tuple[str, str], Any] = {}
    for number, message in enumerate(all_nodes(model.graph)):
        node, domain = operator_of(message), _domain(message.domain)
        key = (node.type, domain)
        if key not in schemas:
            schemas[key] = _schema(node.type, versions.get(domain, 0), domain)
        problem = _problem(node, schemas[key])
        if problem:
            said = f"{quote(node.name or node.type)} {problem}"
            builder.report("bad-model", said, place_of(builder, node, number), _CURE)
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name


def _schema(kind: str, version: int, domain: str) -> Any:
    """Return what ONNX says of an operator; None where it does not know it."""
    from onnx import defs

    try:
        return defs.get_schema(kind, version, domain)
    except defs.SchemaError:
        return None


def _problem(node: Operator, schema: Any) -> str:
    """Return what an operator cannot be, as its name goes on; nothing where it can."""
    if schema is None:
        return "" if node.outputs else "gives nothing"
    required = type(schema).FormalParameterOption.Single
    for what, names, least, most in (
        ("input", node.inputs, schema.min_input, schema.max_input),
        ("output", node.outputs, schema.min_output, schema.max_output),
    ):
        if not least <= len(names) <= most:
            wanted = str(least) if least == most else f"{least} to {most}" if most < 2**31 - 1 else f"at least {least}"
            return f"has {len(names)} {what}s, and {node.type} has {wanted}"
    for number, given in enumerate(schema.inputs[: len(node.inputs)]):
        if given.option == required and not node.inputs[number]:
            return f"leaves out the input {quote(given.name)}"
    missing = [name for name, stated in schema.attributes.items() if stated.required and name not in node.attributes]
    if missing:
        return f"lacks {enumerate_words(missing)}"
    for name, attribute in node.attributes.items():
        stated = schema.attributes.get(name)
        if stated is not None and attribute.type and attribute.type != int(stated.type.value):
            return f"has a {quote(name)} of another type"
        if name in _AXES and any(abs(axis) > MAX_AXES for axis in (attribute.i, *attribute.ints)):
            return f"names axes that no tensor has, in {quote(name)}"
    return ""
