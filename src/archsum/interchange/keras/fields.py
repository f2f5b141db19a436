"""A layer's configuration → fields of ours."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from archsum.interchange.keras.items import BadItemError, Item
from archsum.layers import layer_class
from archsum.layers.fields import named_fields

Fields = dict[str, Any]


class Plain(NamedTuple):
    """A class that is a kind of ours: its configuration has our fields, some by other names."""

    kind: str
    renamed: Mapping[str, str] = {}
    """Our names of fields, by Keras's."""
    adapt: Callable[[Fields], Fields] | None = None
    """What makes our fields of the configuration's, where their values are written otherwise."""


UNCOUNTED = frozenset(
    {
        *("name", "dtype", "trainable", "batch_shape", "batch_input_shape", "input_shape", "input_dtype", "autocast"),
        *("activity_regularizer", "sparse", "ragged", "seed", "supports_masking", "data_type"),
        # Of kernels and tables.
        *("quantization_config", "lora_alpha", "gptq_unpacked_column_size", "input_length", "implementation"),
        # Of normalizations: how statistics are brought together, and Keras 2's ways to compute the same.
        *("synchronized", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size"),
        # Of recurrent layers: the direction, and how the loop is computed. States are told by the calls.
        *(
            "go_backwards",
            "stateful",
            "unroll",
            "return_state",
            "zero_output_for_mask",
            "use_cudnn",
            "unit_forget_bias",
        ),
        # Of attention.
        *("flash_attention", "use_causal_mask", "query_shape", "key_shape", "value_shape"),
        # Of images: what is around them, and the same sizes in other words.
        *("fill_mode", "fill_value", "antialias", "value_range", "bounding_box_format", "data_format"),
        *("logits_soft_cap", "attn_logits_soft_cap", "noise_shape", "num_power_iterations"),
    }
)
"""What changes no number of a layer that has no such field."""

_UNCOUNTED_ENDINGS = ("_initializer", "_regularizer", "_constraint")

_NULL_COUNTS = ("activation", "recurrent_activation", "axis")
"""Fields of which null is another value than what they are without it."""


@cache
def _own_fields(kind: str) -> frozenset[str]:
    return frozenset(named_fields(layer_class(kind)))


def read_fields(plain: Plain, config: Item, unknown: Callable[[str], None]) -> Fields:
    """Return the fields of a layer, without `trainable`; `unknown` is told of keys that are not known.

    Errors: BadItemError for a layer whose weights are others than its class's.
    """
    stated = config.mapping()
    _require_plain_weights(plain, config)
    own = _own_fields(plain.kind)
    fields: Fields = {}
    for key, value in stated.items():
        name = plain.renamed.get(key, key)
        if name == "use_bias":
            name = "bias"
        if name in own and name not in ("name", "type", "trainable"):
            if value is not None or name in _NULL_COUNTS:
                fields[name] = plain_value(value) if type(value) is dict else value
        elif value and key not in UNCOUNTED and not key.endswith(_UNCOUNTED_ENDINGS):
            unknown(key)
    return plain.adapt(fields) if plain.adapt else fields


def plain_value(value: Any) -> Any:
    """Return the numbers of an array; anything else as it is."""
    if type(value) is dict:
        if value.get("class_name") in ("__numpy__", "__tensor__") and type(value.get("config")) is dict:
            return value["config"].get("value")
        if value.get("type") == "ndarray":
            return value.get("value")
    return value


def _require_plain_weights(plain: Plain, config: Item) -> None:
    """Check that a layer has the weights of its class, and no others beside or instead of them."""
    if plain.kind.startswith("locally_connected") and config.value.get("implementation") == 2:
        message = "the layer has `implementation: 2`, with a kernel of all inputs and all outputs, most of it masked"
        raise BadItemError("unknown-weights", message, config.at("implementation"), UNKNOWN_WEIGHTS)
    if config.value.get("lora_rank"):
        message = "the layer has `lora_rank`, with weights beside its own"
        raise BadItemError("unknown-weights", message, config.at("lora_rank"), UNKNOWN_WEIGHTS)
    dtype = config.value.get("dtype")
    name = dtype.get("class_name") if type(dtype) is dict else dtype
    if type(name) is str and ("Quantized" in name or name.startswith(("int8", "int4", "float8", "gptq"))):
        message = "the layer is quantized, so that its weights are others"
        raise BadItemError("unknown-weights", message, config.at("dtype"), UNKNOWN_WEIGHTS)


UNKNOWN_WEIGHTS = (
    "`--allow-unknown`, in Python `allow_unknown=True`, accepts it, with unknown weights, and unknown totals"
)
