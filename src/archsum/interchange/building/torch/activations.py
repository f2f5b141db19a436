"""Activations: as functions, and as modules."""

from archsum.interchange.building.torch.code import Code, known, literal
from archsum.interchange.building.torch.steps import Kind, LayerUse, Made, Step, function, module, same, unless

FUNCTIONS: dict[str, tuple[str, str]] = {
    "celu": ("F.celu({0})", "nn.CELU()"),
    "elu": ("F.elu({0})", "nn.ELU()"),
    "exponential": ("{0}.exp()", ""),
    "gelu": ("F.gelu({0})", "nn.GELU()"),
    "hard_shrink": ("F.hardshrink({0})", "nn.Hardshrink()"),
    "hard_sigmoid": ("F.hardsigmoid({0})", "nn.Hardsigmoid()"),
    "hard_silu": ("F.hardswish({0})", "nn.Hardswish()"),
    "hard_swish": ("F.hardswish({0})", "nn.Hardswish()"),
    "hard_tanh": ("F.hardtanh({0})", "nn.Hardtanh()"),
    "leaky_relu": ("F.leaky_relu({0}, 0.2)", "nn.LeakyReLU(0.2)"),
    "log_sigmoid": ("F.logsigmoid({0})", "nn.LogSigmoid()"),
    "mish": ("F.mish({0})", "nn.Mish()"),
    "relu": ("F.relu({0})", "nn.ReLU()"),
    "relu6": ("F.relu6({0})", "nn.ReLU6()"),
    "selu": ("F.selu({0})", "nn.SELU()"),
    "sigmoid": ("{0}.sigmoid()", "nn.Sigmoid()"),
    "silu": ("F.silu({0})", "nn.SiLU()"),
    "soft_shrink": ("F.softshrink({0})", "nn.Softshrink()"),
    "softplus": ("F.softplus({0})", "nn.Softplus()"),
    "softsign": ("F.softsign({0})", "nn.Softsign()"),
    "sparse_plus": ("_sparse_plus({0})", ""),
    "sparse_sigmoid": ("(({0} + 1) / 2).clamp(0, 1)", ""),
    "squareplus": ("_squareplus({0})", ""),
    "swish": ("F.silu({0})", "nn.SiLU()"),
    "tanh": ("{0}.tanh()", "nn.Tanh()"),
    "tanh_shrink": ("F.tanhshrink({0})", "nn.Tanhshrink()"),
    "threshold": ("F.threshold({0}, 0.0, 0.0)", "nn.Threshold(0.0, 0.0)"),
}
"""Of each element: a function, and the module that does the same. The slopes and bounds are Keras's."""

_HELPERS = {"sparse_plus", "squareplus"}
_ALONG = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}


def activation(name: str | None, axis: int = -1) -> list[Step]:
    """Return an activation by its name; one that compares elements does so along an axis."""
    if name in (None, "linear"):
        return []
    if name in _ALONG:
        return [function(f"{{0}}.{name}({axis})", f"nn.{_ALONG[name]}({axis})")]
    if name == "sparsemax":
        return [function(f"_sparsemax({{0}}, {axis})", helpers=["_sparsemax"])]
    call, as_module = FUNCTIONS[name]
    return [function(call, as_module, [f"_{name}"] if name in _HELPERS else [])]


def activated(use: LayerUse, moved: bool) -> list[Step]:
    """Return the activation of a layer that has one among its fields; `moved`: on data whose channels come first."""
    return chosen(use["activation"], 1 if moved else -1)


def chosen(name: Code, axis: int = -1) -> list[Step]:
    """Return an activation whose name may be a formula."""
    if not name.is_literal:
        return [module(f"_activation_of({name})", word="activation", helpers=["_activation_of"])]
    return activation(name.value, axis)


def _activation(use: LayerUse) -> Made:
    return same(use, *chosen(use["activation"], use.input.axis(-1)))


def _relu(use: LayerUse) -> Made:
    slope, highest, threshold = use["negative_slope"], use["max_value"], use["threshold"]
    if (slope.text, threshold.text) == ("0.0", "0.0"):
        if highest.value is None:
            return same(use, *activation("relu"))
        if highest.value == 6 and highest.is_literal:
            return same(use, *activation("relu6"))
        return same(use, function(f"{{0}}.clamp(0, {highest})", f"nn.Hardtanh(0, {highest})"))
    if highest.value is None and threshold.value == 0:
        return same(use, function(f"F.leaky_relu({{0}}, {slope})", f"nn.LeakyReLU({slope})"))
    return same(use, function(f"_bounded_relu({{0}}, {slope}, {highest}, {threshold})", helpers=["_bounded_relu"]))


def _leaky_relu(use: LayerUse) -> Made:
    slope = use["negative_slope"]
    return same(use, function(f"F.leaky_relu({{0}}, {slope})", f"nn.LeakyReLU({slope})"))


def _elu(use: LayerUse) -> Made:
    stated = unless(use["alpha"], 1.0)
    arguments = "" if stated is None else f", {stated}"
    return same(use, function(f"F.elu({{0}}{arguments})", f"nn.ELU({stated or ''})"))


def _softmax(use: LayerUse) -> Made:
    axes = [use.input.axis(axis) for axis in use.layer.axis]
    if len(axes) == 1:
        return same(use, *activation("softmax", axes[0]))
    weights = f"({{0}} - {{0}}.logsumexp({literal(axes)}, keepdim=True)).exp()"
    return same(use, function(weights))


def _prelu(use: LayerUse) -> Made:
    """Write slopes that are one for each channel as PyTorch has them, and others as a parameter."""
    shared = {axis % (use.input.rank + 1) for axis in use.layer.shared_axes or ()}
    positions = [number for number in range(1, use.input.rank + 1) if number not in shared]
    dims = sorted(use.input.axis(number) for number in positions)
    if dims == [1]:
        return same(use, module(f"nn.PReLU({use.channels}, init=0.0)"))
    if not dims:
        return same(use, module("nn.PReLU(init=0.0)"))
    sizes = [size if dim in dims else known(1) for dim, size in enumerate(use.input.sizes, start=1)]
    slopes = [*sizes[1:], sizes[0], "moved=True"] if use.input.moved else sizes
    return same(use, module(f"ElementwisePReLU({', '.join(map(str, slopes))})", helpers=["ElementwisePReLU"]))


def _named(name: str) -> Kind:
    return Kind(lambda use: same(use, *activation(name, use.input.axis(-1))))


KINDS: dict[str, Kind] = {
    **{name: _named(name) for name in (*FUNCTIONS, *_ALONG, "sparsemax")},
    "activation": Kind(_activation),
    "identity": Kind(lambda use: same(use, function("{0}", "nn.Identity()"))),
    "relu": Kind(_relu),
    "leaky_relu": Kind(_leaky_relu),
    "elu": Kind(_elu),
    "softmax": Kind(_softmax),
    "prelu": Kind(_prelu),
}
