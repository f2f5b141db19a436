"""What training steps of torchvision's models need of memory, measured by running them, and what we say to each.

`python -m tests.benchmarks.memory` measures, and writes measured_memory.json beside this file.
"""

import json
from collections.abc import Iterable, Mapping
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from archsum import costs
from archsum.memory.training import TrainingMemory
from archsum.render.numbers import binary
from tests.support.parity.torch_models import Torchvision
from tests.support.paths import EXAMPLES

MEASURED = Path(__file__).with_suffix(".json")


class Pair(NamedTuple):
    """A model of torchvision, and the file of examples/ that describes it."""

    model: Torchvision
    file: str
    variables: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """Torchvision's name."""
        return self.model.name


PAIRS = [
    Pair(Torchvision("alexnet"), "alexnet_torchvision"),
    Pair(Torchvision("vgg16"), "vgg16_torchvision"),
    Pair(Torchvision("vgg16_bn"), "vgg16_torchvision", {"batch_norm": True}),
    Pair(Torchvision("resnet18"), "resnet18"),
    Pair(Torchvision("resnet50"), "resnet50"),
    Pair(Torchvision("squeezenet1_1"), "squeezenet1_1"),
    Pair(Torchvision("mobilenet_v2"), "mobilenet_v2"),
    Pair(Torchvision("densenet121"), "densenet121"),
    Pair(Torchvision("googlenet", {"aux_logits": False}), "googlenet"),
    Pair(Torchvision("efficientnet_b0"), "efficientnet"),
    Pair(Torchvision("convnext_tiny"), "convnext"),
    Pair(Torchvision("vit_b_16"), "vit"),
]
KEPT_BATCH = 2
BATCHES = (8, 32)

MOMENTUM, ADAM, ADAM_ONE_BY_ONE = "momentum", "adam", "adam, one by one"
"""SGD with momentum; Adam, all weights at once, as PyTorch does on a GPU, and we count; one by one, as on a CPU."""

Measured = dict[str, Any]
"""For each model's name `kept`, the bytes kept for backward, and `peaks` by `run`, all in bytes."""


def run(batch: int, method: str) -> str:
    """Name a training step."""
    return f"{batch} {method}"


def ours(pair: Pair, batch: int, method: str = MOMENTUM) -> TrainingMemory:
    """Compute what we say."""
    options = {"batch": batch, "optimizer": method.split(",")[0]}
    memory = costs(EXAMPLES / f"{pair.file}.yaml", options, variables=pair.variables).training
    assert memory is not None
    return memory


class Comparison(NamedTuple):
    """A peak: PyTorch's and ours, in bytes."""

    theirs: int
    ours: int

    @property
    def error(self) -> float:
        """How much ours is larger, in percent."""
        return 100 * (self.ours - self.theirs) / self.theirs


def compare(pair: Pair, measured: Measured, batch: int, method: str) -> Comparison:
    """Compare a peak with ours."""
    return Comparison(measured[pair.name]["peaks"][run(batch, method)], ours(pair, batch, method).peak)


def comparisons(measured: Measured, *methods: str) -> list[Comparison]:
    """Compare all peaks with ours."""
    return [compare(pair, measured, batch, method) for pair in PAIRS for batch in BATCHES for method in methods]


def load() -> Measured:
    """Read what was measured."""
    measured: Measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    return measured


def nine_of_ten(errors: Iterable[float]) -> float:
    """Return the error that nine of ten do not exceed, whatever their signs."""
    ordered = sorted(map(abs, errors))
    return ordered[ceil(0.9 * len(ordered)) - 1]


def table(measured: Measured) -> str:
    """Write the README's table, and what it comes to."""
    methods = {MOMENTUM: "momentum", ADAM: "Adam"}
    runs = [(batch, method) for batch in BATCHES for method in methods]
    heads = ["model", f"kept at batch {KEPT_BATCH}", "off"]
    heads += [f"peak at {batch}, {methods[method]}" for batch, method in runs]
    rows = [f"| {' | '.join(heads)} |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    for pair in PAIRS:
        kept = measured[pair.name]["kept"]
        cells = [f"{kept:,}", str(ours(pair, KEPT_BATCH).kept_for_backward - kept)]
        cells += [_cell(compare(pair, measured, batch, method)) for batch, method in runs]
        rows.append(f"| {pair.name} | {' | '.join(cells)} |")
    return "\n".join(
        [
            *rows,
            "",
            f"All peaks: {_summed_up(comparisons(measured, MOMENTUM, ADAM))}.",
            f"With Adam's step as on a CPU: {_summed_up(comparisons(measured, MOMENTUM, ADAM_ONE_BY_ONE))}.",
        ]
    )


def _cell(comparison: Comparison) -> str:
    return f"{binary(comparison.theirs)} {_signed(comparison.error)}"


def _signed(percent: float) -> str:
    text = f"{percent:+.1f} %".replace("-", "−")
    return text if text.strip("+−") != "0.0 %" else "0.0 %"


def _summed_up(all_of_them: list[Comparison]) -> str:
    errors = [comparison.error for comparison in all_of_them]
    furthest = max(errors, key=abs)
    return (
        f"{median(map(abs, errors)):.1f} % off in the median, at most {nine_of_ten(errors):.1f} % in nine of ten, "
        f"{_signed(furthest)} at worst; under in {sum(error < 0 for error in errors)} of {len(errors)}, "
        f"in {sum(error < -0.1 for error in errors)} by more than 0.1 %"
    )
