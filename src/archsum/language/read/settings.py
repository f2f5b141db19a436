"""The head of a file: all but its layers. What is wrong with it keeps the layers from being read only if it must."""

import operator
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from pydantic import ValidationError

from archsum.bounds import MAX_FOUND, MAX_HEAD_VALUES, MAX_VARIABLES
from archsum.errors import Diagnostic, FieldError, enumerate_words, one_line, quote, suggest
from archsum.formula import BROKEN, Scalar, UnknownNameError, Value, name_problem
from archsum.language.read.formulas import names_in, resolve_fields
from archsum.language.spec.document import DEFAULT_INPUT, Document
from archsum.language.text.places import Loc, Places, SpannedMapping, count_values
from archsum.layers.fields import INPUT_SIZES, check_name

InputShape = Sequence[int | None] | Mapping[str, Sequence[int | None]]
"""What overrides a file's input: sizes, or those of several inputs by their names."""

_NEEDED_BY_SHAPES = {"data_format", "variables", "defaults", "blocks"}
_STAND_IN = [1]
_DOUBTFUL_WITHOUT = {"defaults": "missing-field", "blocks": "unknown-layer"}
"""What is found wrong with layers, and may not be, where a field of the head cannot be read."""

_MAX_NAMED = 5
WITH_FORMULAS = ("name", "input", "data_format", "training", "devices", "budget")


def require_overrides(variables: object, shape: object) -> None:
    """Check what is to override a file's variables and inputs. Errors: TypeError for what cannot."""
    if not isinstance(variables, Mapping | None) or not all(isinstance(name, str) for name in variables or ()):
        raise TypeError('`variables` takes a mapping of names to values, such as {"width": 0.5}')
    shapes = () if shape is None else shape.values() if isinstance(shape, Mapping) else (shape,)
    for sizes in shapes:
        if isinstance(sizes, str) or not isinstance(sizes, Sequence):
            found = f"a value of type {type(sizes).__name__}"
            raise TypeError(f"`input` takes a sequence of sizes, such as (64, 64, 3), or one by name, not {found}")


def say_of_which(name: str) -> str:
    """Return the cure of one shape for several inputs, by the name of one."""
    return f'say of which it is: `--input {one_line(name)}=…`, in Python `input={{"{one_line(name)}": […]}}`'


class Head(NamedTuple):
    """A document, None where its layers cannot be read, and what is wrong with it."""

    document: Document | None
    diagnostics: list[Diagnostic]
    unknown: frozenset[str] = frozenset()
    """The inputs whose shapes are not known, or not what they mean: the document's take the places of such."""
    doubtful: frozenset[str] = frozenset()
    """The codes of what may be wrong with the layers only because something in the head could not be read."""


def read_head(file: Places, variables: Mapping[str, Value], shape: InputShape | None) -> Head:
    """Read a file's head; `variables` and `shape` override what the file says."""
    data = file.data
    if problem := _unreadable(file):
        return Head(None, [problem])
    # `budget:` with nothing below it is an empty budget.
    stated: dict[str, Any] = {
        field: value for field, value in data.items() if value is not None or field in ("input", "layers")
    }
    if "budget" in stated:
        stated["budget"] = _with_signs(file.at("budget"))
    problems: list[Diagnostic] = []
    if isinstance(stated.get("variables", {}), dict):
        in_file = Places(stated.get("variables", {}), file.whole, {(name,): (name,) for name in variables})
        names, problems = _read_variables(in_file, variables)
        if "variables" in stated:
            stated["variables"] = names
    overrides, in_overrides = _override_input(data.get("input"), shape)
    if overrides:
        inputs = stated["input"] if _is_named(stated.get("input")) else {}
        stated["input"] = {**inputs, **overrides}
    head = _check(file, stated, overrides)
    return head._replace(diagnostics=[*problems, *in_overrides, *head.diagnostics])


def _unreadable(file: Places) -> Diagnostic | None:
    """Report what keeps a head from being read at all."""
    data = file.data
    if not isinstance(data, SpannedMapping):
        found = "is empty" if data is None else f"is not a mapping but {quote(data)}"
        cure = "a network file begins with `input: [32, 32, 3]` and `layers:`"
        return Diagnostic("not-a-network", f"the file {found}", file.whole, cure)
    head = {field: value for field, value in data.items() if field not in ("layers", "blocks")}
    if count_values(head) > MAX_HEAD_VALUES:
        message = f"the file has more than {MAX_HEAD_VALUES:,} values beside its layers and blocks"
        return Diagnostic("too-large", message, file.whole, "check its lists for a slip")
    if isinstance(data.get("variables"), dict) and len(data["variables"]) > MAX_VARIABLES:
        message, cure = f"there are more than {MAX_VARIABLES:,} variables", "a list can hold many values under one name"
        return Diagnostic("too-large", message, file.key("variables"), cure)
    return None


def _with_signs(budget: Places) -> Any:
    """Return a budget in which `+50` is a text: to YAML it is 50, and to a budget how much something may grow."""
    if isinstance(budget.data, SpannedMapping):
        return {name: _with_signs(budget.at(name)) for name in budget.data}
    return text if type(budget.data) is int and (text := budget.whole.text).startswith("+") else budget.data


def _is_named(stated: Any) -> bool:
    """Whether a file names its inputs."""
    return isinstance(stated, dict) and bool(stated)


def _override_input(stated: Any, shape: InputShape | None) -> tuple[dict[str, list[Any]], list[Diagnostic]]:
    """Return the sizes of the inputs that are overridden, by name, and what is wrong with them."""
    names = list(stated) if _is_named(stated) else [DEFAULT_INPUT]
    if shape is None:
        return {}, []
    if not isinstance(shape, Mapping):
        if len(names) == 1:
            return {names[0]: [_plain(size) for size in shape]}, []
        message = f"the file has the inputs {enumerate_words(names[:_MAX_NAMED])}: one shape is not enough"
        cure = say_of_which(names[0])
        return {}, [Diagnostic("inputs", message, None, cure)]
    problems = []
    for name in shape:
        if name not in names:
            cure = suggest(name, names) or f"it has {enumerate_words(names[:_MAX_NAMED])}"
            problems.append(Diagnostic("inputs", f"the file has no input {quote(name)}", None, cure))
    return {name: [_plain(size) for size in shape[name]] for name in shape if name in names}, problems


def _check(file: Places, stated: dict[str, Any], overrides: Collection[str]) -> Head:
    """Compute the formulas and check the fields."""
    is_named = _is_named(file.data.get("input"))
    given: dict[Loc, Loc] = {("input", name): ("input", name) if is_named else ("input",) for name in overrides}
    places = Places(file.data, file.whole, given)
    names = _names(stated)
    formulas = resolve_fields({field: stated[field] for field in WITH_FORMULAS if field in stated}, names)
    diagnostics = formulas.diagnose(places)
    values = {**stated, **formulas.values}
    try:
        document = Document.model_validate(values)
    except ValidationError as error:
        from archsum.language.advice.complaints import Subject, diagnose

        diagnostics += diagnose(error, Subject("the file", Document, values, places, names), formulas.faulty)
        faulty = _faulty_fields(error, values)
        if "layers" in faulty:
            return Head(None, diagnostics)
        sound = {field: value for field, value in values.items() if field not in faulty}
        sound["variables"] = names
        inputs = _stand_ins(values.get("input"), error)
        document = Document.model_validate({"input": inputs, **sound})
        unknown = frozenset(document.input) if faulty & _NEEDED_BY_SHAPES else frozenset()
        if "input" in faulty and not faulty & _NEEDED_BY_SHAPES:
            unknown = frozenset(name for name, shape in inputs.items() if shape is _STAND_IN)
        doubtful = frozenset(code for field, code in _DOUBTFUL_WITHOUT.items() if field in faulty)
        return Head(document, diagnostics, unknown, doubtful)
    return Head(document, diagnostics)


def _names(stated: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the variables; where the file's cannot be read, whatever its formulas name has been reported."""
    if isinstance(names := stated.get("variables"), dict):
        return names
    if "variables" not in stated and not any(field not in Document.model_fields for field in stated):
        return {}
    if "variables" not in stated and "variables" not in _meant(stated):
        return {}
    used = names_in(list(stated.values()))
    return {name: BROKEN for name in used if "." not in name and name not in (*INPUT_SIZES, "index")}


def _stand_ins(stated: Any, error: ValidationError) -> dict[str, Any]:
    """Return inputs by the names that a file gives them, with other sizes where theirs cannot be read."""
    places = [detail["loc"][:2] for detail in error.errors(include_url=False)]
    inputs: dict[str, Any] = {}
    for name in stated if _is_named(stated) else ():
        with suppress(FieldError):
            is_sound = ("input", name) not in places and ("input",) not in places
            inputs[check_name(name)] = stated[name] if is_sound else _STAND_IN
    return inputs or {DEFAULT_INPUT: _STAND_IN}


def _faulty_fields(error: ValidationError, stated: Mapping[str, Any]) -> set[str | None]:
    """Return the fields that are wrong, and those that unknown words were meant to be."""
    return {*(str(detail["loc"][0]) for detail in error.errors(include_url=False)), *_meant(stated)}


def _meant(stated: Mapping[str, Any]) -> set[str | None]:
    """Return the fields that unknown words were meant to be."""
    from archsum.language.advice.spelling import meant_field

    known = Document.model_fields
    unknown = islice((field for field in stated if field not in known), MAX_FOUND)
    return {meant_field(field, known, stated) for field in unknown}


def _read_variables(stated: Places, overrides: Mapping[str, Value]) -> tuple[dict[str, Value], list[Diagnostic]]:
    """Compute the variables in order: a formula may use those before it."""
    names: dict[str, Value] = {}
    diagnostics = [_unknown_variable(name, stated.data) for name in overrides if name not in stated.data]
    for name in stated.data:
        value = _plain(overrides[name]) if name in overrides else stated.data[name]
        if len(diagnostics) >= MAX_FOUND:
            names[name] = BROKEN
            continue
        if cure := name_problem(name):
            message = f"a variable cannot be named {quote(name)}"
            diagnostics.append(Diagnostic("bad-name", message, stated.key(name), cure))
        if not isinstance(value, Scalar | list):
            message = f"`variables.{name}` takes a number, a text, true or false, or a list, not {quote(value)}"
            cure = "give each value a name of its own, or put them into a list"
            diagnostics.append(Diagnostic("wrong-type", message, stated.find((name,))[0], cure))
            names[name] = BROKEN
            continue
        formulas = resolve_fields({name: value}, names)
        for _, error in formulas.errors:
            if isinstance(error, UnknownNameError) and error.name in stated.data:
                error.cure = "a variable is computed from those above it"
        diagnostics += formulas.diagnose(stated)
        names[name] = BROKEN if formulas.faulty else formulas.values[name]
    return names, diagnostics


def _plain(value: Any) -> Any:
    """Make an int of a whole number of another library, such as NumPy's."""
    return operator.index(value) if hasattr(value, "__index__") and not isinstance(value, bool) else value


def _unknown_variable(name: str, stated: Mapping[str, Any]) -> Diagnostic:
    cure = suggest(name, stated) or "only what the file has under `variables` can be set"
    return Diagnostic("unknown-variable", f"the file has no variable {quote(name)}", None, cure)
