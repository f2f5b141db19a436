"""A training step of every built example, on a batch of noise: its peak is what `archsum memory` says of the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archsum
from tests.support.parity.torch_optimizers import Optimizer
from tests.support.paths import EXAMPLES

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.allocations import training_steps  # noqa: E402
from tests.support.parity.memory_cases import own_kernels  # noqa: E402
from tests.support.parity.memory_oracle import training_peaks  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

BATCH = 2
STEPPED_BY: tuple[Optimizer, ...] = ("sgd", "adam")
FILES = tuple(sorted(EXAMPLES.glob("*.yaml"))) + tuple(sorted(EXAMPLES.glob("biases/*.yaml")))
NOT_TRAINED = ("galaxy_zoo", "lenet5")
"""Those with a custom layer, which is a class to fill in: it does not run, and says nothing of what it keeps."""
TRAINED = tuple(file for file in FILES if file.stem not in NOT_TRAINED)
SIZES = {"untied_along_height": (128, 100, 1), "lstm_text_classifier": (50,)}
"""The inputs of what takes any size, and of what goes through a text word by word, which takes long."""
NO_PROJECTIONS_TOGETHER = "query, key and value are projected apart, where PyTorch's attention keeps them as one tensor"
IN_VARIABLES = "the variables of a `forward` hold what it needs no more until it is done"
FURTHER = {
    "conv_lstm": (6_291_456, "the states of an LSTM of images begin with the same zeros"),
    "mlperf_tiny_image_classification": (
        39_040,
        "a shortcut is called first: its gradient does not wait on the way back",
    ),
    "swin": (21_637_632, NO_PROJECTIONS_TOGETHER),
    "t5": (37_748_736, NO_PROJECTIONS_TOGETHER),
    "unet": (-77_864_192, f"{IN_VARIABLES}: what is cropped"),
    "wavenet": (-65_536_000, f"{IN_VARIABLES}: the parts of its sum"),
    "yolov8n": (-8_102_400, f"{IN_VARIABLES}: the outputs of the three heads"),
}
"""How many bytes more we say than are measured, of this batch, and why."""
SMALL = ("autoencoder", "mlperf_tiny_image_classification", "text_cnn", "voxnet")


@pytest.fixture(autouse=True)
def _own_kernels() -> Iterator[None]:
    with own_kernels():
        yield


def _noise(file: Path, model: Any) -> list[Any]:
    """Draw a batch of what a network takes: numbers, or words."""
    summary = archsum.summarize(_network(file))
    words = {
        name
        for layer in summary.layers
        for number, name in enumerate(layer.node.inputs)
        if number in layer.layer.takes_numbers
    }
    said = model.input_shape
    shapes = zip(summary.inputs, said.values() if isinstance(said, dict) else [said], strict=True)
    return [
        torch.randint(0, 4, (BATCH, *shape)) if name in words else torch.rand(BATCH, *shape) for name, shape in shapes
    ]


def _network(file: Path) -> archsum.Network:
    return archsum.load(file, input=SIZES[file.stem]) if file.stem in SIZES else archsum.load(file)


def _measured(file: Path) -> dict[str, int]:
    return training_peaks(
        lambda: archsum.to_torch(_network(file)), lambda model: _noise(file, model), optimizers=STEPPED_BY
    )


def _ours(file: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for optimizer in STEPPED_BY:
        training = archsum.costs(_network(file), {"batch": BATCH, "optimizer": optimizer}).training
        assert training is not None
        found[optimizer] = training.peak
    return found


@pytest.mark.parametrize("file", TRAINED, ids=lambda file: file.stem)
def test_a_training_step_takes_what_is_said(file: Path) -> None:
    ours, measured = _ours(file), _measured(file)
    more, _ = FURTHER.get(file.stem, (0, ""))
    assert ours == pytest.approx({name: peak + more for name, peak in measured.items()}, rel=0.005)
    assert ours == pytest.approx(measured, rel=0.09)


@pytest.mark.parametrize("name", SMALL)
def test_tensors_without_data_take_what_a_process_takes(name: str) -> None:
    file = EXAMPLES / f"{name}.yaml"
    model = archsum.to_torch(file)
    process = training_steps(model, _noise(file, model))
    assert {optimizer: process[optimizer] for optimizer in STEPPED_BY} == pytest.approx(_measured(file), rel=0.0001)


@pytest.mark.parametrize("name", NOT_TRAINED)
def test_what_does_not_run_is_unknown(name: str) -> None:
    assert archsum.costs(EXAMPLES / f"{name}.yaml").training is None
