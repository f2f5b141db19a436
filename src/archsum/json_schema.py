"""The types of fields as JSON Schema (draft 2020-12). Beside `model`, and imported only where a schema is asked for."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from archsum.model import FieldInfo, JsonSchema, Limits, Model

_SCALARS = {
    Any: {},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    int: {"type": "integer"},
    str: {"type": "string"},
}
_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
}


def model_json_schema(cls: type[Model]) -> dict[str, Any]:
    """Return the schema of a mapping with a model's fields."""
    properties = {name: field_json_schema(info) for name, info in cls.model_fields.items()}
    cls.refine_json_schema(properties)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [name for name, info in cls.model_fields.items() if info.is_required()],
    }


def field_json_schema(info: FieldInfo) -> dict[str, Any]:
    """Return the schema of a field: its type, its description, its example, its default."""
    schema = type_json_schema(info.annotation)
    if info.description:
        schema["description"] = info.description
    if info.example is not None:
        schema["examples"] = [info.example]
    if not info.is_required() and info.default is not None and not isinstance(info.default, Model):
        schema["default"] = info.default
    return schema


def type_json_schema(annotation: Any) -> dict[str, Any]:
    """Return the schema of a type, of those that `model.schema_of` knows.

    Errors: TypeError for a type that no field has needed yet.
    """
    if annotation in _SCALARS:
        return dict(_SCALARS[annotation])
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(*args)
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (Union, UnionType) and NoneType in args:
        return {"anyOf": [*(type_json_schema(arg) for arg in args if arg is not NoneType), {"type": "null"}]}
    if origin is list or (origin is tuple and args[1:] == (...,)):
        return {"type": "array", "items": type_json_schema(args[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": type_json_schema(args[1])}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return model_json_schema(annotation)
    raise TypeError(f"no JSON Schema for {annotation}")


def _annotated(annotation: Any, *metadata: Any) -> dict[str, Any]:
    for data in metadata:
        if isinstance(data, JsonSchema):
            return dict(data.schema)
    schema = type_json_schema(annotation)
    for data in metadata:
        if isinstance(data, Limits):
            schema |= {_BOUNDS[bound]: value for bound, value in data.bounds.items()}
    if schema.get("type") == "array":
        schema = {name.replace("Length", "Items"): value for name, value in schema.items()}
    return schema
