"""Functions of elements, sums along axes and matrix products."""

from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.values import Value

_REDUCTIONS = {"mean": "average", "amax": "max"}
_OURS = {"amax": "max", "amin": "min", "var": "variance"}
_PLACES = {"norm": (2, 3), "std": (1, 3), "var": (1, 3)}
"""Where functions have `dim` and `keepdim` among their arguments, if not behind the tensor."""


def merged(kind: str, neutral: float) -> Reader:
    """Return what reads arithmetic of two tensors, or of one and a number, which is no input and often `neutral`."""

    def read(view: View) -> Steps:
        first, second = view.argument(0, "input"), view.argument(1, "other")
        if view.call.name.startswith("r"):
            first, second = second, first
        if not isinstance(first, Value):
            return [] if first == neutral and kind != "subtract" else [_with_number(kind)]
        if not isinstance(second, Value):
            return [] if second == neutral else [_with_number(kind)]
        if kind == "multiply":
            return _scaled(view, first, second)
        if view.argument(2, "alpha", 1) != 1:
            times = Step("elementwise", {"function": "multiply"}, (second,), aligned=True)
            return [Step(kind, {}, (first, times), aligned=True)]
        return [Step(kind, {}, (first, second), aligned=True)]

    return read


def _with_number(kind: str) -> Step:
    return Step("elementwise", {"function": kind})


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
        return [inverse] if first == 1 else [inverse, _with_number("multiply")]
    return [] if second == 1 else [_with_number("divide")]


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
    place, behind = _PLACES.get(name, (1, 2))
    dims = view.argument(place, "dim", view.argument(place, "axis"))
    keep = bool(view.argument(behind, "keepdim", view.argument(behind, "keepdims", False)))
    if isinstance(dims, bool):  # `unbiased`, which is not along axes then
        dims = None
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
    **dict.fromkeys(("add", "iadd", "radd"), merged("add", 0)),
    **dict.fromkeys(("sub", "isub", "rsub", "subtract"), merged("subtract", 0)),
    **dict.fromkeys(("mul", "imul", "rmul", "multiply"), merged("multiply", 1)),
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
