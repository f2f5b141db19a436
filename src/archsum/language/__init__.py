"""The language: text → graph. `load` is its door; everything wrong with a file leaves it as one SpecError."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archsum.errors import Diagnostic, Span, SpecError, as_text
from archsum.formula import Value
from archsum.graph import Graph
from archsum.language.expand.expansion import expand
from archsum.language.expand.unused import unused
from archsum.language.read.settings import InputShape, read_head
from archsum.language.read.structure import read_structure
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.training import Training
from archsum.language.text.reader import read
from archsum.language.text.source import File, read_file
from archsum.propagate import Engine
from archsum.work import Work, steps_allowed

__all__ = ["File", "InputShape", "Network", "load"]


@dataclass(frozen=True)
class Network:
    """A network file, read: its graph, its budget, how it is trained, and the devices that it knows."""

    graph: Graph
    budget: Budget
    training: Training
    devices: Mapping[str, StatedDevice]
    block_places: Mapping[str, Span]
    """Where the budget names the blocks that it limits."""
    device_place: Span
    """Where it names its device."""
    checkpointing_place: Span
    """Where the training names blocks."""
    steps_allowed: int
    """The work that each question about the network may take; see `archsum.work`."""
    engine: Engine = field(repr=False, compare=False)
    """What computes the shapes of this very graph, and has computed those that the language asked for."""


def load(
    file: File,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> Network:
    """Read a network file.

    `file` is a path or an open file; `variables` and `input` (sizes without the batch axis, or several by name)
    override the file's own.

    Errors: SpecError with every problem in the file. Shapes that do not fit are found by `propagate`, and come with
    these problems only where there are any.
    """
    content, name = read_file(file)
    places, in_text = read(content, name)
    head = read_head(places, variables or {}, input)
    document = head.document
    if document is None:
        raise _everything_wrong(in_text, head.diagnostics)
    structure = read_structure(document, places)
    called = document.name or as_text(Path(name).stem)
    allowed = steps_allowed(places.whole.source)
    graph, is_complete, in_expansion, engine = expand(document, structure, called, places, Work(allowed))
    problems = [*head.diagnostics, *structure.diagnostics, *in_expansion]
    if is_complete and not (in_text or problems):
        problems = unused(graph, places)
    if head.has_shapes and (in_text or problems or not is_complete):
        # That it is too large has been said.
        problems += [problem for problem in engine.diagnostics if problem.code != "too-large"]
    if in_text or problems:
        raise _everything_wrong(in_text, problems)
    return Network(
        graph,
        document.budget,
        document.training,
        document.devices,
        block_places={name: places.key("budget", "blocks", name) for name in document.budget.blocks},
        device_place=places.value("budget", "device"),
        checkpointing_place=places.value("training", "checkpointing"),
        steps_allowed=allowed,
        engine=engine,
    )


def _everything_wrong(in_text: list[Diagnostic], in_values: list[Diagnostic]) -> SpecError:
    """Put together what is wrong; a faulty text, such as an unknown alias, is a faulty value too, and said once."""
    places = {diagnostic.span.start for diagnostic in in_text if diagnostic.span}
    others = (diagnostic for diagnostic in in_values if not (diagnostic.span and diagnostic.span.start in places))
    return SpecError([*in_text, *others])
