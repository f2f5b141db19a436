"""Operators that compute with the elements at one place: activations, arithmetic, comparisons."""

from math import prod

from archsum.interchange.onnx.call import CHANNELS_FIRST, Call
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.plan import Planned, Use, Weight
from archsum.interchange.onnx.values import ModelError, RefusedError

_MERGES = {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide", "Max": "maximum", "Min": "minimum"}


def activation(name: str) -> Rule:
    """Return the rule of an activation."""
    return lambda call: _add(call, "activation", {"activation": name})


def elementwise(function: str, operations: int = 1) -> Rule:
    """Return the rule of a function of elements; a single number among what it takes is no input."""

    def rule(call: Call) -> None:
        numbers = [
            number for number in range(len(call.operator.inputs)) if call.has(number) and not _is_number(call, number)
        ]
        call.add("elementwise", {"function": function, "operations": operations}, call.aligned(numbers))

    return rule


def first_alone(function: str, operations: int) -> Rule:
    """Return the rule of a function of one input, whose other inputs are settings."""
    return lambda call: _add(call, "elementwise", {"function": function, "operations": operations})


def _add(call: Call, kind: str, fields: dict[str, object]) -> None:
    call.add(kind, fields)


def merge(call: Call) -> None:
    """Add a merge of several inputs; a weight among them is a bias, a scale, or a parameter of its own."""
    kind = _MERGES[call.operator.type]
    numbers = list(range(len(call.operator.inputs)))
    if len(numbers) == 2 and _becomes_bias(call, *numbers):
        return
    others = [number for number in numbers if not _is_number(call, number)]
    if not others:
        raise ModelError("has no inputs")
    if len(others) < len(numbers):
        _with_numbers(call, kind, others, len(numbers) - len(others))
    elif len(others) == 1:
        call.add("identity", {}, [call.data(others[0])])
    elif not _scaled(call, kind, others):
        call.add(kind, {}, call.aligned(others))


def total(call: Call) -> None:
    """Add the sum, or the mean, of any number of inputs."""
    numbers = list(range(len(call.operator.inputs)))
    kind = "average" if call.operator.type == "Mean" else "add"
    call.add(*((kind, {}) if len(numbers) > 1 else ("identity", {})), call.aligned(numbers))


def clip(call: Call) -> None:
    """Add a ReLU with a largest value where the smallest is 0, or another bound."""
    least, most = (_bound(call, number, name) for number, name in ((1, "min"), (2, "max")))
    if least == 0 and most != 0:
        call.add("relu", {} if most is None else {"max_value": most})
    else:
        call.add("elementwise", {"function": "clamp"})


def softmax(call: Call) -> None:
    """Add a softmax; before version 13 it is along all axes from one on."""
    given = call.given()
    axis = given.normalized(call.operator.integer("axis", -1 if call.version >= 13 else 1))
    axes = [axis] if call.version >= 13 else range(axis, len(given.shape))
    positions = [given.axis(each) for each in axes if given.shape[each] != 1 or len(given.shape) == 1] or [
        given.axis(axis)
    ]
    if call.operator.type == "LogSoftmax":
        if positions != [len(given.sample)]:
            raise RefusedError("it is a logarithm of a softmax along other axes than the last")
        call.add("activation", {"activation": "log_softmax"})
    elif call.operator.type == "Hardmax":
        call.add("elementwise", {"function": "hardmax"})
    else:
        call.add("softmax", {"axis": positions[0] if len(positions) == 1 else positions})


def prelu(call: Call) -> None:
    """Add a ReLU with learned slopes, which are the same along the axes where there is one."""
    weight, made = call.required_weight(1), call.made()
    full = (*(1,) * (len(made.shape) - len(weight.shape)), *weight.shape)
    slopes = tuple(full[axis] for axis in made.axes)
    shared = [axis for axis, size in enumerate(slopes, start=1) if size == 1 and made.sample[axis - 1] != 1]
    call.add("prelu", {"shared_axes": shared or None}, uses=[Use("alpha", Weight(weight.source, slopes))])


def leaky_relu(call: Call) -> None:
    """Add a ReLU with a fixed slope."""
    call.add("leaky_relu", {"negative_slope": call.operator.number("alpha", 0.01)})


def elu(call: Call) -> None:
    """Add an exponential linear unit."""
    call.add("elu", {"alpha": call.operator.number("alpha", 1.0)})


def _bound(call: Call, number: int, name: str) -> float | None:
    if not call.has(number):
        return call.operator.number(name, 0.0) if name in call.operator.attributes else None
    values = call.values(number)
    return None if values is None or values.size != 1 else float(values.ravel()[0])


def _is_number(call: Call, number: int) -> bool:
    """Whether an input is a single number of the formula, and neither data nor a weight that has a name."""
    name = call.name(number)
    if call.plan.is_data(name):
        return False
    weight = call.plan.weights.get(name)
    shape = weight.shape if weight else call.given(number).shape
    return prod(size or 0 for size in shape) == 1 and not (weight and call.plan.is_named(weight))


def _with_numbers(call: Call, kind: str, others: list[int], count: int) -> None:
    """Add what merges inputs with single numbers."""
    taken = call.aligned(others)
    if len(taken) > 1:
        taken = [call.add(kind, {}, taken, shape=call.made().sample)]
    for _ in range(count - 1):
        taken = [call.add("elementwise", {"function": kind}, taken, shape=call.made().sample)]
    call.add("elementwise", {"function": kind}, taken)


def _becomes_bias(call: Call, first: int, second: int) -> bool:
    """Make what is added the bias of the dense layer or convolution before, where it is one."""
    if call.operator.type != "Add":
        return False
    for data, other in ((first, second), (second, first)):
        weight, giving = call.weight(other), call.plan.giving.get(call.name(data))
        if weight is None or giving is None or giving.fields.get("bias") is not False:
            continue
        if call.plan.takers.get(giving.output) != 1 or not giving.uses:
            continue
        units = giving.fields.get("units") or giving.fields.get("filters")
        if weight.shape and prod(weight.shape) == units and _is_along(call, weight, giving):
            giving.fields["bias"] = "tied"
            bias = Use("bias", weight._replace(shape=(prod(weight.shape),)))
            call.plan.extend(giving, bias, call.operator.outputs[0])
            return True
    return False


def _is_along(call: Call, weight: Weight, giving: Planned) -> bool:
    """Whether a weight has its elements along the axis of a layer's units or filters."""
    made = call.made()
    full = (*(1,) * (len(made.shape) - len(weight.shape)), *weight.shape)
    if len(full) != len(made.shape):
        return False
    axis = len(full) - 1 if giving.kind == "dense" else 1
    return all(size == 1 for place, size in enumerate(full) if place != axis)


def _scaled(call: Call, kind: str, others: list[int]) -> bool:
    """Add a factor for each channel, and then an offset for each: a batch normalization that is written out."""
    if len(others) != 2 or kind not in ("multiply", "add"):
        return False
    for data, other in (others, others[::-1]):
        weight = call.weight(other)
        if weight is None or not call.plan.is_data(call.name(data)):
            continue
        made, given = call.made(), call.given(data)
        full = (*(1,) * (len(made.shape) - len(weight.shape)), *weight.shape)
        along = [axis for axis, size in enumerate(full) if size != 1]
        if len(full) != len(given.shape) or len(along) != 1 or given.shape[along[0]] != full[along[0]]:
            continue
        axis = made.axis(along[0])
        channels = full[along[0]]
        if kind == "multiply":
            call.add(
                "layer_scale", {"axis": axis}, [call.data(data)], [Use("gamma", Weight(weight.source, (channels,)))]
            )
            return True
        giving = call.plan.giving.get(call.name(data))
        if giving is None or giving.kind != "layer_scale" or giving.fields["axis"] != axis:
            return False
        if axis not in (1, len(made.sample)) or call.plan.takers.get(giving.output) != 1:
            return False
        giving.kind = "scale"
        giving.fields = CHANNELS_FIRST if axis == 1 and len(made.sample) > 1 else {}
        giving.uses = [Use("scale", giving.uses[0].weight)]
        call.plan.extend(giving, Use("bias", Weight(weight.source, (channels,))), call.operator.outputs[0])
        return True
    return False


_ACTIVATIONS = {
    "Celu": "celu",
    "Exp": "exponential",
    "Gelu": "gelu",
    "HardSigmoid": "hard_sigmoid",
    "HardSwish": "hard_silu",
    "Mish": "mish",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Swish": "silu",
    "Tanh": "tanh",
    "ThresholdedRelu": "threshold",
}
_FUNCTIONS = {
    "Abs": "abs",
    "Acos": "acos",
    "Acosh": "acosh",
    "And": "logical_and",
    "Asin": "asin",
    "Asinh": "asinh",
    "Atan": "atan",
    "Atanh": "atanh",
    "BitShift": "bit_shift",
    "BitwiseAnd": "bitwise_and",
    "BitwiseNot": "bitwise_not",
    "BitwiseOr": "bitwise_or",
    "BitwiseXor": "bitwise_xor",
    "Ceil": "ceil",
    "Cos": "cos",
    "Cosh": "cosh",
    "Equal": "equal",
    "Erf": "erf",
    "Floor": "floor",
    "Greater": "greater",
    "GreaterOrEqual": "greater_equal",
    "IsInf": "isinf",
    "IsNaN": "isnan",
    "Less": "less",
    "LessOrEqual": "less_equal",
    "Log": "log",
    "Mod": "mod",
    "Neg": "neg",
    "Not": "logical_not",
    "Or": "logical_or",
    "Pow": "pow",
    "Reciprocal": "reciprocal",
    "Round": "round",
    "Sign": "sign",
    "Sin": "sin",
    "Sinh": "sinh",
    "Sqrt": "sqrt",
    "Tan": "tan",
    "Where": "where",
    "Xor": "logical_xor",
}

RULES: dict[str, Rule] = {
    **{theirs: activation(ours) for theirs, ours in _ACTIVATIONS.items()},
    **{theirs: elementwise(ours) for theirs, ours in _FUNCTIONS.items()},
    **dict.fromkeys(_MERGES, merge),
    "Clip": clip,
    "DequantizeLinear": first_alone("dequantize", 2),
    "Elu": elu,
    "Hardmax": softmax,
    "LeakyRelu": leaky_relu,
    "LogSoftmax": softmax,
    "Mean": total,
    "PRelu": prelu,
    "QuantizeLinear": first_alone("quantize", 2),
    "Relu": lambda call: _add(call, "relu", {}),
    "Shrink": first_alone("shrink", 1),
    "Softmax": softmax,
    "Sum": total,
}
