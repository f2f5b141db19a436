"""The peak of a training step against a PyTorch process; measured_memory.json has more networks, measured once."""

from functools import partial
from importlib.util import find_spec

import pytest

import archsum
from tests.support.measured_memory import ALL, FORWARD, GENERATED, NAMED, RECURRENT, TIED, Trained

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.allocations import training_steps  # noqa: E402
from tests.support.parity.memory_cases import own_kernels  # noqa: E402
from tests.support.parity.memory_oracle import training_step  # noqa: E402
from tests.support.parity.torch_optimizers import OPTIMIZERS, Optimizer  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"'),
]

BY_NAME = {trained.name: trained for trained in ALL}
IN_32_BITS = {"language model, tied": 0.09, "learned positions": 0.16}
"""How far off those are in mixed precision of which PyTorch computes a part in 32 bits: words, learned tensors."""
LARGE = {"U-Net, 7.8 M", "U-Net, 31 M", "skip over a deep path"}


def _summary(trained: Trained) -> archsum.Summary:
    return archsum.summarize(trained.network)


def _ours(trained: Trained, batch: int, precision: str = "float32") -> dict[str, int]:
    return {optimizer: trained.training(batch, optimizer, precision).peak for optimizer in OPTIMIZERS}


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("trained", [*(it for it in NAMED if it.name not in LARGE), *GENERATED[:40]], ids=str)
def test_peak_of_a_process(trained: Trained, batch: int) -> None:
    theirs = training_steps(trained.build(), trained.inputs(batch))
    assert _ours(trained, batch) == pytest.approx(theirs, rel=0.005)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("trained", TIED, ids=str)
def test_peak_where_single_weights_are_shared(trained: Trained, batch: int, precision: str) -> None:
    theirs = training_steps(trained.build(), trained.inputs(batch), precision)
    assert _ours(trained, batch, precision) == pytest.approx(theirs, rel=0.0005)


@pytest.mark.parametrize("trained", TIED, ids=str)
def test_parameters_where_single_weights_are_shared(trained: Trained) -> None:
    """PyTorch counts a parameter once, however many modules have it."""
    assert sum(parameter.numel() for parameter in trained.build().parameters()) == _summary(trained).torch_params


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("trained", FORWARD, ids=str)
def test_peak_inside_a_layer_of_the_forward_pass(trained: Trained, batch: int) -> None:
    theirs = training_steps(trained.build(), trained.inputs(batch))
    assert _ours(trained, batch) == pytest.approx(theirs, rel=0.0005)
    assert trained.training(batch).in_pass == "forward"


@pytest.mark.parametrize("batch", [1, 16])
@pytest.mark.parametrize("trained", RECURRENT, ids=str)
def test_peak_of_recurrent_layers(trained: Trained, batch: int) -> None:
    with own_kernels():
        theirs = training_steps(trained.build(), trained.inputs(batch))
    assert _ours(trained, batch) == pytest.approx(theirs, rel=0.02)


@pytest.mark.parametrize("precision", ["bfloat16", "mixed"])
@pytest.mark.parametrize("trained", [it for it in NAMED if it.name not in LARGE], ids=str)
def test_peak_in_lower_precision(trained: Trained, precision: str) -> None:
    theirs = training_steps(trained.build(), trained.inputs(8), precision)
    near = IN_32_BITS.get(trained.name, 0.005) if precision == "mixed" else 0.005
    assert _ours(trained, 8, precision) == pytest.approx(theirs, rel=near)


@pytest.mark.parametrize(
    ("name", "batch", "optimizer"),
    [
        ("alexnet", 8, "adam"),  # the peak is at the optimizer's step
        ("resnet18", 32, "momentum"),
        ("squeezenet1_1", 32, "momentum"),
        ("vgg16", 8, "momentum"),
    ],
)
def test_peak_of_memtracker(name: str, batch: int, optimizer: Optimizer) -> None:
    trained = BY_NAME[name]
    theirs = training_step(trained.build, partial(trained.inputs, batch), optimizer).peak.total
    assert trained.training(batch, optimizer).peak == pytest.approx(theirs, rel=0.01)


def test_a_process_adds_in_place_what_memtracker_sees_as_three_tensors() -> None:
    """Under a TorchDispatchMode autograd makes every sum anew: the two references differ, and ours is the process."""
    added = torch.randn(1 << 20, requires_grad=True)
    with torch.profiler.profile() as recorded:
        torch.cat([torch.relu(added * 2), torch.tanh(added * 2)]).sum().backward()
    assert "aten::add_" in {event.key for event in recorded.key_averages()}

    trained = BY_NAME["squeeze and excitation"]
    process = training_steps(trained.build(), trained.inputs(8))["momentum"]
    tracked = training_step(trained.build, partial(trained.inputs, 8), "momentum").peak.total
    assert trained.training(8, "momentum").peak == pytest.approx(process, rel=0.001)
    assert tracked > 1.05 * process
