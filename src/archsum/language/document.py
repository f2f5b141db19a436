"""The file as a whole: its head is checked here, its layers in `expand`."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from archsum.language.quantities import BYTE_UNITS, COUNT_UNITS, parse_bytes, parse_count
from archsum.language.scalars import Scalar
from archsum.language.vocabulary import suggest_kind
from archsum.layers import KINDS
from archsum.layers.base import Shape
from archsum.layers.fields import MAX_SIZE, DataFormat
from archsum.model import UNCHECKED, JsonSchema, Limits, Model, field

DEFAULT_INPUT = "input"
"""The name of the input where a file has one and does not name it."""

NAME_PATTERN = r"[\w.\-]{1,100}"
"""The names of layers, inputs and variables."""


def _quantity_schema(units: Iterable[str], *examples: str) -> JsonSchema:
    text = {"type": "string", "pattern": rf"^\s*\d+(\.\d+)? ?({'|'.join(units)})\s*$", "examples": list(examples)}
    return JsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, text]})


Count = Annotated[int, Limits(ge=0), parse_count, _quantity_schema(COUNT_UNITS, "250k", "5M")]
Bytes = Annotated[int, Limits(ge=0), parse_bytes, _quantity_schema(BYTE_UNITS, "20 MB", "1 MiB")]


class Budget(Model):
    """Limits that the network must keep to; each is the largest value allowed."""

    max_params: Count | None = field(None, description="Parameters, trainable or not.")
    max_trainable_params: Count | None = field(None, description="Trainable parameters.")
    max_macs: Count | None = field(None, description="Multiply-accumulates for one sample.")
    max_weight_memory: Bytes | None = field(None, description="Bytes of all weights in float32.")
    max_layers: Count | None = field(None, description="Layers, inputs not counted.")
    max_layer_params: Count | None = field(None, description="Parameters of any one layer.")


def parse_inputs(value: Any) -> dict[str, Shape]:
    """Bring `[32, 32, 3]` and `{name: [32, 32, 3]}` into one form.

    Errors: ValueError for what is neither, has a size below 1, or a name that is none.
    """
    inputs = value if isinstance(value, dict) else {DEFAULT_INPUT: value}
    if not inputs:
        raise ValueError("names no input")
    for name in inputs:
        if not re.fullmatch(NAME_PATTERN, str(name)):
            raise ValueError(f"names an input `{name}`; a name has letters, digits, `_`, `-` and `.`")
    return {str(name): _parse_shape(shape) for name, shape in inputs.items()}


def _parse_shape(value: Any) -> Shape:
    if not isinstance(value, list | tuple):
        raise ValueError("takes a list of sizes such as [32, 32, 3], without the batch axis")
    for size in value:
        if size is not None and (type(size) is not int or not 1 <= size <= MAX_SIZE):
            raise ValueError(f"takes whole numbers of at least 1, or null for an unknown size, not `{size}`")
    if not value:
        raise ValueError("has no sizes; a vector of 10 numbers is [10]")
    return tuple(value)


_SHAPE_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
}


def check_defaults(value: Any) -> Any:
    """Return the defaults as they are, with their places in the file.

    Errors: ValueError for what is not a mapping of kinds to fields.
    """
    if not isinstance(value, dict) or not all(isinstance(fields, dict) for fields in value.values()):
        raise ValueError("takes a mapping such as {conv2d: {padding: same}}")
    if unknown := [kind for kind in value if kind not in KINDS]:
        raise ValueError(
            f"names a kind of layer that does not exist, `{unknown[0]}`: {suggest_kind(unknown[0], KINDS)}"
        )
    return value


def check_layers(value: Any) -> Any:
    """Return the layers as they are, with their places in the file.

    Errors: ValueError for what is not a list, or is an empty one.
    """
    if not isinstance(value, list):
        raise ValueError("takes a list, with a `- ` before each layer")
    if not value:
        raise ValueError("has no layers; a network has at least one")
    return value


class Document(Model):
    """A network file, formulas computed, layers not yet looked at."""

    name: Annotated[str, Limits(min_length=1, max_length=200)] | None = field(
        None, description="The network's name; by default the file's."
    )
    input: Annotated[
        dict[str, Shape],
        UNCHECKED,
        parse_inputs,
        JsonSchema({"anyOf": [_SHAPE_SCHEMA, {"type": "object", "additionalProperties": _SHAPE_SCHEMA}]}),
    ] = field(description="The shape of one sample, without the batch axis; null is an unknown size.")
    data_format: DataFormat = field(
        "channels_last", description="Where the channel axis is, for every layer that cares."
    )
    variables: Annotated[dict[str, Scalar], UNCHECKED] = field(
        {}, description="Names for formulas; `--set name=value` overrides them."
    )
    defaults: Annotated[dict[str, dict[str, Any]], UNCHECKED, check_defaults] = field(
        {}, description="For a kind of layer, the fields it has unless it says otherwise."
    )
    layers: Annotated[list[Any], UNCHECKED, check_layers] = field(description="The layers, first to last.")
    budget: Budget = field(Budget.model_validate({}), description="Limits that `archsum check` compares with.")
