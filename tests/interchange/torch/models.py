"""Small models that are written as people write them, with what is hard to follow."""

import warnings
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class Block(nn.Module):  # type: ignore[misc]
    """A residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Any) -> Any:
        return x + torch.relu_(self.norm(self.conv(x)))


class Small(nn.Module):  # type: ignore[misc]
    """Two blocks, and a layer that may be frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3)
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.frozen = nn.Linear(4 * 6 * 6, 5)

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.frozen(x.view(x.size(0), -1))


class Several(nn.Module):  # type: ignore[misc]
    """Three inputs, one of whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(8, 4), nn.Linear(6, 4)
        self.words = nn.Embedding(10, 4)

    def forward(self, left: Any, right: Any, words: Any) -> Any:
        return (self.a(left) + self.b(right))[:, None] * self.words(words)


class ReadsConstants(nn.Module):  # type: ignore[misc]
    """A constant decides what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.register_buffer("steps", torch.tensor(3))

    def forward(self, x: Any) -> Any:
        return self.inner(x) * (1.0 / self.steps.item())


class Shared(nn.Module):  # type: ignore[misc]
    """A layer that is used twice, and a table that is a kernel too."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(10, 4)
        self.encoder = nn.Linear(4, 4)
        self.head = nn.Linear(4, 10)
        self.head.weight = self.words.weight

    def forward(self, x: Any) -> Any:
        return self.head(self.encoder(F.relu(self.encoder(self.words(x)))))


class Unused(nn.Module):  # type: ignore[misc]
    """A layer that is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.never = nn.Linear(5, 5), nn.Linear(5, 5)

    def forward(self, x: Any) -> Any:
        return self.inner(x)


class Unknown(nn.Module):  # type: ignore[misc]
    """A function that no kind of layer does."""

    def forward(self, x: Any) -> Any:
        return torch.fft.fft(x)


class ComputedKernel(nn.Module):  # type: ignore[misc]
    """A convolution whose kernel is computed of a parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 3, 3, 3))

    def forward(self, x: Any) -> Any:
        return F.conv2d(x, self.weight * 2, padding=1)


class Stepping(nn.Module):  # type: ignore[misc]
    """A cell that is called for each step."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(4, 8)

    def forward(self, x: Any) -> Any:
        state = x.new_zeros(len(x), 8)
        for step in x.unbind(1):
            state = self.cell(step, state)
        return state


def writes_into_a_part(x: Any) -> Any:
    """Write into a part of a tensor, by its place."""
    x[:, 1:3] = F.relu(x[:, 2:4])
    return x + 1


def writes_into_a_view(x: Any) -> Any:
    """Write into a part of a tensor, by a view of it."""
    part = x[:, 1:3]
    part.relu_()
    return x + 1


class InPlace(nn.Module):  # type: ignore[misc]
    """What is written in place is the same tensor for all that hold it."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.relu = nn.Linear(5, 5), nn.ReLU(inplace=True)

    def forward(self, x: Any) -> Any:
        held = self.inner(x)
        return self.relu(held) + held


class TableOfItsOwn(nn.Module):  # type: ignore[misc]
    """A layer on a constant, and one on the data."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.table = nn.Linear(4, 4), nn.Linear(3, 4)
        self.register_buffer("places", torch.zeros(1, 7, 3))

    def forward(self, x: Any) -> Any:
        return self.inner(x) + self.table(self.places)


class Windows(nn.Module):  # type: ignore[misc]
    """Attention within windows, which are put into the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(6, 18)

    def forward(self, x: Any) -> Any:
        batch, height, width, channels = x.shape
        windows = x.view(batch, height // 4, 4, width // 4, 4, channels).transpose(2, 3).reshape(-1, 16, channels)
        query, key, value = self.qkv(windows).chunk(3, dim=-1)
        return torch.softmax(query @ key.transpose(1, 2), -1) @ value


class DataDecides(nn.Module):  # type: ignore[misc]
    """What it does depends on values."""

    def forward(self, x: Any) -> Any:
        return x * 2 if x.sum() > 0 else x + 1


class DataDecidesHowMany(nn.Module):  # type: ignore[misc]
    """It goes on with as many elements as a condition holds for."""

    def forward(self, x: Any) -> Any:
        return x[x > 0] * 2


class BatchDecides(nn.Module):  # type: ignore[misc]
    """What it does depends on how many samples there are."""

    def forward(self, x: Any) -> Any:
        return x * 2 if len(x) > 2 else F.relu(x)


class Plain(nn.Module):  # type: ignore[misc]
    """One function."""

    def forward(self, x: Any) -> Any:
        return torch.relu(x)


class Raises(nn.Module):  # type: ignore[misc]
    """It prints, and fails."""

    def forward(self, x: Any) -> Any:
        print("hello")
        return x / (1 // 0)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    _TRACED = torch.jit.trace(lambda x: x * 2, torch.zeros(2, 5))


class CallsScript(nn.Module):  # type: ignore[misc]
    """A function that PyTorch runs without Python."""

    def forward(self, x: Any) -> Any:
        return _TRACED(x) + 1


class ComparesSamples(nn.Module):  # type: ignore[misc]
    """Each sample is multiplied with all others."""

    def forward(self, x: Any) -> Any:
        return x @ x.T


class Patched(nn.Module):  # type: ignore[misc]
    """A layer whose `forward` was put in the place of its class's."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(5, 5, bias=False)
        self.inner.forward = lambda x: F.linear(F.relu(x), self.inner.weight)

    def forward(self, x: Any) -> Any:
        return self.inner(x)


class Masked(nn.Module):  # type: ignore[misc]
    """Attention that leaves out what is padding."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.attention = nn.Embedding(10, 12), nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, words: Any) -> Any:
        x = self.words(words)
        return self.attention(x, x, x, key_padding_mask=words == 0, need_weights=False)[0]
