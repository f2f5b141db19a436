"""What no kind of layer does, as layers that state what is seen of a call."""

from collections.abc import Sequence
from typing import Any

import torch

from archsum.interchange.builder import ANY_WEIGHTS
from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Step, Steps, View
from archsum.interchange.torch.tracing import Call
from archsum.interchange.torch.unfinished import is_unfinished
from archsum.interchange.torch.values import Value, leaves

_NO_OPERATIONS = "its shapes and weights are right, its operations unknown, and so are totals of operations"
_NO_FLOPS = "its shapes, weights and MACs are right, its FLOPs unknown, and so are totals of FLOPs"
_NO_WEIGHTS = "its shapes are right, its weights and operations unknown, and so are totals of both"


def stated(view: View, live: Sequence[Value], why: NotUnderstoodError) -> dict[Value, Steps]:
    """Return a layer for each output; the first has the weights, and the operations as far as they are known."""
    is_packed, weights = has_packed(view.call), view.all_weights if view.module else {}
    inputs = tuple(dict.fromkeys(value for value in view.tensors if not value.is_constant)) or (view.input,)
    made: dict[Value, Steps] = {}
    for number, value in enumerate(live):
        own = weights if number == 0 and not is_packed else {}
        fixed = _fixed(view.module) if number == 0 else {}
        fields: dict[str, Any] = {"output_shape": list(view.shape(value)), "weights": {**_as_stated(own), **fixed}}
        if is_packed and number == 0:
            fields["weights"] = ANY_WEIGHTS
        if why.macs is not None:
            fields["macs"] = why.macs if number == 0 else 0
        statistics = tuple(tuple(it["shape"]) for it in fixed.values())
        made[value] = [Step("custom", fields, inputs, own, statistics, is_packed=is_packed)]
    return made


def _fixed(module: Any) -> dict[str, Any]:
    """Return the weights of a module that is still to be written which are no parameters: training changes them not."""
    if module is None or not is_unfinished(module):
        return {}
    return {name: {"shape": [*it.shape], "trainable": False} for name, it in module.named_buffers()}


def what_is_right(call: Call, why: NotUnderstoodError) -> str:
    """Return what is known of such layers, and which totals are not."""
    if has_packed(call):
        return _NO_WEIGHTS
    return _NO_OPERATIONS if why.macs is None else _NO_FLOPS


def has_packed(call: Call) -> bool:
    """Return whether a call has weights in objects of PyTorch's that do not show them, as quantized layers have."""
    held = [held for module in call.module.modules() for held in vars(module).values()] if call.module else []
    taken = leaves((call.args, dict(call.kwargs)))
    return any(isinstance(each, torch.ScriptObject) for each in (*taken, *held))


def _as_stated(weights: dict[str, Value]) -> dict[str, Any]:
    return {
        name: list(each.shape) if each.trainable else {"shape": list(each.shape), "trainable": False}
        for name, each in weights.items()
    }
