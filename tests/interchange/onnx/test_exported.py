"""What PyTorch exports, raw and optimized: the parameters of the model, or of the file, and the model's MACs."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnx")
pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytest.importorskip("onnxscript")

import archsum
from tests.support.onnx.counting import parameters

pytestmark = pytest.mark.torch

LIGHT = {
    "mobilenet_v3_small": (2_542_856, 56_510_400),
    "resnet18": (11_689_512, 1_814_073_344),
    "squeezenet1_1": (1_235_496, 349_151_936),
    "shufflenet_v2_x0_5": (1_366_792, 40_476_448),
    "vit_b_32": (88_224_232, 4_409_186_304),
    "swin_t": (28_288_354, 4_490_566_656),
}
"""The parameters that torchvision publishes, and the MACs that it publishes, in full."""


def export(module: Any, example: Any, path: Path, *, optimize: bool = True, free: bool = True) -> Path:
    """Export a module, with a batch that is left open, or the example's."""
    import torch

    sizes = ({0: torch.export.Dim("batch")},) if free else None
    made = torch.onnx.export(
        module.eval(), (example,), dynamo=True, optimize=optimize, dynamic_shapes=sizes, verbose=False
    )
    made.save(str(path), external_data=False)
    return path


def macs_of(module: Any, example: Any) -> int:
    """Count a module's multiply-accumulates for one sample, by PyTorch, which does not see into fused attention."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        module(example)
    total: int = counter.get_total_flops()
    return total // 2 // int(example.shape[0])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("mobilenet_v3_small", "raw"),
        ("resnet18", "optimized"),
        ("squeezenet1_1", "one sample"),
        ("shufflenet_v2_x0_5", "raw"),
        ("vit_b_32", "one sample"),
        ("swin_t", "raw"),
        ("swin_t", "optimized"),
    ],
)
def test_a_model_of_torchvision(name: str, how: str, tmp_path: Path) -> None:
    import onnx
    import torch

    from tests.support.parity.torch_models import torchvision

    module = torchvision().models.get_model(name, weights=None)
    example = torch.zeros(1 if how == "one sample" else 2, 3, 224, 224)
    path = export(module, example, tmp_path / "model.onnx", optimize=how != "raw", free=how != "one sample")
    network = archsum.load(path)
    summary = archsum.summarize(network)
    published, macs = LIGHT[name]
    assert summary.macs == macs
    assert summary.params == parameters(onnx.load(path))
    assert not network.warnings
    if how == "raw":
        assert summary.trainable_params == published
    assert summary.inputs == {"x": (3, 224, 224)}
    assert summary.layers[-1].output_shape == (1000,)


def modules() -> dict[str, tuple[Any, Any]]:
    """Return modules with what they take."""
    import torch
    from torch import nn

    class Recurrent(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(7, 12, 2, batch_first=True, bidirectional=True)
            self.gru = nn.GRU(24, 5, batch_first=True)
            self.head = nn.Linear(5, 3)

        def forward(self, x: Any) -> Any:
            x, _ = self.lstm(x)
            x, _ = self.gru(x)
            return self.head(x[:, -1])

    class UNet(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.down, self.middle = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
            self.norm, self.up = nn.BatchNorm2d(16), nn.ConvTranspose2d(16, 8, 2, 2)
            self.head = nn.Conv2d(16, 2, 1)

        def forward(self, x: Any) -> Any:
            first = self.down(x).relu()
            second = self.norm(self.middle(nn.functional.max_pool2d(first, 2)))
            return self.head(torch.cat([self.up(second), first], 1))

    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2)
    return {
        "recurrent": (Recurrent(), torch.zeros(2, 9, 7)),
        "unet": (UNet(), torch.zeros(2, 3, 16, 16)),
        "encoder": (encoder, torch.zeros(2, 10, 32)),
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["recurrent", "unet", "encoder"])
def test_a_raw_export_has_the_parameters_of_the_model(name: str, tmp_path: Path) -> None:
    module, example = modules()[name]
    summary = archsum.summarize(export(module, example, tmp_path / "model.onnx", optimize=False))
    assert summary.trainable_params == sum(weight.numel() for weight in module.parameters())
    if name != "recurrent":  # PyTorch does not count what its LSTM does on a CPU
        assert summary.macs == macs_of(module.train(), example)
    assert summary.layers[-1].output_shape == tuple(module(example).shape[1:])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("optimize", [True, False])
def test_a_recurrent_layer_of_a_fixed_batch(
    kind: str, bidirectional: bool, last: bool, optimize: bool, tmp_path: Path
) -> None:
    """Its states of zeros are tensors of the file; of two layers the last state alone leads on, or the steps."""
    import torch
    from torch import nn

    class Recurrent(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.r = getattr(nn, kind)(8, 16, 2, bidirectional=bidirectional, batch_first=True)
            self.fc = nn.Linear(16, 3)

        def forward(self, x: Any) -> Any:
            steps, state = self.r(x)
            return self.fc((state[0] if kind == "LSTM" else state)[-1] if last else steps[:, -1, :16])

    module = Recurrent()
    path = export(module, torch.zeros(2, 7, 8), tmp_path / "model.onnx", optimize=optimize, free=False)
    network = archsum.load(path)
    assert not network.warnings
    assert archsum.summarize(network).trainable_params == sum(weight.numel() for weight in module.parameters())
