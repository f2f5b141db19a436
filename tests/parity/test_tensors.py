"""PyTorch's weights come out in the same notation as ours, however differently it orders and stacks them."""

import io
from typing import Any

import pytest

import archsum
from tests.support.parity import tensors
from tests.support.parity.torch_models import facts_of

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = pytest.mark.torch


class SelfAttention(torch.nn.MultiheadAttention):  # type: ignore[misc,name-defined]
    def forward(self, data: Any) -> Any:
        return super().forward(data, data, data, need_weights=False)


class Factor(torch.nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self) -> None:
        super().__init__()
        self.factor = torch.nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, data: Any) -> Any:
        return self.factor * data


IMAGE, WORDS = (8, 9, 10), (7, 12)

LAYERS = [
    ("conv2d: {filters: 6, kernel_size: [3, 5], strides: 2}", IMAGE, lambda nn: nn.Conv2d(8, 6, (3, 5), 2)),
    ("conv2d: {filters: 6, kernel_size: 3, groups: 2}", IMAGE, lambda nn: nn.Conv2d(8, 6, 3, groups=2)),
    (
        "depthwise_conv2d: {kernel_size: [3, 5], depth_multiplier: 2}",
        IMAGE,
        lambda nn: nn.Conv2d(8, 16, (3, 5), groups=8),
    ),
    ("conv2d_transpose: {filters: 6, kernel_size: [3, 5]}", IMAGE, lambda nn: nn.ConvTranspose2d(8, 6, (3, 5))),
    ("batch_normalization", IMAGE, lambda nn: nn.BatchNorm2d(8)),
    ("group_normalization: {groups: 4, axis: 1}", IMAGE, lambda nn: nn.GroupNorm(4, 8)),
    ("layer_scale: {axis: 1}", IMAGE, lambda nn: Factor()),
    ("layer_normalization", WORDS, lambda nn: nn.LayerNorm(12)),
    ("dense: {units: 5}", WORDS, lambda nn: nn.Linear(12, 5)),
    ("dense: {units: 5, bias: false}", WORDS, lambda nn: nn.Linear(12, 5, bias=False)),
    ("multi_head_attention: {num_heads: 3, key_dim: 4}", WORDS, lambda nn: SelfAttention(12, 3, batch_first=True)),
]


@pytest.mark.parametrize(("layer", "shape", "build"), LAYERS, ids=[layer for layer, _, _ in LAYERS])
def test_notation(layer: str, shape: tuple[int, ...], build: Any) -> None:
    ours = archsum.summarize(io.StringIO(f"{{input: {list(shape)}, data_format: channels_first, layers: [{layer}]}}"))
    with torch.device("meta"):
        theirs = facts_of(build(torch.nn), torch.empty(2, *shape))
    assert not tensors.difference(tensors.of_summary(ours), theirs.tensors)
    assert {what: getattr(ours, what) for what in theirs.totals} == theirs.totals
