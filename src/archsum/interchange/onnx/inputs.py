"""The inputs of a graph: their sizes, those that are given in the place of others, and which axis is the batch."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from archsum.bounds import MAX_SIZE
from archsum.errors import Diagnostic, Location, SpecError, enumerate_words, quote, suggest
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.onnx.sizes import Input
from archsum.interchange.onnx.states import RECURRENT
from archsum.interchange.onnx.values import Operator
from archsum.language.read.settings import InputShape, say_of_which
from archsum.layers.shapes import Shape, may_equal, show

_MOST_NAMED = 5


class _Batch(NamedTuple):
    """By what the batch of an input is known."""

    symbols: frozenset[str]
    """What files call it."""
    fixed: int | None
    """Its size, where all inputs have one."""
    second: frozenset[str]
    """The inputs that have it behind their first axis."""

    def axis(self, name: str, shape: Shape, symbols: tuple[str, ...]) -> int | None:
        """Return which axis of an input is the batch; None where there is none."""
        if not shape:
            return None
        for axis, symbol in enumerate(symbols):
            if symbol and symbol in self.symbols:
                return axis
        if shape[0] is None:
            return 0 if not symbols[0] or not self.symbols else None
        if name in self.second:
            return 1
        return next((axis for axis, size in enumerate(shape[:2]) if size == self.fixed), None)


def inputs_of(
    graph: Any,
    initializers: Collection[str],
    nodes: Sequence[Operator],
    given: InputShape | None,
    builder: GraphBuilder,
) -> dict[str, Input]:
    """Return the inputs of a graph. Errors: SpecError where one has no shape, or what is given is of none."""
    stated = {info.name: _stated(info) for info in graph.input if info.name not in initializers}
    overrides = _overrides(list(stated), given)
    batch = _batch(stated, nodes)
    found = {}
    for name, (shape, symbols) in stated.items():
        axis = batch.axis(name, shape or (), symbols)
        if name in overrides:
            found[name] = _overridden(shape, symbols, axis, overrides[name])
        elif shape is not None:
            found[name] = Input(shape, symbols, axis)
        else:
            message = f"the input {quote(name)} has no shape in the file"
            cure = f'state it: `--input {name}=…`, in Python `input={{"{name}": […]}}`'
            builder.report("inputs", message, builder.place(f"graph input '{name}'"), cure)
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    return found


def departures(
    graph: Any, initializers: Collection[str], nodes: Sequence[Operator], given: InputShape | None, file: str
) -> dict[str, Diagnostic]:
    """Return what would be wrong with the sizes that are given in the place of such as the file has fixed, by input.

    A file often stands them, as that of a convolutional network stands another size of images.
    """
    stated = {info.name: _stated(info) for info in graph.input if info.name not in initializers}
    batch = _batch(stated, nodes)
    found = {}
    for name, sample in _overrides(list(stated), given).items():
        shape, symbols = stated[name]
        if shape is None:
            continue
        axis = batch.axis(name, shape, symbols)
        own = tuple(size for place, size in enumerate(shape) if place != axis)
        if not may_equal(own, sample):
            message = f"the input {quote(name)} cannot be {show(sample)}: the file says {show(own)}"
            cure = f"give it {show(own)}, or export the model for other sizes"
            found[name] = Diagnostic("inputs", message, Location(file, f"graph input '{name}'"), cure)
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


def _batch(stated: Mapping[str, tuple[Shape | None, tuple[str, ...]]], nodes: Sequence[Operator]) -> _Batch:
    """Return by what the batch is known: by its name, or as the first axis, which is left open or agreed on by all."""
    symbols = {symbol for _, named in stated.values() for symbol in named if "batch" in symbol.lower()}
    if not symbols:
        symbols = {named[0] for shape, named in stated.values() if shape and shape[0] is None and named[0]}
    recurrent = [node for node in nodes if node.type in RECURRENT and "layout" not in node.attributes]
    sequences = {name for node in recurrent for name in node.inputs[:1]}
    second = frozenset(name for name, (shape, _) in stated.items() if name in sequences and shape and len(shape) == 3)
    sizes = [shape[1 if name in second else 0] for name, (shape, _) in stated.items() if shape]
    return _Batch(frozenset(symbols), sizes[0] if sizes and None not in sizes else None, second)


def _overridden(shape: Shape | None, symbols: tuple[str, ...], axis: int | None, sample: Shape) -> Input:
    """Return an input with the sizes of a sample in the place of its own."""
    if shape is not None and axis is None and len(sample) == len(shape):
        whole = sample
    else:
        batch = None if shape is None or axis is None else shape[axis]
        axis = axis or 0
        whole = (*sample[:axis], batch, *sample[axis:])
    named = (symbols[place] if place < len(symbols) and size is None else "" for place, size in enumerate(whole))
    return Input(whole, tuple(named), axis)


def _overrides(names: Sequence[str], given: InputShape | None) -> dict[str, Shape]:
    """Return the sizes that are given, by the names of the inputs. Errors: SpecError where there is no such input."""
    if given is None:
        return {}
    listed = enumerate_words(names[:_MOST_NAMED]) if names else "none"
    if not isinstance(given, Mapping):
        if len(names) == 1:
            return {names[0]: tuple(given)}
        message = f"the file has the inputs {listed}: one shape is not enough"
        raise SpecError([Diagnostic("inputs", message, None, say_of_which((*names, "x")[0]))])
    problems = [
        Diagnostic("inputs", f"the file has no input {quote(name)}", None, suggest(name, names) or f"it has {listed}")
        for name in given
        if name not in names
    ]
    if problems:
        raise SpecError(problems)
    return {name: tuple(sizes) for name, sizes in given.items()}
