"""What classes say of themselves: a kind's sentence, its sections and its fields, as plain values."""

import inspect
import re
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from archsum.bounds import MAX_SIZE
from archsum.layers import FAMILIES, layer_class
from archsum.layers.base import Layer
from archsum.layers.fields import named_fields

SECTIONS = ("Shape", "Weights", "MACs", "FLOPs", "Kept", "Errors", "Source")
"""The sections that the documentation of every kind has."""

_WITH_OPTIONAL = ("Shape", "Weights", "MACs", "FLOPs", "Kept", "Cached", "Errors", "Source")
"""Those, and the ones that only some kinds have, in their order."""

_HEADING = re.compile(rf"^({'|'.join(_WITH_OPTIONAL)}):", re.MULTILINE)

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true | false",
    "string": "text",
    "object": "mapping",
    "null": "null",
}
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
_LAST = {"data_format": 1, "trainable": 2}


class _Untitled(GenerateJsonSchema):
    """JSON Schema without a title for each field, which would only be its name in capitals."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema(cls: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema that pydantic makes of a model."""
    return cls.model_json_schema(schema_generator=_Untitled)


class FieldDocumentation(NamedTuple):
    """A field of a kind; `type` is in the file's words."""

    name: str
    type: str
    required: bool
    default: Any
    description: str


def families() -> dict[str, dict[str, type[Layer]]]:
    """Return the kinds and their classes, by what their module says of the family."""
    return {
        sentence(import_module(f"archsum.layers.kinds.{family}")): {kind: layer_class(kind) for kind in kinds}
        for family, kinds in FAMILIES.items()
    }


def sentence(documented: type | ModuleType) -> str:
    """Return the sentence that says what a layer does, or a family."""
    return _parse(documented)[0].partition("\n")[0]


def remarks(cls: type) -> str:
    """Return what a kind says beyond its sentence, one paragraph to a line."""
    return _parse(cls)[0].partition("\n")[2]


def sections(cls: type) -> dict[str, str]:
    """Return the sections of a kind, one statement to a line; those it does not have itself are its base classes'.

    In these `{rank}` is the kind's number of axes, as in the addresses of documentation.
    """
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found |= _parse(base)[1]
    rank = str(getattr(cls, "rank", ""))
    return {name: found[name].replace("{rank}", rank) for name in _WITH_OPTIONAL if name in found}


def fields(cls: type[BaseModel]) -> list[FieldDocumentation]:
    """Return the fields that a file may state."""
    properties = json_schema(cls)["properties"]
    infos = named_fields(cls)
    return [
        FieldDocumentation(name, _words(schema), info.is_required(), schema.get("default"), info.description or "")
        for name, info, schema in ((name, infos[name], properties[name]) for name in field_names(cls))
    ]


def field_names(cls: type[BaseModel]) -> list[str]:
    """Return the names of the fields: what a first use states, a kind's own before its family's; last what all have."""
    infos = cls.model_fields
    own_first = dict.fromkeys(name for base in cls.__mro__ for name in inspect.get_annotations(base) if name in infos)
    stated = [name for name in own_first if infos[name].examples]
    others = [name for name in infos if name not in stated and name != "type"]
    ordered = stated + sorted(others, key=lambda name: _LAST.get(name, 0))
    return [infos[name].alias or name for name in ordered]


def example(cls: type[BaseModel]) -> dict[str, Any]:
    """Return what a first use of a kind states: the required fields, and others that have an example."""
    infos = named_fields(cls)
    return {name: info.examples[0] for name in field_names(cls) if (info := infos[name]).examples}


def _parse(documented: type | ModuleType) -> tuple[str, dict[str, str]]:
    # A class does not inherit its base's docstring here: its sentence would be about something else.
    text, *parts = _HEADING.split(inspect.cleandoc(vars(documented).get("__doc__") or ""))
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    return "\n".join(paragraphs), dict(zip(parts[::2], map(_statements, parts[1::2]), strict=True))


def _statements(text: str) -> str:
    """Join the lines of a section but where a statement ends."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return re.sub(r"(?<![.;])\n", " ", lines)


def _words(schema: dict[str, Any]) -> str:
    """Write in a file's words what a JSON Schema accepts."""
    match schema:
        case {"anyOf": alternatives}:
            return " | ".join(map(_words, alternatives))
        case {"enum": values}:
            return " | ".join(map(_word, values))
        case {"title": definition}:
            return str(definition)
        case {"const": value}:
            return _word(value)
        case {"type": "array", "items": items}:
            return f"[{_words(items)}, …]"
        case {"type": "object", "properties": properties}:
            return f"{{{', '.join(f'{name}: {_words(inner)}' for name, inner in properties.items())}}}"
        case {"type": name}:
            bounds = [
                f" {sign} {schema[key]}" for key, sign in _BOUNDS.items() if schema.get(key, MAX_SIZE) != MAX_SIZE
            ]
            return _TYPES[name] + ",".join(bounds)
    return "anything"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
