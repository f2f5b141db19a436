"""PyTorch's modules that are one layer, and what layer each is."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Made, Reader, Step, Steps, View, short, without_defaults

_CHANNELS_FIRST = {"data_format": "channels_first"}
_PADDINGS = {"reflect": "reflection", "replicate": "replication", "circular": "circular"}


def reader_of(module: Any) -> Reader | None:
    """Return what reads a module as one layer; None where it is none, as where its class has a `forward` of its own."""
    cls = type(module)
    for base in cls.__mro__:
        if base in MODULES:
            return MODULES[base] if cls.forward is base.forward else None
        if f"{base.__module__}.{base.__qualname__}" in OTHERS:
            return OTHERS[f"{base.__module__}.{base.__qualname__}"]
    return None


def _spatial(view: View, kind: str, fields: Mapping[str, Any], **rest: Any) -> Steps:
    """Return a layer of images, or one for each of several that are not in the batch alone."""
    rank = int(kind.rstrip("d_transpose")[-1]) if "transpose" in kind else int(kind[-2])
    layout = view.layout(view.input)
    fields = {**fields, **_CHANNELS_FIRST}
    if layout.rank != rank + 2 or layout.batch != 0:
        raise NotUnderstoodError("takes data whose first axis is not the batch")
    return [within(layout.is_merged, Step(kind, fields, **rest))]


def within(is_merged: bool, step: Step) -> Step:
    """Return a layer of each of what a batch's axis has of a sample, as of its windows, where it has several."""
    if not is_merged:
        return step
    from archsum.layers import layer_class

    held = layer_class(step.kind).model_validate(step.fields)
    return step._replace(kind="time_distributed", fields={"layer": held})


def convolution(view: View) -> Steps:
    it = view.module
    rank = len(it.kernel_size)
    depthwise = it.groups == it.in_channels > 1
    size: dict[str, Any] = {"depth_multiplier": it.out_channels // it.in_channels}
    if not depthwise:
        size = {"filters": it.out_channels, "groups": it.groups}
    before, padding = _padding_of(it, rank)
    fields = {
        **size,
        "kernel_size": short(it.kernel_size),
        "strides": short(it.stride),
        "padding": padding,
        "dilation_rate": short(it.dilation),
        "bias": "tied" if it.bias is not None else False,
    }
    defaults = {"depth_multiplier": 1, "groups": 1, "strides": 1, "padding": 0, "dilation_rate": 1, "bias": "tied"}
    names = {"depthwise_kernel" if depthwise else "kernel": "weight", "bias": "bias"}
    kind = f"depthwise_conv{rank}d" if depthwise else f"conv{rank}d"
    made = _spatial(view, kind, without_defaults(fields, defaults), weights=view.weights(**names))
    return [*before, *made]


def _padding_of(it: Any, rank: int) -> tuple[Steps, Any]:
    if isinstance(it.padding, str) or it.padding_mode == "zeros":
        return [], 0 if it.padding == "valid" else short(it.padding)
    sides = short(it.padding)
    return [Step(f"{_PADDINGS[it.padding_mode]}_padding{rank}d", {"padding": sides, **_CHANNELS_FIRST})], 0


def transposed(view: View) -> Steps:
    it = view.module
    if view.argument(1, "output_size") is not None:
        raise NotUnderstoodError("is given the size of its output")
    fields = {
        "filters": it.out_channels,
        "kernel_size": short(it.kernel_size),
        "strides": short(it.stride),
        "padding": short(it.padding),
        "output_padding": short(it.output_padding),
        "dilation_rate": short(it.dilation),
        "groups": it.groups,
        "bias": "tied" if it.bias is not None else False,
    }
    defaults = {"groups": 1, "strides": 1, "dilation_rate": 1, "bias": "tied", "output_padding": 0}
    weights = view.weights(kernel="weight", bias="bias")
    kind = f"conv{len(it.kernel_size)}d_transpose"
    return _spatial(view, kind, without_defaults(fields, defaults), weights=weights)


def linear(view: View) -> Steps:
    it = view.module
    fields = without_defaults({"units": it.out_features, "bias": "tied" if it.bias is not None else False}, _TIED)
    return [Step("dense", fields, weights=view.weights(kernel="weight", bias="bias"))]


_TIED = {"bias": "tied"}


def embedding(view: View) -> Steps:
    it = view.module
    fields = {"input_dim": it.num_embeddings, "output_dim": it.embedding_dim}
    return [Step("embedding", fields, weights=view.weights(embeddings="weight"))]


def batch_norm(view: View) -> Steps:
    it = view.module
    if not it.track_running_stats:
        raise NotUnderstoodError("has no running statistics")
    fields = {"axis": _channel_axis(view), "epsilon": it.eps, **_scaled(it)}
    if it.momentum is not None:
        fields["momentum"] = 1 - it.momentum
    statistics = (tuple(it.running_mean.shape), tuple(it.running_var.shape))
    weights = view.weights(gamma="weight", beta="bias")
    return [Step("batch_normalization", fields, weights=weights, statistics=statistics)]


def instance_norm(view: View) -> Steps:
    it = view.module
    fields = {"axis": _channel_axis(view), "epsilon": it.eps, "scale": it.affine, "center": it.affine}
    statistics: tuple[tuple[int, ...], ...] = ()
    if it.track_running_stats:
        fields["track_running_stats"] = True
        statistics = (tuple(it.running_mean.shape), tuple(it.running_var.shape))
    weights = view.weights(gamma="weight", beta="bias")
    return [Step("instance_normalization", fields, weights=weights, statistics=statistics)]


def group_norm(view: View) -> Steps:
    it = view.module
    fields = {"groups": it.num_groups, "axis": _channel_axis(view), "epsilon": it.eps, **_scaled(it)}
    return [Step("group_normalization", fields, weights=view.weights(gamma="weight", beta="bias"))]


def layer_norm(view: View) -> Steps:
    it = view.module
    fields = {"axis": _last(len(it.normalized_shape)), "epsilon": it.eps, **_scaled(it)}
    return [Step("layer_normalization", fields, weights=view.weights(gamma="weight", beta="bias"))]


def rms_norm(view: View) -> Steps:
    it = view.module
    if it.weight is None:
        raise NotUnderstoodError("has no factors")
    fields = {"axis": _last(len(it.normalized_shape))}
    return [Step("rms_normalization", fields, weights=view.weights(scale="weight"))]


def local_response(view: View) -> Steps:
    it = view.module
    fields = {"size": it.size, "alpha": it.alpha, "beta": it.beta, "k": it.k, "axis": _channel_axis(view)}
    return [Step("local_response_normalization", fields)]


def _channel_axis(view: View) -> int:
    layout = view.layout(view.input)
    if layout.batch != 0 or layout.is_merged:
        raise NotUnderstoodError("takes data whose first axis is not the batch")
    return layout.axis(1)


def _last(count: int) -> Any:
    return -1 if count == 1 else [*range(-count, 0)]


def _scaled(it: Any) -> dict[str, Any]:
    fields = {"scale": it.weight is not None, "center": it.bias is not None}
    return without_defaults(fields, {"scale": True, "center": True})


def max_pooling(view: View) -> Steps:
    it = view.module
    return pooling_of(view, "max", it.kernel_size, it.stride, it.padding, it.ceil_mode, it.dilation)


def average_pooling(view: View) -> Steps:
    it = view.module
    return pooling_of(view, "average", it.kernel_size, it.stride, it.padding, it.ceil_mode)


def pooling_of(
    view: View, which: str, size: Any, strides: Any, padding: Any, ceil: bool, dilation: Any = 1
) -> Steps:
    """Return a pooling of the images of the first tensor."""
    rank = view.layout(view.input).rank - 2
    fields = {
        "pool_size": short(size),
        "strides": short(strides if strides not in (None, [], ()) else size),
        "padding": short(padding),
        "ceil_mode": ceil,
        "dilation_rate": short(dilation),
    }
    defaults = {"strides": fields["pool_size"], "padding": 0, "ceil_mode": False, "dilation_rate": 1}
    return _spatial(view, f"{which}_pooling{rank}d", without_defaults(fields, defaults))


def adaptive_of(view: View, which: str, size: Any) -> Steps:
    """Return a pooling to a stated size."""
    rank = view.layout(view.input).rank - 2
    sizes = [*size] if isinstance(size, tuple | list) else [size] * rank
    known = view.shape(view.input)[1:]
    stated = [each if each is not None else other for each, other in zip(sizes, known, strict=True)]
    return _spatial(view, f"adaptive_{which}_pooling{rank}d", {"output_size": short(stated)})


def dropout(view: View) -> Steps:
    return [Step("dropout", {"rate": view.module.p})]


def spatial_dropout(view: View) -> Steps:
    rank = view.layout(view.input).rank - 2
    return _spatial(view, f"spatial_dropout{rank}d", {"rate": view.module.p})


def prelu(view: View) -> Steps:
    weights = view.weights(alpha="weight")
    shape = view.shape(view.input)
    several = view.module.num_parameters > 1
    shared = [axis for axis in range(1, len(shape) + 1) if not (several and axis == _channel_axis(view))]
    return [Step("prelu", {"shared_axes": shared} if shared else {}, weights=weights, in_one=True)]


def word(kind: str, **fields: Any) -> Reader:
    """Return what reads a layer that is the same whatever the module's fields are."""
    return lambda view: [Step(kind, fields)]


def softmax_of(view: View, dim: int | None) -> Steps:
    """Return a softmax along an axis."""
    if dim is None:
        raise NotUnderstoodError("does not say along which axis")
    layout = view.layout(view.input)
    axis = view.axis(dim)
    return [Step("softmax", {} if axis == len(layout.shape) else {"axis": axis})]


def relu6_like(view: View) -> Steps:
    it = view.module
    return [Step("relu6" if (it.min_val, it.max_val) == (0, 6) else "hard_tanh")]


MODULES: dict[Any, Reader] = {
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), convolution),
    **dict.fromkeys((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), transposed),
    nn.Linear: linear,
    nn.Embedding: embedding,
    **dict.fromkeys((nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm), batch_norm),
    **dict.fromkeys((nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d), instance_norm),
    nn.GroupNorm: group_norm,
    nn.LayerNorm: layer_norm,
    nn.RMSNorm: rms_norm,
    nn.LocalResponseNorm: local_response,
    **dict.fromkeys((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), max_pooling),
    **dict.fromkeys((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), average_pooling),
    **dict.fromkeys(
        (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
        lambda view: adaptive_of(view, "average", view.module.output_size),
    ),
    **dict.fromkeys(
        (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
        lambda view: adaptive_of(view, "max", view.module.output_size),
    ),
    nn.Dropout: dropout,
    **dict.fromkeys((nn.Dropout1d, nn.Dropout2d, nn.Dropout3d), spatial_dropout),
    nn.Identity: word("identity"),
    nn.Flatten: lambda view: [Step("flatten")] if len(view.shape(view.output)) == 1 else reshaped(view),
    nn.ReLU: word("relu"),
    nn.ReLU6: word("relu6"),
    nn.Hardtanh: relu6_like,
    nn.LeakyReLU: lambda view: [Step("leaky_relu", {"negative_slope": view.module.negative_slope})],
    nn.ELU: lambda view: [Step("elu", without_defaults({"alpha": view.module.alpha}, {"alpha": 1.0}))],
    nn.PReLU: prelu,
    nn.Softmax: lambda view: softmax_of(view, view.module.dim),
    **{
        getattr(nn, theirs): word(ours)
        for theirs, ours in {
            "CELU": "celu",
            "GELU": "gelu",
            "Hardshrink": "hard_shrink",
            "Hardsigmoid": "hard_sigmoid",
            "Hardswish": "hard_silu",
            "LogSigmoid": "log_sigmoid",
            "Mish": "mish",
            "SELU": "selu",
            "Sigmoid": "sigmoid",
            "SiLU": "silu",
            "Softshrink": "soft_shrink",
            "Softplus": "softplus",
            "Softsign": "softsign",
            "Tanh": "tanh",
            "Tanhshrink": "tanh_shrink",
            "Threshold": "threshold",
        }.items()
    },
}
"""By the class whose `forward` it is."""


def stochastic_depth(view: View) -> Steps:
    return [Step("stochastic_depth", {"rate": float(view.module.p)})]


def drop_path(view: View) -> Steps:
    return [Step("stochastic_depth", {"rate": float(view.module.drop_prob or 0)})]


OTHERS: dict[str, Reader] = {
    "torchvision.ops.stochastic_depth.StochasticDepth": stochastic_depth,
    "timm.layers.drop.DropPath": drop_path,
}
"""By the names of classes outside of PyTorch, which are not imported for it."""


def reshaped(view: View) -> Made:
    """Return the same elements in another shape: nothing where a sample's shape is the same."""
    before, after = view.shape(view.input), view.shape(view.output)
    if before == after:
        return []
    if len(after) == 1:
        return [Step("flatten")]
    return [Step("reshape", {"target_shape": [*after]})]
