"""The order of a graph's operators, and its inputs: what is wrong with either is found before anything is computed."""

from collections.abc import Mapping, Sequence
from typing import Any

from archsum.bounds import MAX_SIZE
from archsum.errors import Diagnostic, SpecError, enumerate_words, quote, suggest
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.onnx.sizes import Input
from archsum.interchange.onnx.values import Operator
from archsum.language.read.settings import InputShape
from archsum.layers.shapes import Shape

_BROKEN = "the file is broken: export the model once more"
_MOST_NAMED = 5


def ordered(
    nodes: Sequence[Operator], known: set[str], outputs: Sequence[str], builder: GraphBuilder
) -> list[Operator]:
    """Return operators each behind those it takes something from; report what is not there, or twice, or a circle."""
    giving: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for name in node.outputs:
            if name and (name in giving or name in known):
                builder.report(
                    "bad-model",
                    f"gives {quote(name)}, which is there already",
                    place_of(builder, node, number),
                    _BROKEN,
                )
            giving.setdefault(name, number)
    waiting: list[int] = []
    followers: dict[int, list[int]] = {}
    for number, node in enumerate(nodes):
        taken = {name for name in node.inputs if name}
        for name in sorted(name for name in taken if name not in known and name not in giving):
            builder.report(
                "bad-model", f"takes {quote(name)}, which nothing gives", place_of(builder, node, number), _BROKEN
            )
        before = {giving[name] for name in taken if name in giving and name not in known}
        waiting.append(len(before))
        for other in before:
            followers.setdefault(other, []).append(number)
    for name in outputs:
        if name not in giving and name not in known:
            builder.report(
                "bad-model", f"the graph's output {quote(name)} is given by nothing", builder.place("graph"), _BROKEN
            )
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    return _sorted(nodes, waiting, followers, builder)


def _sorted(
    nodes: Sequence[Operator], waiting: list[int], followers: Mapping[int, list[int]], builder: GraphBuilder
) -> list[Operator]:
    """Return operators in topological order, as far as can be in the file's."""
    from heapq import heapify, heappop, heappush

    ready = [number for number, count in enumerate(waiting) if count == 0]
    heapify(ready)
    found = []
    while ready:
        number = heappop(ready)
        found.append(nodes[number])
        for other in followers.get(number, ()):
            waiting[other] -= 1
            if waiting[other] == 0:
                heappush(ready, other)
    if len(found) < len(nodes):
        number = next(number for number, count in enumerate(waiting) if count > 0)
        builder.report(
            "bad-model", "depends on what it gives itself", place_of(builder, nodes[number], number), _BROKEN
        )
        raise SpecError(builder.diagnostics)
    return found


def place_of(builder: GraphBuilder, node: Operator, number: int) -> Any:
    """Return the place of an operator in its file."""
    return builder.place(f"graph node '{node.name}'" if node.name else f"graph node {number} ({node.type})")


def inputs_of(
    graph: Any, initializers: Mapping[str, Any], given: InputShape | None, builder: GraphBuilder
) -> dict[str, Input]:
    """Return the inputs of a graph, with the sizes that are given in the place of its own."""
    infos = [info for info in graph.input if info.name not in initializers]
    stated = {info.name: _stated(info) for info in infos}
    overrides = _overrides(list(stated), given)
    symbol = next((symbols[0] for shape, symbols in stated.values() if shape and shape[0] is None), "")
    sizes = [shape[0] for shape, _ in stated.values() if shape]
    fixed = sizes[0] if sizes and None not in sizes else None
    found = {}
    for name, (shape, symbols) in stated.items():
        if shape is None and name not in overrides:
            message, cure = f"the input {quote(name)} has no shape in the file", f"state it: `--input {name}=…`"
            builder.report("inputs", message, builder.place(f"graph input '{name}'"), cure)
            continue
        batch = _batch(shape or (), symbols, symbol, fixed)
        if name in overrides:
            sample = overrides[name]
            place = batch or 0
            whole = None if shape is None or batch is None else shape[batch]
            if shape is not None and len(sample) == len(shape) and batch is None:
                shape = sample
            else:
                batch, shape = place, (*sample[:place], whole, *sample[place:])
            symbols = tuple(
                symbols[axis] if axis < len(symbols) and size is None else "" for axis, size in enumerate(shape)
            )
        found[name] = Input(shape or (), symbols, batch)
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    return found


def _stated(info: Any) -> tuple[Shape | None, tuple[str, ...]]:
    """Return the sizes of an input, and what unknown ones are called; None where it has no shape."""
    kind = info.type.tensor_type
    if not info.type.HasField("tensor_type") or not kind.HasField("shape"):
        return None, ()
    dims = kind.shape.dim
    sizes = tuple(
        dim.dim_value if dim.HasField("dim_value") and 0 < dim.dim_value <= MAX_SIZE else None for dim in dims
    )
    return sizes, tuple(dim.dim_param for dim in dims)


def _batch(shape: Shape, symbols: tuple[str, ...], symbol: str, fixed: int | None) -> int | None:
    """Return which axis of an input is the batch: the first where it is left open, or where all inputs agree."""
    if not shape:
        return None
    if symbol and symbol in symbols:
        return symbols.index(symbol)
    if shape[0] is None or shape[0] == fixed:
        return 0
    return next((axis for axis, size in enumerate(shape[:2]) if fixed is not None and size == fixed), None)


def _overrides(names: Sequence[str], given: InputShape | None) -> dict[str, Shape]:
    """Return the sizes that are given, by the names of the inputs. Errors: SpecError where there is no such input."""
    if given is None:
        return {}
    listed = enumerate_words(names[:_MOST_NAMED]) if names else "none"
    if not isinstance(given, Mapping):
        if len(names) == 1:
            return {names[0]: tuple(given)}
        message = f"the file has the inputs {listed}: one shape is not enough"
        raise SpecError(
            [Diagnostic("inputs", message, None, f"say of which it is, as in `--input {(*names, 'x')[0]}=…`")]
        )
    problems = [
        Diagnostic("inputs", f"the file has no input {quote(name)}", None, suggest(name, names) or f"it has {listed}")
        for name in given
        if name not in names
    ]
    if problems:
        raise SpecError(problems)
    return {name: tuple(sizes) for name, sizes in given.items()}
