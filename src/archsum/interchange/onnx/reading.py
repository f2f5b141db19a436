"""An ONNX file → graph: the file's own truth, of what it computes and which tensors it has."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import PurePath
from typing import IO, Any

from archsum.errors import Diagnostic, Location, SpecError, enumerate_words, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.checking import blaming
from archsum.interchange.imported import Imported, Options
from archsum.interchange.onnx.branches import take_known_branches
from archsum.interchange.onnx.graphs import ordered, place_of
from archsum.interchange.onnx.inputs import departures, inputs_of
from archsum.interchange.onnx.plan import Plan, Planned
from archsum.interchange.onnx.protobuf import bad_file, initializers, operators, read_model
from archsum.interchange.onnx.schemas import check_operators
from archsum.interchange.onnx.sizes import sizes_of
from archsum.interchange.onnx.states import Begun, without_zero_states
from archsum.interchange.onnx.subgraphs import names_within
from archsum.interchange.onnx.values import ModelError, Operator, RefusedError, Tensor, UnknownRankError
from archsum.interchange.onnx.walking import Walk
from archsum.interchange.onnx.writing import unused_weights, write
from archsum.language.read.settings import InputShape

_MOST_NAMED = 5
_MOST_ROUNDS = 5
"""How deep known conditions are followed."""
_CURE = "the file is broken, or is not what its operators say: export the model once more"
_UNKNOWN_CURE = (
    "give the inputs all their sizes, as in `--input 3,224,224`, in Python `input=[3, 224, 224]`, "
    "or export the model with fixed shapes"
)


def read(file: IO[bytes], name: str, options: Options) -> Imported:
    """Read an ONNX file. Errors: SpecError with what is wrong with it, or with a shape that is given for an input."""
    model = read_model(file, name)
    graph, given = model.graph, options.input
    departing = departures(graph, initializers(graph), operators(graph), given, name)
    return _read_otherwise(model, name, given, departing) if given and departing else _read(model, name, given)


def _read_otherwise(model: Any, name: str, given: InputShape, departing: Mapping[str, Diagnostic]) -> Imported:
    """Read a file with other sizes of inputs than it has fixed, which many stand.

    Errors: SpecError of these inputs, where something does not fit then, or is not known that otherwise is.
    """
    blamed = tuple(departing.values())
    rest = {each: sizes for each, sizes in given.items() if each not in departing} if isinstance(given, Mapping) else {}
    copy = type(model)()
    copy.CopyFrom(model)
    own = _custom(_read(copy, name, rest or None))
    try:
        found = _read(model, name, given)
    except SpecError as error:
        raise blaming(blamed, error.diagnostics) from error
    if len(_custom(found)) > len(own):
        raise blaming(blamed, _custom(found))
    return found._replace(blamed=blamed)


def _custom(imported: Imported) -> list[Diagnostic]:
    """Return the warnings of layers that are not understood."""
    return [warning for warning in imported.warnings if warning.code == "custom-layer"]


def _read(model: Any, name: str, given: InputShape | None) -> Imported:
    graph = model.graph
    builder = GraphBuilder(_name(graph, name), name)
    nodes, tensors = operators(graph), initializers(graph)
    version = max((opset.version for opset in model.opset_import if opset.domain in ("", "ai.onnx")), default=0)
    if not version:
        raise bad_file(name, "the file does not say which version of ONNX's operators it uses", "export it once more")
    check_operators(model, builder)
    outputs = [info.name for info in graph.output]
    inputs = inputs_of(graph, tensors, nodes, given, builder)
    for _ in range(_MOST_ROUNDS):
        known = {*inputs, *tensors}
        nodes = [node for node in nodes if not all(output in known for output in node.outputs)]
        nodes = ordered(nodes, known, outputs, builder)
        sizes = sizes_of(model, nodes, tensors, inputs)
        if not take_known_branches(model, nodes, sizes.values):
            break
        nodes, tensors = operators(graph), initializers(graph)
    begun = without_zero_states(nodes, tensors)
    walk = Walk(begun.nodes, outputs, tensors, sizes, version)
    plan = walk.plan
    places: dict[int, Location] = {}
    called = {
        name: builder.add_input(name, plan.sized[name].sample, builder.place(f"graph input '{name}'"))
        for name in inputs
    }
    plan.inputs.update(inputs)
    for number, node in enumerate(begun.nodes):
        places[id(node)] = place_of(builder, node, number)
        try:
            walk.take(node)
        except UnknownRankError as error:
            builder.report("unknown-value", f"{quote(node.name or node.type)} {error}", places[id(node)], _UNKNOWN_CURE)
        except ModelError as error:
            builder.report("bad-model", f"{quote(node.name or node.type)} {error}", places[id(node)], _CURE)
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    giving = [_given(output, plan, places, builder) for output in outputs]
    made = write(plan, builder, called, giving, places)
    _warn_unused(builder, plan, giving, tensors, begun)
    return builder.build(made, model.ByteSize())


def _name(graph: Any, name: str) -> str:
    return PurePath(name).stem or graph.name or "model"


def _given(output: str, plan: Plan, places: dict[int, Location], builder: GraphBuilder) -> str:
    """Return an output of the graph as what a layer gives, which an input or a constant is not."""
    name = plan.resolved(output)
    if name in plan.giving:
        return name
    operator = Operator(output, "Identity", "", (name,), (output,), {}, {}, None)
    places[id(operator)] = builder.place(f"graph output '{output}'")
    try:
        made = plan.layer_of(name, operator)
    except RefusedError as error:
        message = f"the graph's output {quote(output)} cannot be read: {error}"
        builder.report("bad-model", message, places[id(operator)], _CURE)
        raise SpecError(builder.diagnostics) from error
    if made in plan.giving:
        return made
    if made not in plan.inputs:
        message = f"the graph's output {quote(output)} is no tensor"
        builder.report("bad-model", message, places[id(operator)], "let the graph give tensors alone")
        raise SpecError(builder.diagnostics)
    return plan.add(Planned("identity", {}, [made], plan.new(made), operator))


def _warn_unused(
    builder: GraphBuilder, plan: Plan, outputs: Sequence[str], tensors: Mapping[str, Tensor], begun: Begun
) -> None:
    for name in begun.presumed:
        message = f"{quote(name)} does not count: it is taken for the zeros that a recurrent layer begins with"
        cure = "its elements are in another file, which is not read: export the model into one file"
        builder.warn("unused", message, builder.place(f"tensor '{name}'"), cure)
    taken = {name for node in begun.nodes for name in (*node.inputs, *names_within(node))}
    unused = [name for name in unused_weights(plan, outputs, tensors, taken) if name not in begun.zeros]
    if unused:
        elements = sum(prod(tensors[name].shape) for name in unused)
        message = f"{len(unused):,} tensors, {elements:,} elements in all, do not count: no output depends on them"
        listed = enumerate_words(unused[:_MOST_NAMED])
        cure = f"such as {listed}" if len(unused) > _MOST_NAMED else f"they are {listed}"
        builder.warn("unused", message, builder.place("graph"), cure)
