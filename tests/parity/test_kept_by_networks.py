"""What whole networks keep for the backward pass, byte for byte as torchvision's models do, which are built and run."""

import io
import warnings
from importlib.util import find_spec
from typing import Any

import pytest

import archsum
from archsum.layers.shapes import Shape
from tests.support.parity.memory_oracle import kept_bytes, saved_tensors
from tests.support.parity.real_models import image_size
from tests.support.parity.torch_models import Torchvision, torchvision
from tests.support.parity.zoo import ZOO, Entry
from tests.support.paths import EXAMPLES

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"'),
]

BATCH = 2

MODELS = {
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "googlenet",
    "mnasnet1_0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "regnet_y_400mf",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "shufflenet_v2_x1_0",
    "squeezenet1_1",
    "vgg16",
    "vgg16_bn",
    "vit_b_16",
}


def _described() -> dict[str, tuple[Entry, Torchvision]]:
    """Return the file of the zoo that describes each model; of several the last, which is torchvision's own."""
    described = ((entry, entry.model) for entry in ZOO if isinstance(entry.model, Torchvision))
    return {model.name: (entry, model) for entry, model in described}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_bytes_kept(name: str) -> None:
    entry, model = _described()[name]
    network = archsum.load(EXAMPLES / f"{entry.file}.yaml", variables=entry.variables, input=entry.input)
    _compare(network, model)


AUXILIARY = """\
  auxiliary:
    layers:
      - adaptive_average_pooling2d: {output_size: 4}
      - conv_bn_relu: {filters: 128}
      - flatten
      - dense: {units: 1024, activation: relu}
      - dropout: {rate: 0.7}
      - dense: {units: =classes}
layers:
"""
HEADS = {
    "variables:": "outputs: [main, first, second]\nvariables:",
    "layers:\n  - conv2d": f"{AUXILIARY}  - conv2d",
    "  - inception: {name: 4b, ": "  - auxiliary: {name: first}\n  - inception: {name: 4b, inputs: 4a, ",
    "  - inception: {name: 4e, ": "  - auxiliary: {name: second}\n  - inception: {name: 4e, inputs: 4d, ",
    "  - dense: =classes\n": "  - dense: {name: main, units: =classes}\n",
}
"""What is written in GoogLeNet's file instead of what, for the auxiliary heads that torchvision's has in training."""


def test_bytes_kept_where_two_layers_keep_the_same_input() -> None:
    text = (EXAMPLES / "googlenet.yaml").read_text(encoding="utf-8")
    for before, after in HEADS.items():
        assert before in text
        text = text.replace(before, after)
    _compare(archsum.load(io.StringIO(text)), Torchvision("googlenet"))


def _compare(network: archsum.Network, model: Torchvision) -> None:
    (shape,) = archsum.summarize(network).inputs.values()
    memory = archsum.costs(network, {"batch": BATCH}).training
    assert memory is not None
    assert memory.kept_for_backward == kept_bytes(saved_tensors(_build(model), _images(shape)))


def _build(model: Torchvision) -> Any:
    """Build a model whose weights have no values: they do not change what is kept."""
    with torch.device(model.device), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of how weights will be initialized
        built = torchvision().models.get_model(model.name, weights=None, **model.arguments)
    return built.to_empty(device="cpu")


def _images(shape: Shape) -> Any:
    return torch.zeros(BATCH, 3, *image_size(shape))
