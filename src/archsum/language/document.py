"""The file as a whole: its head is checked here, its layers in `expand`."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from archsum.errors import FieldError, quote
from archsum.language.quantities import BYTE_UNITS, COUNT_UNITS, parse_bytes, parse_count
from archsum.language.scalars import Scalar
from archsum.layers.fields import MAX_AXES, DataFormat, Name, Positive
from archsum.model import UNCHECKED, JsonSchema, Limits, Model, field

DEFAULT_INPUT = "input"
"""The name of the input where the file does not name it."""


def _quantity_schema(units: Iterable[str], *examples: str) -> JsonSchema:
    text = {"type": "string", "pattern": rf"^\s*\d+(\.\d+)? ?({'|'.join(units)})\s*$", "examples": list(examples)}
    return JsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, text]})


_Limit = Annotated[int, Limits(ge=0)] | None
Count = Annotated[_Limit, parse_count, _quantity_schema(COUNT_UNITS, "250k", "5M")]
Bytes = Annotated[_Limit, parse_bytes, _quantity_schema(BYTE_UNITS, "20 MB", "1 MiB")]


class Budget(Model):
    """Limits that the network must keep to; each is the largest value allowed."""

    max_params: Count = field(None, description="Parameters, trainable or not.")
    max_trainable_params: Count = field(None, description="Trainable parameters.")
    max_macs: Count = field(None, description="Multiply-accumulates for one sample.")
    max_weight_memory: Bytes = field(None, description="Bytes of all weights in float32.")
    max_layers: Count = field(None, description="Layers, inputs not counted.")
    max_layer_params: Count = field(None, description="Parameters of any one layer.")


def parse_inputs(value: Any) -> Any:
    """Bring `[32, 32, 3]` and `{name: [32, 32, 3]}` into one form.

    Errors: FieldError for a mapping without inputs, or with several.
    """
    if value == {}:
        raise FieldError("names no input")
    if isinstance(value, dict) and len(value) > 1:
        raise FieldError(f"names {len(value):,} inputs", "a network is a chain of layers, which takes one: keep one")
    return value if isinstance(value, dict) else {DEFAULT_INPUT: value}


def _check_sizes(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > MAX_AXES:
        raise FieldError(f"has {len(value):,} sizes; {MAX_AXES} are the most")
    numbers = re.findall(r"\d+", str(value)[:50]) if isinstance(value, str | int) else []
    if not numbers:
        return value
    raise FieldError(f"takes a list of sizes, not {quote(value)}", f"write `[{', '.join(numbers)}]`")


_Sizes = Annotated[tuple[Positive | None, ...], Limits(min_length=1), _check_sizes]
_SHAPE_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_AXES,
    "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
}
_NAMED_SHAPE_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": _SHAPE_SCHEMA,
}


def check_defaults(value: Any) -> Any:
    """Return the defaults as they are, with their places in the file; `expand` looks at each kind's.

    Errors: FieldError for what is not a mapping.
    """
    if not isinstance(value, dict):
        raise FieldError(f"takes a mapping, not {quote(value)}", "write it as in `{conv2d: {padding: same}}`")
    return value


def check_variables(value: Any) -> Any:
    """Return the variables as they are. Errors: FieldError for what is not a mapping."""
    if not isinstance(value, dict):
        raise FieldError(f"takes a mapping, not {quote(value)}", "write it as in `{width: 64, classes: 10}`")
    return value


def check_layers(value: Any) -> Any:
    """Return the layers as they are, with their places in the file.

    Errors: FieldError for what is not a list, or is an empty one.
    """
    if value is None or value == []:
        raise FieldError("has no layers", "a network has at least one: write `- flatten` below it, indented")
    if not isinstance(value, list):
        raise FieldError(f"takes a list, not {quote(value)}", "begin each layer with `- `")
    return value


class Document(Model):
    """A network file, formulas computed, layers not yet looked at."""

    name: Annotated[str, Limits(min_length=1, max_length=200)] | None = field(
        None, description="The network's name; by default the file's."
    )
    input: Annotated[
        dict[Name, _Sizes],
        parse_inputs,
        JsonSchema({"anyOf": [_SHAPE_SCHEMA, _NAMED_SHAPE_SCHEMA]}),
    ] = field(
        description="The shape of one sample, without the batch axis; null is an unknown size.", example=[32, 32, 3]
    )
    data_format: DataFormat = field(
        "channels_last", description="Where the channel axis is, for every layer that cares."
    )
    variables: Annotated[dict[str, Scalar], UNCHECKED, check_variables] = field(
        {}, description="Names for formulas; `--set name=value` overrides them."
    )
    defaults: Annotated[dict[str, dict[str, Any]], UNCHECKED, check_defaults] = field(
        {}, description="For a kind of layer, the fields it has unless it says otherwise."
    )
    layers: Annotated[list[Any], UNCHECKED, check_layers] = field(
        description="The layers, first to last.", example=["flatten"]
    )
    budget: Budget = field(Budget.model_validate({}), description="Limits that `archsum check` compares with.")
