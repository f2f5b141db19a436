"""What training keeps, byte for byte, of models that no file in `examples` describes: they are read live alone."""

import warnings
from importlib.util import find_spec

import pytest

import archsum
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors
from tests.support.parity.torch_models import torchvision

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"'),
]

BATCH = 2


@pytest.mark.parametrize(
    "name",
    [
        "densenet169",
        "efficientnet_v2_s",
        "inception_v3",
        "mnasnet0_5",
        "mobilenet_v3_small",
        "regnet_x_400mf",
        "regnet_y_800mf",
        "resnext50_32x4d",
        "shufflenet_v2_x0_5",
        "squeezenet1_0",
        "vgg11_bn",
        "vit_b_32",
        "wide_resnet50_2",
    ],
)
def test_bytes_kept(name: str) -> None:
    with torch.device("cpu" if name.startswith("regnet") else "meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of how weights will be initialized
        model = torchvision().models.get_model(name, weights=None)
    size = 299 if name == "inception_v3" else 224
    memory = archsum.costs(archsum.from_torch(model, (3, size, size)), {"batch": BATCH}).training
    assert memory is not None
    theirs = saved_tensors(model.to_empty(device="cpu"), torch.zeros(BATCH, 3, size, size))
    assert memory.kept_for_backward == kept_bytes(theirs)
