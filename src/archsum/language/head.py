"""The head of a file: all but its layers. What is wrong with it keeps the layers from being read only if it must."""

import keyword
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pydantic_core import ValidationError

from archsum.errors import MAX_FOUND, Diagnostic, Span, quote, suggest
from archsum.formula import BROKEN, Scalar, UnknownNameError
from archsum.language.document import DEFAULT_INPUT, Document
from archsum.language.formulas import resolve_fields
from archsum.language.source import Path, SpannedMapping, YamlFile, count_values, find

MAX_VALUES = 100_000
"""The most values beside the layers: variables, for the most part."""

_NEEDED_BY_LAYERS = {"variables", "defaults", "layers"}
_NEEDED_BY_SHAPES = {"input", "data_format"}
_WITH_FORMULAS = ("name", "input", "data_format", "budget")


class Head(NamedTuple):
    """A document, None where its layers cannot be read, and what is wrong with it."""

    document: Document | None
    diagnostics: list[Diagnostic]
    has_shapes: bool = True
    """Whether shapes can be computed: the document's input stands for one that could not be read otherwise."""


def read_head(file: YamlFile, variables: Mapping[str, Scalar], shape: Sequence[int | None] | None) -> Head:
    """Read a file's head; `variables` and `shape` take the place of what the file says."""
    data = file.data
    if not isinstance(data, SpannedMapping):
        found = "is empty" if data is None else f"is not a mapping but {quote(data)}"
        cure = "a network file begins with `input: [32, 32, 3]` and `layers:`"
        return Head(None, [Diagnostic("not-a-network", f"the file {found}", file.span, cure)])

    if count_values({field: value for field, value in data.items() if field != "layers"}) > MAX_VALUES:
        message = f"the file has more than {MAX_VALUES:,} values beside its layers"
        return Head(None, [Diagnostic("too-large", message, file.span)])

    def locate(path: Path, key: bool) -> tuple[Span | None, Path]:
        if shape is not None and path[:1] == ("input",):
            return None, ("input", *path[2:])  # the second step is the input's name
        return find(data, path, file.span, key=key)

    # `budget:` with nothing below it is an empty budget.
    stated: dict[str, Any] = {
        field: value for field, value in data.items() if value is not None or field in ("input", "layers")
    }
    if shape is not None:
        inputs = data.get("input")
        stated["input"] = {next(iter(inputs)): list(shape)} if isinstance(inputs, dict) and inputs else list(shape)
    names: dict[str, Scalar] = {}
    diagnostics: list[Diagnostic] = []
    if isinstance(stated.get("variables", {}), dict):
        names, diagnostics = _read_variables(file, stated.get("variables", {}), variables)
        stated["variables"] = names
    formulas = resolve_fields({field: stated[field] for field in _WITH_FORMULAS if field in stated}, names)
    diagnostics += formulas.diagnose(locate)
    values = {**stated, **formulas.values}
    try:
        document = Document.model_validate(values)
    except ValidationError as error:
        from archsum.language.validation import diagnose

        diagnostics += diagnose(error, Document, "the file", locate, formulas.faulty)
        faulty = _faulty_fields(error)
        if faulty & _NEEDED_BY_LAYERS:
            return Head(None, diagnostics)
        sound = {field: value for field, value in values.items() if field not in faulty}
        document = Document.model_validate({"input": {DEFAULT_INPUT: [1]}, **sound})
        return Head(document, diagnostics, has_shapes=not faulty & _NEEDED_BY_SHAPES)
    return Head(document, diagnostics)


def _faulty_fields(error: ValidationError) -> set[str | None]:
    """Return the fields that are wrong, and those that unknown words were meant to be."""
    from archsum.language.vocabulary import meant_field

    known = Document.model_fields
    fields = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_url=False))
    unknown = islice((field for field in fields if field not in known), MAX_FOUND)
    return {*fields, *(meant_field(field, known) for field in unknown)}


def _read_variables(
    file: YamlFile, stated: dict[str, Any], overrides: Mapping[str, Scalar]
) -> tuple[dict[str, Scalar], list[Diagnostic]]:
    """Compute the variables in order: a formula may use those before it."""
    names: dict[str, Scalar] = {}
    diagnostics = [_unknown_variable(name, stated) for name in overrides if name not in stated]

    def locate(path: Path, key: bool) -> tuple[Span | None, Path]:
        given = not key and path[0] in overrides
        return (None, path) if given else find(file.data, ("variables", *path), file.span, key=key)

    for name in stated:
        value = overrides.get(name, stated[name])
        if len(diagnostics) >= MAX_FOUND:
            names[name] = BROKEN
            continue
        if not name.isidentifier() or keyword.iskeyword(name):
            cure = "formulas name it: take letters, digits and `_`, and no word of Python's"
            message = f"a variable cannot be named {quote(name)}"
            diagnostics.append(Diagnostic("bad-name", message, locate((name,), True)[0], cure))
        if isinstance(value, list | dict):
            message = f"`variables.{name}` takes a number, a text, true or false, not {quote(value)}"
            diagnostics.append(Diagnostic("wrong-type", message, locate((name,), False)[0]))
            names[name] = BROKEN
            continue
        formulas = resolve_fields({name: value}, names)
        for _, error in formulas.errors:
            if isinstance(error, UnknownNameError) and error.name in stated:
                error.help = "a variable is computed from those above it"
        diagnostics += formulas.diagnose(locate)
        names[name] = BROKEN if formulas.faulty else formulas.values[name]
    return names, diagnostics


def _unknown_variable(name: str, stated: Mapping[str, Any]) -> Diagnostic:
    cure = suggest(name, stated) or "only what the file has under `variables` can be set"
    return Diagnostic("unknown-variable", f"the file has no variable {quote(name)}", help=cure)
