"""Models that neither keras.applications nor torchvision has, as their authors write them in PyTorch."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from archsum.layers.shapes import Shape
from tests.support.parity.real_models import Facts
from tests.support.parity.torch_models import facts_of


@dataclass(frozen=True)
class Written:
    """A model that a function here builds, and gives with a batch of its input."""

    build: Callable[[], tuple[Any, Any]]

    needs_torch: ClassVar[bool] = True

    def __str__(self) -> str:
        return self.build.__name__

    def facts(self, input_shape: Shape) -> Facts:
        """Build the model, and collect what it has; its input is its own, whatever the file's."""
        return facts_of(*self.build())


def dcgan_generator() -> tuple[Any, Any]:
    """https://github.com/pytorch/examples/blob/main/dcgan/main.py, after Radford et al. 2015, arXiv:1511.06434."""
    import torch
    from torch import nn

    noise, width, colours = 100, 64, 3
    channels = [noise, 8 * width, 4 * width, 2 * width, width]
    layers: list[Any] = []
    for number, (before, after) in enumerate(pairwise(channels)):
        stride, padding = (2, 1) if number else (1, 0)
        layers += [
            nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False, device="meta"),
            nn.BatchNorm2d(after, device="meta"),
            nn.ReLU(),
        ]
    layers += [nn.ConvTranspose2d(width, colours, 4, 2, 1, bias=False, device="meta"), nn.Tanh()]
    return nn.Sequential(*layers), torch.empty(2, noise, 1, 1, device="meta")


def gpt2_small() -> tuple[Any, Any]:
    """https://github.com/openai/gpt-2/blob/master/src/model.py, of 117M as it is called there."""
    import torch
    from torch import nn

    vocabulary, context, width, heads, depth = 50257, 1024, 768, 12, 12

    class GPT2(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.wte = nn.Embedding(vocabulary, width)
            self.wpe = nn.Parameter(torch.empty(context, width))
            self.h = nn.Sequential(
                *(
                    nn.TransformerEncoderLayer(
                        width, heads, 4 * width, activation="gelu", batch_first=True, norm_first=True
                    )
                    for _ in range(depth)
                )
            )
            self.ln_f = nn.LayerNorm(width)

        def forward(self, words: Any) -> Any:
            return self.ln_f(self.h(self.wte(words) + self.wpe)) @ self.wte.weight.T

    with torch.device("meta"):
        return GPT2(), torch.empty(1, context, dtype=torch.int64)


def t5_small() -> tuple[Any, Any]:
    """https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py, t5-small.

    Which bucket a distance falls into does not change a shape, so all are the first.
    """
    import torch
    from torch import nn

    words, length, width, hidden, heads, depth, buckets = 32128, 512, 512, 2048, 8, 6, 32

    class Attention(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer_norm = nn.RMSNorm(width)
            self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))

        def forward(self, x: Any, bias: Any, memory: Any = None) -> Any:
            normalized = self.layer_norm(x)
            seen = normalized if memory is None else memory
            projected = (self.q(normalized), self.k(seen), self.v(seen))
            query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in projected)
            scores = query @ key.transpose(2, 3)
            attended = (scores if bias is None else scores + bias).softmax(-1) @ value
            return x + self.o(attended.transpose(1, 2).flatten(2))

    class FeedForward(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer_norm = nn.RMSNorm(width)
            self.wi, self.wo = nn.Linear(width, hidden, bias=False), nn.Linear(hidden, width, bias=False)

        def forward(self, x: Any) -> Any:
            return x + self.wo(self.wi(self.layer_norm(x)).relu())

    class Stack(nn.Module):  # type: ignore[misc]
        def __init__(self, *, decodes: bool) -> None:
            super().__init__()
            self.relative_attention_bias = nn.Parameter(torch.empty(buckets, heads))
            self.attention = nn.ModuleList(Attention() for _ in range(depth))
            self.cross_attention = nn.ModuleList(Attention() for _ in range(depth * decodes))
            self.feed_forward = nn.ModuleList(FeedForward() for _ in range(depth))
            self.final_layer_norm = nn.RMSNorm(width)

        def forward(self, x: Any, memory: Any = None) -> Any:
            bucket_of_pairs = torch.zeros(length, length, dtype=torch.int64)
            bias = self.relative_attention_bias[bucket_of_pairs].permute(2, 0, 1)
            for number, attention in enumerate(self.attention):
                x = attention(x, bias)
                if memory is not None:
                    x = self.cross_attention[number](x, None, memory)
                x = self.feed_forward[number](x)
            return self.final_layer_norm(x)

    class T5(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.shared = nn.Embedding(words, width)
            self.encoder, self.decoder = Stack(decodes=False), Stack(decodes=True)

        def forward(self, source: Any) -> Any:
            with torch.device("meta"):
                vectors = self.shared(source)
                return self.decoder(vectors, self.encoder(vectors)) @ self.shared.weight.T

    with torch.device("meta"):
        return T5(), torch.empty(1, length, dtype=torch.int64)
