"""Functions of elements, sums along axes and matrix products."""

from collections.abc import Callable
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.tracing import Value

_REDUCTIONS = {"mean": "average", "amax": "max"}
_OURS = {"amax": "max", "amin": "min", "var": "variance"}


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
    """Read a quotient of two tensors, or of one and a number."""
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
    """Read a power, which has a name of its own for some exponents."""
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
    shape, layout = view.shape(view.input), view.layout(view.input)
    try:
        axes = sorted(view.axes(dims))
    except NotUnderstoodError as error:
        raise NotUnderstoodError(str(error), macs=0) from None
    if name in _REDUCTIONS and layout.dropped == 0 and len(shape) in (2, 3, 4):
        for data_format, spatial in (("channels_first", [*range(2, len(shape) + 1)]), ("", [*range(1, len(shape))])):
            if axes == spatial:
                fields = {
                    **({"data_format": data_format} if data_format else {}),
                    **({"keepdims": True} if keep else {}),
                }
                return [Step(f"global_{_REDUCTIONS[name]}_pooling{len(shape) - 1}d", fields)]
    word = _OURS.get(name, name)
    fields = {"function": word, "axis": axes}
    return [Step("reduce", {**fields, **({"keepdims": True} if keep else {})})]


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
        for name in (
            *("abs", "square", "sqrt", "rsqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "erf", "floor", "ceil"),
            *("round", "sign", "reciprocal", "clamp", "clip", "cumsum", "where", "atan", "atan2", "eq", "ne", "gt"),
            *("ge", "lt", "le", "logical_not", "logical_and", "logical_or", "isnan", "isinf"),
        )
    },
    **dict.fromkeys(("neg", "negative"), function("negative")),
    **dict.fromkeys(("clamp_min", "clamp_max"), function("clamp")),
    "masked_fill": masked,
    **dict.fromkeys(("max", "maximum"), extreme("max")),
    **dict.fromkeys(("min", "minimum"), extreme("min")),
    **{name: reduced(name) for name in ("mean", "sum", "amax", "amin", "prod", "std", "var", "logsumexp", "norm")},
}
"""By their names without underscores."""
