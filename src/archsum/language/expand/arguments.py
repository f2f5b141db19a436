"""What a block's use gives for its parameters."""

from collections.abc import Mapping

from archsum.errors import MAX_FOUND, Diagnostic, Span, enumerate_words, quote
from archsum.formula import BROKEN, UnknownNameError, Value
from archsum.language.expand.scope import Names
from archsum.language.read.entries import PLACEMENT, Entry
from archsum.language.read.formulas import resolve_fields
from archsum.language.read.structure import Definition
from archsum.language.text.reader import Path, find, locate


def read_arguments(
    entry: Entry, definition: Definition, names: Names, variables: Mapping[str, Value]
) -> tuple[dict[str, Value], list[Diagnostic]]:
    """Return what formulas in the block know: the file's variables, and the block's parameters.

    Arguments are computed with `names`, where the block is used; defaults with the variables and the parameters above;
    both know the sizes of what the block takes.
    """

    def locate_in(path: Path, key: bool) -> tuple[Span, Path]:
        return find(entry.fields, path, entry.span, key=key)

    parameters = definition.parameters
    stated = resolve_fields(entry.stated, names)
    problems = stated.diagnose(locate_in)
    values = dict(variables)  # a default's formula knows the parameters above it
    missing = []
    for name, default in parameters.items():
        value = stated.values.get(name, default)
        if any(path[0] == name for path in stated.faulty):
            value = BROKEN
        elif default is None and value is None:
            missing.append(name)
            value = BROKEN
        elif name in definition.computed and name not in stated.values:
            computed = resolve_fields({name: default}, names.with_values(values))
            for _, error in computed.errors:
                if isinstance(error, UnknownNameError) and error.name in parameters and error.name != name:
                    error.cure = f"move `{error.name}` above it: a default's formula knows the parameters above"
            problems += computed.diagnose(lambda path, key: find(parameters, path, definition.span, key=key))
            value = BROKEN if computed.faulty else computed.values[name]
        values[name] = value
    unknown = [name for name in stated.values if name not in parameters and (name,) not in stated.faulty]
    if missing or unknown:
        problems += _diagnose(missing, unknown, entry, definition)
    return values, problems


def _diagnose(missing: list[str], unknown: list[str], entry: Entry, definition: Definition) -> list[Diagnostic]:
    """Say what is missing, but for what an unknown name was meant to be, and what is unknown."""
    from archsum.language.advice.synonyms import meant_field, suggest_field

    possible, problems = (*definition.parameters, *PLACEMENT), []
    for name in unknown[:MAX_FOUND]:
        span = locate(entry.fields, [name], entry.span, key=True)
        message = f"the block `{definition.name}` has no parameter {quote(name)}"
        cure = suggest_field(name, entry.fields[name], possible, entry.fields)
        problems.append(Diagnostic("unknown-field", message, span, cure))
    meant = {meant_field(name, possible, entry.fields) for name in unknown[:MAX_FOUND]}
    missing = [name for name in missing if name not in meant]
    if missing:
        cure = "add " + " and ".join(f"`{name}: …`" for name in missing)
        message = f"{entry.kind} needs {enumerate_words(missing)}"
        problems.append(Diagnostic("missing-field", message, entry.span, cure))
    return problems
