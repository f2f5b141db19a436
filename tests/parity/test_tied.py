"""Single weights that layers share, against PyTorch's modules as one writes them: a parameter counts once."""

import io
from collections.abc import Callable
from typing import Any

import pytest

import archsum
from tests.support.parity.tied_networks import AUTOENCODER, HEAD, IMAGES

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

pytestmark = pytest.mark.torch


class Scores(nn.Module):  # type: ignore[misc]
    """BERT's head: the scores of words, by the table that their vectors come from."""

    def __init__(self, bias: bool = True) -> None:
        super().__init__()
        self.words, self.transform, self.norm = nn.Embedding(300, 32), nn.Linear(32, 32), nn.LayerNorm(32)
        self.scores = nn.Linear(32, 300, bias=bias)
        self.scores.weight = self.words.weight

    def forward(self, words: Any) -> Any:
        return self.scores(self.norm(F.gelu(self.transform(self.words(words)))))


class Autoencoder(nn.Module):  # type: ignore[misc]
    """Decodes by the encoder's matrices, transposed, with biases of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.outer, self.inner = nn.Linear(40, 24), nn.Linear(24, 7)
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(24)), nn.Parameter(torch.zeros(40))])

    def forward(self, x: Any) -> Any:
        x = self.inner(torch.relu(self.outer(x)))
        x = torch.relu(F.linear(x, self.inner.weight.t(), self.biases[0]))
        return F.linear(x, self.outer.weight.t(), self.biases[1])


class Images(nn.Module):  # type: ignore[misc]
    """Decodes images by the encoder's kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 8, 3), nn.ConvTranspose2d(8, 3, 3)
        self.up.weight = self.down.weight

    def forward(self, x: Any) -> Any:
        return self.up(torch.relu(self.down(x)))


@pytest.mark.parametrize(
    ("text", "build", "data"),
    [
        (HEAD % "tied", Scores, torch.zeros(1, 20, dtype=torch.int64)),
        (HEAD % "false", lambda: Scores(bias=False), torch.zeros(1, 20, dtype=torch.int64)),
        (AUTOENCODER, Autoencoder, torch.zeros(1, 40)),
        (IMAGES, Images, torch.zeros(1, 3, 12, 12)),
    ],
    ids=["head with a bias", "head without", "autoencoder", "images"],
)
def test_parameters_and_operations(text: str, build: Callable[[], Any], data: Any) -> None:
    module, summary = build(), archsum.summarize(io.StringIO(text))
    assert summary.params == summary.torch_params == sum(parameter.numel() for parameter in module.parameters())
    with FlopCounterMode(display=False) as counter:
        module(data)
    assert 2 * (summary.macs or 0) == counter.get_total_flops()
