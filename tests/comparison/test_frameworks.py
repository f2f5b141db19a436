"""Models of frameworks are equal to the files that they are converted to, whatever is called how there."""

from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum.cli import main
from tests.support.paths import EXAMPLES

KERAS = ("MobileNetV2", "ResNet50", "DenseNet121")
TORCH = ("resnet50", "efficientnet_b0", "vgg16", "googlenet", "convnext_tiny")

EXAMPLES_OF_TORCHVISION = {
    **{name: name for name in ("mobilenet_v2", "resnet18", "resnet50", "squeezenet1_1")},
    **{"efficientnet": "efficientnet_b0", "mnasnet": "mnasnet1_0", "shufflenet_v2": "shufflenet_v2_x1_0"},
    "vit": "vit_b_16",
}


@pytest.mark.parametrize("name", KERAS)
@pytest.mark.parametrize("flat", [True, False], ids=["flat", "folded"])
def test_models_of_keras(name: str, *, flat: bool) -> None:
    keras = pytest.importorskip("keras")
    model = getattr(keras.applications, name)(weights=None)
    network = archsum.from_keras(model)
    found = archsum.diff(archsum.load(archsum.convert(network, flat=flat).text), network)
    assert found.equal
    layers, params = len(found.difference.after.layers), model.count_params()
    assert str(found).split(";")[0] == f"equal: {layers} layers, {params:,} parameters"


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_file_of_keras(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    model.save(tmp_path / "model.keras")
    net = tmp_path / "net.yaml"
    net.write_text("input: [8, 8, 3]\nlayers:\n- conv2d: {filters: 4, kernel_size: 3}\n- flatten\n- dense: 10\n")
    assert main(["diff", str(net), str(tmp_path / "model.keras"), "--exit-code"]) == 0
    assert capsys.readouterr().out.startswith("equal: 3 layers, 1,562 parameters")
    net.write_text(net.read_text().replace("dense: 10", "dense: {units: 10, trainable: false}"))
    assert main(["diff", str(net), str(tmp_path / "model.keras"), "--exit-code", "--only", "shapes,weights"]) == 1
    assert "kernel trained" in capsys.readouterr().out


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH)
def test_models_of_torchvision(name: str) -> None:
    network = _of_torchvision(name)
    found = archsum.diff(archsum.load(archsum.convert(network).text), network)
    assert found.equal


@pytest.mark.torch
@pytest.mark.parametrize(("file", "name"), EXAMPLES_OF_TORCHVISION.items())
def test_examples_are_the_models_of_torchvision(file: str, name: str) -> None:
    """Up to numbers that cost nothing, such as those by which they normalize."""
    found = archsum.diff(EXAMPLES / f"{file}.yaml", _of_torchvision(name), only=["shapes", "weights", "inputs"])
    assert found.equal
    if file == "vit":
        assert str(found) == "equal in shapes, weights and inputs: 107 layers, 86,567,656 parameters"


@pytest.mark.torch
def test_of_what_is_moved_the_rest_is_said() -> None:
    found = archsum.diff(EXAMPLES / "convnext.yaml", _of_torchvision("convnext_tiny"), only=["shapes", "weights"])
    named = {(change.status, change.part.kind) for change in found.difference.changes}
    assert named == {("changed", "global_average_pooling2d"), ("changed", "layer_normalization"), ("added", "flatten")}


def _of_torchvision(name: str) -> Any:
    torch = pytest.importorskip("torch")
    from tests.support.parity.torch_models import torchvision

    options = {"init_weights": False} if name == "googlenet" else {}
    return archsum.from_torch(getattr(torchvision().models, name)(**options), torch.zeros(2, 3, 224, 224))
