"""The file as a whole: its head is checked here, its layers in `expand`."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from archsum.bounds import MAX_AXES, MAX_PARAMETERS
from archsum.errors import FieldError, quote
from archsum.formula import Value
from archsum.language.spec.budget import Budget, StatedDevice
from archsum.language.spec.items import PLACEMENT
from archsum.language.spec.names import InputNames, Names
from archsum.language.spec.training import Training
from archsum.layers.fields import ANY_LAYER, DataFormat, Name, Positive, StrictModel, TupleOf

DEFAULT_INPUT = "input"
"""The name of the input where the file does not name it."""


def _parse_inputs(value: Any) -> Any:
    """Bring `[32, 32, 3]` and `{name: [32, 32, 3]}` into one form. Errors: FieldError for a mapping without inputs."""
    if value == {}:
        raise FieldError("names no input", "write `input: [32, 32, 3]`, or `input: {left: [32, 32, 3], right: [8]}`")
    return value if isinstance(value, dict) else {DEFAULT_INPUT: value}


def _check_sizes(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > MAX_AXES:
        message = f"has {len(value):,} sizes; {MAX_AXES} are the most"
        raise FieldError(message, "state a size for each axis, as in `[32, 32, 3]`")
    numbers = re.findall(r"\d+", str(value)[:50]) if isinstance(value, str | int) else []
    if not numbers:
        return value
    raise FieldError(f"takes a list of sizes, not {quote(value)}", f"write `[{', '.join(numbers)}]`")


_Sizes = Annotated[TupleOf[Positive | None], Field(min_length=1, max_length=MAX_AXES), BeforeValidator(_check_sizes)]


def _mapping(example: str) -> Callable[[Any], Any]:
    """Return what takes a mapping as it is, with its places in the file; a later stage looks at what is in it."""

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise FieldError(f"takes a mapping, not {quote(value)}", f"write it as in `{example}`")
        return value

    return check


def _check_parameters(value: Any) -> Any:
    """Return a block's parameters as they are; `parameters:` with nothing below it has none.

    Errors: FieldError for what is not a mapping.
    """
    if not isinstance(value, dict | None):
        cure = "write them as in `{filters: , strides: 1}`, each with its default, or empty where it must be given"
        raise FieldError(f"takes a mapping, not {quote(value)}", cure)
    if value and len(value) > MAX_PARAMETERS:
        raise FieldError(f"has more than {MAX_PARAMETERS} names", "a list can hold many values under one name")
    return value or {}


def check_layers(value: Any) -> Any:
    """Return the layers as they are, with their places in the file.

    Errors: FieldError for what is not a list, or is an empty one.
    """
    if value is None or value == []:
        raise FieldError("has no layers", "there is at least one: write `- flatten` below it, indented")
    if not isinstance(value, list):
        raise FieldError(f"takes a list, not {quote(value)}", "begin each layer with `- `")
    return value


Layers = Annotated[
    list[Any],
    PlainValidator(
        check_layers, json_schema_input_type=Annotated[list[Annotated[Any, ANY_LAYER]], Field(min_length=1)]
    ),
]
"""Layers as the file has them; `structure` reads them."""


_PARAMETERS_SCHEMA = {"type": ["object", "null"], "propertyNames": {"not": {"enum": list(PLACEMENT)}}}


class Block(StrictModel):
    """Layers under one name, used like a layer whose fields are the block's parameters."""

    parameters: Annotated[dict[str, Any], PlainValidator(_check_parameters), WithJsonSchema(_PARAMETERS_SCHEMA)] = (
        Field({}, description="Names for formulas, each with its default; one that is left empty must be given.")
    )
    inputs: InputNames | None = Field(
        None, description="Names for the block's inputs, where it takes several; a single one is called `input`."
    )
    outputs: Names | None = Field(
        None, description="The layers whose outputs the block gives; by default what its last layer gives."
    )
    layers: Layers = Field(description="The layers, first to last.", examples=[["flatten"]])


class Document(StrictModel):
    """A network file, formulas computed, layers not yet looked at."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="The network's name; by default the file's."
    )
    input: Annotated[
        dict[Name, _Sizes],
        BeforeValidator(
            _parse_inputs, json_schema_input_type=_Sizes | Annotated[dict[str, _Sizes], Field(min_length=1)]
        ),
    ] = Field(
        description="The shape of one sample, without the batch axis; null is an unknown size.", examples=[[32, 32, 3]]
    )
    data_format: DataFormat = Field(
        "channels_last", description="Where the channel axis is, for every layer that cares."
    )
    variables: Annotated[
        dict[str, Value],
        PlainValidator(_mapping("{width: 64, classes: 10}")),
        WithJsonSchema({"type": "object", "additionalProperties": {"not": {"type": "object"}}}),
    ] = Field({}, description="Names for formulas; `--set name=value` overrides them.")
    defaults: Annotated[
        dict[str, dict[str, Any]],
        PlainValidator(_mapping("{conv2d: {padding: same}}"), json_schema_input_type=dict[str, Any]),
    ] = Field({}, description="For a kind of layer, the fields it has unless it says otherwise.")
    blocks: Annotated[
        dict[str, Any], PlainValidator(_mapping("{conv_bn: {layers: […]}}"), json_schema_input_type=dict[str, Any])
    ] = Field({}, description="Layers under one name, with parameters, to be used like a layer.")
    layers: Layers = Field(description="The layers, first to last.", examples=[["flatten"]])
    outputs: Names | None = Field(
        None, description="The layers whose outputs the network gives; by default what its last layer gives."
    )
    training: Training = Field(
        {}, validate_default=True, description="How the network is trained, as far as its memory depends on it."
    )
    devices: dict[Name, StatedDevice] = Field(
        {}, description="Devices by names of your own, beside those that `archsum devices` lists."
    )
    budget: Budget = Field({}, validate_default=True, description="Limits that `archsum check` compares with.")
