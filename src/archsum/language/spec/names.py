"""Names, one or several, of layers, inputs and blocks."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from archsum.bounds import MAX_BLOCK_INPUTS
from archsum.errors import FieldError, quote
from archsum.layers.fields import NAME_LENGTH, Name, TupleOf


def _list(value: Any) -> Any:
    """Make a list of a single name."""
    return [value] if isinstance(value, str) else value


def check_different(value: Any) -> Any:
    """Return names as they are. Errors: FieldError where one is there twice."""
    seen = set()
    for name in value if isinstance(value, list) else ():
        if isinstance(name, str):  # the others are refused for what they are
            if name in seen:
                raise FieldError(f"has {quote(name)} twice", "name each once")
            seen.add(name)
    return value


_NAME_SCHEMA = {"type": "string", "maxLength": NAME_LENGTH}
_NAME_LIST_SCHEMA = {"type": "array", "minItems": 1, "uniqueItems": True, "items": _NAME_SCHEMA}
NAMES_SCHEMA = WithJsonSchema({"anyOf": [_NAME_SCHEMA, _NAME_LIST_SCHEMA]})
Names = Annotated[
    TupleOf[str], Field(min_length=1), BeforeValidator(check_different), BeforeValidator(_list), NAMES_SCHEMA
]
"""One name or several, each once."""

InputNames = Annotated[
    TupleOf[Name],
    Field(min_length=1, max_length=MAX_BLOCK_INPUTS),
    BeforeValidator(check_different),
    BeforeValidator(_list),
    NAMES_SCHEMA,
]
"""The same, where they are given to what has none."""
