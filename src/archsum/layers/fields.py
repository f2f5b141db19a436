"""What declared fields have in common: the settings of their models, and the types that several of them have."""

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic.fields import FieldInfo

from archsum.bounds import MAX_SIZE
from archsum.errors import FieldError, quote, write_scalar
from archsum.formula import SIZES

T = TypeVar("T")

INPUT_SIZES = frozenset(f"input_{axis}" for axis in SIZES)
"""The names that formulas have for the sizes of what a layer takes."""


class StrictModel(BaseModel):
    """A frozen value that refuses unknown fields, and converts nothing: `"3"` is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


def named_fields(cls: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return a model's fields by the names that a file uses."""
    return {info.alias or attribute: info for attribute, info in cls.model_fields.items()}


TupleOf = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in the file."""

Positive = Annotated[int, Field(ge=1, le=MAX_SIZE)]
NonNegative = Annotated[int, Field(ge=0, le=MAX_SIZE)]
NonNegativeNumber = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(ge=0, le=1)]

ANY_LAYER = WithJsonSchema({"title": "layer"})
"""In an annotation: a layer as files write it. `archsum schema` has its definition."""

AT_LEAST_0 = {"type": "integer", "minimum": 0}
AT_LEAST_1 = {"type": "integer", "minimum": 1}


def one_or_list(one: dict[str, Any], item: dict[str, Any] | None = None) -> WithJsonSchema:
    """Return that a field takes one value or a list; its items are like the one unless `item` says otherwise."""
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": item or one}]})


PerAxis = Annotated[TupleOf[Positive], one_or_list(AT_LEAST_1)]
"""One number for every axis, or one for each. `Spatial` turns the first into the second."""

NAME_LENGTH = 100
_NAME_PATTERN = rf"[\w.\-]{{1,{NAME_LENGTH}}}"
NO_NAME_CHARACTERS = re.compile(r"[^\w.\-]+")
"""What is in no name, for those who make one of another's."""


def check_name(value: Any) -> Any:
    """Return a name of a layer, an input or a weight as it is. Errors: FieldError for what is none."""
    if is_name(value):
        return value
    if value is None:
        raise FieldError("is empty", "write a name, or remove it")
    cure = f"a name has letters, digits, `_`, `-` and `.`, {NAME_LENGTH} at most"
    if isinstance(value, int | float) and re.fullmatch(_NAME_PATTERN, written := write_scalar(value)):
        cure = f'put it in quotes: `"{written}"`'
    raise FieldError(f"cannot be {quote(value)}", cure)


def is_name(value: object) -> bool:
    """Whether a value can be a name."""
    return isinstance(value, str) and bool(re.fullmatch(_NAME_PATTERN, value))


Name = Annotated[str, BeforeValidator(check_name)]

Activation = Literal[
    "celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink", "threshold",
]  # fmt: skip
"""Keras's activations (https://keras.io/api/layers/activations/), but for glu, which halves an axis."""

DataFormat = Literal["channels_last", "channels_first"]


def true_is_tied(value: Any) -> Any:
    """Read `true` as the bias that Keras gives a layer."""
    if value is True:
        return "tied"
    # Python takes 0 for false; a file that says 0 means something else.
    return "0" if value == 0 and value is not False else value


TiedBias = Annotated[
    Literal["tied", False], BeforeValidator(true_is_tied, json_schema_input_type=Literal["tied", True, False])
]
"""The bias of a layer that uses it in several places or steps, so that there is no untied one."""


def none_where_equal(value: Any, info: ValidationInfo, other: str) -> Any:
    """Return a field's value, or None, its default, which stands for the other field's, where it has that one."""
    return None if value == info.data.get(other) else value


def per_axis(value: Any, rank: int) -> Any:
    """Repeat a single number for every axis; check the length of a list. What is neither is left to the type.

    Errors: FieldError where the list is not as long as there are axes.
    """
    if isinstance(value, list | tuple):
        if len(value) != rank:
            numbers = "number" if rank == 1 else f"number, or a list of {rank}"
            one = value[0] if value and type(value[0]) is int else 1
            cure = f"write `{one}`" if rank == 1 else f"write one for each axis, or one for all: `{one}`"
            raise FieldError(f"takes one {numbers}, not a list of {len(value)}", cure)
        return value
    return (value,) * rank
