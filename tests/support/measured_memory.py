"""What training steps need of memory, measured by running them, and what we say to each.

`python -m tests.benchmarks.memory` measures, and writes measured_memory.json beside this file.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import archsum
from archsum.memory.training import TrainingMemory
from archsum.render.numbers import binary
from tests.support.parity.random_networks import network
from tests.support.parity.torch_models import Torchvision
from tests.support.parity.torch_optimizers import OPTIMIZERS, Optimizer
from tests.support.paths import EXAMPLES, NETWORKS

MEASURED = Path(__file__).with_suffix(".json")

BATCHES = (1, 8, 32)
KEPT_BATCH = 2
TRACKED: Optimizer = "momentum"
"""The optimizer with which MemTracker measures."""


class Trained:
    """A network that is trained: ours, and where it is torchvision's the model that its file describes."""

    def __init__(
        self, name: str, file: Path | str, variables: Mapping[str, Any] = {}, model: Torchvision | None = None
    ) -> None:
        self.name = name
        self.model = model
        self._file, self._variables = file, variables

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def network(self) -> archsum.Network:
        """Our network."""
        file = io.StringIO(self._file) if isinstance(self._file, str) else self._file
        return archsum.load(file, variables=self._variables)

    def training(self, batch: int, optimizer: str = "sgd", precision: str = "float32") -> TrainingMemory:
        """Compute what we say."""
        options = {"batch": batch, "optimizer": optimizer, "precision": precision}
        memory = archsum.costs(self.network, options).training
        assert memory is not None
        return memory

    def build(self) -> Any:
        """Build PyTorch's module."""
        from tests.support.parity.torch_network import TorchNetwork

        return self.model.build() if self.model else TorchNetwork(archsum.summarize(self.network))

    def inputs(self, batch: int) -> list[Any]:
        """Make a batch of data, or of words, which are numbers."""
        import torch

        summary = archsum.summarize(self.network)
        words = {name for layer in summary.layers if layer.type.endswith("Embedding") for name in layer.node.inputs}
        shapes = {"image": (3, 224, 224)} if self.model else summary.inputs
        return [
            torch.zeros(batch, *shape, dtype=torch.int64 if name in words else torch.float32)
            for name, shape in shapes.items()
        ]


def _torchvision(name: str, file: str, variables: Mapping[str, Any] = {}, **arguments: Any) -> Trained:
    return Trained(name, EXAMPLES / f"{file}.yaml", variables, Torchvision(name, arguments, device="cpu"))


def _ours(name: str, file: str, **variables: Any) -> Trained:
    return Trained(name, NETWORKS / "trained" / f"{file}.yaml", variables)


TORCHVISION = [
    _torchvision("alexnet", "alexnet_torchvision"),
    _torchvision("vgg16", "vgg16_torchvision"),
    _torchvision("vgg16_bn", "vgg16_torchvision", {"batch_norm": True}),
    _torchvision("resnet18", "resnet18"),
    _torchvision("resnet50", "resnet50"),
    _torchvision("squeezenet1_1", "squeezenet1_1"),
    _torchvision("mobilenet_v2", "mobilenet_v2"),
    _torchvision("densenet121", "densenet121"),
    _torchvision("googlenet", "googlenet", aux_logits=False),
    _torchvision("efficientnet_b0", "efficientnet"),
    _torchvision("convnext_tiny", "convnext"),
    _torchvision("vit_b_16", "vit"),
]
"""Models of torchvision, and the files of examples/ that describe them."""

NAMED = [
    _ours("U-Net, 1.9 M", "unet"),
    _ours("U-Net, 7.8 M", "unet", width=32, size=128),
    _ours("U-Net, 31 M", "unet", width=64),
    _ours("skip over a deep path", "skip"),
    _ours("dense layer, used twice", "shared_dense"),
    _ours("Siamese towers", "siamese"),
    _ours("language model, tied", "language_model"),
    _ours("dense blocks", "dense_blocks"),
    _ours("feature pyramid", "pyramid"),
    _ours("gate", "gate"),
    _ours("squeeze and excitation", "squeeze_and_excitation"),
    _ours("residuals, projected", "projections"),
    _ours("learned positions", "positions"),
]
"""Networks of tests/support/networks/trained/, in which gradients wait, weights are shared, or parts are views."""

TIED = [
    _ours("language model, head with a bias", "tied_head"),
    _ours("language model, head without", "tied_head", bias=False),
    _ours("table used three times", "tied_thrice"),
    _ours("autoencoder, transposed", "tied_autoencoder"),
    _ours("convolutions, transposed", "tied_convolutions"),
    _ours("kernel, two biases", "tied_kernel"),
]
"""Networks of tests/support/networks/trained/ in which single weights are shared, measured in the tests alone."""

FORWARD = [_ours("frozen layers", "frozen"), _ours("sum of three", "sum_of_three")]
"""Networks in which the peak of a training step is in the forward pass, inside a layer; measured in the tests alone."""

RECURRENT = [_ours("LSTM", "lstm"), _ours("GRU", "gru")]
"""Measured in the tests alone, with PyTorch's own kernels."""

GENERATED = [Trained(f"generated {seed}", network(seed)) for seed in range(100)]

ALL = [*TORCHVISION, *NAMED, *GENERATED]

Measured = dict[str, Any]
"""For each name `process` and `tracker`, the peaks by `run` in bytes; of torchvision's also `kept` for backward."""


def run(batch: int, optimizer: str) -> str:
    """Name a training step."""
    return f"{batch} {optimizer}"


def load() -> Measured:
    """Read what was measured."""
    measured: Measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    return measured


class Comparison(NamedTuple):
    """A peak: PyTorch's and ours, in bytes."""

    theirs: int
    ours: int

    @property
    def error(self) -> float:
        """How much ours is larger, in percent."""
        return 100 * (self.ours - self.theirs) / self.theirs


def compare(trained: Trained, measured: Measured, by: str = "process") -> Iterator[tuple[str, Comparison]]:
    """Compare the peaks of a network with ours, each by its run."""
    peaks = measured[trained.name][by]
    for batch in BATCHES:
        for optimizer in OPTIMIZERS:
            if (name := run(batch, optimizer)) in peaks:
                yield name, Comparison(peaks[name], trained.training(batch, optimizer).peak)


def errors(networks: Iterable[Trained], measured: Measured, by: str = "process") -> list[float]:
    """Return the errors of all peaks, in percent."""
    return [comparison.error for trained in networks for _, comparison in compare(trained, measured, by)]


def nine_of_ten(all_of_them: Iterable[float]) -> float:
    """Return the error that nine of ten do not exceed, whatever their signs."""
    ordered = sorted(map(abs, all_of_them))
    return ordered[ceil(0.9 * len(ordered)) - 1]


SHOWN = (run(1, "sgd"), run(8, "momentum"), run(32, "adam"))


def table(measured: Measured) -> str:
    """Write the README's table, and what it comes to."""
    heads = ["network", "1, SGD", "8, momentum", "32, Adam", "furthest of 9", "from MemTracker"]
    rows = [f"| {' | '.join(heads)} |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    for trained in [*TORCHVISION, *NAMED]:
        runs = dict(compare(trained, measured))
        cells = [f"{binary(runs[name].theirs)} {_signed(runs[name].error)}" for name in SHOWN]
        furthest = [_furthest(errors([trained], measured, by)) for by in ("process", "tracker")]
        rows.append(f"| {' | '.join([trained.name, *cells, *furthest])} |")
    furthest = [_furthest(errors(GENERATED, measured, by)) for by in ("process", "tracker")]
    rows.append(f"| {len(GENERATED)} generated ||||{' | '.join(furthest)} |")
    return "\n".join([*rows, "", f"All peaks: {_summed_up(errors(ALL, measured))}."])


def kept_table(measured: Measured) -> str:
    """Write what torchvision's models keep for backward, and how far off ours is, in bytes."""
    rows = [f"| model | kept at batch {KEPT_BATCH} | off |", "|---|---:|---:|"]
    for trained in TORCHVISION:
        kept = measured[trained.name]["kept"]
        off = trained.training(KEPT_BATCH).kept_for_backward - kept
        rows.append(f"| {trained.name} | {kept:,} | {off} |")
    return "\n".join(rows)


def _furthest(all_of_them: list[float]) -> str:
    return _signed(max(all_of_them, key=abs))


def _signed(percent: float) -> str:
    text = f"{percent:+.1f} %".replace("-", "−")
    return text if text.strip("+−") != "0.0 %" else "0.0 %"


def _summed_up(all_of_them: list[float]) -> str:
    return (
        f"{median(map(abs, all_of_them)):.1f} % off in the median, at most {nine_of_ten(all_of_them):.1f} % in nine of "
        f"ten, {_signed(min(all_of_them))} and {_signed(max(all_of_them))} at worst; under by more than 0.1 % in "
        f"{sum(error < -0.1 for error in all_of_them)} of {len(all_of_them)}"
    )
