"""Each module and function that is a layer of ours: every import compares its shape and weights with PyTorch's."""

from collections.abc import Callable
from typing import Any

import pytest

import archsum

torch: Any = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:LSTM with projections")]

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812

from tests.interchange.torch import counted  # noqa: E402

IMAGE = (8, 9, 10)
WORDS = (7, 12)

MODULES: dict[str, list[tuple[Callable[[], Any], tuple[int, ...]]]] = {
    "conv1d": [(lambda: nn.Conv1d(7, 5, 3, stride=2, padding=1), WORDS)],
    "conv2d": [
        (lambda: nn.Conv2d(8, 4, (3, 2), (1, 2), (1, 0), bias=False), IMAGE),
        (lambda: nn.Conv2d(8, 4, 3, padding="same", dilation=2, groups=2), IMAGE),
    ],
    "conv3d": [(lambda: nn.Conv3d(2, 4, 3), (2, 5, 6, 7))],
    "depthwise_conv2d": [
        (lambda: nn.Conv2d(8, 8, 3, groups=8), IMAGE),
        (lambda: nn.Conv2d(8, 24, 3, groups=8, padding=1), IMAGE),
    ],
    "conv2d_transpose": [
        (lambda: nn.ConvTranspose2d(8, 4, 4, 2, 1), IMAGE),
        (lambda: nn.ConvTranspose2d(8, 4, 3, (2, 3), 1, output_padding=1, groups=2), IMAGE),
    ],
    "dense": [(lambda: nn.Linear(12, 5), WORDS), (lambda: nn.Linear(12, 5, bias=False), (12,))],
    "batch_normalization": [
        (lambda: nn.BatchNorm2d(8), IMAGE),
        (lambda: nn.BatchNorm1d(12, affine=False), (12,)),
    ],
    "instance_normalization": [
        (lambda: nn.InstanceNorm2d(8), IMAGE),
        (lambda: nn.InstanceNorm2d(8, affine=True, track_running_stats=True), IMAGE),
    ],
    "group_normalization": [(lambda: nn.GroupNorm(2, 8), IMAGE)],
    "layer_normalization": [(lambda: nn.LayerNorm(12), WORDS), (lambda: nn.LayerNorm((9, 10), bias=False), IMAGE)],
    "rms_normalization": [(lambda: nn.RMSNorm(12), WORDS)],
    "local_response_normalization": [(lambda: nn.LocalResponseNorm(3), IMAGE)],
    "max_pooling2d": [
        (lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True), IMAGE),
        (lambda: nn.MaxPool2d(2, 1), IMAGE),
        (lambda: nn.MaxPool2d(2, dilation=2), IMAGE),
    ],
    "average_pooling1d": [(lambda: nn.AvgPool1d(2), WORDS)],
    "adaptive_average_pooling2d": [(lambda: nn.AdaptiveAvgPool2d((3, None)), IMAGE)],
    "adaptive_max_pooling1d": [(lambda: nn.AdaptiveMaxPool1d(4), WORDS)],
    "dropout": [(lambda: nn.Dropout(0.1), IMAGE)],
    "spatial_dropout2d": [(lambda: nn.Dropout2d(0.1), IMAGE)],
    "up_sampling2d": [
        (lambda: nn.Upsample(scale_factor=2), IMAGE),
        (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), IMAGE),
    ],
    "resizing": [
        (lambda: nn.Upsample(size=(5, 7), mode="bilinear"), IMAGE),
        (lambda: nn.Upsample(scale_factor=1.5), IMAGE),
    ],
    "channel_shuffle": [(lambda: nn.ChannelShuffle(4), IMAGE), (lambda: nn.ChannelShuffle(2), (8, 9))],
    "depth_to_space": [(lambda: nn.PixelShuffle(2), IMAGE)],
    "space_to_depth": [(lambda: nn.PixelUnshuffle(2), (3, 8, 10))],
    "zero_padding2d": [(lambda: nn.ZeroPad2d((1, 2, 3, 4)), IMAGE), (lambda: nn.ConstantPad2d(1, 0.5), IMAGE)],
    "reflection_padding1d": [(lambda: nn.ReflectionPad1d((1, 2)), WORDS)],
    "replication_padding2d": [(lambda: nn.ReplicationPad2d(2), IMAGE)],
    "circular_padding2d": [(lambda: nn.CircularPad2d(2), IMAGE)],
    "flatten": [(nn.Flatten, IMAGE)],
    "reshape": [(lambda: nn.Unflatten(1, (2, 4)), IMAGE), (lambda: nn.Flatten(2), IMAGE)],
    "prelu": [(nn.PReLU, IMAGE), (lambda: nn.PReLU(8), IMAGE)],
    "softmax": [(lambda: nn.Softmax(1), IMAGE), (lambda: nn.Softmax(-1), IMAGE)],
    "leaky_relu": [(lambda: nn.LeakyReLU(0.2), IMAGE)],
    "elu": [(lambda: nn.ELU(0.5), IMAGE)],
    "relu6": [(nn.ReLU6, IMAGE), (lambda: nn.Hardtanh(0, 6), IMAGE)],
    "hard_tanh": [(nn.Hardtanh, IMAGE)],
    "log_softmax": [(lambda: nn.LogSoftmax(-1), IMAGE)],
    "identity": [(nn.Identity, IMAGE)],
    "multi_head_attention": [
        (lambda: _Itself(nn.MultiheadAttention(12, 3, batch_first=True)), WORDS),
        (lambda: _Itself(nn.MultiheadAttention(12, 3, bias=False, dropout=0.1, batch_first=True)), WORDS),
    ],
    "lstm": [
        (lambda: _First(nn.LSTM(12, 5, batch_first=True)), WORDS),
        (lambda: _First(nn.LSTM(12, 5, 2, bias=False, proj_size=3, batch_first=True)), WORDS),
    ],
    "gru": [(lambda: _First(nn.GRU(12, 5, dropout=0.1, num_layers=2, batch_first=True)), WORDS)],
    "simple_rnn": [(lambda: _First(nn.RNN(12, 5, nonlinearity="relu", batch_first=True)), WORDS)],
    "bidirectional": [(lambda: _First(nn.LSTM(12, 5, bidirectional=True, batch_first=True)), WORDS)],
}


class _LastState(nn.Module):  # type: ignore[misc]
    """The last state of a recurrent layer, which begins with zeros that are stated."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.module, self.head = module, nn.Linear(module.hidden_size, 2)

    def forward(self, x: Any) -> Any:
        layers = self.module.num_layers * (2 if self.module.bidirectional else 1)
        zeros = torch.zeros(layers, len(x), self.module.hidden_size, device=x.device)
        is_lstm = isinstance(self.module, nn.LSTM)
        _, state = self.module(x, (zeros, zeros) if is_lstm else zeros)
        return self.head((state[0] if is_lstm else state)[-1])


@pytest.mark.parametrize(
    ("build", "kinds"),
    [
        (lambda: nn.GRU(12, 5, batch_first=True), ["gru", "slice", "flatten", "dense"]),
        (
            lambda: nn.LSTM(12, 5, 2, batch_first=True),
            ["lstm", "slice", "lstm", "slice", "concatenate", "slice", "flatten", "dense"],
        ),
        (
            lambda: nn.LSTM(12, 5, bidirectional=True, batch_first=True),
            ["bidirectional", *["slice"] * 4, "concatenate", "slice", "flatten", "dense"],
        ),
    ],
)
def test_last_state(build: Callable[[], Any], kinds: list[str]) -> None:
    assert _kinds(_LastState(build()), WORDS) == kinds


class _First(nn.Module):  # type: ignore[misc]
    """The first of what a module gives."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Any) -> Any:
        return self.module(x)[0]


class _Itself(_First):
    """Self-attention."""

    def forward(self, x: Any) -> Any:
        return self.module(x, x, x, need_weights=False)[0]


class _Function(nn.Module):  # type: ignore[misc]
    def __init__(self, function: Callable[..., Any], *parameters: tuple[int, ...]) -> None:
        super().__init__()
        self.function = function
        self.learned = nn.ParameterList(nn.Parameter(torch.ones(shape)) for shape in parameters)
        self.register_buffer("numbers", torch.zeros(4, dtype=torch.int64))
        self.register_buffer("mask", torch.zeros(9, 10, dtype=torch.bool))

    def forward(self, x: Any) -> Any:
        return self.function(x, self, *self.learned)


FUNCTIONS: list[tuple[list[str], Callable[..., Any], list[tuple[int, ...]]]] = [
    (["add"], lambda x, _, p: x + p, [(8, 1, 1)]),
    (["add"], lambda x, _, p: p + x, [(1, 8, 9, 10)]),
    (["layer_scale"], lambda x, _, p: x * p, [(8, 1, 1)]),
    (["multiply"], lambda x, _, p: x * p, [()]),
    (["multiply"], lambda x, _: x.mul(x), []),
    (["subtract"], lambda x, _, p: p - x, [(10,)]),
    (["divide"], lambda x, _, p: x / p, [(9, 10)]),
    (["elementwise", "elementwise", "elementwise"], lambda x, _: 1 - (x / 127.5 + 1), []),
    (["elementwise"], lambda x, _: 0 + x * 2 * 1 - 0, []),
    (["elementwise", "elementwise"], lambda x, _: 3 / x, []),
    (["elementwise", "add"], lambda x, _, p: torch.add(x, p, alpha=2), [(10,)]),
    (["elementwise", "elementwise", "elementwise"], lambda x, _: torch.sqrt(torch.abs(x)) ** 2, []),
    (["elementwise"], lambda x, it: x.masked_fill(it.mask, 0.0), []),
    (["elementwise"], lambda x, _: torch.clamp(x, min=0.1), []),
    (["maximum"], lambda x, _, p: torch.maximum(x, p), [(10,)]),
    (["global_average_pooling2d"], lambda x, _: x.mean((2, 3)), []),
    (["global_average_pooling2d"], lambda x, _: x.mean((-1, -2), keepdim=True), []),
    (["global_max_pooling2d"], lambda x, _: x.amax((2, 3)), []),
    (["reduce"], lambda x, _: x.sum(1), []),
    (["reduce"], lambda x, _: x.max(dim=-1).values, []),
    (["reduce"], lambda x, _: x.var(-1, keepdim=True), []),
    (["reduce"], lambda x, _: x.std(1, False, True), []),
    (["reduce"], lambda x, _: x.var(3, True), []),
    (["reduce"], lambda x, _: x.norm(1, 2), []),
    (["reduce"], lambda x, _: torch.norm(x, 2, 3, True), []),
    (["permute"], lambda x, _: x.permute(0, 2, 3, 1), []),
    (["permute"], lambda x, _: x.transpose(1, -1), []),
    (["permute"], lambda x, _: x.movedim((1, 2), (-1, 1)), []),
    (["flatten"], lambda x, _: x.view(x.size(0), -1), []),
    (["reshape"], lambda x, _: x.unsqueeze(1), []),
    (["reshape"], lambda x, _: x.flatten(2), []),
    (["slice"], lambda x, _: x[:, 2:5], []),
    (["slice", "slice"], lambda x, _: x[..., 0::2, 1::3], []),
    (["slice", "reshape"], lambda x, _: x[:, -1], []),
    (["reshape"], lambda x, _: x[:, None], []),
    (["gather"], lambda x, it: x[:, it.numbers], []),
    (["gather"], lambda x, it: x.index_select(2, it.numbers), []),
    (["gather", "reduce", "add"], lambda x, it, p: x + p[it.numbers].sum(0), [(5, 10)]),
    (["split", "split", "multiply"], lambda x, _: torch.mul(*x.chunk(2, 1)), []),
    (["slice", "slice", "concatenate"], lambda x, _: torch.cat(x.split([3, 5], dim=1)[::-1], 1), []),
    (["slice", "reshape"], lambda x, _: x.unbind(1)[3], []),
    (["concatenate"], lambda x, _: torch.cat([x, x], -1), []),
    (["concatenate"], lambda x, _, p: torch.cat([p.expand(len(x), -1, -1, -1), x], 1), [(1, 1, 9, 10)]),
    (["stack"], lambda x, _: torch.stack([x, x], 2), []),
    (["reshape", "expand"], lambda x, _: x[:, :, None].expand(-1, -1, 3, -1, -1), []),
    (["tile"], lambda x, _: x.repeat(1, 2, 1, 1), []),
    (["roll"], lambda x, _: torch.roll(x, (-1, 2), (2, 3)), []),
    (["channel_shuffle"], lambda x, _: F.channel_shuffle(x, 4), []),
    (["zero_padding2d"], lambda x, _: F.pad(x, (1, 1, 2, 2)), []),
    (["pad"], lambda x, _: F.pad(x, (1, 1, 2, 2, 3, 3)), []),
    (["cropping2d"], lambda x, _: F.pad(x, (-1, 0, -2, 0)), []),
    (["reflection_padding2d"], lambda x, _: F.pad(x, (1, 2, 3, 4), mode="reflect"), []),
    (["resizing"], lambda x, _: F.interpolate(x, size=(3, 4), mode="bilinear"), []),
    (["dense"], lambda x, _, w, b: F.linear(x, w, b), [(5, 10), (5,)]),
    (["dense"], lambda x, _, w: x @ w, [(10, 5)]),
    (["reshape", "dense"], lambda x, _, b, w: torch.addmm(b, x.reshape(-1, 10), w), [(5,), (10, 5)]),
    (["permute", "matmul"], lambda x, _: x @ x.transpose(-2, -1), []),
    (["einsum"], lambda x, _: torch.einsum("bchw,bcvw->bchv", x, x), []),
    (["einsum"], lambda x, _, p: torch.einsum("bchw,wd->bchd", x, p), [(10, 4)]),
    (["conv2d"], lambda x, _, w: F.conv2d(x, w, stride=2, padding=1), [(4, 8, 3, 3)]),
    (["layer_normalization"], lambda x, _, w: F.layer_norm(x, (10,), w), [(10,)]),
    (["attention"], lambda x, _: F.scaled_dot_product_attention(x, x, x), []),
    (["split", "split", "sigmoid", "multiply"], lambda x, _: F.glu(x, 1), []),
    (["dropout"], lambda x, _: F.dropout(x, 0.2), []),
    ([], lambda x, _: F.dropout(x.contiguous().clone().float(), 0.2, training=False) * 1, []),
    (["custom"], lambda x, _: x.flip(1), []),
]


def _kinds(module: Any, shape: tuple[int, ...]) -> list[str]:
    network = archsum.from_torch(module, shape)
    assert network.warnings == ()
    summary = archsum.summarize(network)
    assert summary.torch_params == sum(parameter.numel() for parameter in module.parameters())
    module.to("meta")
    two, three = (counted.run(module, torch.empty(samples, *shape, device="meta")) for samples in (2, 3))
    assert summary.macs == counted.macs_of_a_sample(two, three)
    return [layer.layer.type for layer in summary.layers]  # type: ignore[attr-defined]


def test_attention_that_is_causal_is_noted() -> None:
    def attend(x: Any, module: Any) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        x = module(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0]
        x = module(x, x, x, need_weights=False)[0]
        return F.scaled_dot_product_attention(x, x, x, is_causal=True)

    class Decoder(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(12, 3, batch_first=True)

        def forward(self, x: Any) -> Any:
            return attend(x, self.attention)

    summary = archsum.summarize(archsum.from_torch(Decoder(), WORDS))
    assert [layer.layer.causal for layer in summary] == [True, False, True]  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", [{"count_include_pad": False}, {"divisor_override": 3}])
def test_an_average_of_another_count_is_no_average_pooling(how: dict[str, Any]) -> None:
    function = _Function(lambda x, _: F.avg_pool2d(x, 3, 2, 1, **how))
    for model in (nn.Sequential(nn.AvgPool2d(3, 2, 1, **how)), function):
        (layer,) = archsum.summarize(archsum.from_torch(model, IMAGE))
        assert (layer.layer.type, layer.macs) == ("custom", 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", MODULES)
def test_module(kind: str) -> None:
    for build, shape in MODULES[kind]:
        kinds = _kinds(build(), shape)
        assert set(kinds) <= {kind, "dropout"}
        assert kind in kinds


@pytest.mark.parametrize(("kinds", "function", "parameters"), FUNCTIONS)
def test_function(kinds: list[str], function: Callable[..., Any], parameters: list[tuple[int, ...]]) -> None:
    found = _kinds(_Function(function, *parameters), IMAGE)
    learned = [kind for kind in found if kind not in ("parameter", "constant", "identity")]
    assert learned == kinds


def test_arithmetic_with_a_number_is_one_operation() -> None:
    summary = archsum.summarize(archsum.from_torch(_Function(lambda x, _: (2 - x * 3) / 4), IMAGE))
    assert summary.flops == 3 * 8 * 9 * 10


IN_BETWEEN = [
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), 4),
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), 4),
    (lambda: nn.UpsamplingBilinear2d(scale_factor=2), 4),
    (lambda: nn.UpsamplingBilinear2d(size=(16, 18)), 4),
    (lambda: nn.Upsample(scale_factor=2, mode="bicubic"), 16),
    (lambda: nn.Upsample(scale_factor=2), 0),
    (lambda: nn.UpsamplingNearest2d(scale_factor=2), 0),
]


@pytest.mark.parametrize(("build", "neighbours"), IN_BETWEEN)
def test_interpolation_is_the_one_that_the_model_has(build: Callable[[], Any], neighbours: int) -> None:
    """Each element of the output is a sum of products of so many elements of the input."""
    summary = archsum.summarize(archsum.from_torch(build(), (3, 8, 9)))
    assert summary.layers[-1].output_shape == (3, 16, 18)
    assert summary.flops == 2 * neighbours * 3 * 16 * 18


@pytest.mark.parametrize(("mode", "rank"), [("linear", 1), ("trilinear", 3)])
def test_interpolation_that_no_kind_has_is_not_nearest(mode: str, rank: int) -> None:
    network = archsum.from_torch(nn.Upsample(scale_factor=2, mode=mode), (3, *(4,) * rank))
    (warning,) = network.warnings
    assert f"resizes by {mode} interpolation" in warning.message
    summary = archsum.summarize(network)
    assert summary.layers[0].type == "Custom"
    assert summary.flops is None
