"""How a network is trained."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from archsum.errors import FieldError
from archsum.language.spec.names import Names
from archsum.layers.fields import Positive, StrictModel


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
