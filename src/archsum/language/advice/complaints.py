"""What pydantic finds wrong with values, in the words of the file."""

import re
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, FieldError, Span, enumerate_words, quote, suggest
from archsum.formula import Formula, FormulaError, is_formula
from archsum.language.advice.held import as_merge, inner_field, misplaced
from archsum.language.advice.names import behind_inputs
from archsum.language.advice.spelling import meant_field, suggest_boolean, suggest_field, suggest_value
from archsum.language.spec.quantities import without_separators
from archsum.language.text.places import Loc, Places, SpannedMapping
from archsum.language.text.scalars import resolve
from archsum.layers.documentation import example, field_names
from archsum.layers.fields import named_fields

_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_NUMBERS: dict[str, tuple[type, ...]] = {
    "int_type": (int,),
    "int_from_float": (int,),
    "float_type": (int, float),
    "bool_type": (bool,),
}
"""The types that a field takes of which a text can be one in quotes."""

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
_LENGTHS = {
    "too_short": "is empty",
    "too_long": "has {actual_length} items; {max_length} are the most",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
}
_LONGEST_NUMBER = 100
_OPERATOR = re.compile(r"[-+*/(]")
_TUPLE = re.compile(r"\(\s*+(\d++(?:\s*+,\s*+\d++)*+)\s*+,?+\s*+\)")  # possessive: nothing is gone back over
_PLACEHOLDER = re.compile(r"\$?\{{0,2} ?(\w{1,100}) ?\}{0,2}")
"""A variable's name, also as the templates of other tools write it: `$width`, `${width}`, `{{width}}`."""
_NOTHING = ("None", "none", "nil", "NULL")
"""Other languages' words for null, which YAML takes for texts."""
_PIECE_OF_TUPLE = re.compile(r"\d*\)?")


class Subject(NamedTuple):
    """What was validated: what messages call it ("conv2d", "the file"), its model, its values and their places."""

    name: str
    model: type[BaseModel]
    values: Mapping[str, Any]
    places: Places | None
    """None: they are from no file."""
    variables: Collection[str] = ()
    others: tuple[str, ...] = ()
    """Fields beside those of the model."""
    words: Collection[str] = ()
    """The words of layers, where the model may hold some."""

    def find(self, loc: Loc, *, key: bool = False) -> tuple[Span | None, Loc]:
        """Return the place of a value, or of its key, and the steps that lead there."""
        return self.places.find(loc, key=key) if self.places else (None, loc)


def diagnose(error: ValidationError, subject: Subject, faulty: Collection[Loc] = ()) -> list[Diagnostic]:
    """Turn what is wrong with values into diagnostics, skipping paths already reported."""
    details = [
        detail
        for detail in errors_of(error)
        # That there is no such field is another matter than what is wrong with its formula.
        if (detail["type"] == "extra_forbidden" and is_formula(detail["input"]))
        or not _touches(subject.find(detail["loc"])[1] or detail["loc"], faulty)
    ]
    beside = misplaced(subject.name, subject.model, subject.places, subject.words) if subject.places else None
    if beside:
        details = [detail for detail in details if detail["loc"][:1] and detail["loc"][0] not in beside.fields]
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    # `out_channels` already says that `filters` is missing, and how it is spelled.
    meant = {meant_field(str(path[-1]), *_fields(subject, path)) for path in unknown}
    missing = [str(detail["loc"][-1]) for detail in details if detail["type"] == "missing"]
    missing = [field for field in missing if field not in meant]
    found = [beside.diagnostic] if beside else []
    found += [_diagnostic(detail, subject) for detail in details if detail["type"] != "missing"]
    return [*found, _missing(missing, subject)] if missing else found


def errors_of(error: ValidationError) -> list[ErrorDetails]:
    """Return what is wrong, and of very much the beginning."""
    details = error.errors(include_url=False)[:MAX_FOUND]
    has_tuple = any(isinstance(detail["input"], str) and detail["input"].startswith("(") for detail in details)
    return [
        detail
        for detail in details
        # A list whose items are wrong counts as short of them.
        if not (detail["type"] == "too_short" and detail["input"])
        # Inside { }, YAML makes `3)` of (3, 3) a key without a value.
        and not (has_tuple and detail["input"] is None and _PIECE_OF_TUPLE.fullmatch(str(detail["loc"][-1])))
    ]


def _touches(path: Loc, others: Collection[Loc]) -> bool:
    """Whether a path leads to, into or around one of the others."""
    return any(path[: len(other)] == other[: len(path)] for other in others)


def _missing(fields: list[str], subject: Subject) -> Diagnostic:
    infos, examples = named_fields(subject.model), example(subject.model)
    cures = [f"`{field}: {_write(examples[field])}` ({_lower(infos[field].description or '')})" for field in fields]
    place, _ = subject.find(())
    message = f"{subject.name} needs {enumerate_words(fields)}"
    return Diagnostic("missing-field", message, place, f"add {' and '.join(cures)}")


def _diagnostic(detail: ErrorDetails, subject: Subject) -> Diagnostic:
    if detail["type"] == "extra_forbidden":
        return _unknown(detail["loc"], detail["input"], subject)
    is_key = detail["loc"][-1:] == ("[key]",)
    place, path = subject.find(detail["loc"], key=is_key)
    field = f"a name in `{_show_path(path[:-1])}`" if is_key else f"`{_show_path(path)}`"
    complaint, cure = _complaint(detail, place)
    value = detail["input"]
    if isinstance(value, str) and (name := _PLACEHOLDER.fullmatch(value)) and name[1] in subject.variables:
        cure = f"write `={name[1]}` for the variable"
    elif value in _NOTHING and _takes(subject, path, None):
        cure = "write `null`"
    elif (sizes := _sizes_of_list(detail["type"], value, place)) and _takes(subject, path, sizes):
        cure = f"write `[{', '.join(map(str, sizes))}]`"
    code = "wrong-type" if detail["type"] in _WANTED else "bad-value"
    message = f"{field if path else subject.name} {complaint}"
    return Diagnostic(code, message, place, cure or _about(subject.model, path))


def _complaint(detail: ErrorDetails, place: Span | None) -> tuple[str, str | None]:
    """Return what is wrong with a value, as it reads on from the field's name, and what to write instead."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind in _WANTED:
        cure = _cure_text(value) if kind == "string_type" else _cure_number(kind, value, place)
        return f"takes {_WANTED[kind]}, {_found(value)}", cure
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {_number(context[bound])}, not {quote(value)}", None
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**context), None
    if kind == "literal_error":
        allowed = re.findall(r"\w+", context["expected"].replace(" or ", " ").replace("False", "false"))
        return f"cannot be {quote(value)}", suggest_value(value if isinstance(value, str) else quote(value), allowed)
    if kind == "value_error":
        error = context["error"]
        assert isinstance(error, FieldError)  # no validator raises another
        close = suggest(value, error.words) if isinstance(value, str) else None
        return error.message, close or error.cure
    return f"cannot be {quote(value)}", None  # pydantic's own words are for programmers


def _unknown(path: Loc, value: Any, subject: Subject) -> Diagnostic:
    place, _ = subject.find(path, key=True)
    owner = f"`{_show_path(path[:-1])}`" if path[1:] else subject.name
    fields = _fields(subject, path)
    cure = _elsewhere(str(path[-1]), value, subject, fields[0]) if len(path) == 1 else None
    cure = cure or suggest_field(str(path[-1]), value, *fields)
    return Diagnostic("unknown-field", f"{owner} has no field {quote(path[-1])}", place, cure)


def _elsewhere(word: str, value: Any, subject: Subject, fields: Collection[str]) -> str | None:
    """Return where in the layer or the container it is written that is no field of it, if it is certain."""
    if not subject.places or not isinstance(subject.places.data, SpannedMapping):
        return None
    if value is None and (cure := behind_inputs(subject.places.data, fields)):
        return cure
    inner = inner_field(subject.places, word, subject.words)
    return inner or as_merge(subject.model, subject.places, word, subject.words)


def _found(value: Any) -> str:
    """Write a value that is of another type: quotes, which make a text of a number, are shown."""
    if value is None:
        return "but it is empty"
    is_quoted = isinstance(value, str) and len(value) <= _LONGEST_NUMBER and not isinstance(resolve(value), str)
    written = f'"{value}"' if is_quoted else value
    return f"not {quote(written)}"


def _sizes_of_list(kind: str, value: Any, place: Span | None) -> list[int] | None:
    """Return the sizes of a list that is written otherwise: one alone, or as (3, 3), which { } may have cut."""
    if type(value) is int and kind in ("tuple_type", "list_type"):
        return [value]
    if not (isinstance(value, str) and value.startswith("(")):
        return None
    match = _TUPLE.match(value) or (_TUPLE.match(place.source.text, place.start) if place else None)
    # Of a possessive repetition Python before 3.11.5 also gives what its last try has matched: the comma behind.
    return list(map(int, re.findall(r"\d+", match[1]))) if match and len(match[1]) <= _LONGEST_NUMBER else None


def _takes(subject: Subject, path: Loc, value: Any) -> bool:
    """Whether a field takes a value, as far as can be told: of a field within another it is not."""
    if len(path) > 1 and not isinstance(path[-1], int):
        return path[-1] not in named_fields(_owner(subject.model, path))
    try:
        subject.model.model_validate(_with(subject.values, path, value))
    except ValidationError as error:
        return all(detail["loc"][: len(path)] != path for detail in error.errors(include_url=False))
    return True


def _with(values: Any, path: Loc, value: Any) -> Any:
    """Return values in which the one that a path leads to is another."""
    if not path:
        return value
    step, *others = path
    changed = copy(values)
    changed[step] = _with(values[step], tuple(others), value)
    return changed


def _cure_text(value: Any) -> str | None:
    """Return how a text is written that YAML takes for something else."""
    return f'put it in quotes: `"{quote(value)[1:-1]}"`' if isinstance(value, int | float) else None


def _cure_number(kind: str, value: Any, place: Span | None) -> str | None:
    """Return what to write instead of a value that is not the number, or the word, that it looks like."""
    wanted = _NUMBERS.get(kind)
    if wanted is None:
        return None
    if isinstance(value, list) and place and is_formula(formula := place.text.strip("\"'")):
        return f"take one of its items: `{formula}[0]`"
    if bool in wanted and (cure := suggest_boolean(value)):
        return cure
    if isinstance(value, float) and bool in wanted:
        return None
    if isinstance(value, float) and value.is_integer():
        return f"write `{value:.0f}`"
    if isinstance(value, float):
        formula = place.text.strip("\"'") if place else ""
        return f"round it: `=round({formula[1:].strip()})`" if is_formula(formula) else None
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER:
        return None
    if (digits := without_separators(value)) and int in wanted:
        return f"write `{digits}`"
    try:
        if type(resolve(value.replace("−", "-"))) in wanted:
            return f"write `{value}` without quotes" if "−" not in value else f"write `{value.replace('−', '-')}`"
        return f"a formula begins with `=`: `={value}`" if _OPERATOR.search(value) and Formula(f"={value}") else None
    except (FormulaError, ValueError):
        return None


def _show_path(path: Loc) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _owner(model: type[BaseModel], path: Loc) -> type[BaseModel]:
    """Return the model that a path's last step is a field of."""
    for step in path[:-1]:
        info = named_fields(model).get(str(step))
        for annotation in (info.annotation, *get_args(info.annotation)) if info else ():
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                model = annotation
    return model


def _fields(subject: Subject, path: Loc) -> tuple[list[str], Collection[str], str]:
    """Return the fields that a path's last step can be, the required first, those that are stated, and whose."""
    values: Any = subject.values
    for step in path[:-1]:
        values = values[step]
    is_own = len(path) == 1
    names = [*field_names(_owner(subject.model, path)), *(subject.others if is_own else ())]
    return names, values, subject.name if is_own else ""


def _about(model: type[BaseModel], path: Loc) -> str:
    """Explain the field that a path leads to, or into; where it leads to none, name those that there are."""
    for end in range(len(path), 0, -1):
        info = named_fields(_owner(model, path[:end])).get(str(path[end - 1]))
        if info and info.description:
            return f"`{path[end - 1]}`: {_lower(info.description)}"
    return f"its fields are {', '.join(field_names(model))}"


def _write(value: Any) -> str:
    """Write an example as the file would."""
    if isinstance(value, list):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_write(item)}' for name, item in value.items())}}}"
    return "…" if value is None else str(value)


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _lower(text: str) -> str:
    first = text[:1] if text.startswith(("Keras", "PyTorch")) else text[:1].lower()
    return first + text[1:].rstrip(".")
