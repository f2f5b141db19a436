"""What a block's use gives for its parameters."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, enumerate_words, quote
from archsum.formula import BROKEN, UnknownNameError, Value
from archsum.language.expand.scope import FormulaNames
from archsum.language.read.formulas import resolve_fields
from archsum.language.read.structure import Definition
from archsum.language.spec.containers import Enclosing
from archsum.language.spec.items import PLACEMENT, Entry
from archsum.language.text.places import Places


class Arguments(NamedTuple):
    """What a block's use gives: what formulas in the block know, and whether its layers are not frozen."""

    values: dict[str, Value]
    trainable: bool
    problems: list[Diagnostic]


def read_arguments(
    entry: Entry, definition: Definition, names: FormulaNames, variables: Mapping[str, Value]
) -> Arguments:
    """Return what a block's use gives: formulas know the file's variables, and the block's parameters.

    Arguments are computed with `names`, where the block is used; defaults with the variables and the parameters above;
    both know the sizes of what the block takes.
    """
    parameters = definition.parameters
    stated = resolve_fields(entry.stated, names)
    problems = stated.diagnose(entry.places)
    values = dict(variables)  # a default's formula knows the parameters above it
    missing = []
    faulty = {loc[0] for loc in stated.faulty}
    for name, default in parameters.items():
        value = stated.values.get(name, default)
        if name in faulty:
            value = BROKEN
        elif default is None and value is None:
            missing.append(name)
            value = BROKEN
        elif name in definition.computed and name not in stated.values:
            computed = resolve_fields({name: default}, names.with_values(values))
            for _, error in computed.errors:
                if isinstance(error, UnknownNameError) and error.name in parameters and error.name != name:
                    error.cure = f"move `{error.name}` above it: a default's formula knows the parameters above"
            problems += computed.diagnose(Places(parameters, definition.span))
            value = BROKEN if computed.faulty else computed.values[name]
        values[name] = value
    unknown = [name for name in stated.values if name not in parameters and (name,) not in stated.faulty]
    trainable = True
    if "trainable" in unknown:  # as a parameter, it says what the block says that it does
        unknown.remove("trainable")
        trainable, wrong = _read_trainable(stated.values["trainable"], entry)
        problems += wrong
    if missing or unknown:
        problems += _diagnose(missing, unknown, entry, definition)
    return Arguments(values, trainable, problems)


def _read_trainable(stated: Value, entry: Entry) -> tuple[bool, list[Diagnostic]]:
    fields = {"trainable": stated}
    try:
        return Enclosing.model_validate(fields).trainable, []
    except ValidationError as error:
        from archsum.language.advice.complaints import Subject, diagnose

        return True, diagnose(error, Subject(entry.kind, Enclosing, fields, entry.places))


def _diagnose(missing: list[str], unknown: list[str], entry: Entry, definition: Definition) -> list[Diagnostic]:
    """Report what is unknown, and what is missing, without what an unknown name was meant to be."""
    from archsum.language.advice.spelling import meant_field, suggest_field

    possible = tuple(dict.fromkeys((*definition.parameters, *Enclosing.model_fields, *PLACEMENT)))
    problems = []
    for name in unknown[:MAX_FOUND]:
        message = f"the block `{definition.name}` has no parameter {quote(name)}"
        cure = suggest_field(name, entry.fields[name], possible, entry.fields)
        problems.append(Diagnostic("unknown-field", message, entry.places.key(name), cure))
    meant = {meant_field(name, possible, entry.fields) for name in unknown[:MAX_FOUND]}
    missing = [name for name in missing if name not in meant]
    if missing:
        cure = "add " + " and ".join(f"`{name}: …`" for name in missing)
        message = f"{entry.kind} needs {enumerate_words(missing)}"
        problems.append(Diagnostic("missing-field", message, entry.span, cure))
    return problems
