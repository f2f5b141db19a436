"""An import checks itself: what was read is computed, and compared with what the source says."""

from collections.abc import Iterator, Sequence
from itertools import islice

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, SpecError
from archsum.interchange.imported import Expected, Imported
from archsum.language.network import Network
from archsum.layers.shapes import Shape, may_equal, show
from archsum.propagate import Engine, propagate
from archsum.summary import LayerSummary
from archsum.work import Work, steps_allowed

_CURE = "archsum reads this layer otherwise than the framework: please report it, with the file"


def checked(imported: Imported) -> Network:
    """Return the network of what was read.

    Errors: SpecError where shapes do not fit, and where a layer's output or weights are not those that the source says;
    of what is to blame for it, where that is known.
    """
    try:
        return _checked(imported)
    except SpecError as error:
        if imported.blamed:
            raise blaming(imported.blamed, error.diagnostics) from error
        raise


def blaming(blamed: Sequence[Diagnostic], problems: Sequence[Diagnostic]) -> SpecError:
    """Return the error for what is to blame for problems, with the first one as a note."""
    first = problems[0]
    notes = () if first.span is None else ((f"{first.message}, at", first.span),)
    return SpecError([diagnostic._replace(notes=notes) for diagnostic in blamed])


def _checked(imported: Imported) -> Network:
    graph, allowed = imported.graph, steps_allowed(imported.characters)
    engine = Engine(graph.inputs, graph.nodes, work=Work(allowed), input_places=graph.input_places)
    summary = propagate(graph, engine)
    differences = list(
        islice(
            (
                difference
                for layer in summary.layers
                if layer.name in imported.expected
                for difference in _differences(layer, imported.expected[layer.name])
            ),
            MAX_FOUND,
        )
    )
    if differences:
        raise SpecError(differences)
    return Network(graph, allowed, engine, warnings=imported.warnings)


def _differences(layer: LayerSummary, expected: Expected) -> Iterator[Diagnostic]:
    if expected.output is not None and not may_equal(layer.output_shape, expected.output):
        yield _differs(layer, "gives", show(layer.output_shape), show(expected.output))
    if expected.weights is not None:
        own = tuple(weight.shape for weight in layer.weights)
        if sorted(map(_sizes, own)) != sorted(map(_sizes, expected.weights)):
            yield _differs(layer, "has the weights", _listed(own), _listed(expected.weights))
    trains, wanted = layer.trainable_params, expected.trainable_params
    if trains is not None and wanted is not None and trains != wanted:
        yield _differs(layer, "has the trainable parameters", f"{trains:,}", f"{wanted:,}")


def _differs(layer: LayerSummary, what: str, own: str, wanted: str) -> Diagnostic:
    message = f"`{layer.name}` ({layer.type}) {what} {own}, and the source says {wanted}"
    return Diagnostic("differs", message, layer.span, _CURE)


def _sizes(shape: Shape) -> list[int]:
    """Return sizes in an order that frameworks which lay out axes differently have in common."""
    return sorted(size or 0 for size in shape)


def _listed(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(show, shapes)) or "none"
