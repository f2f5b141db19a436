"""Operators that go through a sequence: LSTM, GRU and the simple one."""

from typing import Any

from pydantic import ValidationError

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.plan import PART, Use, Weight
from archsum.interchange.onnx.states import STATES
from archsum.interchange.onnx.values import ModelError, RefusedError
from archsum.layers import layer_class
from archsum.layers.arithmetic import Product, Sum
from archsum.layers.shapes import Shape

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_KINDS = {"LSTM": "lstm", "GRU": "gru", "RNN": "simple_rnn"}
_FUNCTIONS = {
    "Elu": "elu", "HardSigmoid": "hard_sigmoid", "LeakyRelu": "leaky_relu", "Relu": "relu", "Sigmoid": "sigmoid",
    "Softplus": "softplus", "Softsign": "softsign", "Tanh": "tanh",
}  # fmt: skip
_BIAS, _PEEPHOLES = 3, 7
_GATING_OF_GRU = 5
"""What is forgotten, and z × old + (1 − z) × new."""


def recurrent(call: Call) -> None:
    """Add a recurrent layer, and what gives its outputs the axis of directions that the file has."""
    operator = call.operator
    weights = [call.required_weight(number) for number in (1, 2, *([_BIAS] if call.has(_BIAS) else []))]
    directions, outputs, _ = _sizes(weights[0], 3)
    units, gates = _sizes(weights[1], 3)[2], _GATES[operator.type]
    if outputs != gates * units or directions not in (1, 2):
        raise ModelError(f"has a kernel of {list(weights[0].shape)} for {gates} gates of {units} units")
    if call.has(_PEEPHOLES):
        raise RefusedError("its gates see the memory")
    if call.given().batch not in (None, 0 if operator.integer("layout", 0) else 1):
        raise RefusedError("its steps are the batch")
    every = call.is_taken(0)
    steps = call.given().sample[0]
    shape: Shape = (steps, directions * units) if every else (directions * units,)
    if operator.type == "GRU" and not operator.integer("linear_before_reset", 0) and len(weights) > 2:
        made = _gru_that_resets_before(call, weights, directions, units, shape)
    else:
        made = _layer(call, weights, directions, units, every, shape)
    if every:
        call.add("reshape", {"target_shape": _written(call.made(0).sample)}, [made])
    if call.is_taken(1):
        _last_state(call, made, directions, every)
    if call.is_taken(2):
        state = {"output_shape": list(call.made(2).sample), "macs": 0, "flops": 0}
        call.add("custom", state, [made], number=2)


def _layer(call: Call, weights: list[Weight], directions: int, units: int, every: bool, shape: Shape) -> str:
    """Add the layer, with what it begins with, and return what it gives."""
    operator = call.operator
    fields = {"units": units, "return_sequences": every, **_functions(call, directions)}
    if operator.type == "GRU":
        fields["reset_after"] = bool(operator.integer("linear_before_reset", 0))
        fields["bias"] = "tied" if len(weights) > 2 else False
    else:
        fields["bias"] = "double" if len(weights) > 2 else False
    kind, states = _KINDS[operator.type], _states(call, directions, units)
    if directions == 2:
        try:
            fields = {"layer": layer_class(kind).model_validate(fields)}
        except ValidationError as error:
            raise RefusedError("its activations are none of ours") from error
        kind = "bidirectional"
    return call.add(kind, fields, [call.data(), *states], _uses(weights, directions), shape=shape)


def _gru_that_resets_before(call: Call, weights: list[Weight], directions: int, units: int, shape: Shape) -> str:
    """Add a GRU that resets before its recurrent kernel: ONNX gives it two biases, where one is enough for ours."""
    steps, features = call.given().sample
    kernels = Product(directions, steps, Sum(features, units), 3, units)
    each = 3 * 2 + 3 + _GATING_OF_GRU
    macs, more = kernels.value, Product(directions, steps, units, each).value
    flops = None if macs is None or more is None else 2 * macs + more
    uses = _uses(weights, directions)
    stated = {use.name.replace("/", "_"): list(use.weight.shape) for use in uses}
    fields = {"output_shape": list(shape), "weights": stated, "macs": macs, "flops": flops}
    return call.add("custom", fields, [call.data()], uses, shape=shape)


def _uses(weights: list[Weight], directions: int) -> list[Use]:
    """Return the weights of each direction, which the file has in one tensor."""
    uses = []
    for number in range(directions):
        for name, weight in zip(("kernel", "recurrent_kernel", "bias"), weights, strict=False):
            rest = weight.shape[1:] if name != "bias" else (2, weight.shape[1] // 2)
            source = f"{weight.source}{PART}{number}" if directions > 1 else weight.source
            called = f"{('forward', 'backward')[number]}/{name}" if directions > 1 else name
            uses.append(Use(called, Weight(source, rest)))
    return uses


def _states(call: Call, directions: int, units: int) -> list[str]:
    """Return what the layer begins with; zeros are nothing."""
    numbers = [number for number in STATES if call.has(number)]
    given = [number for number in numbers if call.plan.is_data(call.name(number)) or call.weight(number)]
    if not given:
        return []
    if directions > 1:
        raise RefusedError("it begins with the states of two directions")
    if len(given) < (len(STATES) if call.operator.type == "LSTM" else 1):
        raise RefusedError("it begins with one of its two states, and with zeros in the place of the other")
    return [call.plan.layer_of(call.name(number), call.operator, [units]) for number in given]


def _last_state(call: Call, made: str, directions: int, every: bool) -> None:
    """Add the state behind the last step, which of a sequence is the output of that step."""
    shape = call.made(1).sample
    if not every:
        call.add("reshape", {"target_shape": _written(shape)}, [made], number=1)
    elif directions == 1:
        first = call.operator.text("direction", "forward") == "reverse"
        fields = {"axis": 1, "start": 0, "stop": 1} if first else {"axis": 1, "start": -1}
        call.add("slice", fields, [made], number=1)
    else:
        call.add("custom", {"output_shape": list(shape), "macs": 0, "flops": 0}, [made], number=1)


def _functions(call: Call, directions: int) -> dict[str, Any]:
    """Return the activations. Errors: RefusedError for such as we do not have, or that differ."""
    names = call.operator.texts("activations")
    if not names:
        return {}
    count = len(names) // directions
    if any(name not in _FUNCTIONS for name in names) or names[:count] != names[-count:]:
        raise RefusedError("its activations are none of ours")
    ours = [_FUNCTIONS[name] for name in names[:count]]
    if call.operator.type == "RNN":
        return {"activation": ours[0]}
    if len(set(ours[1:])) != 1:
        raise RefusedError("its activations are none of ours")
    return {"recurrent_activation": ours[0], "activation": ours[1]}


def _sizes(weight: Weight, axes: int) -> tuple[int, ...]:
    if len(weight.shape) != axes:
        raise ModelError(f"has a kernel of {list(weight.shape)}, which has not {axes} axes")
    return weight.shape


def _written(shape: Shape) -> list[int]:
    return [-1 if size is None else size for size in shape]


RULES: dict[str, Rule] = dict.fromkeys(_GATES, recurrent)
