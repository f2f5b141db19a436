"""Convolutions and poolings, as modules and as functions."""

from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.biases import take_bias
from archsum.interchange.torch.steps import Reader, Step, Steps, View, short, within, without_defaults
from archsum.interchange.torch.values import Value

CHANNELS_FIRST = {"data_format": "channels_first"}
_SURROUNDED = {"reflect": "reflection", "replicate": "replication", "circular": "circular"}
_DEFAULTS = {
    **{"depth_multiplier": 1, "groups": 1, "strides": 1, "padding": 0, "dilation_rate": 1, "bias": "tied"},
    "ceil_mode": False,
}


class _Kernel(NamedTuple):
    """A convolution as PyTorch has it."""

    weights: Mapping[str, Value]
    """`kernel`, and `bias` if it has one."""
    strides: Any
    padding: Any
    dilation: Any
    groups: int
    bias: Any
    """What it is."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The kernel's."""
        return self.weights["kernel"].shape

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.shape) - 2

    @property
    def fields(self) -> dict[str, Any]:
        """What all kinds of convolutions have."""
        return {
            "kernel_size": short(self.shape[2:]),
            "strides": short(self.strides),
            "dilation_rate": short(self.dilation),
            "bias": self.bias,
        }


def spatial(view: View, kind: str, fields: Mapping[str, Any], weights: Mapping[str, Value] | None = None) -> Steps:
    """Return a layer of images, or one for each of several where the first axis is not the batch's alone."""
    layout = view.layout(view.input)
    if layout.batch not in (0, None):
        raise NotUnderstoodError("takes data whose first axis is not the batch")
    step = Step(kind, {**without_defaults(fields, _DEFAULTS), **CHANNELS_FIRST}, weights=weights or {})
    return [step if layout.dropped == 0 else within(step)]


def rank_of(view: View) -> int:
    """Return how many spatial axes the first tensor has."""
    return view.layout(view.input).rank - 2


def _of_module(view: View) -> _Kernel:
    it, weights = view.module, view.weights(kernel="weight", bias="bias")
    bias = take_bias(view, weights)
    return _Kernel(weights, it.stride, it.padding, it.dilation, it.groups, bias)


def convolution(view: View) -> Steps:
    """Read a convolution, a module."""
    it, kernel = view.module, _of_module(view)
    if it.padding_mode == "zeros" or isinstance(it.padding, str):
        return _convolved(view, kernel)
    around = f"{_SURROUNDED[it.padding_mode]}_padding{kernel.rank}d"
    padded = spatial(view, around, {"padding": short(it.padding)})
    return [*padded, *_convolved(view, kernel._replace(padding=0))]


def convolution_function(view: View) -> Steps:
    """Read a convolution, a function."""
    stride, padding = view.argument(3, "stride", 1), view.argument(4, "padding", 0)
    dilation, groups = view.argument(5, "dilation", 1), view.argument(6, "groups", 1)
    kernel = view.argument(1, "weight")
    if not all(value.is_parameter for value in view.tensors[1:]):
        # Each of the kernel's elements works once at each location.
        macs = prod(kernel.shape) * prod(view.shape(view.output)[-len(kernel.shape) + 2 :])
        raise NotUnderstoodError("has weights that are computed of others", macs)
    weights = view.given_weights(kernel=(1, "weight"), bias=(2, "bias"))
    return _convolved(view, _Kernel(weights, stride, padding, dilation, groups, take_bias(view, weights)))


def _convolved(view: View, kernel: _Kernel) -> Steps:
    outputs, inputs = kernel.shape[0], kernel.shape[1] * kernel.groups
    fields = {**kernel.fields, "padding": 0 if kernel.padding == "valid" else short(kernel.padding)}
    if kernel.groups == inputs > 1:
        weights = {("depthwise_kernel" if name == "kernel" else name): it for name, it in kernel.weights.items()}
        fields["depth_multiplier"] = outputs // inputs
        made = spatial(view, f"depthwise_conv{kernel.rank}d", fields, weights)
        return [step._replace(in_one=outputs > inputs) for step in made]
    fields = {"filters": outputs, **fields, "groups": kernel.groups}
    return spatial(view, f"conv{kernel.rank}d", fields, kernel.weights)


def transposed(view: View) -> Steps:
    """Read a transposed convolution, a module."""
    it = view.module
    if view.argument(1, "output_size") is not None:
        raise NotUnderstoodError("is given the size of its output")
    return _transposed(view, _of_module(view), it.output_padding)


def transposed_function(view: View) -> Steps:
    """Read a transposed convolution, a function."""
    stride, padding = view.argument(3, "stride", 1), view.argument(4, "padding", 0)
    extra, groups = view.argument(5, "output_padding", 0), view.argument(6, "groups", 1)
    weights = view.given_weights(kernel=(1, "weight"), bias=(2, "bias"))
    dilation, bias = view.argument(7, "dilation", 1), take_bias(view, weights)
    return _transposed(view, _Kernel(weights, stride, padding, dilation, groups, bias), extra)


def _transposed(view: View, kernel: _Kernel, extra: Any) -> Steps:
    fields = {"filters": kernel.shape[1] * kernel.groups, **kernel.fields, "groups": kernel.groups}
    if short(extra) != 0:
        fields["output_padding"] = short(extra)
    (step,) = spatial(view, f"conv{kernel.rank}d_transpose", without_defaults(fields, _DEFAULTS), kernel.weights)
    if step.kind == "time_distributed":
        raise NotUnderstoodError("takes several images of each sample")
    return [step._replace(fields={**step.fields, "padding": short(kernel.padding)})]


def max_pooling(view: View) -> Steps:
    """Read a max pooling, a module."""
    it = view.module
    return _pooled(view, "max", it.kernel_size, it.stride, it.padding, it.ceil_mode, it.dilation)


def max_pooling_function(view: View) -> Steps:
    """Read a max pooling, a function."""
    size, stride = view.argument(1, "kernel_size"), view.argument(2, "stride")
    padding, dilation = view.argument(3, "padding", 0), view.argument(4, "dilation", 1)
    return _pooled(view, "max", size, stride, padding, view.argument(5, "ceil_mode", False), dilation)


def average_pooling(view: View) -> Steps:
    """Read an average pooling, a module."""
    it = view.module
    how = it.count_include_pad, getattr(it, "divisor_override", None)
    return _averaged(view, it.kernel_size, it.stride, it.padding, it.ceil_mode, *how)


def average_pooling_function(view: View) -> Steps:
    """Read an average pooling, a function."""
    size, stride = view.argument(1, "kernel_size"), view.argument(2, "stride")
    padding, ceil = view.argument(3, "padding", 0), view.argument(4, "ceil_mode", False)
    how = view.argument(5, "count_include_pad", True), view.argument(6, "divisor_override")
    return _averaged(view, size, stride, padding, ceil, *how)


def _averaged(view: View, size: Any, stride: Any, padding: Any, ceil: bool, counts: bool, divisor: int | None) -> Steps:
    """Read an average; `counts` is whether what is padded does, as it does but with Keras's word that keeps sizes."""
    if divisor is not None:
        raise NotUnderstoodError("divides its sums by a number of its own", macs=0)
    rank = rank_of(view)
    sizes, strides, sides = ([*it] if isinstance(it, tuple | list) else [it] * rank for it in (size, stride, padding))
    if not counts and any(sides):
        if strides != [1] * rank or sizes != [2 * side + 1 for side in sides]:
            raise NotUnderstoodError("leaves what is padded out of its averages", macs=0)
        padding = "same"
    return _pooled(view, "average", size, stride, padding, ceil)


def _pooled(view: View, which: str, size: Any, stride: Any, padding: Any, ceil: bool, dilation: Any = 1) -> Steps:
    fields = {
        "pool_size": short(size),
        "strides": short(size if stride in (None, (), []) else stride),
        "padding": short(padding),
        "ceil_mode": ceil,
        "dilation_rate": short(dilation),
    }
    if fields["strides"] == fields["pool_size"]:
        del fields["strides"]
    elif fields["strides"] == 1:
        made = spatial(view, f"{which}_pooling{rank_of(view)}d", fields)
        if made[0].kind != "time_distributed":
            return [made[0]._replace(fields={**made[0].fields, "strides": 1})]
    return spatial(view, f"{which}_pooling{rank_of(view)}d", fields)


def adaptive(which: str) -> Reader:
    """Return what reads an adaptive pooling, be it a module or a function."""

    def read(view: View) -> Steps:
        size = view.module.output_size if view.module else view.argument(1, "output_size")
        rank = rank_of(view)
        sizes = size if isinstance(size, tuple | list) else [size] * rank
        now = view.shape(view.input)[-rank:]
        stated = [other if each is None else each for each, other in zip(sizes, now, strict=True)]
        return spatial(view, f"adaptive_{which}_pooling{rank}d", {"output_size": short(stated)})

    return read


def spatial_dropout(view: View) -> Steps:
    """Read a dropout of whole channels."""
    if view.module is None and not view.argument(2, "training", True):
        return []
    rate = view.module.p if view.module else view.argument(1, "p", 0.5)
    return spatial(view, f"spatial_dropout{rank_of(view)}d", {"rate": rate})


def interpolate(view: View) -> Steps:
    """Read what changes the size of images, by a factor or to a size."""
    size, factor = view.argument(1, "size"), view.argument(2, "scale_factor")
    if view.module:
        size, factor = view.module.size, view.module.scale_factor
    mode = view.module.mode if view.module else view.argument(3, "mode", "nearest")
    rank = rank_of(view)
    before, after = view.shape(view.input)[-rank:], view.shape(view.output)[-rank:]
    times = [size // other for size, other in zip(after, before, strict=True)]
    whole = all(size % other == 0 for size, other in zip(after, before, strict=True))
    word = {"nearest-exact": "nearest"}.get(mode, mode)
    if word not in ("nearest", "linear", "bilinear", "bicubic", "trilinear"):
        raise NotUnderstoodError("resizes in a way that archsum does not know", macs=0)
    if size is None and whole and word == "nearest":
        return spatial(view, f"up_sampling{rank}d", {"size": short(times)})
    if rank != 2:
        how = "other than by a whole factor" if word == "nearest" else f"by {word} interpolation"
        raise NotUnderstoodError(f"resizes {how}")
    if size is None and whole:
        return spatial(view, "up_sampling2d", {"size": short(times), "interpolation": word})
    if size is None and isinstance(factor, int | float):
        return spatial(view, "resizing", {"factor": factor, "interpolation": word})
    return spatial(view, "resizing", {"height": after[0], "width": after[1], "interpolation": word})


def shuffled(kind: str, name: str) -> Reader:
    """Return what reads a pixel shuffle, or its inverse."""

    def read(view: View) -> Steps:
        factor = getattr(view.module, name) if view.module else view.argument(1, name)
        return spatial(view, kind, {"block_size": factor})

    return read
