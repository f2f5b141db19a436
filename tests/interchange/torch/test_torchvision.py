"""All of torchvision's models of images, read live, against the models themselves and what torchvision publishes."""

import warnings
from importlib.util import find_spec
from typing import Any

import pytest

import archsum
from archsum.summary import Summary

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"'),
]

from tests.interchange.torch import counted  # noqa: E402
from tests.support.parity.torch_models import Torchvision, torchvision  # noqa: E402

NAMES = torchvision().models.list_models(module=torchvision().models) if find_spec("torchvision") else []
IN_TRAINING = {"googlenet": 13_004_888, "inception_v3": 27_161_264}
"""Those with auxiliary heads, which torchvision leaves out of the operations, and of one's parameters too."""
READ_AS_A_WHOLE = ("ShiftedWindowAttention", "ShiftedWindowAttentionV2", "RelativePositionalMultiHeadAttention")
"""Modules that are read as few layers, so that the modules in them are none of ours."""


def _size(name: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        size = torchvision().models.get_model_weights(name).DEFAULT.transforms().crop_size
    return int(size[0])


def test_all_are_there() -> None:
    assert len(NAMES) == 80


@pytest.mark.parametrize("name", NAMES)
def test_model(name: str) -> None:
    size = _size(name)
    arguments = {"image_size": size} if name == "vit_h_14" else {}
    model = Torchvision(name, arguments, device="cpu" if name.startswith("regnet") else "meta").build()
    network = archsum.from_torch(model, (3, size, size))
    assert network.warnings == ()
    summary = archsum.summarize(network)
    assert "Custom" not in {layer.type for layer in summary.layers}
    model.to("meta")
    two, three = (counted.run(model, torch.empty(samples, 3, size, size, device="meta")) for samples in (2, 3))
    published = torchvision().models.get_model_weights(name).DEFAULT.meta
    params = sum(parameter.numel() for parameter in model.parameters())
    assert summary.torch_params == summary.trainable_params == params
    assert params == IN_TRAINING.get(name, published["num_params"])
    assert summary.non_trainable_params == counted.statistics(model)
    assert summary.macs == counted.macs_of_a_sample(two, three)
    if name not in IN_TRAINING:
        assert round(summary.macs / 1e9, 3) == published["_ops"]
    _compare_modules(summary, model, two.outputs)


def _compare_modules(summary: Summary, model: Any, theirs: counted.Outputs) -> None:
    ours: dict[tuple[str, str], list[Any]] = {}
    for layer in summary.layers:
        assert layer.node.origin
        ours.setdefault((layer.node.origin.path, layer.node.origin.type), []).append(layer.output_shape)
    modules = dict(model.named_modules())
    wholes = [f"{path}." for path, module in modules.items() if type(module).__name__ in READ_AS_A_WHOLE]
    for path, shapes in theirs.items():
        cls = type(modules[path])
        if cls.__module__.startswith("torch.nn") and not path.startswith((*wholes,)):  # others compute with functions
            assert ours[path, cls.__name__] == [_of_a_sample(shape) for shape in shapes], path


def _of_a_sample(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape of two samples for one; what does not depend on the batch begins with 1 here."""
    first, *rest = shape
    return (first // 2, *rest) if first > 2 else tuple(rest) if first == 2 else shape
