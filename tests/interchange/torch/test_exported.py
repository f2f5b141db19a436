"""The second way to follow a model: what torch.export finds in it is what reading it live does."""

from collections import Counter
from math import prod
from typing import Any

import pytest

import archsum

torch: Any = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = pytest.mark.torch

from tests.support.parity.torch_models import torchvision  # noqa: E402

KINDS = {
    "conv2d": "conv2d",
    "depthwise_conv2d": "conv2d",
    "dense": "linear",
    "batch_normalization": "batch_norm",
    "relu": "relu",
    "relu6": "hardtanh",
    "hard_silu": "hardswish",
    "hard_sigmoid": "hardsigmoid",
    "max_pooling2d": "max_pool2d",
    "adaptive_average_pooling2d": "adaptive_avg_pool2d",
    "concatenate": "cat",
    "add": "add",
    "multiply": "mul",
}
"""What ATen calls our kinds."""


@pytest.mark.parametrize("name", ["densenet121", "mobilenet_v2", "mobilenet_v3_small", "resnet18", "squeezenet1_1"])
def test_operations(name: str) -> None:
    torchvision()
    with torch.device("meta"):
        model = torchvision().models.get_model(name, weights=None)
        exported = torch.export.export(model.eval(), (torch.empty(2, 3, 64, 64),))
    summary = archsum.summarize(archsum.from_torch(model, (3, 64, 64)))
    calls = [node for node in exported.graph.nodes if node.op == "call_function"]
    # DenseNet concatenates a list that begins with one tensor, of which nothing comes.
    joining = [node for node in calls if "cat" not in node.target.__name__ or len(node.args[0]) > 1]
    theirs = Counter(node.target.__name__.split(".")[0].rstrip("_") for node in joining)
    ours = Counter(KINDS.get(layer.layer.type, "") for layer in summary.layers)  # type: ignore[attr-defined]
    assert {kind: ours[kind] for kind in set(KINDS.values())} == {kind: theirs[kind] for kind in set(KINDS.values())}
    assert summary.torch_params == sum(prod(exported.state_dict[key].shape) for key in dict(model.named_parameters()))
    assert summary.macs == sum(_macs(node) for node in calls)


def _macs(node: Any) -> int:
    """Count a convolution or a matrix product of one of the two samples, by the shapes that the export tells."""
    if node.target.__name__.split(".")[0] not in ("conv2d", "linear"):
        return 0
    weight, output = node.args[1].meta["val"].shape, node.meta["val"].shape
    return int(prod(output[1:]) * prod(weight[1:]))
