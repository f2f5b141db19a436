"""The peak of a training step against PyTorch's MemTracker; measured_memory.json has more models, measured once."""

from importlib.util import find_spec

import pytest

from tests.support.measured_memory import ADAM, MOMENTUM, PAIRS, ours
from tests.support.parity.memory_oracle import Optimizer, training_step

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(
        not (find_spec("torch") and find_spec("torchvision")), reason='PyTorch is missing: pip install -e ".[torch]"'
    ),
]

BY_NAME = {pair.name: pair for pair in PAIRS}


@pytest.mark.parametrize(
    ("name", "batch", "method"),
    [
        ("alexnet", 8, ADAM),  # the peak is at the optimizer's step
        ("resnet18", 32, MOMENTUM),
        ("squeezenet1_1", 32, MOMENTUM),
        ("vgg16", 8, MOMENTUM),
    ],
)
def test_peak(name: str, batch: int, method: str) -> None:
    pair = BY_NAME[name]
    optimizer: Optimizer = "adam" if method == ADAM else "sgd"
    theirs = training_step(pair.model.build, (3, 224, 224), batch, optimizer, foreach=True).peak.total
    assert ours(pair, batch, method).peak == pytest.approx(theirs, rel=0.02)
