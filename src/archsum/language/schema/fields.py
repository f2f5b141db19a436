"""Fields as JSON Schema: pydantic's, with formulas allowed in the place of values."""

from typing import Any

from pydantic import BaseModel

from archsum.layers.documentation import field_names, json_schema

Schema = dict[str, Any]

FORMULA: Schema = {"type": "string", "pattern": "^=", "description": "A formula, as in a spreadsheet: `=4 * width`."}

_ANNOTATIONS = ("description", "default", "examples")


def ref(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def field_schemas(cls: type[BaseModel]) -> dict[str, Schema]:
    """Return the schemas of a class's fields, in the order of its documentation."""
    properties = json_schema(cls)["properties"]
    return {name: with_formulas(properties[name]) for name in field_names(cls)}


def with_formulas(schema: Schema) -> Schema:
    """Allow a formula in the place of a value, and of each value in a list or a mapping; a layer is no value."""
    if "title" in schema:  # what `ANY_LAYER` stands for, which has its own definition
        return {key: value for key, value in schema.items() if key != "title"} | ref(schema["title"])
    inner = with_formulas_inside(schema)
    return inner if _holds_layers(inner) else any_of(inner, ref("formula"))


def with_formulas_inside(schema: Schema) -> Schema:
    """Allow a formula in the place of each value in a list or a mapping."""
    inner = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(inner.get(key), dict):
            inner[key] = with_formulas(inner[key])
    if "properties" in inner:
        inner["properties"] = {name: with_formulas(field) for name, field in inner["properties"].items()}
    if "anyOf" in inner:
        inner["anyOf"] = [with_formulas_inside(alternative) for alternative in inner["anyOf"]]
    return inner


def any_of(schema: Schema, alternative: Schema) -> Schema:
    """Allow an alternative; the annotations stay outside."""
    annotations = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    bare = {key: value for key, value in schema.items() if key not in annotations}
    if not bare:
        return schema
    alternatives = bare["anyOf"] if bare.keys() == {"anyOf"} else [bare]
    return {**annotations, "anyOf": [*alternatives, *([alternative] if alternative not in alternatives else [])]}


def _holds_layers(schema: Schema) -> bool:
    return schema.get("$ref") == ref("layer")["$ref"] or ("items" in schema and _holds_layers(schema["items"]))
