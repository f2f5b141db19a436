"""What models write out that is one layer: channel shuffles, and unpoolings that take a pooling's places."""

from collections.abc import Callable
from typing import Any

import pytest

import archsum

torch: Any = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = pytest.mark.torch

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812

from tests.interchange.torch import counted  # noqa: E402
from tests.support.parity.torch_models import torchvision  # noqa: E402


class _Function(nn.Module):  # type: ignore[misc]
    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


def layers(function: Callable[[Any], Any], shape: tuple[int, ...] = (12, 4, 6)) -> list[Any]:
    return [layer.layer for layer in archsum.summarize(archsum.from_torch(_Function(function), shape))]


def kinds(function: Callable[[Any], Any], shape: tuple[int, ...] = (12, 4, 6)) -> list[str]:
    return [layer.type for layer in layers(function, shape)]


SHUFFLES: dict[str, Callable[[Any], Any]] = {
    "as in torchvision": lambda x: x.view(len(x), 3, 4, 4, 6).transpose(1, 2).contiguous().view(len(x), -1, 4, 6),
    "by permute and flatten": lambda x: x.unflatten(1, (3, 4)).permute(0, 2, 1, 3, 4).flatten(1, 2),
    "by movedim and reshape": lambda x: x.reshape(-1, 3, 4, 4, 6).movedim(1, 2).reshape(x.shape),
}
OTHERS: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "other axes": (
        lambda x: x.view(len(x), 3, 4, 4, 6).transpose(2, 3).reshape(x.shape),
        ["reshape", "permute", "reshape"],
    ),
    "another shape": (
        lambda x: x.view(len(x), 3, 4, 4, 6).transpose(1, 2).reshape(len(x), 4, 18, 4),
        ["reshape", "permute", "reshape"],
    ),
    "locations that are taken apart": (
        lambda x: x.view(len(x), 12, 2, 2, 6).transpose(2, 3).reshape(x.shape),
        ["reshape", "permute", "reshape"],
    ),
    "a part that is taken as well": (
        lambda x: [turned := x.view(len(x), 3, 4, 4, 6).transpose(1, 2), turned.reshape(x.shape), turned.relu()][1:],
        ["reshape", "permute", "reshape", "relu"],
    ),
    "something in between": (
        lambda x: x.view(len(x), 3, 4, 4, 6).transpose(1, 2).relu().reshape(x.shape),
        ["reshape", "permute", "relu", "reshape"],
    ),
}


@pytest.mark.parametrize("name", SHUFFLES)
def test_a_shuffle(name: str) -> None:
    (shuffle,) = layers(SHUFFLES[name])
    assert (shuffle.type, shuffle.groups, shuffle.axis) == ("channel_shuffle", 3, 1)
    x = torch.rand(2, 12, 4, 6)
    assert torch.equal(SHUFFLES[name](x), F.channel_shuffle(x, shuffle.groups))


@pytest.mark.parametrize("name", OTHERS)
def test_no_shuffle(name: str) -> None:
    function, expected = OTHERS[name]
    assert kinds(function) == expected


def test_the_shuffles_of_torchvision() -> None:
    network = archsum.from_torch(torchvision().models.shufflenet_v2_x0_5(), (3, 64, 64))
    found = [layer.layer for layer in archsum.summarize(network) if layer.type == "ChannelShuffle"]
    assert [shuffle.groups for shuffle in found] == [2] * 16  # type: ignore[attr-defined]


class _Unpooled(nn.Module):  # type: ignore[misc]
    """Two poolings and their unpoolings, as modules or as functions."""

    def __init__(self, *, modules: bool, **settings: Any) -> None:
        super().__init__()
        self.modules_are_used, self.settings = modules, settings
        self.pool, self.unpool = nn.MaxPool2d(return_indices=True, **settings), nn.MaxUnpool2d(**settings)

    def forward(self, x: Any) -> Any:
        pooled, places = self.pool(x) if self.modules_are_used else self._pooled(x)
        again, more = F.max_pool2d(pooled, 2, return_indices=True)
        pooled = F.max_unpool2d(again.relu(), more, 2, output_size=pooled.shape[2:])
        if self.modules_are_used:
            return self.unpool(pooled, places, output_size=x.shape[2:])
        return F.max_unpool2d(pooled, places, **self.settings, output_size=x.shape[2:])

    def _pooled(self, x: Any) -> Any:
        return F.max_pool2d(x, **self.settings, return_indices=True)


@pytest.mark.parametrize("modules", [True, False], ids=["modules", "functions"])
@pytest.mark.parametrize("settings", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}], ids=str)
def test_unpooling(settings: dict[str, Any], *, modules: bool) -> None:
    module = _Unpooled(modules=modules, **settings)
    network = archsum.from_torch(module, (4, 22, 17))
    assert network.warnings == ()
    summary = archsum.summarize(network)
    assert [layer.type for layer in summary] == [
        *("MaxPooling2D", "MaxPooling2D", "ReLU", "MaxUnpooling2D", "MaxUnpooling2D"),
    ]
    first, second, _, inner, outer = summary
    assert (inner.node.inputs[1], outer.node.inputs[1]) == (second.name, first.name)
    assert outer.output_shape == (4, 22, 17)
    module.to("meta")
    two, three = (counted.run(module, torch.empty(samples, 4, 22, 17, device="meta")) for samples in (2, 3))
    assert summary.macs == counted.macs_of_a_sample(two, three)


PLACES: dict[str, Callable[[Any], Any]] = {
    "are given": lambda x: F.max_pool2d(x, 2, return_indices=True),
    "are something else": lambda x: F.max_pool2d(x, 2, return_indices=True)[1].float() * 2,
    "are moved first": lambda x: F.max_unpool2d(
        F.max_pool2d(x, 2)[:, :4], F.max_pool2d(x, 2, return_indices=True)[1][:, :4], 2
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_that_are_no_pooling_are_custom(name: str) -> None:
    assert "custom" in kinds(PLACES[name])
