"""What repeats itself in a network, found in the examples: once each, with its number, it is the whole."""

from math import prod
from pathlib import Path

import pytest

from archsum import summarize
from archsum.graph import Path as LayerPath
from archsum.layers.shapes import product, total
from archsum.repetitions import Repetitions, Runs
from tests.support.paths import EXAMPLES


def times(path: LayerPath, runs: Runs) -> int:
    """Return how often a layer is there in the whole network, for once in what repeats itself."""
    return prod(len(runs.get(path[:level], ("once",))) for level in range(1, len(path) + 1))


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_what_is_left_as_often_as_it_repeats_itself_is_the_whole(file: Path) -> None:
    whole = summarize(file)
    deepest = max(len(layer.path) for layer in whole.layers)
    repetitions = Repetitions(whole)
    for depth in range(1, deepest + 1):
        left = repetitions.find(depth)
        summary, runs = repetitions.without(depth)
        assert left == len({layer.path[:depth] for layer in summary.layers})
        often = {layer.name: times(layer.path, runs) for layer in summary.layers}
        assert sum(often.values()) == len(whole.layers)
        for metric in ("params", "trainable_params", "macs", "flops"):
            values = (product((getattr(layer, metric), often[layer.name])) for layer in summary.layers)
            assert total(values) == getattr(whole, metric)
        known = {*summary.inputs, *often}
        assert all(known.issuperset(layer.node.inputs) for layer in summary.layers)
        assert known.issuperset(summary.outputs)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt2", {"decoder": 12}),
        ("vit", {"encoder": 12}),
        (
            "resnet50",
            {
                "stage/bottleneck_1": 2,
                "stage_1/bottleneck_1": 3,
                "stage_2/bottleneck_1": 5,
                "stage_3/bottleneck_1": 2,
            },
        ),
        ("vgg16", {"conv2d_5": 2, "conv2d_8": 2, "conv2d_10": 3}),
        ("unet", {}),
    ],
)
def test_what_repeats_itself(name: str, expected: dict[str, int]) -> None:
    repetitions = Repetitions(summarize(EXAMPLES / f"{name}.yaml"))
    for depth in (1, 2, 3):
        repetitions.find(depth)
    _, runs = repetitions.without(3)
    assert {"/".join(path): len(run) for path, run in runs.items()} == expected
