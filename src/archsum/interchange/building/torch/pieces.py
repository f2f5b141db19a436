"""What PyTorch lacks: each definition is written into the files that use it. Nothing imports this module."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _activation_of(name: str | None) -> nn.Module:
    """Return an activation by Keras's name; the channels are the second axis."""
    if name in (None, "linear"):
        return nn.Identity()
    if name in ("softmax", "log_softmax"):
        return nn.Softmax(1) if name == "softmax" else nn.LogSoftmax(1)
    if name == "leaky_relu":
        return nn.LeakyReLU(0.2)
    classes: dict[str | None, type[nn.Module]] = {
        "celu": nn.CELU,
        "elu": nn.ELU,
        "gelu": nn.GELU,
        "hard_sigmoid": nn.Hardsigmoid,
        "hard_silu": nn.Hardswish,
        "hard_swish": nn.Hardswish,
        "mish": nn.Mish,
        "relu": nn.ReLU,
        "relu6": nn.ReLU6,
        "selu": nn.SELU,
        "sigmoid": nn.Sigmoid,
        "silu": nn.SiLU,
        "softplus": nn.Softplus,
        "softsign": nn.Softsign,
        "swish": nn.SiLU,
        "tanh": nn.Tanh,
    }
    return classes[name]()


def _squareplus(x: Tensor) -> Tensor:
    """Return half of x + √(x² + 4)."""
    return (x + (x.square() + 4).sqrt()) / 2


def _sparse_plus(x: Tensor) -> Tensor:
    """Return 0 up to -1, x from 1 on, and a parabola in between."""
    return torch.where(x < 1, (x.clamp(min=-1) + 1).square() / 4, x)


def _sparsemax(x: Tensor, axis: int) -> Tensor:
    """Return the point of the simplex that is nearest, along an axis."""
    x = x.movedim(axis, -1)
    ordered = x.sort(-1, descending=True).values
    sums = ordered.cumsum(-1)
    ranks = torch.arange(1, x.shape[-1] + 1, device=x.device)
    support = ranks * ordered > sums - 1
    count = support.sum(-1, keepdim=True)
    nearest = (x - (sums.gather(-1, count - 1) - 1) / count).clamp(min=0)
    return nearest.movedim(-1, axis)


def _bounded_relu(
    x: Tensor,
    slope: float,
    highest: float | None,
    threshold: float,
) -> Tensor:
    """Return x from the threshold to the highest value, and a multiple of it below."""
    return torch.where(x < threshold, slope * (x - threshold), x.clamp(max=highest))


def _pad_same(
    x: Tensor,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    value: float = 0.0,
) -> tuple[Tensor, tuple[int, ...]]:
    """Pad so that nothing but the stride changes the sizes, more behind than before.

    Where one side takes more than the other, that is padded here; what is left is
    returned, the same for both sides.
    """
    even: list[int] = []
    more: list[int] = []
    windows = zip(x.shape[2:], kernel_size, stride, dilation, strict=True)
    for size, kernel, step, apart in windows:
        reach = (-(-size // step) - 1) * step + apart * (kernel - 1) + 1
        total = max(reach - size, 0)
        even.append(total // 2)
        more = [0, total % 2, *more]
    return (F.pad(x, more, value=value) if any(more) else x), tuple(even)


def _each_of(value: int | Sequence[int], count: int) -> tuple[int, ...]:
    """Return a number for each axis."""
    return (value,) * count if isinstance(value, int) else tuple(value)


class Conv1dSame(nn.Conv1d):
    """A convolution whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.dilation
        x, padding = _pad_same(input, *window)
        return F.conv1d(
            x,
            self.weight,
            self.bias,
            self.stride,
            padding,
            self.dilation,
            self.groups,
        )


class Conv2dSame(nn.Conv2d):
    """A convolution whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.dilation
        x, padding = _pad_same(input, *window)
        return F.conv2d(
            x,
            self.weight,
            self.bias,
            self.stride,
            padding,
            self.dilation,
            self.groups,
        )


class Conv3dSame(nn.Conv3d):
    """A convolution whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.dilation
        x, padding = _pad_same(input, *window)
        return F.conv3d(
            x,
            self.weight,
            self.bias,
            self.stride,
            padding,
            self.dilation,
            self.groups,
        )


class MaxPool1dSame(nn.MaxPool1d):
    """Max pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size = _each_of(self.kernel_size, 1)
        stride, dilation = _each_of(self.stride, 1), _each_of(self.dilation, 1)
        window = kernel_size, stride, dilation
        x, padding = _pad_same(input, *window, float("-inf"))
        return F.max_pool1d(x, kernel_size, stride, padding, dilation)


class MaxPool2dSame(nn.MaxPool2d):
    """Max pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size = _each_of(self.kernel_size, 2)
        stride, dilation = _each_of(self.stride, 2), _each_of(self.dilation, 2)
        window = kernel_size, stride, dilation
        x, padding = _pad_same(input, *window, float("-inf"))
        return F.max_pool2d(x, kernel_size, stride, padding, dilation)


class MaxPool3dSame(nn.MaxPool3d):
    """Max pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size = _each_of(self.kernel_size, 3)
        stride, dilation = _each_of(self.stride, 3), _each_of(self.dilation, 3)
        window = kernel_size, stride, dilation
        x, padding = _pad_same(input, *window, float("-inf"))
        return F.max_pool3d(x, kernel_size, stride, padding, dilation)


class AvgPool1dSame(nn.AvgPool1d):
    """Average pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size, stride = _each_of(self.kernel_size, 1), _each_of(self.stride, 1)
        x, padding = _pad_same(input, kernel_size, stride, (1,) * 1)
        ones = torch.ones_like(input[:1, :1])
        ones, _ = _pad_same(ones, kernel_size, stride, (1,) * 1)
        inside = F.avg_pool1d(ones, kernel_size, stride, padding)
        return F.avg_pool1d(x, kernel_size, stride, padding) / inside


class AvgPool2dSame(nn.AvgPool2d):
    """Average pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size, stride = _each_of(self.kernel_size, 2), _each_of(self.stride, 2)
        x, padding = _pad_same(input, kernel_size, stride, (1,) * 2)
        ones = torch.ones_like(input[:1, :1])
        ones, _ = _pad_same(ones, kernel_size, stride, (1,) * 2)
        inside = F.avg_pool2d(ones, kernel_size, stride, padding)
        return F.avg_pool2d(x, kernel_size, stride, padding) / inside


class AvgPool3dSame(nn.AvgPool3d):
    """Average pooling whose output is the input's size divided by the stride."""

    def forward(self, input: Tensor) -> Tensor:
        kernel_size, stride = _each_of(self.kernel_size, 3), _each_of(self.stride, 3)
        x, padding = _pad_same(input, kernel_size, stride, (1,) * 3)
        ones = torch.ones_like(input[:1, :1])
        ones, _ = _pad_same(ones, kernel_size, stride, (1,) * 3)
        inside = F.avg_pool3d(ones, kernel_size, stride, padding)
        return F.avg_pool3d(x, kernel_size, stride, padding) / inside


class SpaceToDepth(nn.PixelUnshuffle):
    """Blocks become channels; those of one element are together, as Keras has them."""

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(super().forward(input), input.shape[1])


class DepthToSpace(nn.PixelShuffle):
    """Channels become blocks; those of one element are together, as Keras has them."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(F.channel_shuffle(input, self.upscale_factor**2))


class Bias(nn.Module):
    """A bias that is untied: it has a size along some axes beside the channels."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(sizes))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias


class Scale(nn.Module):
    """A learned factor of each channel, with so many axes behind them."""

    def __init__(self, channels: int, behind: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, *(1,) * behind))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class LayerScale(nn.Module):
    """A learned factor of each channel, which is small at first."""

    def __init__(self, channels: int, behind: int = 0, initial: float = 1e-6) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((channels, *(1,) * behind), initial))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class ElementwisePReLU(nn.Module):
    """A PReLU whose slopes lie along several axes, the channels last if they are moved."""

    def __init__(self, *sizes: int, moved: bool = False) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(sizes))
        self.moved = moved

    def forward(self, x: Tensor) -> Tensor:
        alpha = self.alpha.movedim(-1, 0) if self.moved else self.alpha
        return x.clamp(min=0) + x.clamp(max=0) * alpha


class Constant(nn.Module):
    """A tensor that is not learned; its values are for you to set."""

    value: Tensor

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(1, *sizes), persistent=False)

    def forward(self) -> Tensor:
        return self.value


class Rescaling(nn.Module):
    """The data times a factor plus an offset, one for all or one for each channel."""

    scale: Tensor
    offset: Tensor

    def __init__(
        self,
        scale: float | Sequence[float],
        offset: float | Sequence[float],
        behind: int,
    ) -> None:
        super().__init__()
        for name, numbers in (("scale", scale), ("offset", offset)):
            values = torch.tensor(numbers, dtype=torch.float32)
            shaped = values.reshape(-1, *(1,) * behind)
            self.register_buffer(name, shaped, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.offset


class Normalization(nn.Module):
    """The data minus their mean, divided by their standard deviation, both fixed."""

    mean: Tensor
    variance: Tensor
    count: Tensor

    def __init__(
        self,
        mean: float | Sequence[float] | None = None,
        variance: float | Sequence[float] | None = None,
        shape: Sequence[int] = (),
        invert: bool = False,
    ) -> None:
        super().__init__()
        self.invert = invert
        if mean is None or variance is None:
            self.register_buffer("mean", torch.zeros(tuple(shape)))
            self.register_buffer("variance", torch.ones(tuple(shape)))
            self.register_buffer("count", torch.zeros(()))
            return
        for name, numbers in (("mean", mean), ("variance", variance)):
            values = torch.tensor(numbers, dtype=torch.float32)
            self.register_buffer(name, values.reshape(tuple(shape)), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        deviation = self.variance.sqrt().clamp(min=1e-7)
        if self.invert:
            return x * deviation + self.mean
        return (x - self.mean) / deviation


class CategoryEncoding(nn.Module):
    """A vector with a 1 in the place of a category, or of several."""

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot") -> None:
        super().__init__()
        self.num_tokens, self.output_mode = num_tokens, output_mode

    def forward(self, x: Tensor) -> Tensor:
        if self.output_mode == "one_hot" and x.shape[-1] == 1 and x.dim() > 1:
            x = x.squeeze(-1)
        hot = F.one_hot(x.long(), self.num_tokens).float()
        if self.output_mode == "one_hot":
            return hot
        return hot.sum(1) if self.output_mode == "count" else hot.amax(1)


class Discretization(nn.Module):
    """The number of the range in which each value lies, or a vector of ranges."""

    boundaries: Tensor

    def __init__(self, boundaries: Sequence[float], output_mode: str = "int") -> None:
        super().__init__()
        self.output_mode = output_mode
        numbers = torch.tensor(boundaries, dtype=torch.float32)
        self.register_buffer("boundaries", numbers, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        number = torch.bucketize(x, self.boundaries, right=True)
        if self.output_mode == "int":
            return number
        if self.output_mode == "one_hot" and x.shape[-1] == 1 and x.dim() > 1:
            number = number.squeeze(-1)
        hot = F.one_hot(number, len(self.boundaries) + 1).float()
        if self.output_mode == "one_hot":
            return hot
        return hot.sum(1) if self.output_mode == "count" else hot.amax(1)


class Gather(nn.Module):
    """Elements of an axis by numbers that are fixed; they are for you to set."""

    index: Tensor

    def __init__(self, axis: int, *sizes: int) -> None:
        super().__init__()
        self.axis = axis
        self.register_buffer("index", torch.zeros(sizes, dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        taken = x.index_select(self.axis, self.index.flatten())
        axis = self.axis % x.dim()
        return taken.unflatten(axis, self.index.shape)


def _gather(x: Tensor, numbers: Tensor, axis: int) -> Tensor:
    """Return the elements of an axis that each sample's numbers say."""
    axis %= x.dim()
    index = numbers.long().flatten(1)
    shape = [1] * x.dim()
    shape[0], shape[axis] = index.shape
    sizes = [*x.shape]
    sizes[axis] = shape[axis]
    taken = x.gather(axis, index.reshape(shape).expand(sizes))
    return taken.unflatten(axis, numbers.shape[1:])


def _center_crop(x: Tensor, height: int, width: int) -> Tensor:
    """Return the middle of an image; one that is too small is enlarged."""
    if x.shape[2] < height or x.shape[3] < width:
        ratio = width / height
        rows = min(x.shape[2], int(x.shape[3] / ratio))
        columns = min(x.shape[3], int(x.shape[2] * ratio))
        part = _center_crop(x, max(rows, 1), max(columns, 1))
        return F.interpolate(part, (height, width), mode="bilinear")
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]


class SharedDropout(nn.Module):
    """Dropout that drops the same along some axes: those of size 1 in the shape."""

    def __init__(self, p: float, shape: Sequence[int | None]) -> None:
        super().__init__()
        self.p, self.shape = p, tuple(shape)

    def forward(self, x: Tensor) -> Tensor:
        pairs = zip(self.shape, x.shape, strict=True)
        sizes = [size if stated is None else stated for stated, size in pairs]
        return x * F.dropout(x.new_ones(sizes), self.p, self.training)


class GaussianDropout(nn.Module):
    """Multiplies by noise around 1 in training."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.deviation = math.sqrt(rate / (1 - rate))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * (1 + self.deviation * torch.randn_like(x))


class GaussianNoise(nn.Module):
    """Adds noise in training."""

    def __init__(self, stddev: float) -> None:
        super().__init__()
        self.stddev = stddev

    def forward(self, x: Tensor) -> Tensor:
        return x + self.stddev * torch.randn_like(x) if self.training else x


class StochasticDepth(nn.Module):
    """Leaves a branch out for some samples in training, and makes up for it."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        noise = x.new_empty(x.shape[0], *(1,) * (x.dim() - 1))
        return x * noise.bernoulli_(1 - self.p).div_(max(1 - self.p, 1e-12))


class CenteredBatchNorm1d(nn.BatchNorm1d):
    """A batch normalization with an offset, and no factor."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("weight", None)


class CenteredBatchNorm2d(nn.BatchNorm2d):
    """A batch normalization with an offset, and no factor."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("weight", None)


class CenteredBatchNorm3d(nn.BatchNorm3d):
    """A batch normalization with an offset, and no factor."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("weight", None)


class ScaledBatchNorm1d(nn.BatchNorm1d):
    """A batch normalization with a factor, and no offset."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("bias", None)


class ScaledBatchNorm2d(nn.BatchNorm2d):
    """A batch normalization with a factor, and no offset."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("bias", None)


class ScaledBatchNorm3d(nn.BatchNorm3d):
    """A batch normalization with a factor, and no offset."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register_parameter("bias", None)


class ConnectedConv2d(nn.Module):
    """A convolution whose filters see the channels that a table says."""

    filters: Tensor
    channels: Tensor

    def __init__(
        self,
        in_channels: int,
        table: Sequence[Sequence[int]],
        kernel_size: int | Sequence[int],
        stride: int | tuple[int, int] = 1,
        padding: str | int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        size = _each_of(kernel_size, 2)
        self.table = table
        pairs = [(number, of) for number, seen in enumerate(table) for of in seen]
        filters, channels = torch.tensor(pairs).unbind(1)
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("channels", channels, persistent=False)
        self.shape = (len(table), in_channels, *size)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        bound = 1 / math.sqrt(math.prod(size) * len(pairs) / len(table))
        self.weight = nn.Parameter(torch.empty(len(pairs), *size))
        nn.init.uniform_(self.weight, -bound, bound)
        self.bias = nn.Parameter(torch.zeros(len(table))) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        places = (self.filters, self.channels)
        weight = self.weight.new_zeros(self.shape).index_put(places, self.weight)
        return F.conv2d(
            x,
            weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
        )


class LocallyConnected1d(nn.Module):
    """A convolution with a kernel of its own for each place, whose bias is apart."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        output_size: Sequence[int],
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int] = (0, 0),
    ) -> None:
        super().__init__()
        (self.size,), (self.stride,) = kernel_size, stride
        self.padding = tuple(padding)
        elements = in_channels * self.size
        self.weight = nn.Parameter(torch.empty(output_size[0], elements, filters))
        nn.init.normal_(self.weight, std=1 / math.sqrt(elements))

    def forward(self, x: Tensor) -> Tensor:
        windows = F.pad(x, self.padding).unfold(2, self.size, self.stride)
        windows = windows.permute(0, 2, 3, 1).flatten(2)
        return torch.einsum("nle,lef->nfl", windows, self.weight)


class LocallyConnected2d(nn.Module):
    """A convolution with a kernel of its own for each place, whose bias is apart."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        output_size: Sequence[int],
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int] = (0, 0, 0, 0),
    ) -> None:
        super().__init__()
        self.size, self.stride = tuple(kernel_size), tuple(stride)
        self.padding, self.output_size = tuple(padding), tuple(output_size)
        places, elements = math.prod(output_size), in_channels * math.prod(kernel_size)
        self.weight = nn.Parameter(torch.empty(places, elements, filters))
        nn.init.normal_(self.weight, std=1 / math.sqrt(elements))

    def forward(self, x: Tensor) -> Tensor:
        windows = F.pad(x, self.padding).unfold(2, self.size[0], self.stride[0])
        windows = windows.unfold(3, self.size[1], self.stride[1])
        windows = windows.permute(0, 2, 3, 4, 5, 1).flatten(3).flatten(1, 2)
        output = torch.einsum("nle,lef->nfl", windows, self.weight)
        return output.unflatten(2, self.output_size)


class UntiedEmbedding(nn.Embedding):
    """A table of vectors, with other weights for the way back to words."""

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__(num_embeddings, embedding_dim)
        self.reverse_weight = nn.Parameter(torch.empty(embedding_dim, num_embeddings))
        nn.init.xavier_uniform_(self.reverse_weight)

    def reverse(self, x: Tensor) -> Tensor:
        """Return how much each word is meant by vectors."""
        return x @ self.reverse_weight


def _keep_one_bias(layer: nn.RNNBase) -> None:
    """Leave a recurrent layer one bias for each unit and gate: the other stays 0."""
    for name in [*dict(layer.named_parameters(recurse=False))]:
        if name.startswith("bias_hh"):
            zeros = torch.zeros_like(getattr(layer, name))
            delattr(layer, name)
            layer.register_buffer(name, zeros, persistent=False)
    layer._init_flat_weights()


class OneBiasRNN(nn.RNN):
    """A recurrent layer with one bias for each unit, as Keras has it."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        _keep_one_bias(self)


class OneBiasLSTM(nn.LSTM):
    """An LSTM with one bias for each unit and gate, as Keras has it."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        _keep_one_bias(self)


class ResetBeforeGRU(nn.Module):
    """A GRU that forgets before its recurrent kernel, as the paper has it."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        bound = 1 / math.sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.empty(3 * hidden_size)) if bias else None
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(
        self,
        x: Tensor,
        state: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        hidden = x.new_zeros(len(x), self.hidden_size) if state is None else state[0]
        gates_weight, new_weight = self.weight_hh.split(
            (2 * self.hidden_size, self.hidden_size)
        )
        outputs = []
        for step in F.linear(x, self.weight_ih, self.bias).unbind(1):
            gates, new = step.split((2 * self.hidden_size, self.hidden_size), -1)
            reset, update = (gates + hidden @ gates_weight.T).sigmoid().chunk(2, -1)
            new = (new + (reset * hidden) @ new_weight.T).tanh()
            hidden = update * hidden + (1 - update) * new
            outputs.append(hidden)
        return torch.stack(outputs, 1), hidden.unsqueeze(0)


def _merge_directions(
    x: Tensor,
    mode: str = "concat",
    return_sequences: bool = False,
) -> Tensor:
    """Merge what both directions give: of all steps, or of the last of each."""
    forward, backward = x.chunk(2, -1)
    if not return_sequences:
        forward, backward = forward[:, -1], backward[:, 0]
    if mode == "concat":
        return torch.cat((forward, backward), -1)
    if mode == "mul":
        return forward * backward
    return (forward + backward) / (2 if mode == "ave" else 1)


def _hide_later(scores: Tensor) -> Tensor:
    """Take the scores of later positions away."""
    later = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, float("-inf"))


class ScaledAttention(nn.Module):
    """Attention without projections, with a learned factor of the scores."""

    def __init__(
        self, use_scale: bool = False, dropout: float = 0.0, causal: bool = False
    ) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(())) if use_scale else None
        self.dropout = dropout
        self.causal = causal

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = query @ key.transpose(-2, -1)
        if self.scale is not None:
            scores = scores * self.scale
        scores = _hide_later(scores) if self.causal else scores
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        return weights @ value


class ConcatAttention(nn.Module):
    """Attention whose scores are the sums of tanh(query + key), times a factor."""

    def __init__(
        self, use_scale: bool = False, dropout: float = 0.0, causal: bool = False
    ) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(())) if use_scale else None
        self.concat_score_weight = nn.Parameter(torch.ones(()))
        self.dropout = dropout
        self.causal = causal

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        pairs = query.unsqueeze(-2) + key.unsqueeze(-3)
        if self.scale is not None:
            pairs = pairs * self.scale
        scores = pairs.tanh().sum(-1) * self.concat_score_weight
        scores = _hide_later(scores) if self.causal else scores
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        return weights @ value


class AdditiveAttention(nn.Module):
    """Attention whose scores are sums of tanh(query + key), each feature scaled."""

    def __init__(
        self,
        features: int | None = None,
        dropout: float = 0.0,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.scale = None if features is None else nn.Parameter(torch.randn(features))
        self.dropout = dropout
        self.causal = causal

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        pairs = (query.unsqueeze(-2) + key.unsqueeze(-3)).tanh()
        scores = (pairs if self.scale is None else pairs * self.scale).sum(-1)
        scores = _hide_later(scores) if self.causal else scores
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        return weights @ value


class MultiHeadAttention(nn.Module):
    """Attention of heads of any size, which may be fewer for the keys."""

    def __init__(
        self,
        features: int,
        num_heads: int,
        key_dim: int,
        *,
        value_dim: int | None = None,
        key_heads: int | None = None,
        key_features: int | None = None,
        value_features: int | None = None,
        output_features: int | None = None,
        bias: bool = True,
        gate: bool = False,
        dropout: float = 0.0,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.num_heads, self.key_heads = num_heads, key_heads or num_heads
        self.dropout = dropout
        self.causal = causal
        each = key_dim if value_dim is None else value_dim
        keys, values = self.key_heads * key_dim, self.key_heads * each
        self.query = nn.Linear(features, num_heads * key_dim, bias)
        self.key = nn.Linear(key_features or features, keys, bias)
        self.gate = nn.Linear(features, num_heads * each, bias) if gate else None
        self.value = nn.Linear(value_features or features, values, bias)
        self.attention_output = nn.Linear(
            num_heads * each, output_features or features, bias
        )

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        score_bias: Tensor | None = None,
    ) -> Tensor:
        heads = (self.num_heads, -1), (self.key_heads, -1)
        if self.causal and score_bias is not None:
            score_bias = _hide_later(score_bias)
        attended = F.scaled_dot_product_attention(
            self.query(query).unflatten(-1, heads[0]).transpose(-3, -2),
            self.key(query if key is None else key)
            .unflatten(-1, heads[1])
            .transpose(-3, -2),
            self.value(query if value is None else value)
            .unflatten(-1, heads[1])
            .transpose(-3, -2),
            attn_mask=score_bias,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal and score_bias is None,
            enable_gqa=self.key_heads != self.num_heads,
        )
        attended = attended.transpose(-3, -2).flatten(-2)
        if self.gate is not None:
            attended = attended * self.gate(query).sigmoid()
        return self.attention_output(attended)


class RelativePositionBias(nn.Module):
    """A learned number for each head and each distance within a window."""

    index: Tensor

    def __init__(self, num_heads: int, window_size: Sequence[int]) -> None:
        super().__init__()
        self.window_size = tuple(window_size)
        ranges = [torch.arange(size) for size in window_size]
        places = torch.stack(torch.meshgrid(*ranges, indexing="ij")).flatten(1)
        index = torch.zeros(places.shape[1], places.shape[1], dtype=torch.int64)
        for of_axis, size in zip(places, window_size, strict=True):
            apart = of_axis[:, None] - of_axis[None, :] + size - 1
            index = index * (2 * size - 1) + apart
        rows = math.prod(2 * size - 1 for size in window_size)
        self.table = nn.Parameter(0.02 * torch.randn(rows, num_heads))
        self.register_buffer("index", index, persistent=False)

    def forward(self) -> Tensor:
        return self.table[self.index].permute(2, 0, 1)


class BucketedPositionBias(nn.Module):
    """A learned number for each head and each bucket of distances, as in T5."""

    index: Tensor

    def __init__(self, num_heads: int, length: int, num_buckets: int) -> None:
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(num_buckets, num_heads))
        apart = torch.arange(length)[None, :] - torch.arange(length)[:, None]
        half, exact = num_buckets // 2, num_buckets // 4
        far = torch.log(apart.abs().clamp(min=1) / exact) / math.log(128 / exact)
        rough = (exact + (far * (half - exact)).long()).clamp(max=half - 1)
        near = torch.where(apart.abs() < exact, apart.abs(), rough)
        self.register_buffer("index", near + half * (apart > 0), persistent=False)

    def forward(self) -> Tensor:
        return self.table[self.index].permute(2, 0, 1)


class EinsumDense(nn.Module):
    """A dense layer by an equation of the data's, the kernel's and the output's axes."""

    def __init__(
        self,
        equation: str,
        shape: Sequence[int],
        bias: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.equation = equation
        self.weight = nn.Parameter(0.02 * torch.randn(tuple(shape)))
        self.bias = None if bias is None else nn.Parameter(torch.zeros(tuple(bias)))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.einsum(self.equation, x, self.weight)
        return x if self.bias is None else x + self.bias


class ConvLSTM(nn.Module):
    """An LSTM over images, (batch, channels, steps, *sizes), of convolutions."""

    def __init__(
        self,
        convolution: type[nn.Conv1d] | type[nn.Conv2d] | type[nn.Conv3d],
        in_channels: int,
        filters: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        bias: bool = True,
        activation: str = "tanh",
        recurrent_activation: str = "sigmoid",
        return_sequences: bool = False,
    ) -> None:
        super().__init__()
        self.filters, self.return_sequences = filters, return_sequences
        self.activation = _activation_of(activation)
        self.recurrent_activation = _activation_of(recurrent_activation)
        gates = 4 * filters
        self.input = convolution(
            in_channels,
            gates,
            kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            bias=bias,
        )
        self.state = convolution(
            filters, gates, kernel_size, padding="same", bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        outputs: list[Tensor] = []
        for step in x.unbind(2):
            gates = self.input(step)
            if not outputs:
                state = memory = torch.zeros_like(gates[:, : self.filters])
            add, keep, new, give = (gates + self.state(state)).chunk(4, 1)
            new = self.recurrent_activation(add) * self.activation(new)
            memory = self.recurrent_activation(keep) * memory + new
            state = self.recurrent_activation(give) * self.activation(memory)
            outputs.append(state)
        return torch.stack(outputs, 2) if self.return_sequences else outputs[-1]


class ConvLSTM1d(ConvLSTM):
    """An LSTM over rows, (batch, channels, steps, length)."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(nn.Conv1d, *arguments, **settings)


class ConvLSTM2d(ConvLSTM):
    """An LSTM over images, (batch, channels, steps, height, width)."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(nn.Conv2d, *arguments, **settings)


class ConvLSTM3d(ConvLSTM):
    """An LSTM over volumes, (batch, channels, steps, depth, height, width)."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(nn.Conv3d, *arguments, **settings)
