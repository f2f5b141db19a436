"""Attention within windows of torchvision's Swin and MaxViT: with padding, dropout and without biases."""

from importlib.util import find_spec
from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not find_spec("torchvision"), reason='torchvision is missing: pip install -e ".[torch]"'),
]

from tests.interchange.torch import counted  # noqa: E402
from tests.support.parity.torch_models import torchvision  # noqa: E402


def attention(name: str, *args: Any, **named: Any) -> Any:
    """Build a module of torchvision."""
    models = torchvision().models
    cls = getattr(models.maxvit if name.startswith("Relative") else models.swin_transformer, name)
    with torch.device("meta"):
        return cls(*args, **named)


def kinds(network: archsum.Network) -> list[str]:
    return [layer.type for layer in archsum.summarize(network).layers]


@pytest.mark.parametrize("name", ["ShiftedWindowAttention", "ShiftedWindowAttentionV2"])
@pytest.mark.parametrize("shift", [[0, 0], [2, 2], [0, 3]])
@pytest.mark.parametrize("shape", [(8, 12, 12), (9, 10, 12), (4, 10, 12), (3, 3, 12)])
def test_shifted(name: str, shift: list[int], shape: tuple[int, int, int]) -> None:
    """Images that are multiples of their windows, that are not, and that are no larger than one."""
    check(attention(name, 12, [4, 5], shift, 3), shape)


@pytest.mark.parametrize("name", ["ShiftedWindowAttention", "ShiftedWindowAttentionV2"])
def test_rates_and_no_biases(name: str) -> None:
    biases = {"qkv_bias": False, "proj_bias": False}
    module = attention(name, 12, [4, 4], [2, 2], 3, attention_dropout=0.1, dropout=0.2, **biases)
    network = check(module, (8, 8, 12))
    rates = [getattr(node.layer, "dropout", getattr(node.layer, "rate", 0)) for node in network.graph.nodes]
    assert [rate for rate in rates if rate] == [0.1, 0.2]


def test_relative() -> None:
    network = check(attention("RelativePositionalMultiHeadAttention", 12, 4, 9), (5, 9, 12))
    assert kinds(network) == ["RelativePositionBias", "MultiHeadAttention"]


def test_a_table_that_is_frozen() -> None:
    module = attention("ShiftedWindowAttention", 12, [4, 4], [0, 0], 3)
    module.relative_position_bias_table.requires_grad_(False)
    summary = archsum.summarize(check(module, (8, 8, 12)))
    assert summary.non_trainable_params == module.relative_position_bias_table.numel()


def test_one_bias_alone_is_read_function_by_function() -> None:
    module = attention("ShiftedWindowAttention", 12, [4, 4], [0, 0], 3, qkv_bias=False)
    assert "MultiHeadAttention" not in kinds(check(module, (8, 8, 12)))


def test_a_class_that_is_derived_is_read_function_by_function() -> None:
    class Other(type(attention("ShiftedWindowAttention", 12, [4, 4], [0, 0], 3))):  # type: ignore[misc]
        def get_relative_position_bias(self) -> Any:
            return super().get_relative_position_bias() * 2

    with torch.device("meta"):
        module = Other(12, [4, 4], [0, 0], 3)
    assert "MultiHeadAttention" not in kinds(check(module, (8, 8, 12)))


def test_a_module_that_is_taken_twice_shares_its_weights() -> None:
    module = attention("ShiftedWindowAttention", 12, [4, 4], [0, 0], 3)
    check(torch.nn.Sequential(module, module), (8, 8, 12))


def check(module: Any, shape: tuple[int, ...]) -> archsum.Network:
    """Check that a module's parameters, operations and output are its own, and return what is read."""
    network = archsum.from_torch(module, shape)
    assert network.warnings == ()
    summary = archsum.summarize(network)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    assert summary.torch_params == sum(parameter.numel() for parameter in module.parameters())
    assert summary.trainable_params == sum(parameter.numel() for parameter in trained)
    two, three = (counted.run(module, torch.empty(samples, *shape, device="meta")) for samples in (2, 3))
    assert summary.macs == counted.macs_of_a_sample(two, three)
    assert summary.layers[-1].output_shape == tuple(module(torch.empty(2, *shape, device="meta")).shape[1:])
    return network
