"""A small SegNet, which puts maxima back where its poolings found them, and a decoder that enlarges to a given size.

Each is written in PyTorch by hand, and has its shapes, its weights, and its memory.
"""

import io
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import archsum
from archsum.memory.training import TrainingMemory

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812

from tests.support.parity.allocations import training_steps  # noqa: E402
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors  # noqa: E402
from tests.support.paths import EXAMPLES  # noqa: E402

pytestmark = pytest.mark.torch

SEGNET = """\
input: [3, 45, 60]
data_format: channels_first
blocks:
  conv_bn_relu:
    parameters: {filters: null}
    layers:
      - conv2d: {filters: =filters, kernel_size: 3, padding: 1}
      - batch_normalization
      - relu
layers:
  - conv_bn_relu: {filters: 16, name: encode_1}
  - max_pooling2d: {name: pool_1}
  - conv_bn_relu: {filters: 32, name: encode_2}
  - max_pooling2d: {name: pool_2}
  - conv_bn_relu: {filters: 64}
  - conv_bn_relu: {filters: 32, name: decode_2}
  - max_unpooling2d: {inputs: [decode_2, pool_2], name: unpool_2}
  - conv_bn_relu: {filters: 16, name: decode_1}
  - max_unpooling2d: {inputs: [decode_1, pool_1, encode_1], name: unpool_1}
  - conv_bn_relu: {filters: 16}
  - conv2d: {filters: 12, kernel_size: 1}
"""


def conv_bn_relu(channels: int, filters: int) -> Any:
    return nn.Sequential(nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU())


class SegNet(nn.Module):  # type: ignore[misc]
    """The network above."""

    def __init__(self) -> None:
        super().__init__()
        self.encode_1, self.encode_2 = conv_bn_relu(3, 16), conv_bn_relu(16, 32)
        self.middle, self.decode_2 = conv_bn_relu(32, 64), conv_bn_relu(64, 32)
        self.decode_1, self.last = conv_bn_relu(32, 16), conv_bn_relu(16, 16)
        self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
        self.classify = nn.Conv2d(16, 12, 1)

    def forward(self, x: Any) -> Any:
        x = self.encode_1(x)
        size = x.shape
        x, indices_1 = self.pool(x)
        x, indices_2 = self.pool(self.encode_2(x))
        x = self.unpool(self.decode_2(self.middle(x)), indices_2)
        x = self.unpool(self.decode_1(x), indices_1, output_size=size)
        return self.classify(self.last(x))


SIZED = """\
input: [3, 33, 40]
data_format: channels_first
layers:
  - conv2d: {filters: 8, kernel_size: 3, strides: 2, name: skip}
  - conv2d: {filters: 16, kernel_size: 3, strides: 2}
  - reflection_padding2d
  - local_response_normalization: {size: 5}
  - conv2d: {filters: 16, kernel_size: 3, name: deep}
  - resizing: {inputs: [deep, skip]}
  - conv2d: {filters: 4, kernel_size: 3, padding: 1, name: last}
  - resizing: {inputs: [last, input]}
"""


class Sized(nn.Module):  # type: ignore[misc]
    """The network above."""

    def __init__(self) -> None:
        super().__init__()
        self.skip, self.down = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 16, 3, 2)
        self.pad, self.normalize = nn.ReflectionPad2d(1), nn.LocalResponseNorm(5)
        self.deep, self.last = nn.Conv2d(16, 16, 3), nn.Conv2d(16, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        size = x.shape[2:]
        x = self.skip(x)
        skipped = x.shape[2:]
        x = self.deep(self.normalize(self.pad(self.down(x))))
        x = self.last(F.interpolate(x, skipped, mode="bilinear"))
        return F.interpolate(x, size, mode="bilinear")


every_network = pytest.mark.parametrize(("text", "build"), [(SEGNET, SegNet), (SIZED, Sized)], ids=["segnet", "sized"])


def inputs(text: str, batch: int) -> list[Any]:
    (shape,) = archsum.summarize(io.StringIO(text)).inputs.values()
    return [torch.randn(batch, *shape)]


def trained(text: str, batch: int, optimizer: str = "momentum") -> TrainingMemory:
    memory = archsum.costs(io.StringIO(text), {"batch": batch, "optimizer": optimizer}).training
    assert memory
    return memory


@every_network
def test_shapes_and_weights(text: str, build: Callable[[], Any]) -> None:
    summary, module = archsum.summarize(io.StringIO(text)), build()
    assert summary.trainable_params == sum(weight.numel() for weight in module.parameters())
    seen: list[tuple[int, ...]] = []
    for part in module.modules():
        if not list(part.children()):
            part.register_forward_hook(lambda _, __, out: seen.append((out if torch.is_tensor(out) else out[0]).shape))
    last = module(*inputs(text, 1)).shape
    computed = [layer.output_shape for layer in summary.layers if layer.type != "Resizing"]
    assert computed == [tuple(shape[1:]) for shape in seen]
    assert summary.layers[-1].output_shape == tuple(last[1:])


@every_network
@pytest.mark.parametrize("batch", [1, 4])
def test_bytes_kept(text: str, build: Callable[[], Any], batch: int) -> None:
    assert trained(text, batch).kept_for_backward == kept_bytes(saved_tensors(build(), *inputs(text, batch)))


@every_network
@pytest.mark.parametrize("batch", [1, 8])
def test_peak_of_a_process(text: str, build: Callable[[], Any], batch: int) -> None:
    theirs = training_steps(build(), inputs(text, batch))
    assert {name: trained(text, batch, name).peak for name in theirs} == pytest.approx(theirs, rel=0.005)


def test_an_unpooling_keeps_indices_where_no_gradient_comes_back_to_its_pooling() -> None:
    frozen, module = SEGNET, SegNet()
    for name in ("encode_1", "encode_2"):
        frozen = frozen.replace(f"name: {name}}}", f"name: {name}, trainable: false}}")
        getattr(module, name).requires_grad_(False)
    kept = trained(frozen, 2)
    assert kept.kept_for_backward == kept_bytes(saved_tensors(module, *inputs(SEGNET, 2)))
    by_layer = {layer.name: size for layer, size in kept.kept_by_layer}
    assert by_layer["pool_1"] == 0
    assert by_layer["unpool_1"] == 2 * 8 * 16 * 22 * 30


def test_the_example_has_the_weights_of_a_real_one() -> None:
    encoder = [3, 64, 64, 128, 128, 256, 256, 256, *[512] * 6]
    decoder = [*[512] * 5, 256, 256, 256, 128, 128, 64, 64, 64]
    widths = [*encoder, *decoder]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += nn.Conv2d(before, after, 3, padding=1, device="meta"), nn.BatchNorm2d(after, device="meta")
    model = nn.Sequential(*layers, nn.Conv2d(64, 12, 3, padding=1, device="meta"))
    ours = archsum.summarize(EXAMPLES / "segnet.yaml")
    assert ours.torch_params == sum(parameter.numel() for parameter in model.parameters())
    assert ours.layers[-1].output_shape == (360, 480, 12)
