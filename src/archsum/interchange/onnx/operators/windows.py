"""Operators that slide a window over space: convolutions and pooling."""

from collections.abc import Sequence
from math import prod
from typing import Any

from archsum.interchange.onnx.call import CHANNELS_FIRST, Call, padded_pairs
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.plan import Use, Weight
from archsum.interchange.onnx.values import ModelError, RefusedError

_DIMENSIONS = (1, 2, 3)


def convolution(call: Call, kernel: int = 1, bias: int = 2) -> None:
    """Add a convolution; a quantized one has its kernel and bias elsewhere among its inputs."""
    weight = call.required_weight(kernel)
    rank = _rank(call, weight)
    filters, _, *sizes = weight.shape
    _require_sizes(call, sizes)
    fields = {
        "filters": filters,
        "kernel_size": list(sizes),
        **_steps(call, rank, ("strides", "strides"), ("dilations", "dilation_rate")),
        **_padding(call, sizes),
        **_groups(call),
        **CHANNELS_FIRST,
    }
    fields["bias"], uses = _bias(call, bias, filters)
    call.add(f"conv{rank}d", fields, uses=[Use("kernel", weight), *uses])


def transposed_convolution(call: Call) -> None:
    """Add a transposed convolution."""
    weight = call.required_weight(1)
    rank = _rank(call, weight)
    _, filters, *sizes = weight.shape
    _require_sizes(call, sizes)
    groups = call.operator.integer("group", 1)
    fields = {
        "filters": filters * groups,
        "kernel_size": list(sizes),
        **_steps(call, rank, ("strides", "strides"), ("dilations", "dilation_rate")),
        **_transposed_padding(call, sizes),
        **_groups(call),
        **CHANNELS_FIRST,
    }
    fields["bias"], uses = _bias(call, 2, filters * groups)
    call.add(f"conv{rank}d_transpose", fields, uses=[Use("kernel", weight), *uses])


def pooling(kind: str) -> Rule:
    """Return the rule of a pooling."""

    def rule(call: Call) -> None:
        sizes = call.operator.integers("kernel_shape") or ()
        rank = len(sizes)
        if rank not in _DIMENSIONS:
            raise RefusedError(f"it pools {rank} axes")
        _require_sizes(call, sizes)
        steps = _steps(call, rank, ("strides", "strides"), ("dilations", "dilation_rate"))
        dilation = steps.pop("dilation_rate", 1)
        fields = {"pool_size": list(sizes), "strides": 1, **steps, **_padding(call, sizes), **CHANNELS_FIRST}
        if dilation != 1:
            if kind != "max_pooling":
                raise RefusedError("it is an average with dilation")
            fields["dilation_rate"] = dilation
        if call.operator.integer("ceil_mode", 0) and fields.get("padding") != "same":
            fields["ceil_mode"] = True
        taken = call.data()
        pads = fields.get("padding")
        if isinstance(pads, list) and any(max(pair) > size // 2 for pair, size in zip(pads, sizes, strict=True)):
            taken = _padded(call, rank, pads)
            fields["padding"] = 0
        call.add(f"{kind}{rank}d", fields, [taken])

    return rule


def global_pooling(kind: str) -> Rule:
    """Return the rule of a global pooling."""

    def rule(call: Call) -> None:
        rank = len(call.given().shape) - 2
        if rank not in _DIMENSIONS:
            raise RefusedError(f"it pools {rank} axes")
        _require_batch_first(call)
        call.add(f"{kind}{rank}d", {"keepdims": True, **CHANNELS_FIRST})

    return rule


def _rank(call: Call, weight: Weight) -> int:
    rank = len(weight.shape) - 2
    if rank not in _DIMENSIONS:
        raise RefusedError(f"it is a convolution over {rank} axes")
    _require_batch_first(call)
    if len(call.given().shape) != rank + 2:
        raise ModelError(f"has a kernel over {rank} axes, and an input of {len(call.given().shape)} in all")
    return rank


def _require_batch_first(call: Call) -> None:
    if call.given().batch != 0:
        raise RefusedError("its first axis is not the batch")


def _require_sizes(call: Call, sizes: Sequence[int]) -> None:
    stated = call.operator.integers("kernel_shape")
    if min(sizes, default=1) < 1:
        raise ModelError("has a window without elements")
    if stated is not None and tuple(stated) != tuple(sizes):
        raise ModelError(f"has a kernel of {list(sizes)}, and says that it is {list(stated)}")


def _steps(call: Call, rank: int, *names: tuple[str, str]) -> dict[str, Any]:
    """Return what the file has a number of for each axis, where it is not 1."""
    fields = {}
    for theirs, ours in names:
        numbers = call.operator.integers(theirs)
        if numbers is not None and len(numbers) != rank:
            raise ModelError(f"has {len(numbers)} `{theirs}`, and works over {rank} axes")
        if numbers and min(numbers) < 1:
            raise ModelError(f"has `{theirs}` of {min(numbers)}")
        if numbers and set(numbers) != {1}:
            fields[ours] = numbers[0] if len(set(numbers)) == 1 else list(numbers)
    return fields


def _groups(call: Call) -> dict[str, int]:
    groups = call.operator.integer("group", 1)
    if groups < 1:
        raise ModelError(f"has {groups} groups")
    return {} if groups == 1 else {"groups": groups}


def _padding(call: Call, sizes: Sequence[int]) -> dict[str, Any]:
    word = call.operator.text("auto_pad", "NOTSET")
    if word in ("SAME_UPPER", "SAME_LOWER"):
        return {"padding": "same"}
    pads = call.operator.integers("pads") or ()
    if word == "VALID" or not any(pads):
        return {"padding": 0}
    return {"padding": _pairs(pads, len(sizes))}


def _pairs(pads: Sequence[int], rank: int) -> list[list[int]]:
    pairs = padded_pairs(pads)
    if len(pads) != 2 * rank:
        raise ModelError(f"has {len(pads)} `pads`, and works over {rank} axes")
    if min(pads) < 0:
        raise RefusedError("it takes elements away at the sides")
    return [list(pair) for pair in pairs]


def _padded(call: Call, rank: int, pads: list[list[int]]) -> str:
    """Add what pads the data, where the window is not large enough for its padding."""
    channels, *spatial = call.given().sample
    sizes = (None if size is None else size + sum(pair) for size, pair in zip(spatial, pads, strict=True))
    return call.add(f"zero_padding{rank}d", {"padding": pads, **CHANNELS_FIRST}, shape=(channels, *sizes))


def _transposed_padding(call: Call, sizes: Sequence[int]) -> dict[str, Any]:
    """Return the padding, which follows from the output's size where the file states that."""
    rank = len(sizes)
    word, stated = call.operator.text("auto_pad", "NOTSET"), call.operator.integers("output_shape")
    added = call.operator.integers("output_padding") or (0,) * rank
    pads = call.operator.integers("pads") or (0,) * (2 * rank)
    if stated is not None or word in ("SAME_UPPER", "SAME_LOWER"):
        given, made = call.given().shape[2:], call.made().shape[2:]
        strides = call.operator.integers("strides") or (1,) * rank
        dilations = call.operator.integers("dilations") or (1,) * rank
        numbers = zip(given, made, strides, dilations, sizes, added, strict=True)
        whole = [
            None
            if size is None or output is None
            else (size - 1) * stride + dilation * (kernel - 1) + 1 + more - output
            for size, output, stride, dilation, kernel, more in numbers
        ]
        if any(total is None or total < 0 for total in whole):
            raise RefusedError("its output's size is stated, and no padding gives it")
        totals = [total or 0 for total in whole]
        pads = (*(total // 2 for total in totals), *(total - total // 2 for total in totals))
    fields: dict[str, Any] = {"padding": _pairs(pads, rank) if any(pads) else 0}
    if any(added):
        fields["output_padding"] = list(added)
    return fields


def _bias(call: Call, number: int, filters: int) -> tuple[str | bool, list[Use]]:
    """Return the bias; one that is computed of zeros, as exporters add to what has none, is none."""
    if not call.has(number):
        return False, []
    weight = call.weight(number)
    if weight is None:
        if call.plan.is_data(call.name(number)):
            raise RefusedError("its bias depends on data")
        return False, []
    if prod(weight.shape) != filters:
        raise ModelError(f"has {filters} filters, and a bias of {prod(weight.shape)}")
    return "tied", [Use("bias", weight._replace(shape=(filters,)))]


RULES: dict[str, Rule] = {
    "AveragePool": pooling("average_pooling"),
    "Conv": convolution,
    "ConvInteger": lambda call: convolution(call, 1, len(call.operator.inputs)),
    "ConvTranspose": transposed_convolution,
    "GlobalAveragePool": global_pooling("global_average_pooling"),
    "GlobalMaxPool": global_pooling("global_max_pooling"),
    "MaxPool": pooling("max_pooling"),
    "QLinearConv": lambda call: convolution(call, 3, 8),
}
