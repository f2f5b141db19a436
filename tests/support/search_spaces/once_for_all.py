"""The search space of once-for-all networks, after MobileNetV3."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from archsum import template
from archsum.sweeps.axes import AxesReader
from archsum.sweeps.space import Space
from tests.support.search_spaces.space import SearchSpace, Values

FILE = Path(__file__).with_name("once_for_all.yaml")

SETTINGS = [
    ("depths", f"[{','.join(['2:4'] * 5)}]"),
    ("kernels", f"[{','.join(['3|5|7'] * 20)}]"),
    ("expansions", f"[{','.join(['3|4|6'] * 20)}]"),
]
SIZES = [(3, size, size) for size in range(128, 225, 32)]

STAGES = ((24, 2, False, False), (40, 2, True, False), (80, 2, False, True), (112, 1, True, True), (160, 2, True, True))
"""Filters, strides, whether there is squeeze and excitation, and whether the activation is hard swish."""


def drawn(number: int) -> Iterator[Values]:
    """Yield as many networks, drawn at random."""
    reader = AxesReader(template(FILE)).add_settings(SETTINGS).add_inputs((None, size) for size in SIZES)
    return (variant.values for variant in Space(reader.read(), number).variants())


def torch_model(values: Values) -> Any:
    """Build a network by hand."""
    from torch import nn

    def divisible(value: float) -> int:
        rounded = max(8, int(value + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * value else rounded

    def conv(before: int, after: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> Sequence[nn.Module]:
        return nn.Conv2d(before, after, kernel, stride, kernel // 2, 1, groups, bias=False), nn.BatchNorm2d(after)

    class Squeeze(nn.Module):  # type: ignore[misc]  # of no type that is known
        def __init__(self, channels: int) -> None:
            super().__init__()
            middle = divisible(channels / 4)
            self.layers = nn.Sequential(
                nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, middle, 1), nn.ReLU(), nn.Conv2d(middle, channels, 1)
            )

        def forward(self, x: Any) -> Any:
            return x * nn.functional.hardsigmoid(self.layers(x))

    class Bottleneck(nn.Module):  # type: ignore[misc]
        def __init__(self, before: int, after: int, kernel: int, expansion: int, stride: int, se: bool, hs: bool):
            super().__init__()
            act = nn.Hardswish if hs else nn.ReLU
            middle = divisible(before * expansion)
            layers = [*conv(before, middle), act()] if expansion > 1 else []
            layers += [*conv(middle, middle, kernel, stride, middle), act(), *([Squeeze(middle)] if se else [])]
            self.layers = nn.Sequential(*layers, *conv(middle, after))
            self.adds = before == after and stride == 1

        def forward(self, x: Any) -> Any:
            return x + self.layers(x) if self.adds else self.layers(x)

    layers: list[nn.Module] = [*conv(3, 16, 3, 2), nn.Hardswish(), Bottleneck(16, 16, 3, 1, 1, False, False)]
    before = 16
    for number, (filters, strides, se, hs) in enumerate(STAGES):
        for index in range(values["depths"][number]):
            kernel, expansion = (values[name][4 * number + index] for name in ("kernels", "expansions"))
            layers.append(Bottleneck(before, filters, kernel, expansion, strides if index == 0 else 1, se, hs))
            before = filters
    head = [
        *conv(160, 960),
        nn.Hardswish(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(960, 1280, bias=False),
    ]
    return nn.Sequential(*layers, *head, nn.Hardswish(), nn.Linear(1280, 1000))


ONCE_FOR_ALL = SearchSpace(FILE, drawn, torch_model, SIZES[-1])
