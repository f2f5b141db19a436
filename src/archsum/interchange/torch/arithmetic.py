"""Functions of elements, sums along axes and matrix products."""

from collections.abc import Callable
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.normalizations import channel_axis
from archsum.interchange.torch.steps import Reader, Step, Steps, View, without_defaults
from archsum.interchange.torch.tracing import Value

_REDUCTIONS = {"mean": "average", "amax": "max"}


def word(kind: str) -> Reader:
    """Return what reads a layer without fields."""
    return lambda view: [Step(kind)]


def relu(view: View) -> Steps:
    return [Step("relu")]


def leaky_relu(view: View) -> Steps:
    slope = view.module.negative_slope if view.module else view.argument(1, "negative_slope", 0.01)
    return [Step("leaky_relu", {"negative_slope": slope})]


def elu(view: View) -> Steps:
    alpha = view.module.alpha if view.module else view.argument(1, "alpha", 1.0)
    return [Step("elu", without_defaults({"alpha": alpha}, {"alpha": 1.0}))]


def hard_tanh(view: View) -> Steps:
    least, most = view.argument(1, "min_val", -1.0), view.argument(2, "max_val", 1.0)
    if view.module:
        least, most = view.module.min_val, view.module.max_val
    return [Step("relu6" if (least, most) == (0, 6) else "hard_tanh")]


def prelu(view: View) -> Steps:
    weights = view.weights(alpha="weight")
    axes = range(1, len(view.shape(view.input)) + 1)
    own = channel_axis(view) if view.module.num_parameters > 1 else None
    return [Step("prelu", {"shared_axes": [axis for axis in axes if axis != own]}, weights=weights, in_one=True)]


def glu(view: View) -> Steps:
    axis = view.axis(view.module.dim if view.module else view.argument(1, "dim", -1))
    halves = [Step("split", {"axis": axis, "parts": 2, "part": number}, (view.input,)) for number in (0, 1)]
    return [Step("multiply", {}, (halves[0], Step("sigmoid", {}, (halves[1],))))]


def softmax(view: View) -> Steps:
    dim = view.module.dim if view.module else view.argument(1, "dim")
    if dim is None:
        raise NotUnderstoodError("does not say along which axis")
    axis = view.axis(dim)
    return [Step("softmax", {} if axis == len(view.shape(view.input)) else {"axis": axis})]


def log_softmax(view: View) -> Steps:
    dim = view.module.dim if view.module else view.argument(1, "dim")
    if dim is None or view.axis(dim) != len(view.shape(view.input)):
        raise NotUnderstoodError("is along another axis than the last")
    return [Step("log_softmax")]


def dropout(view: View) -> Steps:
    if view.module:
        return [Step("dropout", {"rate": view.module.p})]
    if not view.argument(2, "training", True):
        return []
    return [Step("dropout", {"rate": view.argument(1, "p", 0.5)})]


def merged(kind: str, with_number: Callable[[float, bool], dict[str, float]]) -> Reader:
    """Return what reads arithmetic of two tensors, or of one and a number, which may come first."""

    def read(view: View) -> Steps:
        first, second = view.argument(0, "input"), view.argument(1, "other")
        reverse = view.call.name.startswith("r") and view.call.name not in ("rescaling",)
        if isinstance(first, Value) and isinstance(second, Value):
            if reverse:
                first, second = second, first
            return (
                _scaled(view, first, second) if kind == "multiply" else [Step(kind, {}, (first, second), aligned=True)]
            )
        is_first = not isinstance(first, Value)
        number = first if is_first else second
        fields = with_number(float(number), is_first or reverse)
        return [] if fields == {"scale": 1.0} else [Step("rescaling", fields)]

    return read


def _scaled(view: View, first: Value, second: Value) -> Steps:
    """Return a product, which is a `layer_scale` where one is a parameter with a factor for each channel."""
    for data, factors in ((first, second), (second, first)):
        sizes = [(number, size) for number, size in enumerate(factors.shape) if size != 1]
        if not factors.is_parameter or data.is_parameter or len(sizes) != 1:
            continue
        ((number, size),) = sizes
        dim = number + len(view.output.shape) - len(factors.shape)
        if data.shape == view.output.shape and data.shape[dim] == size:
            fields = {"axis": view.axis(dim, data)}
            return [Step("layer_scale", fields, (data,), {"gamma": factors}, in_one=True)]
    return [Step("multiply", {}, (first, second), aligned=True)]


def divided(view: View) -> Steps:
    first, second = view.argument(0, "input"), view.argument(1, "other")
    if view.call.name.startswith("r"):
        first, second = second, first
    if isinstance(first, Value) and isinstance(second, Value):
        return [Step("divide", {}, (first, second), aligned=True)]
    if isinstance(second, Value):
        inverse = Step("elementwise", {"function": "reciprocal"}, (second,))
        return [inverse if first == 1 else Step("rescaling", {"scale": float(first)}, (inverse,))]
    return [] if second == 1 else [Step("rescaling", {"scale": 1 / float(second)})]


def power(view: View) -> Steps:
    exponent = view.argument(1, "exponent")
    if isinstance(exponent, Value) or not isinstance(view.argument(0, "input"), Value):
        return [_function("pow", view)]
    return [_function({2: "square", 0.5: "sqrt", -0.5: "rsqrt", -1: "reciprocal"}.get(exponent, "pow"), view)]


def function(name: str) -> Reader:
    """Return what reads a function of each element, or of those at the same place."""

    return lambda view: [_function(name, view)]


def _function(name: str, view: View) -> Step:
    return Step("elementwise", {"function": name}, tuple(view.tensors), aligned=True)


def masked(view: View) -> Steps:
    """Return the choice between elements and a number."""
    return [Step("elementwise", {"function": "masked_fill"}, tuple(view.tensors[:2]), aligned=True)]


def extreme(kind: str) -> Reader:
    """Return what reads the larger or smaller of two tensors, or of all elements along an axis."""

    def read(view: View) -> Any:
        other = view.argument(1, "other", view.argument(1, "dim"))
        if isinstance(other, Value):
            return [Step(f"{kind}imum", {}, tuple(view.tensors), aligned=True)]
        return {view.output: _reduced(view, kind)}

    return read


def reduced(name: str) -> Reader:
    """Return what reads a sum, a mean or the like, along axes."""
    return lambda view: _reduced(view, name)


def _reduced(view: View, name: str) -> Steps:
    dims = view.argument(1, "dim", view.argument(1, "axis"))
    keep = bool(view.argument(2, "keepdim", view.argument(2, "keepdims", False)))
    axes = sorted(view.axes(dims))
    shape = view.shape(view.input)
    layout = view.layout(view.input)
    if name in _REDUCTIONS and layout.dropped == 0 and len(shape) in (2, 3, 4):
        for data_format, spatial in (("channels_first", [*range(2, len(shape) + 1)]), ("", [*range(1, len(shape))])):
            if axes == spatial:
                fields = {
                    **({"data_format": data_format} if data_format else {}),
                    **({"keepdims": True} if keep else {}),
                }
                return [Step(f"global_{_REDUCTIONS[name]}_pooling{len(shape) - 1}d", fields)]
    fields = {"function": name.removeprefix("a"), "axis": axes}
    return [Step("reduce", {**fields, **({"keepdims": True} if keep else {})})]


def linear(view: View) -> Steps:
    if view.module:
        return _dense(view.input, view.weights(kernel="weight", bias="bias"), 0)
    data, weight = view.argument(0, "input"), view.argument(1, "weight")
    if not weight.is_parameter:
        return _with_computed_weight(view, data, weight)
    bias = view.argument(2, "bias")
    if bias is not None and not bias.is_parameter:
        (product,) = _dense(data, {"kernel": weight}, 0)
        return [Step("add", {}, (product, bias), aligned=True)]
    return _dense(data, view.given_weights(kernel=(1, "weight"), bias=(2, "bias")), 0)


def _with_computed_weight(view: View, data: Value, weight: Value) -> Steps:
    turned = Step("permute", {"dims": [2, 1]}, (weight,))
    product = Step("matmul", {}, (data, turned))
    bias = view.argument(2, "bias")
    return [product if bias is None else Step("add", {}, (product, bias), aligned=True)]


def _dense(data: Value, weights: dict[str, Value], units_axis: int) -> Steps:
    fields: dict[str, Any] = {"units": weights["kernel"].shape[units_axis]}
    if "bias" not in weights:
        fields["bias"] = False
    return [Step("dense", fields, (data,), weights)]


def product(view: View) -> Steps:
    first, second = view.argument(0, "input"), view.argument(1, "other", view.argument(1, "mat2"))
    if view.call.name == "rmatmul":
        first, second = second, first
    if second.is_parameter and len(second.shape) == 2 and not first.is_parameter:
        return _dense(first, {"kernel": second}, 1)
    return [Step("matmul", {}, (first, second))]


def added_product(view: View) -> Steps:
    bias, first, second = view.argument(0, "input"), view.argument(1, "mat1"), view.argument(2, "mat2")
    parameters = bias.is_parameter and second.is_parameter
    if parameters and len(bias.shape) == 1 and len(second.shape) == 2 and not first.is_parameter:
        return _dense(first, {"kernel": second, "bias": bias}, 1)
    return [Step("add", {}, (bias, Step("matmul", {}, (first, second))), aligned=True)]


def einsum(view: View) -> Steps:
    """Return a sum of products by its equation, without the letter of the batch."""
    equation = view.argument(0, "equation").replace(" ", "")
    tensors = tuple(view.tensors)
    terms, arrow, result = equation.partition("->")
    letters = terms.split(",")
    if not arrow or "." in equation:
        raise NotUnderstoodError("has an equation without `->`, or with `...`")
    batches = {
        each[layout.dropped]
        for each, layout in zip(letters, map(view.layout, tensors), strict=True)
        if layout.dropped is not None
    }
    if len(batches) > 1:
        raise NotUnderstoodError("multiplies samples with one another")
    for letter in batches:
        terms, result = terms.replace(letter, ""), result.replace(letter, "")
    return [Step("einsum", {"equation": f"{terms}->{result}"}, tensors)]


def normalized(view: View) -> Steps:
    if view.argument(1, "p", 2.0) != 2:
        raise NotUnderstoodError("is of another norm than the square")
    return [Step("unit_normalization", {"axis": view.axis(view.argument(2, "dim", 1))})]


def _identity(number: float) -> bool:
    return number == 0


ACTIVATIONS: dict[str, Reader] = {
    "relu": relu,
    "relu6": word("relu6"),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "hardtanh": hard_tanh,
    "glu": glu,
    "softmax": softmax,
    "log_softmax": log_softmax,
    **{
        theirs: word(ours)
        for theirs, ours in {
            "celu": "celu",
            "gelu": "gelu",
            "hardshrink": "hard_shrink",
            "hardsigmoid": "hard_sigmoid",
            "hardswish": "hard_silu",
            "logsigmoid": "log_sigmoid",
            "mish": "mish",
            "selu": "selu",
            "sigmoid": "sigmoid",
            "silu": "silu",
            "softshrink": "soft_shrink",
            "softplus": "softplus",
            "softsign": "softsign",
            "tanh": "tanh",
            "tanhshrink": "tanh_shrink",
            "threshold": "threshold",
        }.items()
    },
}
"""By the functions' names; the modules have the same in capitals."""

ARITHMETIC: dict[str, Reader] = {
    **dict.fromkeys(
        ("add", "iadd", "radd"),
        merged("add", lambda number, _: {"scale": 1.0, **({"offset": number} if number else {})}),
    ),
    **dict.fromkeys(
        ("sub", "isub", "rsub", "subtract"),
        merged(
            "subtract",
            lambda number, first: (
                {"scale": -1.0, "offset": number}
                if first
                else {"scale": 1.0, **({"offset": -number} if number else {})}
            ),
        ),
    ),
    **dict.fromkeys(("mul", "imul", "rmul", "multiply"), merged("multiply", lambda number, _: {"scale": number})),
    **dict.fromkeys(("div", "truediv", "idiv", "itruediv", "rtruediv", "rdiv", "divide", "true_divide"), divided),
    **dict.fromkeys(("pow", "ipow", "rpow", "float_power"), power),
    **{
        name: function(name)
        for name in "abs square sqrt rsqrt exp log log1p expm1 sin cos erf floor ceil round sign reciprocal clamp "
        "cumsum where eq ne gt ge lt le logical_not logical_and logical_or isnan isinf clip atan atan2".split()
    },
    **dict.fromkeys(("neg", "negative"), function("negative")),
    **dict.fromkeys(("clamp_min", "clamp_max"), function("clamp")),
    "masked_fill": masked,
    **dict.fromkeys(("max", "maximum"), extreme("max")),
    **dict.fromkeys(("min", "minimum"), extreme("min")),
    **{name: reduced(name) for name in ("mean", "sum", "amax", "amin", "prod", "std", "var", "logsumexp", "norm")},
    "linear": linear,
    **dict.fromkeys(("matmul", "rmatmul", "bmm", "mm", "dot", "mv"), product),
    **dict.fromkeys(("addmm", "baddbmm"), added_product),
    "einsum": einsum,
    "normalize": normalized,
    "dropout": dropout,
}
"""By their names without underscores."""
