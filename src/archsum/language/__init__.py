"""The language: text → graph. `load` is its door; everything wrong with a file leaves it as one SpecError."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from pydantic_core import ValidationError

from archsum.errors import Diagnostic, Span, SpecError
from archsum.formula import FormulaError
from archsum.graph import Graph
from archsum.language.document import Budget, Document
from archsum.language.expand import expand, resolve_formulas
from archsum.language.scalars import Scalar
from archsum.language.source import MAX_BYTES, SpannedMapping, YamlFile, locate, read
from archsum.language.validation import diagnose, show_value
from archsum.language.vocabulary import suggest
from archsum.propagate import propagate_where_possible

File = str | os.PathLike[str] | IO[str] | IO[bytes]


class Model(NamedTuple):
    """A network file, read: its graph and its budget."""

    graph: Graph
    budget: Budget


def load(
    file: File,
    *,
    variables: Mapping[str, Scalar] | None = None,
    input: Sequence[int | None] | None = None,  # noqa: A002
) -> Model:
    """Read a network file.

    `file` is a path or an open file; `variables` and `input` (sizes without the batch axis) override the file's own.

    Errors: SpecError with every problem in the file, shapes that do not fit included.
    """
    content, name = _read_file(file)
    yaml_file = read(content, name)
    document = _document(yaml_file, dict(variables or {}), input)
    nodes, diagnostics = expand(document, yaml_file.span)
    graph = Graph(document.name or Path(name).stem, document.input, nodes)
    if diagnostics:
        raise SpecError(diagnostics + propagate_where_possible(graph)[1])
    return Model(graph, document.budget)


def _read_file(file: File) -> tuple[str | bytes, str]:
    if not isinstance(file, str | os.PathLike):
        return file.read(MAX_BYTES + 1), str(getattr(file, "name", "<input>"))
    name = os.fspath(file)
    try:
        with open(name, "rb") as opened:
            return opened.read(MAX_BYTES + 1), name
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SpecError([Diagnostic("unreadable", f"cannot read {name}: {reason}")]) from None


def _document(file: YamlFile, variables: dict[str, Scalar], shape: Sequence[int | None] | None) -> Document:
    data, span = file
    if not isinstance(data, SpannedMapping):
        cure = "a network file begins with `input: [32, 32, 3]` and `layers:`"
        raise SpecError([Diagnostic("not-a-network", "the file is not a mapping", span, cure)])
    diagnostics: list[Diagnostic] = []
    head: dict[str, Any] = dict(data)
    if shape is not None:
        named = data.get("input")
        head["input"] = {next(iter(named)): list(shape)} if isinstance(named, dict) and named else list(shape)
    if isinstance(head.get("variables", {}), dict):
        head["variables"] = _variables(data, span, variables, diagnostics)
    ignored: set[str] = set()
    names = head["variables"] if isinstance(head.get("variables"), dict) else {}
    for field in ("name", "input", "data_format", "budget"):
        try:
            if field in head:
                head[field] = resolve_formulas(head[field], names)
        except FormulaError as error:
            diagnostics.append(Diagnostic("formula", error.message, locate(data, [field], span), error.help))
            ignored.add(field)
            del head[field]
    for field in [field for field, value in head.items() if value is None and field != "name"]:
        # `budget:` with nothing below it is an empty budget; an empty `layers:` is still missing.
        del head[field]
    try:
        document = Document.model_validate(head)
    except ValidationError as error:
        raise SpecError(
            diagnostics
            + diagnose(error, Document, "the file", lambda path, key: locate(data, path, span, key=key), ignored)
        ) from None
    if diagnostics:
        raise SpecError(diagnostics)
    return document


def _variables(
    data: SpannedMapping, span: Span, overrides: dict[str, Scalar], diagnostics: list[Diagnostic]
) -> dict[str, Scalar]:
    """Compute the variables in order: a formula may use those before it, and those that were overridden."""
    stated: Any = data.get("variables") or SpannedMapping()
    for name in overrides:
        if name not in stated:
            diagnostics.append(
                Diagnostic("unknown-variable", f"the file has no variable `{name}`", help=suggest(name, stated))
            )
    values: dict[str, Scalar] = {}
    for name, value in stated.items():
        if not name.isidentifier():
            place = locate(data, ["variables", name], span, key=True)
            cure = "a variable's name has letters, digits and `_`"
            diagnostics.append(Diagnostic("bad-name", f"{show_value(name)} is not a name", place, cure))
        try:
            values[name] = overrides[name] if name in overrides else resolve_formulas(value, values)
        except FormulaError as error:
            place = locate(data, ["variables", name], span)
            diagnostics.append(Diagnostic("formula", error.message, place, error.help))
            values[name] = 1
    return values
