"""The JSON Schema of network files, from the classes that read them, so that editors complete and check.

It accepts every file that `load` accepts. What shows only as the shapes go through the layers, `load` alone finds.
"""

import json
from collections import Counter
from typing import Any

from archsum.json_schema import model_json_schema
from archsum.language.document import Document
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer
from archsum.layers.documentation import example, fields, sentence

Schema = dict[str, Any]

_FORMULA: Schema = {"type": "string", "pattern": "^=", "description": "A formula, as in a spreadsheet: `=4 * width`."}
_NAME: Schema = {"type": "string", "maxLength": 100, "description": "The layer's name; by default its kind."}
_NULL: Schema = {"type": "null"}
_HAS_TYPE: Schema = {"type": "object", "required": ["type"]}
_ANNOTATIONS = ("description", "default", "examples")


def network_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of network files."""
    classes = {kind: layer_class(kind) for kind in KINDS}
    properties = {kind: _properties(cls) for kind, cls in classes.items()}
    shared = _shared(properties)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "network",
        "description": "A neural network, as archsum summarizes it.",
        **_document(),
        # Where there are `defaults`, a layer may take a required field from them.
        "if": {"required": ["defaults"]},
        "else": {"properties": {"layers": {"items": _complete(classes)}}},
        "$defs": {
            "formula": _FORMULA,
            "kind": {"anyOf": [{"const": kind, "description": sentence(cls)} for kind, cls in classes.items()]},
            "layer": _layer(),
            **{kind: _kind(kind, cls, properties[kind], shared) for kind, cls in classes.items()},
            **{name: json.loads(text) for text, name in shared.items()},
        },
    }


def _document() -> Schema:
    document = model_json_schema(Document)
    properties = {name: _with_formulas(schema) for name, schema in document["properties"].items()}
    properties["defaults"] |= {
        "properties": {kind: _ref(kind) for kind in KINDS},
        "additionalProperties": False,
    }
    properties["layers"]["items"] = _ref("layer")
    for name in properties.keys() - set(document["required"]):
        # `budget:` with nothing below it is an empty budget.
        properties[name] = _any_of(properties[name], _NULL)
    return document | {"properties": properties}


def _layer() -> Schema:
    """Return the three spellings of a layer: `flatten`, `conv2d: {…}`, `{type: conv2d, …}`."""
    typed = {"properties": {"type": _ref("kind")}, "allOf": [_if_typed(kind, _ref(kind)) for kind in KINDS]}
    keyed = {
        "properties": {kind: _ref(kind) for kind in KINDS},
        "additionalProperties": False,
        "anyOf": [_ref("kind"), {"type": "object", "minProperties": 1, "maxProperties": 1}],
    }
    return {"title": "layer", "if": _HAS_TYPE, "then": typed, "else": keyed}


def _complete(classes: dict[str, type[Layer]]) -> Schema:
    """Return what holds of a layer, in each spelling, that states every required field itself."""
    stated = {kind: [field.name for field in fields(cls) if field.required] for kind, cls in classes.items()}
    required = {kind: names for kind, names in stated.items() if names}
    return {
        "if": _HAS_TYPE,
        "then": {"allOf": [_if_typed(kind, {"required": names}) for kind, names in required.items()]},
        "else": {
            "if": {"enum": list(required)},
            "then": {"type": "object"},
            "properties": {kind: {"type": "object", "required": names} for kind, names in required.items()},
        },
    }


def _if_typed(kind: str, then: Schema) -> Schema:
    return {"if": {"properties": {"type": {"const": kind}}}, "then": then}


def _properties(cls: type[Layer]) -> Schema:
    """Return the schemas of a kind's fields, in the order of its documentation."""
    properties = model_json_schema(cls)["properties"]
    return {"name": _NAME} | {field.name: _with_formulas(properties[field.name]) for field in fields(cls)}


def _shared(properties: dict[str, Schema]) -> dict[str, str]:
    """Return a name for each field, by its text, that several kinds have alike: they refer to one definition."""
    counts = Counter((name, json.dumps(field)) for of_kind in properties.values() for name, field in of_kind.items())
    names: dict[str, str] = {}
    for (name, text), count in counts.items():
        if count > 1:
            variants = sum(other.startswith(f"fields.{name}.") for other in names.values())
            names[text] = f"fields.{name}.{variants + 1}"
    return names


def _kind(kind: str, cls: type[Layer], properties: Schema, shared: dict[str, str]) -> Schema:
    """Return the mapping of a kind's fields; `type` is one of them in the spelling that has it."""
    properties = {
        name: _ref(shared[text]) if (text := json.dumps(field)) in shared else field
        for name, field in properties.items()
    }
    definition = {
        "type": ["object", "null"],
        "title": kind,
        "description": sentence(cls),
        "properties": properties | {"type": {"const": kind}},
        "additionalProperties": False,
    }
    if stated := example(cls):
        # What the YAML language server offers first.
        definition["defaultSnippets"] = [{"label": ", ".join(stated), "body": stated}]
    return definition


def _with_formulas(schema: Schema) -> Schema:
    """Allow a formula wherever a schema has a single value, in lists and mappings too."""
    inner = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(inner.get(key), dict):
            inner[key] = _with_formulas(inner[key])
    if "properties" in inner:
        inner["properties"] = {name: _with_formulas(field) for name, field in inner["properties"].items()}
    if "anyOf" in inner:
        inner["anyOf"] = [_with_formulas(alternative) for alternative in inner["anyOf"]]
    single = "enum" in inner or inner.get("type") in ("integer", "number", "boolean", "string")
    return _any_of(inner, _ref("formula")) if single else inner


def _any_of(schema: Schema, alternative: Schema) -> Schema:
    """Allow an alternative; the annotations stay outside."""
    annotations = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    bare = {key: value for key, value in schema.items() if key not in annotations}
    alternatives = bare["anyOf"] if bare.keys() == {"anyOf"} else [bare]
    return {**annotations, "anyOf": [*alternatives, alternative]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
