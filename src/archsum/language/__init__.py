"""The language: text → graph. `load` is its door; everything wrong with a file leaves it as one SpecError."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

from archsum.errors import Diagnostic, Span, SpecError
from archsum.formula import Value
from archsum.graph import Graph
from archsum.language.expand.expansion import expand
from archsum.language.expand.unused import unused
from archsum.language.read.settings import InputShape, read_head
from archsum.language.read.structure import read_structure
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.training import Training
from archsum.language.text.reader import MAX_BYTES, read
from archsum.propagate import Computations, start

File = str | os.PathLike[str] | IO[str] | IO[bytes]


__all__ = ["File", "InputShape", "Network", "load"]


class Network(NamedTuple):
    """A network file, read: its graph, its budget, how it is trained, and the devices that it knows."""

    graph: Graph
    budget: Budget
    training: Training
    devices: Mapping[str, StatedDevice]
    budget_places: Mapping[str, Span] = MappingProxyType({})
    """Where the budget names its device, as `device`, and the blocks that it limits."""
    checkpointing_place: Span | None = None
    """Where the training names blocks."""
    computations: Computations | None = None
    """What was computed of the layers on the way."""


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
    content, name = _read_file(file)
    yaml_file = read(content, name)
    head = read_head(yaml_file.places, variables or {}, input)
    document, places = head.document, yaml_file.places
    if document is None:
        raise _everything_wrong(yaml_file.diagnostics, head.diagnostics)
    structure = read_structure(document, places)
    graph, in_expansion, computations = expand(document, structure, document.name or Path(name).stem, places)
    problems = [*head.diagnostics, *structure.diagnostics, *in_expansion]
    if not (yaml_file.diagnostics or problems):
        problems = unused(graph, places)
    if yaml_file.diagnostics or problems:
        in_shapes = start(graph, computations).diagnostics if head.has_shapes else []
        raise _everything_wrong(yaml_file.diagnostics, [*problems, *in_shapes])
    return Network(
        graph,
        document.budget,
        document.training,
        document.devices,
        {name: places.key("budget", "blocks", name) for name in document.budget.blocks}
        | {"device": places.value("budget", "device")},
        places.value("training", "checkpointing"),
        computations,
    )


def _everything_wrong(in_text: list[Diagnostic], in_values: list[Diagnostic]) -> SpecError:
    """Put together what is wrong; a faulty text, such as an unknown alias, is a faulty value too, and said once."""
    places = {diagnostic.span.start for diagnostic in in_text if diagnostic.span}
    others = (diagnostic for diagnostic in in_values if not (diagnostic.span and diagnostic.span.start in places))
    return SpecError([*in_text, *others])


def _read_file(file: File) -> tuple[str | bytes, str]:
    name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", "<input>"))
    try:
        if not isinstance(file, str | os.PathLike):
            return file.read(MAX_BYTES + 1), name
        with open(name, "rb") as opened:
            return opened.read(MAX_BYTES + 1), name
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SpecError([Diagnostic("unreadable", f"cannot read {name}: {reason}")]) from None
