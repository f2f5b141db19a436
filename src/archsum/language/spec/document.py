"""The file as a whole: its head is checked here, its layers in `expand`."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from archsum.errors import FieldError, quote
from archsum.formula import Value
from archsum.language.spec.items import PLACEMENT
from archsum.language.spec.quantities import BYTE_UNITS, COUNT_UNITS, parse_bytes, parse_count, parse_share
from archsum.layers.fields import ANY_LAYER, MAX_AXES, DataFormat, Name, Positive, Rate, StrictModel, TupleOf

DEFAULT_INPUT = "input"
"""The name of the input where the file does not name it."""

MAX_BLOCK_INPUTS = 100
"""The most inputs of a block."""

MAX_PARAMETERS = 100
"""The most parameters of a block."""


def _quantity_schema(units: Iterable[str], *examples: str) -> WithJsonSchema:
    text = {"type": "string", "pattern": rf"^\s*\d+(\.\d+)? ?({'|'.join(units)})\s*$", "examples": list(examples)}
    return WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, text]})


_Limit = Annotated[int, Field(ge=0)] | None
Count = Annotated[_Limit, BeforeValidator(parse_count), _quantity_schema(COUNT_UNITS, "250k", "5M")]
Bytes = Annotated[_Limit, BeforeValidator(parse_bytes), _quantity_schema(BYTE_UNITS, "20 MB", "1 MiB")]


_PERCENT_SCHEMA = {"type": "string", "pattern": r"^\s*(100|\d{1,2}(\.\d{1,9})?) ?%\s*$", "examples": ["90%"]}
Share = Annotated[
    Rate | None,
    BeforeValidator(parse_share),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _PERCENT_SCHEMA]}),
]


def check_stated(value: Any) -> Any:
    """Return a value as it is. Errors: FieldError where there is none."""
    if value is None:
        raise FieldError("is empty", "write a name that `archsum devices` lists, or remove it")
    return value


_DeviceName = Annotated[str, Field(min_length=1, max_length=100)] | None


class BlockBudget(StrictModel):
    """Limits that a block must keep to; each is the largest value allowed."""

    max_params: Count = Field(None, description="Parameters, trainable or not.")
    max_trainable_params: Count = Field(None, description="Trainable parameters.")
    max_macs: Count = Field(None, description="Multiply-accumulates for one sample.")
    max_flops: Count = Field(
        None, description="Floating-point operations for one sample: two for each multiply-accumulate, and all others."
    )
    max_weight_memory: Bytes = Field(None, description="Bytes of all weights in float32.")


class Budget(BlockBudget):
    """Limits that the network must keep to; each is the largest value allowed."""

    max_activation_memory: Bytes = Field(None, description="Bytes of the tensors alive at once at inference.")
    max_inference_memory: Bytes = Field(None, description="Bytes of a forward pass: the weights and those tensors.")
    max_training_memory: Bytes = Field(None, description="Bytes of a training step at its peak; see `training`.")
    max_sram: Bytes = Field(None, description="Bytes of a microcontroller's arena, planned for int8.")
    max_flash: Bytes = Field(None, description="Bytes of its flash that weights in int8 and biases in int32 take.")
    max_layers: Count = Field(None, description="Layers, inputs not counted.")
    max_layer_params: Count = Field(None, description="Parameters of any one layer.")
    max_layer_macs: Count = Field(None, description="Multiply-accumulates of any one layer, for one sample.")
    max_layer_flops: Count = Field(None, description="Floating-point operations of any one layer, for one sample.")
    blocks: dict[str, BlockBudget] = Field(
        {}, description="For blocks, by their names as `archsum summary` shows them, limits of their own."
    )
    device: Annotated[
        _DeviceName, BeforeValidator(check_stated), WithJsonSchema({"type": "string", "maxLength": 100})
    ] = Field(
        None, description="A device whose memory is the limit: training memory, or a microcontroller's RAM and flash."
    )
    warn_at: Share = Field(None, description="The share of a limit from which on a check warns, such as 90%.")


def parse_inputs(value: Any) -> Any:
    """Bring `[32, 32, 3]` and `{name: [32, 32, 3]}` into one form. Errors: FieldError for a mapping without inputs."""
    if value == {}:
        raise FieldError("names no input")
    return value if isinstance(value, dict) else {DEFAULT_INPUT: value}


def _check_sizes(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > MAX_AXES:
        raise FieldError(f"has {len(value):,} sizes; {MAX_AXES} are the most")
    numbers = re.findall(r"\d+", str(value)[:50]) if isinstance(value, str | int) else []
    if not numbers:
        return value
    raise FieldError(f"takes a list of sizes, not {quote(value)}", f"write `[{', '.join(numbers)}]`")


_Sizes = Annotated[TupleOf[Positive | None], Field(min_length=1), BeforeValidator(_check_sizes)]
_SHAPE_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_AXES,
    "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
}
_NAMED_SHAPE_SCHEMA = {"type": "object", "minProperties": 1, "additionalProperties": _SHAPE_SCHEMA}


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


def check_parameters(value: Any) -> Any:
    """Return a block's parameters as they are; `parameters:` with nothing below it has none.

    Errors: FieldError for what is not a mapping.
    """
    if not isinstance(value, dict | None):
        cure = "write them as in `{filters: , strides: 1}`, each with its default, or empty where it must be given"
        raise FieldError(f"takes a mapping, not {quote(value)}", cure)
    if value and len(value) > MAX_PARAMETERS:
        raise FieldError(f"has more than {MAX_PARAMETERS} names", "a list can hold many values under one name")
    return value or {}


def check_blocks(value: Any) -> Any:
    """Return the blocks as they are; `structure` reads each. Errors: FieldError for what is not a mapping."""
    if not isinstance(value, dict):
        raise FieldError(f"takes a mapping, not {quote(value)}", "write it as in `{conv_bn: {layers: […]}}`")
    return value


def parse_names(value: Any) -> Any:
    """Make a list of a single name."""
    return [value] if isinstance(value, str) else value


def check_different(value: Any) -> Any:
    """Return names as they are. Errors: FieldError where one is there twice."""
    names = value if isinstance(value, list) else []
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise FieldError(f"has {quote(twice)} twice", "name each once")
    return value


def check_layers(value: Any) -> Any:
    """Return the layers as they are, with their places in the file.

    Errors: FieldError for what is not a list, or is an empty one.
    """
    if value is None or value == []:
        raise FieldError("has no layers", "there is at least one: write `- flatten` below it, indented")
    if not isinstance(value, list):
        raise FieldError(f"takes a list, not {quote(value)}", "begin each layer with `- `")
    return value


_NAME_SCHEMA = {"type": "string", "maxLength": 100}
_NAME_LIST_SCHEMA = {"type": "array", "minItems": 1, "uniqueItems": True, "items": _NAME_SCHEMA}
_NAMES_SCHEMA = WithJsonSchema({"anyOf": [_NAME_SCHEMA, _NAME_LIST_SCHEMA]})
Names = Annotated[
    TupleOf[str], Field(min_length=1), BeforeValidator(check_different), BeforeValidator(parse_names), _NAMES_SCHEMA
]
"""One name or several, each once."""

InputNames = Annotated[
    TupleOf[Name],
    Field(min_length=1, max_length=MAX_BLOCK_INPUTS),
    BeforeValidator(check_different),
    BeforeValidator(parse_names),
    _NAMES_SCHEMA,
]
"""The same, where they are given to what has none."""

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

    parameters: Annotated[dict[str, Any], PlainValidator(check_parameters), WithJsonSchema(_PARAMETERS_SCHEMA)] = Field(
        {}, description="Names for formulas, each with its default; one that is left empty must be given."
    )
    inputs: InputNames | None = Field(
        None, description="Names for the block's inputs, where it takes several; a single one is called `input`."
    )
    outputs: Names | None = Field(
        None, description="The layers whose outputs the block gives; by default what its last layer gives."
    )
    layers: Layers = Field(description="The layers, first to last.", examples=[["flatten"]])


def _refuse_int8(value: Any) -> Any:
    if value == "int8":
        cure = "it is a microcontroller's: `archsum memory` shows what that needs, `max_sram` and `max_flash` limit it"
        raise FieldError("cannot be `int8`, which nothing is trained in", cure)
    return value


class Training(StrictModel):
    """How the network is trained, as far as its memory depends on it."""

    batch: Positive = Field(32, description="The samples of a batch.")
    optimizer: Literal["sgd", "momentum", "rmsprop", "adagrad", "adam", "adamw", "lion", "adafactor"] = Field(
        "adam", description="The optimizer; `momentum` is sgd with momentum."
    )
    precision: Annotated[Literal["float32", "bfloat16", "float16", "mixed"], BeforeValidator(_refuse_int8)] = Field(
        "float32", description="mixed: 16 bits for what passes through the layers, 32 for what they learn."
    )
    checkpointing: Names | None = Field(
        None, description="Blocks that keep only what they take, and compute the rest again on the way back."
    )


class StatedDevice(StrictModel):
    """A device of the file's own: what has `memory`, such as a GPU, or a microcontroller with `ram` and `flash`."""

    memory: Bytes = Field(None, description="Its memory, such as a GPU's.", examples=["24 GB"])
    ram: Bytes = Field(None, description="A microcontroller's RAM.")
    flash: Bytes = Field(None, description="A microcontroller's flash, which holds weights and program.")
    held_back: Bytes = Field(
        None, description="What of the memory or the RAM is not for the network; by default as of built-in devices."
    )
    flash_held_back: Bytes = Field(None, description="The same of the flash.")

    @model_validator(mode="after")
    def _memory_or_ram_and_flash(self) -> Self:
        if (self.memory is None) == (self.ram is None) or (self.ram is None) != (self.flash is None):
            raise FieldError(
                "takes either `memory`, or `ram` and `flash`",
                "write `{memory: 24 GB}` for a GPU, `{ram: 256 KiB, flash: 1 MiB}` for a microcontroller",
            )
        return self

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        for name, size, held_back in (
            ("held_back", self.memory or self.ram, self.held_back),
            ("flash_held_back", self.flash, self.flash_held_back),
        ):
            if held_back is not None and (size is None or held_back >= size):
                raise FieldError(f"has a `{name}` of {held_back:,} bytes, which leaves nothing", "hold back less")
        return self


class Document(StrictModel):
    """A network file, formulas computed, layers not yet looked at."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="The network's name; by default the file's."
    )
    input: Annotated[
        dict[Name, _Sizes],
        BeforeValidator(parse_inputs),
        WithJsonSchema({"anyOf": [_SHAPE_SCHEMA, _NAMED_SHAPE_SCHEMA]}),
    ] = Field(
        description="The shape of one sample, without the batch axis; null is an unknown size.", examples=[[32, 32, 3]]
    )
    data_format: DataFormat = Field(
        "channels_last", description="Where the channel axis is, for every layer that cares."
    )
    variables: Annotated[
        dict[str, Value],
        PlainValidator(check_variables),
        WithJsonSchema({"type": "object", "additionalProperties": {"not": {"type": "object"}}}),
    ] = Field({}, description="Names for formulas; `--set name=value` overrides them.")
    defaults: Annotated[
        dict[str, dict[str, Any]], PlainValidator(check_defaults, json_schema_input_type=dict[str, Any])
    ] = Field({}, description="For a kind of layer, the fields it has unless it says otherwise.")
    blocks: Annotated[dict[str, Any], PlainValidator(check_blocks, json_schema_input_type=dict[str, Any])] = Field(
        {}, description="Layers under one name, with parameters, to be used like a layer."
    )
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
