"""A network of ours as PyTorch computes it: each layer its module, or the functions that one would write for it.

The data have their channels first (`data_format: channels_first`). Weights are made as the layers state them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from archsum.layers import kind_of
from archsum.layers.shapes import known
from archsum.summary import LayerSummary, SharedWeight, Summary

Run = Callable[..., Any]

ACTIVATIONS: dict[str, Run] = {
    "elu": F.elu,
    "exponential": torch.exp,
    "gelu": F.gelu,
    "hard_sigmoid": F.hardsigmoid,
    "hard_swish": F.hardswish,
    "leaky_relu": F.leaky_relu,
    "linear": lambda x: x,
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "mish": F.mish,
    "relu": F.relu,
    "relu6": F.relu6,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "softmax": lambda x: F.softmax(x, -1),
    "softplus": F.softplus,
    "tanh": torch.tanh,
}


class TorchNetwork(nn.Module):  # type: ignore[misc]
    """A network that runs layer by layer, and holds each output until the last layer has taken it."""

    def __init__(self, summary: Summary) -> None:
        super().__init__()
        self.summary = summary
        self.last_use = {name: layer.name for layer in summary.layers for name in layer.node.inputs}
        self.runs = nn.ModuleDict()
        for number, layer in enumerate(summary.layers):
            owner = layer.shared_with
            shared = self.runs[str(self._number(owner))] if owner else None
            single = {} if owner else {name: self._shared(weight) for name, weight in layer.shared_weights.items()}
            self.runs[str(number)] = LayerModule(layer, shared, single)

    def _shared(self, weight: SharedWeight) -> tuple[Any, str, bool]:
        return self.runs[str(self._number(weight.owner.node))], weight.owner.weight, weight.transposed

    def _number(self, name: str) -> int:
        return next(number for number, layer in enumerate(self.summary.layers) if layer.name == name)

    def forward(self, *inputs: Any) -> Any:
        return self.pass_on(dict(zip(self.summary.inputs, inputs, strict=True)))

    def pass_on(self, values: dict[str, Any]) -> Any:
        """Return the outputs; the inputs, by their names, go too when the last layer has taken them."""
        for number, layer in enumerate(self.summary.layers):
            values[layer.name] = self.runs[str(number)](*(values[name] for name in layer.node.inputs))
            for name in set(layer.node.inputs):
                if self.last_use[name] == layer.name and name not in self.summary.outputs:
                    del values[name]
        return tuple(values[name] for name in self.summary.outputs)


class LayerModule(nn.Module):  # type: ignore[misc]
    """A layer, with weights of its own, those of the layer that it shares them with, or single ones of others."""

    def __init__(
        self, layer: LayerSummary, shared: Any = None, single: Mapping[str, tuple[Any, str, bool]] = {}
    ) -> None:
        super().__init__()
        self.layer: Any = layer.layer
        self.single = dict(single)
        self.shape = layer.output_shape
        kind = kind_of(type(layer.layer))
        self.shared = [shared] if shared else []  # in a list, or it would be a part of this one
        if kind not in MODULES and kind not in RUNS:
            raise NotImplementedError(kind)
        self.inner: Any = shared.inner if shared else MODULES[kind](layer) if kind in MODULES else None
        if not shared and kind not in MODULES:
            for weight in layer.weights:
                shape = torch_shape(kind, weight.name, tuple(map(known, weight.shape)))
                tensor = torch.randn(shape) * 0.05
                self.register_parameter(weight.name, nn.Parameter(tensor, layer.layer.trainable and weight.trainable))
        self.run = RUNS.get(kind)
        if self.inner is not None and not layer.layer.trainable:
            self.inner.requires_grad_(False)

    def forward(self, *inputs: Any) -> Any:
        if self.run is None:
            return self.inner(*inputs)
        return self.run(self, *inputs)

    @property
    def weights(self) -> dict[str, Any]:
        """The layer's weights by our names for them."""
        (owner,) = self.shared or [self]
        single = {}
        for name, (of, there, transposed) in self.single.items():
            tensor = of.weights[there]
            single[name] = tensor.t() if transposed ^ of.turns(there) ^ self.turns(name) else tensor
        return dict(owner.named_parameters(recurse=False)) | single

    def turns(self, name: str) -> bool:
        """Whether PyTorch has a matrix the other way round than Keras."""
        return kind_of(type(self.layer)) == "dense" and name == "kernel"


def torch_shape(kind: str, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    if "kernel" not in name:
        return shape
    if kind == "dense":
        return shape[::-1]
    *spatial, first, last = shape
    if name == "depthwise_kernel" or kind.startswith("depthwise"):
        return (first * last, 1, *spatial)
    return (last, first, *spatial)


def _sides(run: LayerModule, x: Any, *, value: float = 0.0) -> tuple[Any, Any]:
    """Pad the data unevenly; return them and the even padding that is left."""
    layer: Any = run.layer
    rank = layer.rank
    even, around = [], []
    for size, window, sides in zip(x.shape[2:], layer.windows, layer.paddings, strict=True):
        if sides == "valid":
            before, after = 0, 0
        elif sides == "same":
            total = max((-(-size // window.stride) - 1) * window.stride + window.extent - size, 0)
            before, after = total // 2, total - total // 2
        elif sides == "causal":
            before, after = window.extent - 1, 0
        else:
            before, after = sides
        least = min(before, after)
        even.append(least)
        around.append((before - least, after - least))
    if any(map(any, around)):
        x = F.pad(x, [side for pair in reversed(around) for side in pair], value=value)
    return x, tuple(even) if rank > 1 else (even[0],)


def _convolve(run: LayerModule, x: Any, weight: Any, bias: Any, groups: int) -> Any:
    layer: Any = run.layer
    x, padding = _sides(run, x)
    return getattr(F, f"conv{layer.rank}d")(x, weight, bias, layer.strides, padding, layer.dilations, groups)


def _activated(run: LayerModule, x: Any) -> Any:
    return ACTIVATIONS[run.layer.activation or "linear"](x)


def conv(run: LayerModule, x: Any) -> Any:
    return _activated(run, _convolve(run, x, run.weights["kernel"], run.weights.get("bias"), run.layer.groups))


def depthwise(run: LayerModule, x: Any) -> Any:
    return _activated(run, _convolve(run, x, run.weights["kernel"], run.weights.get("bias"), x.shape[1]))


def separable(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    x = _convolve(run, x, run.weights["depthwise_kernel"], None, x.shape[1])
    x = getattr(F, f"conv{layer.rank}d")(x, run.weights["pointwise_kernel"], run.weights.get("bias"))
    return _activated(run, x)


def transpose(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    paddings = [sides[0] for sides in layer.paddings]
    extra = layer.output_padding or (0,) * layer.rank
    function = getattr(F, f"conv_transpose{layer.rank}d")
    x = function(x, run.weights["kernel"], run.weights.get("bias"), layer.strides, paddings, extra, layer.groups)
    return _activated(run, x)


def dense(run: LayerModule, x: Any) -> Any:
    return _activated(run, F.linear(x, run.weights["kernel"], run.weights.get("bias")))


def max_pooling(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    x, padding = _sides(run, x, value=-torch.inf)
    function = getattr(F, f"max_pool{layer.rank}d")
    return function(x, layer.pool_size, layer.strides, padding, layer.dilation_rate, layer.ceil_mode)


def average_pooling(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    x, padding = _sides(run, x)
    return getattr(F, f"avg_pool{layer.rank}d")(x, layer.pool_size, layer.strides, padding, layer.ceil_mode)


def adaptive(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    return getattr(F, f"adaptive_avg_pool{layer.rank}d")(x, layer.output_size)


def global_average(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    return x.mean(tuple(range(2, 2 + layer.rank)), keepdim=layer.keepdims)


def global_max(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    pooled = getattr(F, f"adaptive_max_pool{layer.rank}d")(x, 1)
    return pooled if layer.keepdims else pooled.flatten(1)


def _folded(function: Callable[[Any, Any], Any]) -> Run:
    def run(_: LayerModule, first: Any, *others: Any) -> Any:
        for other in others:
            first = function(first, other)
        return first

    return run


def average(run: LayerModule, *inputs: Any) -> Any:
    return _folded(torch.add)(run, *inputs) / len(inputs)


def drop(run: LayerModule, x: Any) -> Any:
    return F.dropout(x, run.layer.rate, run.training) if run.layer.rate else x


def part(run: LayerModule, x: Any) -> Any:
    layer: Any = run.layer
    axis = layer.chosen_axis % (x.dim()) if layer.chosen_axis < 0 else layer.chosen_axis
    size = x.shape[axis]
    if layer.type == "split":
        return x.narrow(axis, layer.part * size // layer.parts, size // layer.parts)
    start, stop, _ = slice(layer.start, layer.stop).indices(size)
    return x.narrow(axis, start, stop - start)[(slice(None),) * axis + (slice(None, None, layer.step),)]


def attention(run: LayerModule, query: Any, *others: Any) -> Any:
    value, key = (others[0], others[-1]) if others else (query, query)
    return run.inner(query, key, value, need_weights=False)[0]


def reversible(run: LayerModule, x: Any) -> Any:
    table = run.weights["embeddings"]
    return F.linear(x, table) if run.layer.reverse else F.embedding(x, table)


def stochastic(run: LayerModule, x: Any) -> Any:
    return x * torch.rand(len(x), *(1,) * (x.dim() - 1)) if run.layer.rate and run.training else x


RUNS: dict[str, Run] = {
    **{f"conv{rank}d": conv for rank in (1, 2, 3)},
    **{f"conv{rank}d_transpose": transpose for rank in (1, 2, 3)},
    **{f"depthwise_conv{rank}d": depthwise for rank in (1, 2)},
    **{f"separable_conv{rank}d": separable for rank in (1, 2)},
    **{f"max_pooling{rank}d": max_pooling for rank in (1, 2, 3)},
    **{f"average_pooling{rank}d": average_pooling for rank in (1, 2, 3)},
    **{f"adaptive_average_pooling{rank}d": adaptive for rank in (1, 2, 3)},
    **{f"global_average_pooling{rank}d": global_average for rank in (1, 2, 3)},
    **{f"global_max_pooling{rank}d": global_max for rank in (1, 2, 3)},
    "dense": dense,
    "activation": _activated,
    "relu": lambda run, x: ACTIVATIONS[run.layer.function](x),
    "leaky_relu": lambda run, x: F.leaky_relu(x),
    "elu": lambda run, x: F.elu(x),
    "softmax": lambda run, x: F.softmax(x, run.layer.axis[0]),
    "flatten": lambda run, x: x.flatten(1),
    "reshape": lambda run, x: x.reshape(len(x), *run.shape),
    "permute": lambda run, x: x.permute(0, *run.layer.dims),
    "add": _folded(torch.add),
    "subtract": _folded(torch.sub),
    "multiply": _folded(torch.mul),
    "maximum": _folded(torch.maximum),
    "minimum": _folded(torch.minimum),
    "average": average,
    "concatenate": lambda run, *xs: torch.cat(xs, run.layer.chosen_axis),
    "dot": lambda run, x, y: x @ y.transpose(1, 2),
    "dropout": drop,
    "stochastic_depth": stochastic,
    "slice": part,
    "split": part,
    "zero_padding2d": lambda run, x: F.pad(x, [side for pair in reversed(run.layer.padding) for side in pair]),
    "up_sampling2d": lambda run, x: F.interpolate(x, scale_factor=tuple(map(float, run.layer.size)), mode="nearest"),
    "depth_to_space": lambda run, x: F.pixel_shuffle(x, run.layer.block_size),
    "channel_shuffle": lambda run, x: nn.ChannelShuffle(run.layer.groups)(x),
    "layer_scale": lambda run, x: x * run.weights["gamma"].view(-1, *(1,) * (x.dim() - 2)),
    "multi_head_attention": attention,
    "reversible_embedding": reversible,
    "embedding": lambda run, x: F.embedding(x, run.weights["embeddings"]),
    "parameter": lambda run: run.weights["parameter"],
    "constant": lambda run: torch.zeros(run.layer.shape),
}

MODULES: dict[str, Callable[[Any], Any]] = {
    "batch_normalization": lambda it: (nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[
        len(it.input_shapes[0]) - 1
    ](it.input_shapes[0][0]),
    "layer_normalization": lambda it: nn.LayerNorm([it.input_shapes[0][axis] for axis in it.layer.axis]),
    "group_normalization": lambda it: nn.GroupNorm(it.layer.groups, it.input_shapes[0][0]),
    "identity": lambda it: nn.Identity(),
    "multi_head_attention": lambda it: nn.MultiheadAttention(
        it.input_shapes[0][-1], it.layer.num_heads, dropout=it.layer.dropout, batch_first=True
    ),
    "rms_normalization": lambda it: nn.RMSNorm([it.input_shapes[0][axis] for axis in it.layer.axis]),
    "lstm": lambda it: _Recurrent(nn.LSTM(it.input_shapes[0][-1], it.layer.units, batch_first=True), it.layer),
    "gru": lambda it: _Recurrent(nn.GRU(it.input_shapes[0][-1], it.layer.units, batch_first=True), it.layer),
}


class _Recurrent(nn.Module):  # type: ignore[misc]
    def __init__(self, module: Any, layer: Any) -> None:
        super().__init__()
        self.module, self.layer = module, layer

    def forward(self, x: Any) -> Any:
        outputs, _ = self.module(x)
        return outputs if self.layer.return_sequences else outputs[:, -1]
