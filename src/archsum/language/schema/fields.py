"""Fields as JSON Schema: formulas are allowed in them, and what several kinds have alike is defined once."""

import json
from collections import Counter
from typing import Any

from pydantic import BaseModel

from archsum.layers.documentation import Untitled, field_names

Schema = dict[str, Any]

FORMULA: Schema = {"type": "string", "pattern": "^=", "description": "A formula, as in a spreadsheet: `=4 * width`."}

_ANNOTATIONS = ("description", "default", "examples")


def field_schemas(cls: type[BaseModel]) -> dict[str, Schema]:
    """Return the schemas of a class's fields, in the order of its documentation."""
    properties = cls.model_json_schema(schema_generator=Untitled)["properties"]
    return {name: with_formulas(with_references(properties[name])) for name in field_names(cls)}


def with_references(schema: Any) -> Any:
    """Put references in the place of what has a title alone, such as any layer."""
    match schema:
        case {"title": str(name), **others} if not others:
            return ref(name)
        case dict():
            return {key: with_references(value) for key, value in schema.items()}
        case list():
            return list(map(with_references, schema))
    return schema


def with_formulas(schema: Schema) -> Schema:
    """Allow a formula in the place of a value, and of each value in a list or a mapping; a layer is no value."""
    inner = with_formulas_inside(schema)
    return inner if _holds_layers(schema) else any_of(inner, ref("formula"))


def any_of(schema: Schema, alternative: Schema) -> Schema:
    """Allow an alternative; the annotations stay outside."""
    annotations = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    bare = {key: value for key, value in schema.items() if key not in annotations}
    if not bare:
        return schema
    alternatives = bare["anyOf"] if bare.keys() == {"anyOf"} else [bare]
    return {**annotations, "anyOf": [*alternatives, alternative]}


def ref(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def define_once(fields: dict[str, dict[str, Schema]]) -> tuple[dict[str, dict[str, Schema]], dict[str, Schema]]:
    """Return the fields of each kind, with references in the place of those that several kinds have alike.

    What they refer to comes with them, by name.
    """
    counts = Counter((name, json.dumps(field)) for of_kind in fields.values() for name, field in of_kind.items())
    names: dict[tuple[str, str], str] = {}
    for (name, text), count in counts.items():
        if count > 1:
            variants = sum(other == name for other, _ in names)
            names[name, text] = f"fields.{name}.{variants + 1}"
    referring = {
        kind: {
            name: ref(names[key]) if (key := (name, json.dumps(field))) in names else field
            for name, field in of_kind.items()
        }
        for kind, of_kind in fields.items()
    }
    return referring, {defined: json.loads(text) for (_, text), defined in names.items()}


def with_formulas_inside(schema: Schema) -> Schema:
    """Allow formulas in the place of each value in a list or a mapping."""
    inner = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(inner.get(key), dict):
            inner[key] = with_formulas(inner[key])
    if "properties" in inner:
        inner["properties"] = {name: with_formulas(field) for name, field in inner["properties"].items()}
    if "anyOf" in inner:
        inner["anyOf"] = [with_formulas_inside(alternative) for alternative in inner["anyOf"]]
    return inner


def _holds_layers(schema: Schema) -> bool:
    return "$ref" in schema or ("items" in schema and _holds_layers(schema["items"]))
