"""pydantic's errors, said in the words of the file."""

import json
from collections.abc import Callable, Collection
from typing import Any

from pydantic_core import ErrorDetails, ValidationError

from archsum.errors import Diagnostic, Span
from archsum.language.vocabulary import renamed_field, suggest, suggest_field
from archsum.model import Model

Path = tuple[int | str, ...]
Locate = Callable[[Path, bool], Span | None]
"""Finds the place of the value at a path, or of its key; None where it stands in no file."""

_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "finite_number": "a finite number",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
_MAX_SHOWN = 40


def diagnose(
    error: ValidationError, model: type[Model], subject: str, locate: Locate, ignored: Collection[str] = ()
) -> list[Diagnostic]:
    """Turn what pydantic found into diagnostics; `ignored` fields have been reported already.

    `subject` is what the fields belong to, as the message names it: "conv2d", "the file".
    """
    details = error.errors(include_url=False)
    unknown = [str(detail["loc"][-1]) for detail in details if detail["type"] == "extra_forbidden"]
    # `out_channels` already says that `filters` is missing, and how it is spelled.
    misspelt = {renamed_field(word) for word in unknown}
    return [
        _diagnostic(detail, model, subject, locate)
        for detail in details
        if not (detail["loc"] and detail["loc"][0] in ignored)
        and not (detail["type"] == "missing" and detail["loc"][-1] in misspelt)
    ]


def show_value(value: Any) -> str:
    """Write a value as the file would, shortened."""
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return f"`{text[:_MAX_SHOWN]}…`" if len(text) > _MAX_SHOWN else f"`{text}`"


def _diagnostic(detail: ErrorDetails, model: type[Model], subject: str, locate: Locate) -> Diagnostic:
    kind, path, value, context = detail["type"], detail["loc"], detail["input"], detail.get("ctx", {})
    span = locate(path, False)
    field = _show_path(path)
    if kind == "missing":
        about = _description(model, path)
        return Diagnostic(
            "missing-field", f"{subject} needs `{field}`", locate(path[:-1], False), f"add `{field}`: {about}"
        )
    if kind == "extra_forbidden":
        fields = _nested(model, path).model_fields
        return Diagnostic(
            "unknown-field",
            f"{subject} has no field `{field}`",
            locate(path, True),
            suggest_field(str(path[-1]), fields),
        )
    if kind in _WANTED:
        fraction = kind.startswith("int") and isinstance(value, float)
        cure = "round it: `=round(…)`, or `=floor(…)`, `=ceil(…)`" if fraction else None
        return Diagnostic("wrong-type", f"`{field}` takes {_WANTED[kind]}, not {show_value(value)}", span, cure)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Diagnostic("bad-value", f"`{field}` must be {words} {context[bound]}, not {show_value(value)}", span)
    if kind == "literal_error":
        wanted = context["expected"].replace("'", "").replace("True", "true").replace("False", "false")
        message = f"`{field}` cannot be {show_value(value)}"
        close = suggest(str(value), wanted.replace(" or ", ", ").split(", "))
        return Diagnostic("bad-value", message, span, f"{close or ''} it is one of {wanted}".strip())
    if kind == "value_error":
        where = f"`{field}`" if path else subject
        return Diagnostic("bad-value", f"{where} {context['error']}", span)
    return Diagnostic("bad-value", f"`{field}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}", span)


def _show_path(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _nested(model: type[Model], path: Path) -> type[Model]:
    """Return the model that a path's last step is a field of."""
    for step in path[:-1]:
        annotation = model.model_fields[str(step)].annotation
        if isinstance(annotation, type) and issubclass(annotation, Model):
            model = annotation
    return model


def _description(model: type[Model], path: Path) -> str:
    field = _nested(model, path).model_fields[str(path[-1])]
    description = field.description or ""
    return description[:1].lower() + description[1:].rstrip(".")
