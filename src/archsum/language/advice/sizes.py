"""Sizes of the inputs for which the layers of a network fit, where those of a file leave rests on the way down."""

from collections.abc import Callable, Mapping, Sequence

from archsum.bounds import MAX_NODES_TRIED
from archsum.errors import Diagnostic
from archsum.graph import Graph
from archsum.language.spec.document import DEFAULT_INPUT, Document
from archsum.layers.shapes import Shape, show
from archsum.propagate import Engine

_DIVISORS = (2, 4, 8, 16, 32, 64)

Fits = Callable[[Document], bool]
"""Whether all layers fit with the inputs of a document."""


def are_likely_rests(graph: Graph, engine: Engine) -> bool:
    """Whether it is likely that sizes leave rests: only layers do not fit that merge inputs of as many axes."""
    return len(graph.nodes) <= MAX_NODES_TRIED and bool(engine.misfits) and all(map(_merges, engine.misfits))


def _merges(inputs: tuple[Shape, ...]) -> bool:
    return len(inputs) > 1 and len(set(map(len, inputs))) == 1 and len(inputs[0]) > 1


def with_fitting(problems: Sequence[Diagnostic], document: Document, fits: Fits) -> list[Diagnostic]:
    """Return problems of shapes with the sizes of the inputs that solve all of them; none if no such are found.

    Both the next multiples and those after them have to: by what sizes are divisible is then no chance.
    """
    for divisor in _DIVISORS:
        inputs = _rounded_up(document, divisor)
        if inputs == document.input or not all(
            fits(document.model_copy(update={"input": tried}))
            for tried in (inputs, _rounded_up(document, divisor, more=divisor))
        ):
            continue
        only = inputs.get(DEFAULT_INPUT) if len(inputs) == 1 else None
        several = ", ".join(f"{name}: {show(shape)}" for name, shape in inputs.items())
        written = f"`input: {show(only) if only else f'{{{several}}}'}`"
        cure = f"take sizes of the input that are divisible by {divisor}, as in {written}"
        return [problem._replace(cure=f"{cure}; otherwise, {problem.cure}") for problem in problems]
    return []


def _rounded_up(document: Document, divisor: int, *, more: int = 0) -> Mapping[str, Shape]:
    channels = 0 if document.data_format == "channels_first" else -1
    return {
        name: tuple(
            size if size is None or axis == channels % len(shape) else -(-size // divisor) * divisor + more
            for axis, size in enumerate(shape)
        )
        for name, shape in document.input.items()
    }
