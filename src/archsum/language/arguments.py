"""What a block's use gives for its parameters."""

from collections.abc import Mapping
from typing import Any

from archsum.errors import Diagnostic, Span, enumerate_words, suggest
from archsum.formula import BROKEN, UnknownNameError, Value, is_formula
from archsum.language.entries import PLACEMENT, Entry
from archsum.language.formulas import resolve_fields
from archsum.language.source import Path, find
from archsum.language.structure import Definition


def read_arguments(
    entry: Entry, definition: Definition, names: Mapping[str, Value], variables: Mapping[str, Value]
) -> tuple[dict[str, Value], list[Diagnostic]]:
    """Return what formulas in the block know: the file's variables, and the block's parameters.

    Arguments are computed with `names`, where the block is used; defaults with the variables and the parameters above.
    """

    def locate_in(path: Path, key: bool) -> tuple[Span, Path]:
        return find(entry.fields, path, entry.span, key=key)

    parameters = definition.parameters
    stated = resolve_fields(entry.stated, names)
    problems = stated.diagnose(locate_in)
    values: dict[str, Value] = {**variables, **parameters}
    for name, value in stated.values.items():
        if name in parameters:
            values[name] = BROKEN if (name,) in stated.faulty else value
        elif (name,) not in stated.faulty:
            problems.append(_unknown(name, definition, locate_in((name,), True)[0]))
    missing = []
    known = dict(variables)  # a default's formula knows the parameters above it
    for name, default in parameters.items():
        if default is None and values[name] is None:
            missing.append(name)
            values[name] = BROKEN
        elif name not in stated.values and _has_formula(default):
            computed = resolve_fields({name: default}, known)
            for _, error in computed.errors:
                if isinstance(error, UnknownNameError) and error.name in parameters:
                    error.help = f"move `{error.name}` above it: a default's formula knows the parameters above"
            problems += computed.diagnose(lambda path, key: find(parameters, path, definition.span, key=key))
            values[name] = BROKEN if computed.faulty else computed.values[name]
        known[name] = values[name]
    if missing:
        cure = "add " + " and ".join(f"`{name}: …`" for name in missing)
        message = f"{entry.kind} needs {enumerate_words(missing)}"
        problems.append(Diagnostic("missing-field", message, entry.span, cure))
    return values, problems


def _unknown(name: str, definition: Definition, span: Span) -> Diagnostic:
    parameters = definition.parameters
    listed = f"its parameters are {enumerate_words(parameters)}" if parameters else "it has none"
    cure = suggest(name, (*parameters, *PLACEMENT)) or listed
    return Diagnostic("unknown-field", f"the block `{definition.name}` has no parameter `{name}`", span, cure)


def _has_formula(value: Any) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_formula, value.values() if isinstance(value, dict) else value))
    return is_formula(value)
