"""Functions of `keras.ops`, and TensorFlow's in models of Keras 2 → our kinds."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from archsum.interchange.keras import moving, tensorflow
from archsum.interchange.keras.classes import CLASSES
from archsum.interchange.keras.custom import add_without_weights
from archsum.interchange.keras.operands import NoRuleError, Operands, array_shape, is_plain, refuse_batch
from archsum.interchange.keras.use import Use, Value, values

Rule = Callable[[Operands], Sequence[Value | None]]


class Operation(NamedTuple):
    """A function: the names of its arguments, those of the call first, and how it is added to the graph."""

    names: tuple[str, ...]
    add: Rule


def _of(names: str, add: Rule) -> Operation:
    return Operation(tuple(names.split()), add)


def _merge(kind: str) -> Operation:
    """Return a function of two tensors, of which one can be a number or an array."""

    def add(given: Operands) -> Sequence[Value]:
        use, first, second = given.use, given.get("x1"), given.get("x2")
        if isinstance(first, Value) and isinstance(second, Value):
            return [use.add(kind, {}, [first, second])]
        if not is_plain(first if isinstance(second, Value) else second):
            raise NoRuleError
        tensor, other = (first, second) if isinstance(first, Value) else (second, first)
        if not isinstance(tensor, Value):
            raise NoRuleError
        if not isinstance(other, int | float):
            sample = use.shape(tensor)
            shape = None if sample is None else array_shape(other, len(sample))
            if sample is None:
                raise NoRuleError
            if shape is not None:
                array = use.add("constant", {"shape": list(shape)}, [], part="constant", output=None, whole=False)
                return [use.add(kind, {}, [tensor, array] if tensor is first else [array, tensor])]
        return [use.add("elementwise", {"function": kind}, [tensor])]

    return _of("x1 x2", add)


def _elementwise(function: str) -> Operation:
    """Return a function of each element, of as many tensors as are given; numbers are not counted as such."""

    def add(given: Operands) -> Sequence[Value]:
        inputs = list(values([*given.use.args, *given.use.kwargs.values()]))
        if not inputs or any(not isinstance(part, Value | int | float | None) for part in given.use.args):
            raise NoRuleError
        return [given.use.add("elementwise", {"function": function}, inputs)]

    return _of("x", add)


def _activation(kind: str, *fields: str) -> Operation:
    """Return a function that is a kind of ours, with some of its arguments as fields."""

    def add(given: Operands) -> Sequence[Value]:
        stated = {name: given.get(name) for name in fields if given.get(name) is not None}
        return [given.use.add(kind, stated, [given.tensor("x")])]

    return Operation(("x", *fields), add)


def _reduction(function: str) -> Operation:
    def add(given: Operands) -> Sequence[Value]:
        axis = given.get("axis")
        axes = axis if type(axis) is list else [axis]
        if None in axes or 0 in axes or -len(given.shape("x")) - 1 in axes:
            raise refuse_batch(given.use, f"takes the {function} of several samples")
        fields = {"function": function, "axis": axes, "keepdims": given.get("keepdims", False)}
        return [given.use.add("reduce", fields, [given.tensor("x")])]

    return _of("x axis keepdims", add)


def _pooling(how: str) -> Operation:
    def add(given: Operands) -> Sequence[Value]:
        rank = len(given.shape("inputs")) - 1
        names = ("pool_size", "strides", "padding", "data_format")
        stated = {name: given.get(name) for name in names if given.get(name) is not None}
        return [given.use.add(f"{how}_pooling{rank}d", stated, [given.tensor("inputs")])]

    return _of("inputs pool_size strides padding data_format", add)


def _identity(given: Operands) -> Sequence[Value]:
    return [given.use.add("identity", {}, [given.tensor("x")])]


def _matmul(given: Operands) -> Sequence[Value]:
    first, second = given.tensor("x1"), given.tensor("x2")
    if given.get("transpose_a") or given.get("transpose_b") or min(map(len, map(given.shape, ("x1", "x2")))) < 2:
        raise NoRuleError
    return [given.use.add("matmul", {}, [first, second])]


def _einsum(given: Operands) -> Sequence[Value]:
    equation, inputs = given.use.entry.config.value.get("subscripts"), given.use.args
    is_written_out = type(equation) is str and "->" in equation and "." not in equation
    if not is_written_out or not inputs or not all(isinstance(value, Value) for value in inputs):
        raise NoRuleError
    return [given.use.add("einsum", {"equation": equation}, inputs)]


def _softmax(given: Operands) -> Sequence[Value]:
    return [given.use.add("softmax", {"axis": given.get("axis", -1)}, [given.tensor("x")])]


def _log_softmax(given: Operands) -> Sequence[Value]:
    if given.get("axis", -1) != -1:
        raise NoRuleError
    return [given.use.add("log_softmax", {}, [given.tensor("x")])]


def _normalize(given: Operands) -> Sequence[Value]:
    if given.get("order", 2) != 2:
        raise NoRuleError
    return [given.use.add("unit_normalization", {"axis": given.get("axis", -1)}, [given.tensor("x")])]


def _resize(given: Operands) -> Sequence[Value]:
    size: Any = given.get("size")
    if type(size) is not list or len(size) != 2:
        raise NoRuleError
    names = ("interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "data_format")
    stated = {name: given.get(name) for name in names if given.get(name) is not None}
    return [given.use.add("resizing", {"height": size[0], "width": size[1], **stated}, [given.tensor("images")])]


def _attention(given: Operands) -> Sequence[Value]:
    """Add an attention of several heads, which are an axis behind the positions there, and before them here."""
    use = given.use
    if any(isinstance(given.get(name), Value) for name in ("bias", "mask")):
        raise NoRuleError
    shapes = [given.shape(name) for name in ("query", "key", "value")]
    if any(len(shape) != 3 for shape in shapes) or len({shape[1] for shape in shapes}) > 1:
        raise NoRuleError

    def turned(name: str) -> Value:
        return use.add("permute", {"dims": [2, 1, 3]}, [given.tensor(name)], part=name, output=None, whole=False)

    query, value, key = turned("query"), turned("value"), turned("key")
    attended = use.add("attention", {}, [query, value, key], part="attention", output=None, whole=False)
    return [use.add("permute", {"dims": [2, 1, 3]}, [attended])]


OPERATIONS: dict[str, Operation] = {
    "Add": _merge("add"),
    "Subtract": _merge("subtract"),
    "Multiply": _merge("multiply"),
    "Divide": _merge("divide"),
    "TrueDivide": _merge("divide"),
    "Maximum": _merge("maximum"),
    "Minimum": _merge("minimum"),
    **{
        name: _elementwise(function)
        for name, function in {
            **{"Abs": "abs", "Absolute": "abs", "Negative": "negative", "Sign": "sign", "Reciprocal": "reciprocal"},
            **{"Sqrt": "sqrt", "Rsqrt": "rsqrt", "Square": "square", "Power": "power", "Exp": "exp", "Exp2": "exp2"},
            **{"Expm1": "expm1", "Log": "log", "Log2": "log2", "Log10": "log10", "Log1p": "log1p"},
            **{"Sin": "sin", "Cos": "cos", "Tan": "tan", "Sinh": "sinh", "Cosh": "cosh", "Arcsin": "arcsin"},
            **{"Arccos": "arccos", "Arctan": "arctan", "Arctan2": "arctan2", "Erf": "erf", "Erfc": "erfc"},
            **{"Floor": "floor", "Ceil": "ceil", "Round": "round", "Trunc": "trunc", "Clip": "clip"},
            **{"Mod": "mod", "FloorDivide": "floor_divide", "Where": "where", "Isnan": "isnan", "Isinf": "isinf"},
            **{"Isfinite": "isfinite", "Equal": "equal", "NotEqual": "not_equal", "Greater": "greater"},
            **{"GreaterEqual": "greater_equal", "Less": "less", "LessEqual": "less_equal"},
            **{"LogicalAnd": "logical_and", "LogicalOr": "logical_or", "LogicalNot": "logical_not"},
            "LogicalXor": "logical_xor",
        }.items()
    },
    "Relu": _activation("relu"),
    "Elu": _activation("elu", "alpha"),
    "LeakyRelu": _activation("leaky_relu", "negative_slope"),
    **{
        name: _activation(kind)
        for name, kind in {
            **{"Relu6": "relu6", "Sigmoid": "sigmoid", "Silu": "silu", "Gelu": "gelu", "Selu": "selu", "Tanh": "tanh"},
            **{"Softplus": "softplus", "Softsign": "softsign", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu"},
            **{"HardTanh": "hard_tanh", "HardShrink": "hard_shrink", "SoftShrink": "soft_shrink", "Celu": "celu"},
            **{"TanhShrink": "tanh_shrink", "LogSigmoid": "log_sigmoid", "Squareplus": "squareplus"},
            **{"SparsePlus": "sparse_plus", "SparseSigmoid": "sparse_sigmoid", "Threshold": "threshold"},
        }.items()
    },
    "Softmax": _of("x axis", _softmax),
    "LogSoftmax": _of("x axis", _log_softmax),
    **{
        name: _reduction(function)
        for name, function in {
            **{"Mean": "mean", "Sum": "sum", "Max": "max", "Amax": "max", "Min": "min", "Amin": "min", "Prod": "prod"},
            **{"Std": "std", "Var": "variance", "Any": "any", "All": "all", "Argmax": "argmax", "Argmin": "argmin"},
            "Logsumexp": "logsumexp",
        }.items()
    },
    "Matmul": _of("x1 x2 transpose_a transpose_b", _matmul),
    "Einsum": Operation((), _einsum),
    "DotProductAttention": _of("query key value bias mask", _attention),
    "MaxPool": _pooling("max"),
    "AveragePool": _pooling("average"),
    "Normalize": _of("x axis order", _normalize),
    "Resize": _of("images size interpolation crop_to_aspect_ratio pad_to_aspect_ratio data_format", _resize),
    **dict.fromkeys(("Cast", "SaturateCast", "StopGradient", "Copy", "ConvertToTensor", "Array"), _of("x", _identity)),
    "Reshape": _of("x newshape", moving.reshape),
    "Transpose": _of("x axes", moving.transpose),
    "Swapaxes": _of("x axis1 axis2", moving.swap_axes),
    "Moveaxis": _of("x source destination", moving.move_axis),
    "Concatenate": _of("xs axis", moving.concatenate),
    "Stack": _of("x axis", moving.stack),
    "Split": _of("x indices_or_sections axis", moving.split),
    "Unstack": _of("x num axis", moving.unstack),
    "GetItem": _of("x key", moving.get_item),
    "ExpandDims": _of("x axis", moving.expand_dims),
    "Squeeze": _of("x axis", moving.squeeze),
    "BroadcastTo": _of("x shape", moving.broadcast_to),
    "Tile": _of("x repeats", moving.tile),
    "Take": _of("x indices axis", moving.take),
    "Repeat": _of("x repeats axis", moving.repeat),
    "Roll": _of("x shift axis", moving.roll),
    "Flip": _of("x axis", moving.flip),
    "Pad": _of("x pad_width mode constant_values", moving.pad),
    "DepthToSpace": _activation("depth_to_space", "block_size", "data_format"),
    "SpaceToDepth": _activation("space_to_depth", "block_size", "data_format"),
}
"""Keras's functions, by the names of the classes that its models have of them."""

_MODULES = ("keras.src.ops.", "keras.ops")


def is_operation(use: Use) -> bool:
    """Whether a layer is a function."""
    entry = use.entry
    if entry.module.startswith(_MODULES):
        return True
    if entry.module or entry.registered:
        return False
    if entry.type in tensorflow.CLASSES:
        return True
    # Where Keras 3 writes HDF5 it leaves modules out; what only layers have tells them apart.
    if entry.type not in OPERATIONS or "trainable" in entry.config.value:
        return False
    return entry.type not in CLASSES or len(use.args) > 1 or "newshape" in entry.config.value


def add_operation(use: Use) -> Sequence[Value | None]:
    """Add the call of a function: as it is known, or with its shape alone. Errors: BadItemError."""
    name, written = tensorflow.name_of(use.entry) if use.entry.type in tensorflow.CLASSES else (use.entry.type, ())
    operation = OPERATIONS.get(name)
    if operation is not None:
        try:
            return operation.add(Operands(use, operation.names, written))
        except NoRuleError:
            pass
    return add_without_weights(use)
