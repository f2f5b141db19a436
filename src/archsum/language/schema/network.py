"""The JSON Schema of network files, from the classes that read them, so that editors complete and check.

It accepts every file that `load` accepts. What shows only as blocks are written out and shapes go through the layers,
`load` alone finds.
"""

from collections.abc import Mapping
from typing import Any

from archsum.bounds import MAX_SHARED_WEIGHTS
from archsum.language.read.settings import WITH_FORMULAS
from archsum.language.schema.fields import (
    FORMULA,
    Schema,
    any_of,
    field_schemas,
    ref,
    with_formulas,
    with_formulas_inside,
)
from archsum.language.spec.containers import AROUND_SEVERAL, CONTAINERS, Container, Enclosing, Holding
from archsum.language.spec.document import Block, Document
from archsum.language.spec.items import PLACEMENT
from archsum.layers import KINDS, layer_class
from archsum.layers.base import Layer
from archsum.layers.documentation import example, fields, json_schema, sentence

_NULL: Schema = {"type": "null"}
_HAS_TYPE: Schema = {"type": "object", "required": ["type"]}
_NAME: Schema = {"type": "string", "pattern": r"^[^\s/]{1,100}$"}
_REFERENCE: Schema = {"type": "string", "minLength": 1}
_PLACEMENT: dict[str, Schema] = {
    "name": {"description": "Its name; by default its kind, numbered.", **_NAME},
    "inputs": {
        "description": "What it takes: the name of a layer above it, or several; by default what is before it.",
        "anyOf": [_REFERENCE, {"type": "array", "minItems": 1, "items": _REFERENCE}],
    },
    "shared": {
        "description": "A label: layers and blocks with the same one have their weights in common; or a label for each "
        "of some weights, by their names.",
        "anyOf": [
            _NAME,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": MAX_SHARED_WEIGHTS,
                "additionalProperties": _NAME,
            },
        ],
    },
    "if": {"description": "False leaves it out.", "anyOf": [{"type": "boolean"}, ref("formula")]},
}
"""What every layer, block and container may say beside its own fields."""

_ENCLOSING: dict[str, Schema] = {
    name: {"description": info.description} for name, info in Enclosing.model_fields.items()
}
"""What a block's use may say of all layers in it. Any value will do, as a parameter can have the name."""

_PLACED = {field: ref(f"layer.{field}") for field in _PLACEMENT}
_OF_BLOCK = {"shared": {"description": "A label: its uses with the same one have their weights in common.", **_NAME}}
"""What a block's use says otherwise: it has no weights of its own to name."""


def network_schema() -> Schema:
    """Return the JSON Schema of network files: draft-07, which editors know best, with `$defs` of later ones."""
    layers: dict[str, type[Layer]] = {kind: layer_class(kind) for kind in KINDS}
    document = json_schema(Document)
    sections = document.pop("$defs")
    return {
        **document,
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "network",
        "description": "A neural network, as archsum summarizes it.",
        "properties": _head(document),
        "allOf": [
            # Where there are `defaults`, a layer may take a required field from them.
            {"if": {"required": ["defaults"]}, "else": _of_all_layers("layer.complete")},
            # Where there are `blocks`, a word that is not of the language may be one of them.
            {"if": {"required": ["blocks"]}, "else": _of_all_layers("layer.known")},
        ],
        "$defs": {
            "formula": FORMULA,
            "kind": _words(layers),
            "container": _words(CONTAINERS),
            "block.name": {**_NAME, "not": {"anyOf": [ref("kind"), ref("container")]}},
            "block": _block(),
            "block.use": {
                "type": ["object", "null"],
                "properties": {**_PLACED, **_OF_BLOCK, **_ENCLOSING, "type": ref("block.name")},
            },
            "layer": _layer(),
            "layer.complete": _in_each_layer("layer.complete", _complete(layers)),
            "layer.known": _in_each_layer("layer.known", _known()),
            **{f"layer.{field}": placement for field, placement in _PLACEMENT.items()},
            **{kind: _fields(kind, cls) for kind, cls in layers.items()},
            **{kind: _around_several(_fields(kind, layers[kind]), cls) for kind, cls in AROUND_SEVERAL.items()},
            **{word: _container(word, cls) for word, cls in CONTAINERS.items()},
            **{name: with_formulas_inside(section) for name, section in sections.items()},
        },
    }


def _head(document: Schema) -> dict[str, Schema]:
    """Return the schemas of a file's own fields."""
    properties = dict(document["properties"])
    properties |= {name: with_formulas(properties[name]) for name in (*WITH_FORMULAS, "layers")}
    properties["defaults"] |= {
        "properties": {kind: ref(kind) for kind in KINDS},
        "additionalProperties": False,
        "allOf": [{"additionalProperties": {"propertyNames": {"not": {"enum": list(PLACEMENT)}}}}],
    }
    properties["blocks"] |= {"propertyNames": ref("block.name"), "additionalProperties": ref("block")}
    for name in properties.keys() - set(document["required"]):
        # `budget:` with nothing below it is an empty budget.
        properties[name] = any_of(properties[name], _NULL)
    return properties


def _block() -> Schema:
    block = json_schema(Block)
    block["properties"]["layers"] = with_formulas(block["properties"]["layers"])
    return block


def _words(classes: Mapping[str, type[Layer | Container]]) -> Schema:
    return {"anyOf": [{"const": word, "description": sentence(cls)} for word, cls in classes.items()]}


def _layer() -> Schema:
    """Return the three spellings of a layer, a block or a container: `flatten`, `conv2d: {…}`, `{type: conv2d, …}`."""
    words = (*KINDS, *CONTAINERS)
    typed = {
        "properties": {"type": {"anyOf": [ref("kind"), ref("container"), ref("block.name")]}},
        "allOf": [
            *(_if_typed(word, ref(word)) for word in words),
            {"if": {"properties": {"type": ref("block.name")}}, "then": ref("block.use")},
        ],
    }
    keyed = {
        "properties": {word: ref(word) for word in words},
        "additionalProperties": ref("block.use"),
        "propertyNames": {"anyOf": [ref("kind"), ref("container"), ref("block.name")]},
        "anyOf": [
            ref("kind"),
            ref("block.name"),
            {"type": "object", "minProperties": 1, "maxProperties": 1},
        ],
    }
    return {"title": "layer", "if": _HAS_TYPE, "then": typed, "else": keyed}


def _complete(layers: Mapping[str, type[Layer]]) -> Schema:
    """Return what holds of a layer, in each spelling, that states every required field itself."""
    stated = {kind: [field.name for field in fields(cls) if field.required] for kind, cls in layers.items()}
    required = {kind: _required(kind, names) for kind, names in stated.items() if names}
    return {
        "if": _HAS_TYPE,
        "then": {"allOf": [_if_typed(kind, needed) for kind, needed in required.items()]},
        "else": {
            "not": {"enum": list(required)},
            "properties": {
                kind: _stated(kind, needed, is_plain=stated[kind] == [layers[kind].main_field])
                for kind, needed in required.items()
            },
        },
    }


def _required(kind: str, names: list[str]) -> Schema:
    """Return that a kind's required fields are there, or those in their place that it has around several layers."""
    around = AROUND_SEVERAL.get(kind)
    return {"anyOf": [{"required": [name]} for name in around.layer_fields]} if around else {"required": names}


def _stated(kind: str, required: Schema, *, is_plain: bool) -> Schema:
    """Return what a kind with required fields takes: a mapping with these; of some kinds a plain value, or a list."""
    mapping: Schema = {"type": ["object", "array"] if kind in AROUND_SEVERAL else "object", **required}
    return {"if": {"type": ["object", "null"]}, "then": mapping} if is_plain else mapping


def _known() -> Schema:
    """Return what holds of a layer, in each spelling, that is a kind's or a container and no block."""
    return {
        "not": ref("block.name"),
        "if": _HAS_TYPE,
        "then": {"properties": {"type": {"not": ref("block.name")}}},
        "else": {"propertyNames": {"not": ref("block.name")}},
    }


def _of_all_layers(rule: str) -> Schema:
    """Return that a rule holds of all layers of a file and of its blocks."""
    layers: Schema = {"properties": {"layers": {"items": ref(rule)}}}
    return {"properties": {**layers["properties"], "blocks": {"additionalProperties": layers}}}


def _in_each_layer(name: str, rule: Schema) -> Schema:
    """Return that a rule holds of a layer, and, by its name, of those that it holds."""
    held: dict[str, Mapping[str, Holding]] = {
        kind: dict.fromkeys(layer_class(kind).layer_fields, "layer") for kind in KINDS
    }
    containers = {**CONTAINERS, **AROUND_SEVERAL}
    held |= {word: cls.layer_fields for word, cls in containers.items()}
    forms: dict[Holding, Schema] = {
        "merge": ref(name),
        "layer": ref(name),
        "layers": {"items": ref(name)},
        "paths": {"items": {"items": ref(name)}},
    }
    inside = {
        word: {"properties": {field: forms[holding] for field, holding in holdings.items() if holding in forms}}
        for word, holdings in held.items()
        if holdings
    }
    for word, cls in containers.items():
        if cls.main_field:
            inside[word] |= forms[cls.layer_fields[cls.main_field]]
    return {
        "allOf": [
            rule,
            {
                "if": _HAS_TYPE,
                "then": {"allOf": [_if_typed(word, then) for word, then in inside.items()]},
                "else": {"properties": inside},
            },
        ]
    }


def _if_typed(kind: str, then: Schema) -> Schema:
    return {"if": {"properties": {"type": {"const": kind}}}, "then": then}


def _fields(word: str, cls: type[Layer | Container]) -> Schema:
    """Return the mapping of a kind's fields; `type` is one of them in the spelling that has it."""
    definition: dict[str, Any] = {
        "type": ["object", "null"],
        "title": word,
        "description": sentence(cls),
        "properties": {**_PLACED, **field_schemas(cls), "type": {"const": word}},
        "additionalProperties": False,
    }
    if issubclass(cls, Layer) and cls.main_field:
        del definition["type"]
        definition |= {"if": {"type": ["object", "null"]}, "else": definition["properties"][cls.main_field]}
    if stated := example(cls):
        # What the YAML language server offers first.
        definition["defaultSnippets"] = [{"label": ", ".join(stated), "body": stated}]
    return definition


def _around_several(definition: Schema, cls: type[Container]) -> Schema:
    """Return the mapping of the fields of a kind that holds one layer, and of those that it has around several."""
    properties = {**field_schemas(cls), **definition["properties"]}
    return {**definition, "type": ["object", "array", "null"], "properties": properties, "minItems": 1}


def _container(word: str, cls: type[Container]) -> Schema:
    """Return the mapping of a container's fields, or what it takes in their place; it has no weights to share."""
    definition = _fields(word, cls) | {"type": "object", "required": json_schema(cls)["required"]}
    del definition["properties"]["shared"]
    if cls.main_field:
        as_list = definition["properties"][cls.main_field]
        definition |= {"type": ["object", "array"], "minItems": 1, "items": as_list["items"]}
    return definition
