"""Activations and dropouts, as modules and as functions."""

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.normalizations import channel_axis
from archsum.interchange.torch.steps import Reader, Step, Steps, View, without_defaults


def word(kind: str) -> Reader:
    """Return what reads a layer without fields."""
    return lambda view: [Step(kind)]


def leaky_relu(view: View) -> Steps:
    """Read a leaky ReLU."""
    slope = view.module.negative_slope if view.module else view.argument(1, "negative_slope", 0.01)
    return [Step("leaky_relu", {"negative_slope": slope})]


def elu(view: View) -> Steps:
    """Read an ELU."""
    alpha = view.module.alpha if view.module else view.argument(1, "alpha", 1.0)
    return [Step("elu", without_defaults({"alpha": alpha}, {"alpha": 1.0}))]


def hard_tanh(view: View) -> Steps:
    """Read a tanh in straight pieces, or what is ReLU6 by its bounds."""
    least, most = view.argument(1, "min_val", -1.0), view.argument(2, "max_val", 1.0)
    if view.module:
        least, most = view.module.min_val, view.module.max_val
    return [Step("relu6" if (least, most) == (0, 6) else "hard_tanh")]


def prelu(view: View) -> Steps:
    """Read a PReLU: one slope, or one for each channel."""
    weights = view.weights(alpha="weight")
    axes = range(1, len(view.shape(view.input)) + 1)
    own = channel_axis(view) if view.module.num_parameters > 1 else None
    return [Step("prelu", {"shared_axes": [axis for axis in axes if axis != own]}, weights=weights, in_one=True)]


def glu(view: View) -> Steps:
    """Read a gated linear unit: half of an axis, times the sigmoid of the other half."""
    axis = view.axis(view.module.dim if view.module else view.argument(1, "dim", -1))
    halves = [Step("split", {"axis": axis, "parts": 2, "part": number}, (view.input,)) for number in (0, 1)]
    return [Step("multiply", {}, (halves[0], Step("sigmoid", {}, (halves[1],))))]


def softmax(view: View) -> Steps:
    """Read a softmax, a module or a function."""
    dim = view.module.dim if view.module else view.argument(1, "dim")
    if dim is None:
        raise NotUnderstoodError("does not say along which axis")
    axis = view.axis(dim)
    return [Step("softmax", {} if axis == len(view.shape(view.input)) else {"axis": axis})]


def log_softmax(view: View) -> Steps:
    """Read the logarithm of a softmax."""
    dim = view.module.dim if view.module else view.argument(1, "dim")
    if dim is None or view.axis(dim) != len(view.shape(view.input)):
        raise NotUnderstoodError("is along another axis than the last")
    return [Step("log_softmax")]


def dropout(view: View) -> Steps:
    """Read a dropout, which is there in training only."""
    if view.module:
        return [Step("dropout", {"rate": view.module.p})]
    if not view.argument(2, "training", True):
        return []
    return [Step("dropout", {"rate": view.argument(1, "p", 0.5)})]


ACTIVATIONS: dict[str, Reader] = {
    "relu": word("relu"),
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
