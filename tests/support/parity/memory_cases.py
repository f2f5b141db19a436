"""A case for each rule of what a layer keeps, and what its way back makes: the layer, and PyTorch's module for it.

Kinds that PyTorch lacks are held to the functions that one would write for them.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from archsum.layers import FAMILIES
from archsum.layers.shapes import Shape
from tests.support.parity.cases import Fields
from tests.support.parity.memory_oracle import tensors


class Case(NamedTuple):
    """A layer's fields and the shapes it is given, and PyTorch's module, or a function of the inputs."""

    kind: str
    fields: Fields
    shapes: tuple[Shape, ...]
    theirs: Any

    def __str__(self) -> str:
        return f"{self.kind} {self.fields} on {self.shapes}"

    def module(self) -> Any:
        """Return PyTorch's module, in training."""
        return (self.theirs if isinstance(self.theirs, nn.Module) else Function(self.theirs)).train()

    def output(self, module: Any, inputs: list[Any]) -> Any:
        """Run the module; of several results the first is the output, others are states, or a loss."""
        return next(tensors(module(*inputs)))

    def inputs(self, batch: int) -> list[Any]:
        """Make a batch of data, or of words, which are numbers that no gradient reaches."""
        if _takes_words(self.kind, self.fields):
            return [torch.zeros(batch, *shape, dtype=torch.int64) for shape in self.shapes]
        return [torch.randn(batch, *shape, requires_grad=True) for shape in self.shapes]


def _takes_words(kind: str, fields: Fields) -> bool:
    held = fields.get("layer", {})
    return "embedding" in {kind, *held} or (kind == "reversible_embedding" and not fields.get("reverse"))


class Function(nn.Module):  # type: ignore[misc]
    """A function of the inputs as a module, with the modules whose weights it uses."""

    def __init__(self, function: Callable[..., Any], *modules: Any) -> None:
        super().__init__()
        self.function = function
        self.modules_used = nn.ModuleList(modules)

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs, *self.modules_used)


class Weight(nn.Module):  # type: ignore[misc]
    """A weight by itself."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.tensor = nn.Parameter(torch.randn(shape))

    def forward(self) -> Any:
        return self.tensor


@contextmanager
def own_kernels() -> Iterator[None]:
    """Let PyTorch compute sequences step by step itself; oneDNN has a workspace of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a setting of oneDNN that does not matter
        with torch.backends.mkldnn.flags(enabled=False):
            yield


FIRST = {"data_format": "channels_first"}
IMAGE = (8, 12, 10)


def first(**fields: Any) -> Fields:
    """Return fields of a layer on data with the channels first, as PyTorch has them."""
    return {**fields, **FIRST}


CONVOLUTIONS = [
    Case("conv1d", first(filters=4, kernel_size=3), ((8, 12),), nn.Conv1d(8, 4, 3)),
    Case("conv2d", first(filters=4, kernel_size=3, padding=1), (IMAGE,), nn.Conv2d(8, 4, 3, padding=1)),
    Case("conv2d", first(filters=4, kernel_size=1, bias=False), (IMAGE,), nn.Conv2d(8, 4, 1, bias=False)),
    Case("conv2d", first(filters=8, kernel_size=3, groups=8), (IMAGE,), nn.Conv2d(8, 8, 3, groups=8)),
    Case("conv2d", first(filters=4, kernel_size=3, padding="same"), (IMAGE,), nn.Conv2d(8, 4, 3, padding="same")),
    Case("conv2d", first(filters=4, kernel_size=2, padding="same"), (IMAGE,), nn.Conv2d(8, 4, 2, padding="same")),
    Case(
        "conv2d",
        first(filters=4, kernel_size=[4, 3], padding="same", dilation_rate=3),
        (IMAGE,),
        nn.Conv2d(8, 4, (4, 3), padding="same", dilation=3),
    ),
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, padding=[[0, 1], [1, 1]]),
        (IMAGE,),
        nn.Sequential(nn.ZeroPad2d((0, 0, 0, 1)), nn.Conv2d(8, 4, 3, padding=(0, 1))),
    ),
    Case(
        "conv1d",
        first(filters=4, kernel_size=3, padding="causal"),
        ((8, 12),),
        nn.Sequential(nn.ConstantPad1d((2, 0), 0.0), nn.Conv1d(8, 4, 3)),
    ),
    Case("conv3d", first(filters=4, kernel_size=3), ((8, 6, 7, 8),), nn.Conv3d(8, 4, 3)),
    Case(
        "conv2d_transpose",
        first(filters=4, kernel_size=4, strides=2, padding=1),
        (IMAGE,),
        nn.ConvTranspose2d(8, 4, 4, 2, 1),
    ),
    Case("depthwise_conv2d", first(kernel_size=3), (IMAGE,), nn.Conv2d(8, 8, 3, groups=8)),
    Case("depthwise_conv3d", first(kernel_size=3), ((8, 6, 7, 8),), nn.Conv3d(8, 8, 3, groups=8)),
    Case(
        "separable_conv3d",
        first(filters=4, kernel_size=3),
        ((8, 6, 7, 8),),
        nn.Sequential(nn.Conv3d(8, 8, 3, groups=8, bias=False), nn.Conv3d(8, 4, 1)),
    ),
    Case(
        "separable_conv2d",
        first(filters=4, kernel_size=3, depth_multiplier=2),
        (IMAGE,),
        nn.Sequential(nn.Conv2d(8, 16, 3, groups=8, bias=False), nn.Conv2d(16, 4, 1)),
    ),
    Case(
        "locally_connected2d",
        first(filters=4, kernel_size=3),
        (IMAGE,),
        Function(lambda x, w: torch.einsum("nkl,lkf->nfl", F.unfold(x, 3), w()), Weight(80, 72, 4)),
    ),
]


def untied(module: Any, *bias: int) -> Function:
    """Add a bias of that shape to what a module without one gives; it is repeated along axes of size 1."""
    return Function(lambda x, layer, b: layer(x) + b(), module, Weight(*bias))


UNTIED = [
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, bias="untied"),
        (IMAGE,),
        untied(nn.Conv2d(8, 4, 3, bias=False), 4, 10, 8),
    ),
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, bias={"untied": ["height"]}),
        (IMAGE,),
        untied(nn.Conv2d(8, 4, 3, bias=False), 4, 10, 1),
    ),
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, bias={"untied": ["width"]}, activation="relu"),
        (IMAGE,),
        nn.Sequential(untied(nn.Conv2d(8, 4, 3, bias=False), 4, 1, 8), nn.ReLU()),
    ),
    Case(
        "conv3d",
        first(filters=4, kernel_size=3, bias={"untied": ["depth", "width"]}),
        ((8, 6, 7, 8),),
        untied(nn.Conv3d(8, 4, 3, bias=False), 4, 4, 1, 6),
    ),
    Case(
        "conv2d_transpose",
        first(filters=4, kernel_size=4, strides=2, padding=1, bias={"untied": ["height"]}),
        (IMAGE,),
        untied(nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), 4, 24, 1),
    ),
    Case(
        "depthwise_conv2d",
        first(kernel_size=3, bias={"untied": ["width"]}),
        (IMAGE,),
        untied(nn.Conv2d(8, 8, 3, groups=8, bias=False), 8, 1, 8),
    ),
    Case(
        "separable_conv2d",
        first(filters=4, kernel_size=3, depth_multiplier=2, bias={"untied": ["height"]}),
        (IMAGE,),
        untied(nn.Sequential(nn.Conv2d(8, 16, 3, groups=8, bias=False), nn.Conv2d(16, 4, 1, bias=False)), 4, 10, 1),
    ),
    Case("dense", {"units": 4, "bias": "untied"}, ((6, 16),), untied(nn.Linear(16, 4, bias=False), 6, 4)),
    Case(
        "dense",
        {"units": 4, "bias": {"untied": ["width"]}, "activation": "silu"},
        ((5, 6, 16),),
        nn.Sequential(untied(nn.Linear(16, 4, bias=False), 1, 6, 4), nn.SiLU()),
    ),
    Case(
        "scale",
        first(bias={"untied": ["width"]}),
        (IMAGE,),
        Function(lambda x, w, b: x * w() + b(), Weight(8, 1, 1), Weight(8, 1, 10)),
    ),
    Case(
        "locally_connected2d",
        first(filters=4, kernel_size=3, bias={"untied": ["height"]}),
        (IMAGE,),
        Function(
            lambda x, w, b: torch.einsum("nkl,lkf->nfl", F.unfold(x, 3), w()).unflatten(-1, (10, 8)) + b(),
            Weight(80, 72, 4),
            Weight(4, 10, 1),
        ),
    ),
]

FUSED = {
    "relu": nn.ReLU(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "softmax": nn.Softmax(-1),
    "gelu": nn.GELU(),
    "silu": nn.SiLU(),
    "relu6": nn.ReLU6(),
    "softsign": nn.Softsign(),
    "linear": nn.Identity(),
}
WITH_ACTIVATION = [
    *(
        Case("dense", {"units": 4, "activation": name}, ((6, 16),), nn.Sequential(nn.Linear(16, 4), module))
        for name, module in FUSED.items()
    ),
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, activation="relu"),
        (IMAGE,),
        nn.Sequential(nn.Conv2d(8, 4, 3), nn.ReLU(inplace=True)),
    ),
    Case(
        "conv2d",
        first(filters=4, kernel_size=3, activation="silu"),
        (IMAGE,),
        nn.Sequential(nn.Conv2d(8, 4, 3), nn.SiLU(inplace=True)),
    ),
    Case(
        "conv2d_transpose",
        first(filters=4, kernel_size=3, activation="hard_swish", padding=0),
        (IMAGE,),
        nn.Sequential(nn.ConvTranspose2d(8, 4, 3), nn.Hardswish()),
    ),
]


def sparsemax(x: Any) -> Any:
    """Do as Keras does."""
    ordered = torch.sort(x, dim=-1, descending=True).values
    ranks = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype).reshape(1, -1)
    sums = torch.cumsum(ordered, dim=-1)
    support = 1 + ranks * ordered > sums
    count = support.sum(dim=-1, keepdim=True)
    threshold = (torch.where(support, ordered, 0.0).sum(dim=-1, keepdim=True) - 1) / count
    return torch.clamp(x - threshold, min=0.0)


ACTIVATIONS = {
    "celu": nn.CELU(),
    "elu": nn.ELU(),
    "exponential": torch.exp,
    "gelu": nn.GELU(),
    "hard_shrink": nn.Hardshrink(),
    "hard_sigmoid": nn.Hardsigmoid(),
    "hard_silu": nn.Hardswish(),
    "hard_swish": nn.Hardswish(),
    "hard_tanh": nn.Hardtanh(),
    "leaky_relu": nn.LeakyReLU(),
    "linear": nn.Identity(),
    "log_sigmoid": nn.LogSigmoid(),
    "log_softmax": nn.LogSoftmax(-1),
    "mish": nn.Mish(),
    "relu": nn.ReLU(),
    "relu6": nn.ReLU6(),
    "selu": nn.SELU(),
    "sigmoid": nn.Sigmoid(),
    "silu": nn.SiLU(),
    "soft_shrink": nn.Softshrink(),
    "softmax": nn.Softmax(-1),
    "softplus": nn.Softplus(),
    "softsign": nn.Softsign(),
    "sparse_plus": lambda x: torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: torch.where(x <= -1, 0.0, torch.where(x >= 1, 1.0, 0.5 * (x + 1))),
    "sparsemax": sparsemax,
    "squareplus": lambda x: (x + torch.sqrt(x**2 + 4)) / 2,
    "swish": nn.SiLU(),
    "tanh": nn.Tanh(),
    "tanh_shrink": nn.Tanhshrink(),
    "threshold": nn.Threshold(0.0, 0.0),
}
FUNCTIONS = [
    *(Case("activation", {"activation": name}, ((12,),), function) for name, function in ACTIVATIONS.items()),
    *(Case(name, {}, ((12,),), ACTIVATIONS[name]) for name in FAMILIES["activation_functions"]),
    Case("activation", {"activation": "gelu"}, (IMAGE,), nn.GELU()),
    Case("identity", {}, (IMAGE,), nn.Identity()),
    Case("relu", {}, (IMAGE,), nn.ReLU()),
    Case("relu", {"max_value": 6}, (IMAGE,), nn.ReLU6()),
    Case("relu", {"max_value": 1}, (IMAGE,), nn.Hardtanh(0.0, 1.0)),
    Case("relu", {"negative_slope": 0.1}, (IMAGE,), nn.LeakyReLU(0.1)),
    Case("relu", {"threshold": 1.0}, (IMAGE,), nn.Threshold(1.0, 0.0)),
    Case("leaky_relu", {}, (IMAGE,), nn.LeakyReLU()),
    Case("prelu", {"shared_axes": [2, 3]}, (IMAGE,), nn.PReLU(8)),
    Case("elu", {}, (IMAGE,), nn.ELU()),
    Case("softmax", {"axis": 1}, (IMAGE,), nn.Softmax(1)),
    Case("masking", {}, ((6, 16),), lambda x: x * torch.any(x != 0, dim=-1, keepdim=True).float()),
]

POOLING = [
    Case("max_pooling1d", first(), ((8, 12),), nn.MaxPool1d(2)),
    Case("max_pooling2d", first(), (IMAGE,), nn.MaxPool2d(2)),
    Case("max_pooling2d", first(pool_size=3, strides=2, padding=1), (IMAGE,), nn.MaxPool2d(3, 2, 1)),
    Case("max_pooling2d", first(pool_size=3, strides=2, ceil_mode=True), (IMAGE,), nn.MaxPool2d(3, 2, ceil_mode=True)),
    Case(
        "max_pooling2d",
        first(pool_size=3, strides=2, padding="same"),
        (IMAGE,),
        nn.Sequential(nn.ConstantPad2d((0, 1, 0, 1), -torch.inf), nn.MaxPool2d(3, 2)),
    ),
    Case("max_pooling3d", first(), ((8, 6, 6, 6),), nn.MaxPool3d(2)),
    Case("max_unpooling1d", first(), ((8, 6), (8, 6)), lambda x, y: F.max_unpool1d(x, torch.zeros_like(y).long(), 2)),
    Case(
        "max_unpooling2d",
        first(pool_size=3, strides=2, padding=1),
        ((8, 6, 5), (8, 6, 5), (4, 12, 10)),
        lambda x, y, z: F.max_unpool2d(x, torch.zeros_like(y).long(), 3, 2, 1, z.shape[2:]),
    ),
    Case(
        "max_unpooling3d",
        first(),
        ((8, 3, 3, 3), (8, 3, 3, 3)),
        lambda x, y: F.max_unpool3d(x, torch.zeros_like(y).long(), 2),
    ),
    Case("average_pooling1d", first(pool_size=2), ((8, 12),), nn.AvgPool1d(2)),
    Case("average_pooling2d", first(pool_size=3, strides=2), (IMAGE,), nn.AvgPool2d(3, 2)),
    Case("average_pooling3d", first(pool_size=2), ((8, 6, 6, 6),), nn.AvgPool3d(2)),
    Case("adaptive_average_pooling1d", first(output_size=1), ((8, 12),), nn.AdaptiveAvgPool1d(1)),
    Case("adaptive_average_pooling2d", first(output_size=1), (IMAGE,), nn.AdaptiveAvgPool2d(1)),
    Case("adaptive_average_pooling2d", first(output_size=5), (IMAGE,), nn.AdaptiveAvgPool2d(5)),
    Case("adaptive_average_pooling2d", first(output_size=[12, 10]), (IMAGE,), nn.AdaptiveAvgPool2d((12, 10))),
    Case("adaptive_average_pooling2d", first(output_size=[1, None]), (IMAGE,), nn.AdaptiveAvgPool2d((1, None))),
    Case("adaptive_average_pooling3d", first(output_size=1), ((8, 6, 6, 6),), nn.AdaptiveAvgPool3d(1)),
    Case("adaptive_max_pooling1d", first(output_size=3), ((8, 12),), nn.AdaptiveMaxPool1d(3)),
    Case("adaptive_max_pooling2d", first(output_size=5), (IMAGE,), nn.AdaptiveMaxPool2d(5)),
    Case("adaptive_max_pooling3d", first(output_size=2), ((8, 6, 6, 6),), nn.AdaptiveMaxPool3d(2)),
    Case("global_average_pooling2d", first(), (IMAGE,), lambda x: x.mean((2, 3))),
    Case("global_average_pooling1d", first(), ((8, 12),), nn.AdaptiveAvgPool1d(1)),
    Case("global_max_pooling1d", first(), ((8, 12),), nn.AdaptiveMaxPool1d(1)),
    Case("global_max_pooling2d", first(keepdims=True), (IMAGE,), nn.AdaptiveMaxPool2d(1)),
    Case("global_max_pooling3d", first(), ((8, 6, 6, 6),), nn.AdaptiveMaxPool3d(1)),
]


def renormalized(x: Any, gamma: Any, beta: Any) -> Any:
    """Normalize a batch, correct that by factors and offsets which are no part of the gradient, scale and center."""
    normalized = F.batch_norm(x, None, None, training=True)
    factor, offset = torch.ones(8, 1, 1), torch.zeros(8, 1, 1)
    return (normalized * factor + offset) * gamma() + beta()


def unit(x: Any) -> Any:
    """Do as F.normalize does, along two axes."""
    return x / torch.linalg.vector_norm(x, dim=(1, 3), keepdim=True).clamp_min(1e-12).expand_as(x)


NORMALIZATION = [
    Case("batch_normalization", first(), (IMAGE,), nn.BatchNorm2d(8)),
    Case("batch_normalization", {}, ((8,),), nn.BatchNorm1d(8)),
    Case(
        "batch_normalization",
        first(renorm=True),
        (IMAGE,),
        Function(renormalized, Weight(1, 8, 1, 1), Weight(1, 8, 1, 1)),
    ),
    Case("batch_normalization", first(center=False, scale=False), (IMAGE,), nn.BatchNorm2d(8, affine=False)),
    Case("group_normalization", first(groups=2), (IMAGE,), nn.GroupNorm(2, 8)),
    Case("group_normalization", first(groups=-1), (IMAGE,), nn.GroupNorm(8, 8)),
    Case("instance_normalization", first(), (IMAGE,), nn.InstanceNorm2d(8)),
    Case("instance_normalization", first(), ((8, 12),), nn.InstanceNorm1d(8)),
    Case("instance_normalization", first(), ((8, 6, 6, 6),), nn.InstanceNorm3d(8)),
    Case("instance_normalization", first(center=True, scale=True), (IMAGE,), nn.InstanceNorm2d(8, affine=True)),
    Case(
        "instance_normalization",
        first(scale=True, track_running_stats=True),
        (IMAGE,),
        nn.InstanceNorm2d(8, affine=True, track_running_stats=True, bias=False),
    ),
    Case(
        "instance_normalization",
        first(track_running_stats=True),
        (IMAGE,),
        nn.InstanceNorm2d(8, track_running_stats=True),
    ),
    Case("layer_normalization", {}, (IMAGE,), nn.LayerNorm(10)),
    Case("layer_normalization", {"axis": [1, 2, 3]}, (IMAGE,), nn.LayerNorm(IMAGE)),
    Case(
        "layer_normalization", {"center": False, "scale": False}, (IMAGE,), nn.LayerNorm(10, elementwise_affine=False)
    ),
    Case("rms_normalization", {}, (IMAGE,), nn.RMSNorm(10)),
    Case("rms_normalization", {"axis": [2, 3]}, (IMAGE,), nn.RMSNorm((12, 10))),
    Case("local_response_normalization", first(size=5), (IMAGE,), nn.LocalResponseNorm(5)),
    Case("local_response_normalization", first(size=4, k=2.0), ((8, 12),), nn.LocalResponseNorm(4, k=2.0)),
    Case("local_response_normalization", first(size=3), ((8, 6, 7, 8),), nn.LocalResponseNorm(3)),
    Case("unit_normalization", {"axis": 1}, (IMAGE,), lambda x: F.normalize(x, dim=1)),
    Case("unit_normalization", {"axis": [1, 3]}, (IMAGE,), unit),
    Case("rescaling", {"scale": 2, "offset": 1}, (IMAGE,), lambda x: x * 2 + 1),
    Case("rescaling", {"scale": [2] * 10}, (IMAGE,), lambda x: x * torch.full((10,), 2.0) + 1),
    Case(
        "normalization",
        {"axis": -1},
        (IMAGE,),
        lambda x: (x - torch.zeros(10)) / torch.clamp(torch.sqrt(torch.ones(10)), min=1e-7),
    ),
    Case("scale", first(), (IMAGE,), Function(lambda x, w, b: x * w() + b(), Weight(8, 1, 1), Weight(8, 1, 1))),
    Case("layer_scale", first(), (IMAGE,), Function(lambda x, w: x * w(), Weight(8, 1, 1))),
]

NOISE = [
    Case("dropout", {"rate": 0.5}, (IMAGE,), nn.Dropout(0.5)),
    Case("dropout", {"rate": 0.0}, (IMAGE,), nn.Dropout(0.0)),
    Case("dropout", {"rate": 1.0}, (IMAGE,), nn.Dropout(1.0)),
    Case(
        "dropout", {"rate": 0.5, "noise_shape": [None, 1, None, 10]}, (IMAGE,), lambda x: x * torch.rand(x[:, :1].shape)
    ),
    Case("dropout", {"rate": 0.5, "noise_shape": [1, 8, 1, 1]}, (IMAGE,), lambda x: x * torch.rand(1, 8, 1, 1)),
    Case("alpha_dropout", {"rate": 0.5}, (IMAGE,), nn.AlphaDropout(0.5)),
    Case("gaussian_dropout", {"rate": 0.5}, (IMAGE,), lambda x: x * torch.randn(x.shape)),
    Case("spatial_dropout1d", first(rate=0.5), ((8, 12),), nn.Dropout1d(0.5)),
    Case("spatial_dropout2d", first(rate=0.5), (IMAGE,), nn.Dropout2d(0.5)),
    Case("spatial_dropout2d", first(rate=0.0), (IMAGE,), nn.Dropout2d(0.0)),
    Case("spatial_dropout3d", first(rate=0.5), ((8, 6, 6, 6),), nn.Dropout3d(0.5)),
    Case("stochastic_depth", {"rate": 0.5}, (IMAGE,), lambda x: x * torch.rand(len(x), 1, 1, 1)),
    Case("gaussian_noise", {"stddev": 0.1}, (IMAGE,), lambda x: x + torch.randn(x.shape)),
    Case(
        "activity_regularization",
        {"l1": 0.1, "l2": 0.1},
        (IMAGE,),
        lambda x: (x, 0.1 * torch.abs(x).sum() + 0.1 * torch.square(x).sum()),
    ),
    Case("activity_regularization", {}, (IMAGE,), nn.Identity()),
]

MOVING = [
    Case("flatten", {}, (IMAGE,), nn.Flatten()),
    Case("reshape", {"target_shape": [-1, 10]}, (IMAGE,), lambda x: x.reshape(len(x), -1, 10)),
    Case("permute", {"dims": [2, 3, 1]}, (IMAGE,), lambda x: x.permute(0, 2, 3, 1)),
    Case("roll", {"shift": [-3, 1], "axis": [1, -1]}, (IMAGE,), lambda x: x.roll((-3, 1), (1, -1))),
    Case("repeat_vector", {"n": 5}, ((8,),), lambda x: x.unsqueeze(1).tile(1, 5, 1)),
    Case("split", {"parts": 2, "part": 0, "axis": 1}, (IMAGE,), lambda x: x.narrow(1, 0, 4)),
    Case("slice", {"axis": 1, "stop": 1}, (IMAGE,), lambda x: x[:, :1]),
    Case("slice", {"axis": 2, "start": 1, "step": 2}, (IMAGE,), lambda x: x[:, :, 1::2]),
    Case("stack", {"axis": 1}, (IMAGE, IMAGE), lambda *x: torch.stack(x, 1)),
    Case("stack", {"axis": -1}, (IMAGE, IMAGE, IMAGE), lambda *x: torch.stack(x, -1)),
    Case("expand_dims", {"axis": [1, -1]}, (IMAGE,), lambda x: x.unsqueeze(1).unsqueeze(-1)),
    Case("squeeze", {"axis": 2}, ((8, 1, 10),), lambda x: x.squeeze(2)),
    Case("expand", {"shape": [-1, 12, 10]}, ((8, 1, 10),), lambda x: x.expand(-1, 8, 12, 10)),
    Case("expand", {"shape": [3, 8, 12, 10]}, ((8, 1, 10),), lambda x: x[:, None].expand(-1, 3, 8, 12, 10)),
    Case("expand", {"shape": [8, -1, 10]}, (IMAGE,), lambda x: x.expand(-1, 8, 12, 10)),
    Case("tile", {"repeats": [2, 3]}, (IMAGE,), lambda x: x.repeat(1, 1, 2, 3)),
    Case("tile", {"repeats": [4, 1, 2, 3]}, (IMAGE,), lambda x: x[:, None].repeat(1, 4, 1, 2, 3)),
    Case("tile", {"repeats": [1]}, (IMAGE,), lambda x: x.repeat(1, 1, 1, 1)),
    Case("pad", {"padding": [[3, 0], 0, [1, 2]]}, (IMAGE,), lambda x: F.pad(x, (1, 2, 0, 0, 3, 0))),
    *(
        Case(
            "pad",
            {"padding": [[0, 0], [3, 0], [1, 2]], "mode": mode},
            (IMAGE,),
            lambda x, mode=mode: F.pad(x, (1, 2, 3, 0), mode=mode),
        )
        for mode in ("reflect", "replicate")
    ),
    Case("gather", {"axis": 2, "size": 4}, (IMAGE,), lambda x: x.index_select(2, torch.tensor([0, 5, 5, 1]))),
    Case("gather", {"axis": 1, "size": [2, 3]}, (IMAGE,), lambda x: x[:, torch.tensor([[0, 5, 5], [1, 2, 3]])]),
    Case("gather", {"axis": 1}, ((9, 4), (12,)), lambda x, numbers: x[0][numbers.long() * 0]),
    Case("channel_shuffle", first(groups=2), (IMAGE,), nn.ChannelShuffle(2)),
    Case("space_to_depth", first(block_size=2), (IMAGE,), nn.PixelUnshuffle(2)),
    Case("depth_to_space", first(block_size=2), (IMAGE,), nn.PixelShuffle(2)),
    Case("zero_padding2d", first(), (IMAGE,), nn.ZeroPad2d(1)),
    Case("reflection_padding1d", first(padding=[2, 0]), ((8, 12),), nn.ReflectionPad1d((2, 0))),
    Case("reflection_padding2d", first(), (IMAGE,), nn.ReflectionPad2d(1)),
    Case("reflection_padding3d", first(), ((8, 6, 7, 8),), nn.ReflectionPad3d(1)),
    Case("replication_padding1d", first(), ((8, 12),), nn.ReplicationPad1d(1)),
    Case("replication_padding2d", first(padding=[[1, 2], [3, 4]]), (IMAGE,), nn.ReplicationPad2d((3, 4, 1, 2))),
    Case("replication_padding3d", first(), ((8, 6, 7, 8),), nn.ReplicationPad3d(1)),
    Case("circular_padding1d", first(padding=[2, 1]), ((8, 12),), nn.CircularPad1d((2, 1))),
    Case("circular_padding2d", first(), (IMAGE,), nn.CircularPad2d(1)),
    Case("circular_padding2d", first(padding=[[0, 2], [3, 0]]), (IMAGE,), nn.CircularPad2d((3, 0, 0, 2))),
    Case("circular_padding3d", first(), ((8, 6, 7, 8),), nn.CircularPad3d(1)),
    Case("cropping2d", first(cropping=2), (IMAGE,), lambda x: x[:, :, 2:-2, 2:-2]),
    Case("up_sampling2d", first(), (IMAGE,), nn.Upsample(scale_factor=2)),
    Case("up_sampling2d", first(interpolation="bilinear"), (IMAGE,), nn.Upsample(scale_factor=2, mode="bilinear")),
    Case("up_sampling2d", first(interpolation="bicubic"), (IMAGE,), nn.Upsample(scale_factor=2, mode="bicubic")),
    Case("resizing", first(height=20, width=30), (IMAGE,), nn.UpsamplingBilinear2d(size=(20, 30))),
    Case(
        "resizing", first(factor=1.5, interpolation="bicubic"), (IMAGE,), nn.Upsample(scale_factor=1.5, mode="bicubic")
    ),
    Case(
        "resizing",
        first(height=6, width=20, crop_to_aspect_ratio=True),
        (IMAGE,),
        lambda x: F.interpolate(x[:, :, 4:7], (6, 20), mode="bilinear"),
    ),
    Case(
        "resizing",
        first(height=6, width=20, pad_to_aspect_ratio=True),
        (IMAGE,),
        lambda x: F.interpolate(F.pad(x, (15, 15)), (6, 20), mode="bilinear"),
    ),
    Case("resizing", first(), (IMAGE, (3, 20, 30)), lambda x, y: F.interpolate(x, y.shape[2:], mode="bilinear")),
    Case("center_crop", first(height=6, width=6), (IMAGE,), lambda x: x[:, :, 3:9, 2:8]),
    Case("center_crop", first(height=6, width=10), (IMAGE,), lambda x: x[:, :, 3:9]),
    Case("center_crop", first(height=12, width=6), (IMAGE,), lambda x: x[:, :, :, 2:8]),
    Case(
        "center_crop",
        first(height=20, width=10),
        (IMAGE,),
        lambda x: F.interpolate(x[:, :, :, 2:8], (20, 10), mode="bilinear"),
    ),
    Case("concatenate", {"axis": 1}, (IMAGE, (4, 12, 10)), lambda *x: torch.cat(x, 1)),
]

MERGING = [
    Case("add", {}, (IMAGE, IMAGE), torch.add),
    Case("add", {}, (IMAGE, IMAGE, IMAGE), lambda x, y, z: x + y + z),
    Case("subtract", {}, (IMAGE, IMAGE), torch.sub),
    Case("average", {}, (IMAGE, IMAGE), lambda x, y: (x + y) / 2),
    Case("multiply", {}, (IMAGE, IMAGE), torch.mul),
    Case("multiply", {}, (IMAGE, (8, 1, 1)), torch.mul),
    Case("multiply", {}, ((8, 1, 1), (8, 12, 1), IMAGE, IMAGE), lambda x, y, z, w: x * y * z * w),
    Case("maximum", {}, (IMAGE, IMAGE), torch.maximum),
    Case("minimum", {}, (IMAGE, IMAGE, IMAGE), lambda x, y, z: torch.minimum(torch.minimum(x, y), z)),
    Case("divide", {}, (IMAGE, IMAGE), torch.div),
    Case("divide", {}, (IMAGE, (8, 1, 1)), torch.div),
    Case("matmul", {}, ((6, 16), (16, 5)), torch.matmul),
    Case("matmul", {}, ((3, 4, 6, 16), (3, 4, 16, 5)), torch.matmul),
    Case("matmul", {}, ((4, 6, 16), (1, 16, 5)), torch.matmul),
    Case("matmul", {}, ((3, 1, 6, 16), (3, 4, 16, 5)), torch.matmul),
    Case("matmul", {}, ((3, 4, 6, 16), (1, 4, 16, 5)), torch.matmul),
    Case("matmul", {}, ((16,), (16, 5)), lambda x, y: (x.unsqueeze(-2) @ y).squeeze(-2)),
    Case("matmul", {}, ((5, 16), (16,)), lambda x, y: (x @ y.unsqueeze(-1)).squeeze(-1)),
    Case("dot", {"axes": -1}, ((6, 16), (5, 16)), lambda x, y: x @ y.transpose(1, 2)),
    Case(
        "dot",
        {"axes": -1, "normalize": True},
        ((6, 16), (5, 16)),
        lambda x, y: F.normalize(x, dim=-1) @ F.normalize(y, dim=-1).transpose(1, 2),
    ),
]


MATHEMATICAL: tuple[Any, ...] = (
    *(torch.abs, torch.sin, torch.cos, torch.log, torch.log2, torch.log1p, torch.square, torch.erf, torch.exp),
    *(torch.exp2, torch.expm1, torch.sqrt, torch.rsqrt, torch.reciprocal, torch.tan, torch.atan, torch.sinh),
    *(torch.neg, torch.floor, torch.ceil, torch.round, torch.sign),
)

ELEMENTWISE = [
    *(Case("elementwise", {"function": function.__name__}, (IMAGE,), function) for function in MATHEMATICAL),
    Case("elementwise", {"function": "pow"}, (IMAGE,), lambda x: x.pow(-1.5)),
    Case("elementwise", {"function": "multiply"}, (IMAGE,), lambda x: x * 2.5),
    Case(
        "elementwise",
        {"function": "where"},
        (IMAGE, IMAGE, IMAGE),
        lambda condition, x, y: torch.where(condition > 0, x, y),
    ),
]


def reduced(function: str, theirs: Any, *axes: int, keepdims: bool = False) -> Case:
    """Return a reduction along axes."""
    fields = {"function": function, "axis": list(axes), "keepdims": keepdims}
    one_or_several = axes[0] if len(axes) == 1 else axes
    return Case("reduce", fields, (IMAGE,), lambda x: theirs(x, one_or_several, keepdim=keepdims))


def maximum(x: Any, axis: int, *, keepdim: bool) -> Any:
    return x.max(axis, keepdim=keepdim).values


def norm(x: Any, axis: Any, *, keepdim: bool) -> Any:
    return torch.linalg.vector_norm(x, dim=axis, keepdim=keepdim)


REDUCTIONS = [
    *(reduced("mean", torch.mean, *axes, keepdims=keepdims) for axes in ((2,), (1, 3)) for keepdims in (False, True)),
    *(reduced("sum", torch.sum, *axes, keepdims=keepdims) for axes in ((2,), (1, 3)) for keepdims in (False, True)),
    *(reduced("max", maximum, axis, keepdims=keepdims) for axis in (1, 2) for keepdims in (False, True)),
    *(reduced("max", torch.amax, *axes) for axes in ((1, 2), (1, 2, 3))),
    *(reduced("prod", torch.prod, axis) for axis in (1, 2)),
    *(reduced("variance", torch.var, *axes) for axes in ((2,), (1, 2))),
    *(reduced("std", torch.std, *axes) for axes in ((2,), (1, 2))),
    *(reduced("logsumexp", torch.logsumexp, *axes) for axes in ((2,), (1, 2))),
    *(reduced("norm", norm, *axes) for axes in (((2,), (1, 2)))),
]


def scores_attention(scores: Any, value: Any, dropout: float = 0.0) -> Any:
    return F.dropout(torch.softmax(scores, -1), dropout) @ value


def sums(query: Any, key: Any) -> Any:
    return query.unsqueeze(-2) + key.unsqueeze(-3)


def heads(x: Any, count: int) -> Any:
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def grouped(dropout: float, *, gate: bool = False) -> Function:
    """Compose grouped-query attention of four heads, two of key and value, of 3 features each."""
    sizes = {"query": 12, "key": 6, "value": 6, "gate": 12}
    projections = [nn.Linear(16, size) for size in sizes.values()]

    def attend(x: Any, *others: Any) -> Any:
        *bias, query, key, value, gating, output = others
        q, k, v = heads(query(x), 4), heads(key(x), 2), heads(value(x), 2)
        mask = bias[0] if bias else None
        attended = F.scaled_dot_product_attention(q, k, v, mask, dropout_p=dropout, enable_gqa=True)
        together = attended.transpose(1, 2).flatten(2)
        return output(together * torch.sigmoid(gating(x)) if gate else together)

    return Function(attend, *projections, nn.Linear(12, 16))


def unequal(x: Any, projection: Any, output: Any) -> Any:
    """Attend with four heads of 3 features for query and key and 5 for the value."""
    query, key, value = projection(x.transpose(0, 1)).transpose(0, 1).split([12, 12, 20], -1)
    attended = F.scaled_dot_product_attention(heads(query, 4), heads(key, 4), heads(value, 4))
    return output(attended.transpose(1, 2).flatten(2))


def attended(dropout: float = 0.0) -> Function:
    """Attend to one input, to two, or to three: query, value, key. What has four axes is a bias of the scores."""

    def attend(query: Any, *others: Any) -> Any:
        *rest, attention = others
        bias = rest.pop().flatten(0, 1) if rest and rest[-1].dim() == 4 else None
        value, key = (rest[0], rest[-1]) if rest else (query, query)
        return attention(query, key, value, attn_mask=bias, need_weights=False)

    return Function(attend, nn.MultiheadAttention(16, 4, dropout=dropout, batch_first=True))


HEADS = {"num_heads": 4, "key_dim": 4}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
QUERY, VALUE = (10, 16), (7, 16)
BIAS = {"score_bias": True}
ATTENTION = [
    Case("multi_head_attention", HEADS, (QUERY,), attended()),
    Case("multi_head_attention", HEADS, (QUERY, VALUE), attended()),
    Case("multi_head_attention", HEADS, (QUERY, VALUE, VALUE), attended()),
    Case("multi_head_attention", {**HEADS, "dropout": 0.1}, (QUERY,), attended(0.1)),
    Case("multi_head_attention", {**HEADS, "dropout": 0.1}, (QUERY, VALUE), attended(0.1)),
    Case("multi_head_attention", {**HEADS, "dropout": 0.1}, (QUERY, VALUE, VALUE), attended(0.1)),
    Case("multi_head_attention", {**HEADS, **BIAS}, (QUERY, (4, 10, 10)), attended()),
    Case("multi_head_attention", {**HEADS, **BIAS}, (QUERY, VALUE, (4, 10, 7)), attended()),
    Case("multi_head_attention", {**HEADS, **BIAS}, (QUERY, VALUE, VALUE, (4, 10, 7)), attended()),
    Case("multi_head_attention", {**HEADS, **BIAS, "dropout": 0.1}, (QUERY, (4, 10, 10)), attended(0.1)),
    Case(
        "multi_head_attention",
        {"num_heads": 4, "key_dim": 3, "value_dim": 5},
        (QUERY,),
        Function(unequal, nn.Linear(16, 44), nn.Linear(20, 16)),
    ),
    Case("grouped_query_attention", GROUPS, (QUERY,), grouped(0.0)),
    Case("grouped_query_attention", {**GROUPS, "dropout": 0.1}, (QUERY,), grouped(0.1)),
    Case("grouped_query_attention", {**GROUPS, **BIAS}, (QUERY, (4, 10, 10)), grouped(0.0)),
    Case("grouped_query_attention", {**GROUPS, **BIAS, "dropout": 0.1}, (QUERY, (4, 10, 10)), grouped(0.1)),
    Case("grouped_query_attention", {**GROUPS, "use_gate": True}, (QUERY,), grouped(0.0, gate=True)),
    Case(
        "attention",
        {},
        (QUERY, VALUE, VALUE),
        lambda query, value, key: scores_attention(query @ key.transpose(1, 2), value),
    ),
    Case("attention", {}, (QUERY,), lambda x: scores_attention(x @ x.transpose(1, 2), x)),
    Case(
        "attention",
        {"use_scale": True, "dropout": 0.1},
        (QUERY, VALUE),
        Function(lambda query, value, w: scores_attention(w() * (query @ value.transpose(1, 2)), value, 0.1), Weight()),
    ),
    Case(
        "attention",
        {"score_mode": "concat", "use_scale": True},
        (QUERY, VALUE),
        Function(
            lambda query, value, scale, weight: scores_attention(
                weight() * torch.tanh(scale() * sums(query, value)).sum(-1), value
            ),
            Weight(),
            Weight(),
        ),
    ),
    Case(
        "additive_attention",
        {},
        (QUERY, VALUE),
        Function(
            lambda query, value, scale: scores_attention((scale() * torch.tanh(sums(query, value))).sum(-1), value),
            Weight(16),
        ),
    ),
    Case(
        "additive_attention",
        {"use_scale": False},
        (QUERY, VALUE),
        lambda query, value: scores_attention(torch.tanh(sums(query, value)).sum(-1), value),
    ),
]


def steps(step: Callable[..., Any], features: int, units: int, gates: int, *, dropout: float = 0.0) -> Function:
    """Go through a sequence; dropout has one mask for all steps."""

    def run(x: Any, kernel: Any, recurrent_kernel: Any) -> Any:
        state = torch.zeros(len(x), units)
        mask = F.dropout(torch.ones(len(x), 1, features), dropout)
        recurrent_mask = F.dropout(torch.ones(len(x), units), dropout)
        inputs = kernel((x * mask if dropout else x).transpose(0, 1))
        outputs = []
        for each in inputs:
            state = step(each, state * recurrent_mask if dropout else state, recurrent_kernel)
            outputs.append(state)
        return torch.stack(outputs, 1)

    return Function(run, nn.Linear(features, gates * units), nn.Linear(units, gates * units))


def reset_before(each: Any, state: Any, kernel: Any) -> Any:
    """Compute a step of a GRU that forgets before the recurrent kernel."""
    units = state.shape[-1]
    weight_gates, weight_new = kernel.weight.split([2 * units, units])
    update, reset = (each[:, : 2 * units] + state @ weight_gates.T).chunk(2, 1)
    new = torch.tanh(each[:, 2 * units :] + (torch.sigmoid(reset) * state) @ weight_new.T)
    return (state - new) * torch.sigmoid(update) + new


def steps_of_images(features: int, filters: int, kernel_size: int, padding: Any, *, dropout: float = 0.0) -> Function:
    """Go through a sequence of images as Keras's ConvLSTM does: each gate convolves step and state by itself."""

    def run(x: Any, kernel: Any, recurrent_kernel: Any) -> Any:
        each = x.unbind(1)
        with torch.no_grad():
            state, memory = (torch.zeros_like(kernel(each[0])[:, :filters]) for _ in range(2))
        masks, state_masks = ([F.dropout(torch.ones_like(of), dropout) for _ in range(4)] for of in (each[0], state))
        outputs = []
        for step in each:
            kernels, recurrent_kernels = kernel.weight.split(filters), recurrent_kernel.weight.split(filters)
            gates = [
                F.conv2d(step * masks[gate] if dropout else step, kernels[gate], padding=padding)
                + bias.view(-1, 1, 1)
                + F.conv2d(state * state_masks[gate] if dropout else state, recurrent_kernels[gate], padding="same")
                for gate, bias in enumerate(kernel.bias.split(filters))
            ]
            added, kept, new, given = gates
            memory = torch.sigmoid(kept) * memory + torch.sigmoid(added) * torch.tanh(new)
            state = torch.sigmoid(given) * torch.tanh(memory)
            outputs.append(state)
        return torch.stack(outputs, 1)

    kernel = nn.Conv2d(features, 4 * filters, kernel_size, padding=padding)
    return Function(run, kernel, nn.Conv2d(filters, 4 * filters, kernel_size, padding="same", bias=False))


SEQUENCE = ((5, 16),)
IMAGES = ((5, 8, 12, 12),)
RECURRENT = [
    Case("simple_rnn", {"units": 8}, SEQUENCE, nn.RNN(16, 8, batch_first=True)),
    Case(
        "simple_rnn", {"units": 8, "activation": "relu"}, SEQUENCE, nn.RNN(16, 8, nonlinearity="relu", batch_first=True)
    ),
    Case(
        "simple_rnn",
        {"units": 8, "activation": "gelu"},
        SEQUENCE,
        steps(lambda each, state, kernel: F.gelu(each + kernel(state)), 16, 8, 1),
    ),
    Case(
        "simple_rnn",
        {"units": 8, "dropout": 0.1, "recurrent_dropout": 0.1},
        SEQUENCE,
        steps(lambda each, state, kernel: torch.tanh(each + kernel(state)), 16, 8, 1, dropout=0.1),
    ),
    Case("lstm", {"units": 8}, SEQUENCE, nn.LSTM(16, 8, batch_first=True)),
    Case("lstm", {"units": 8, "return_sequences": True}, ((1, 16),), nn.LSTM(16, 8, batch_first=True)),
    Case("lstm", {"units": 8, "bias": False}, SEQUENCE, nn.LSTM(16, 8, batch_first=True, bias=False)),
    Case("lstm", {"units": 8, "proj_size": 3}, SEQUENCE, nn.LSTM(16, 8, proj_size=3, batch_first=True)),
    Case("lstm", {"units": 8, "proj_size": 3}, ((1, 16),), nn.LSTM(16, 8, proj_size=3, batch_first=True)),
    Case(
        "lstm",
        {"units": 8, "return_sequences": True},
        (*SEQUENCE, (8,), (8,)),
        Function(lambda x, state, memory, lstm: lstm(x, (state[None], memory[None])), nn.LSTM(16, 8, batch_first=True)),
    ),
    Case(
        "gru",
        {"units": 8, "return_sequences": True},
        (*SEQUENCE, (8,)),
        Function(lambda x, state, gru: gru(x, state[None]), nn.GRU(16, 8, batch_first=True)),
    ),
    Case(
        "simple_rnn",
        {"units": 8, "return_sequences": True},
        (*SEQUENCE, (8,)),
        Function(lambda x, state, rnn: rnn(x, state[None]), nn.RNN(16, 8, batch_first=True)),
    ),
    Case("gru", {"units": 8}, SEQUENCE, nn.GRU(16, 8, batch_first=True)),
    Case("gru", {"units": 8}, ((1, 16),), nn.GRU(16, 8, batch_first=True)),
    Case("gru", {"units": 8, "reset_after": False}, SEQUENCE, steps(reset_before, 16, 8, 3)),
    *(
        Case(
            "conv_lstm2d",
            first(filters=4, kernel_size=kernel_size, padding=padding, return_sequences=True, **dropout),
            shapes,
            steps_of_images(8, 4, kernel_size, padding, dropout=0.1 if dropout else 0.0),
        )
        for shapes, kernel_size, padding, dropout in [
            (IMAGES, 3, "same", {}),
            (IMAGES, 3, 1, {}),
            (((1, 8, 12, 12),), 3, "valid", {}),
            (IMAGES, 2, "same", {}),
            (IMAGES, 3, "same", {"dropout": 0.1, "recurrent_dropout": 0.1}),
            (((1, 8, 12, 12),), 2, "same", {"dropout": 0.1, "recurrent_dropout": 0.1}),
        ]
    ),
    Case(
        "bidirectional",
        {"layer": {"lstm": {"units": 8}}},
        SEQUENCE,
        nn.LSTM(16, 8, batch_first=True, bidirectional=True),
    ),
    Case(
        "bidirectional", {"layer": {"gru": {"units": 8}}}, SEQUENCE, nn.GRU(16, 8, batch_first=True, bidirectional=True)
    ),
    Case(
        "bidirectional",
        {"layer": {"gru": {"units": 8, "return_sequences": True}}, "merge_mode": "mul"},
        SEQUENCE,
        Function(
            lambda x, one, other: one(x)[0] * other(x.flip(1))[0],
            nn.GRU(16, 8, batch_first=True),
            nn.GRU(16, 8, batch_first=True),
        ),
    ),
    Case(
        "time_distributed",
        {"layer": {"dense": {"units": 4, "activation": "relu"}}},
        ((5, 6, 16),),
        nn.Sequential(nn.Linear(16, 4), nn.ReLU()),
    ),
    Case(
        "time_distributed",
        {"layer": {"max_pooling2d": first()}},
        ((5, *IMAGE),),
        nn.Sequential(nn.Flatten(0, 1), nn.MaxPool2d(2)),
    ),
    Case(
        "time_distributed",
        {"layer": {"batch_normalization": first()}},
        ((5, *IMAGE),),
        nn.Sequential(nn.Flatten(0, 1), nn.BatchNorm2d(8)),
    ),
]


def equation(text: str, shape: Shape, *sizes: int, kernel: tuple[int, ...], bias: tuple[int, ...] = ()) -> Case:
    """Multiply by a kernel as an equation says; a bias lies along the output's last axis."""
    fields = {"equation": text, "output_shape": list(sizes), **({"bias_axes": text[-1]} if bias else {})}
    biases = [Weight(*bias)] * bool(bias)

    def multiply(x: Any, kernel: Any, *biases: Any) -> Any:
        product = torch.einsum(text, x, kernel())
        return product + biases[0]() if biases else product

    return Case("einsum_dense", fields, (shape,), Function(multiply, Weight(*kernel), *biases))


EQUATIONS = [
    equation("abc,cd->abd", (5, 16), 5, 4, kernel=(16, 4)),
    equation("...x,xy->...y", (3, 5, 16), 4, kernel=(16, 4), bias=(4,)),
    equation("abc,cde->abde", (5, 16), 5, 4, 3, kernel=(16, 4, 3), bias=(3,)),
    equation("abde,dec->abc", (5, 4, 3), 5, 16, kernel=(4, 3, 16)),
    equation("abc,bcd->abd", (5, 16), 5, 4, kernel=(5, 16, 4)),
    equation("abc,dc->abd", (5, 16), 5, 4, kernel=(4, 16)),
    equation("ab...,bc->ac...", (16, 5, 3), 4, kernel=(16, 4)),
    equation("abcd,ec->aebd", (5, 16, 3), 4, 5, 3, kernel=(4, 16)),
    equation("abc,cd->ad", (5, 16), 4, kernel=(16, 4)),
    equation("abcd,cbe->ade", (5, 16, 3), 3, 4, kernel=(16, 5, 4)),
    equation("abcd,bec->ade", (5, 16, 3), 3, 4, kernel=(5, 4, 16)),
    equation("abc,d->abcd", (5, 16), 5, 16, 4, kernel=(4,)),
    equation("abc,bc->abc", (5, 16), 5, 16, kernel=(5, 16)),
    Case(
        "einsum_dense",
        {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d", "activation": "relu"},
        ((5, 16),),
        Function(
            lambda x, kernel, bias: F.relu(torch.einsum("abc,cd->abd", x, kernel()) + bias()), Weight(16, 4), Weight(4)
        ),
    ),
]


def product_of(equation: str, *shapes: Shape) -> Case:
    return Case("einsum", {"equation": equation}, shapes, lambda *inputs: torch.einsum(equation, *inputs))


PRODUCTS = [
    product_of("bhqd,bhkd->bhqk", (3, 6, 16), (3, 5, 16)),
    product_of("bqhd,bkhd->bhqk", (6, 3, 16), (5, 3, 16)),
    product_of("bhqk,bkhd->bqhd", (3, 6, 5), (5, 3, 16)),
    product_of("bij,bkj->bki", (4, 6), (5, 6)),
    product_of("bhwc,bkc->bkhw", (4, 6, 8), (5, 8)),
    product_of("bij,bjk->bk", (4, 6), (6, 5)),
    product_of("bij,bij->bi", (4, 6), (4, 6)),
    product_of("bij,bij->bij", (4, 6), (4, 6)),
    product_of("bij,bj->bij", (4, 6), (6,)),
    product_of("bi,bj->bij", (4,), (6,)),
    product_of("bij->bji", (4, 6)),
    product_of("bij->bi", (4, 6)),
]

PARAMETRIZED = [
    Case(
        "spectral_normalization",
        {"layer": {"dense": {"units": 4}}},
        ((16,),),
        spectral_norm(nn.Linear(16, 4)),
    ),
    Case(
        "spectral_normalization",
        {"layer": {"conv2d": first(filters=4, kernel_size=3)}},
        (IMAGE,),
        spectral_norm(nn.Conv2d(8, 4, 3)),
    ),
    Case(
        "spectral_normalization",
        {"layer": {"embedding": {"input_dim": 50, "output_dim": 8}}},
        ((6,),),
        spectral_norm(nn.Embedding(50, 8), dim=1),
    ),
    Case("weight_normalization", {"layer": {"dense": {"units": 4}}}, ((16,),), weight_norm(nn.Linear(16, 4))),
    Case(
        "weight_normalization",
        {"layer": {"conv2d": first(filters=4, kernel_size=3, activation="relu")}},
        (IMAGE,),
        nn.Sequential(weight_norm(nn.Conv2d(8, 4, 3)), nn.ReLU()),
    ),
    Case(
        "weight_normalization",
        {"layer": {"depthwise_conv2d": first(kernel_size=3)}},
        (IMAGE,),
        weight_norm(nn.Conv2d(8, 8, 3, groups=8)),
    ),
    Case(
        "weight_normalization",
        {"layer": {"conv2d_transpose": first(filters=4, kernel_size=3, padding=0)}},
        (IMAGE,),
        weight_norm(nn.ConvTranspose2d(8, 4, 3)),
    ),
    Case(
        "weight_normalization",
        {"layer": {"embedding": {"input_dim": 50, "output_dim": 8}}},
        ((6,),),
        weight_norm(nn.Embedding(50, 8)),
    ),
]

OTHERS = [
    Case("dense", {"units": 4}, ((16,),), nn.Linear(16, 4)),
    Case("dense", {"units": 4, "bias": False}, ((3, 6, 16),), nn.Linear(16, 4, bias=False)),
    Case("embedding", {"input_dim": 50, "output_dim": 8}, ((6,),), nn.Embedding(50, 8)),
    Case("reversible_embedding", {"input_dim": 50, "output_dim": 8}, ((6,),), nn.Embedding(50, 8)),
    Case(
        "reversible_embedding",
        {"input_dim": 50, "output_dim": 8, "reverse": True},
        ((6, 8),),
        Function(lambda x, table: x @ table.weight.T, nn.Embedding(50, 8)),
    ),
]

CASES = [
    *CONVOLUTIONS,
    *UNTIED,
    *WITH_ACTIVATION,
    *FUNCTIONS,
    *POOLING,
    *NORMALIZATION,
    *NOISE,
    *MOVING,
    *MERGING,
    *ELEMENTWISE,
    *REDUCTIONS,
    *ATTENTION,
    *RECURRENT,
    *EQUATIONS,
    *PRODUCTS,
    *PARAMETRIZED,
    *OTHERS,
]
