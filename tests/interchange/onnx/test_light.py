"""The nine networks that are in the onnx package: published, known, and with weights that nodes fill."""

from pathlib import Path

import pytest

pytest.importorskip("onnx")

import onnx

import archsum
from tests.support.onnx.counting import multiply_accumulates, output_shapes, parameters

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

KNOWN = {
    "bvlc_alexnet": (60_965_224, 654_560_384),
    "densenet121": (8_146_152, 2_834_161_664),
    "inception_v1": (6_998_552, 1_431_556_352),
    "inception_v2": (11_234_792, 2_018_851_840),
    "resnet50": (25_610_152, 4_089_184_256),
    "shufflenet": (1_420_152, 124_664_528),
    "squeezenet": (1_235_496, 349_151_936),
    "vgg19": (143_667_240, 19_632_062_464),
    "zfnet512": (87_250_536, 1_481_727_008),
}
"""Parameters and MACs: AlexNet's, ResNet-50's, SqueezeNet's and VGG-19's are those of the papers' networks."""


@pytest.mark.parametrize("name", KNOWN)
def test_a_network_of_the_onnx_package(name: str) -> None:
    path = FOLDER / f"light_{name}.onnx"
    network = archsum.load(path)
    summary = archsum.summarize(network)
    model = onnx.load(path)
    assert (summary.params, summary.macs) == KNOWN[name]
    assert (summary.params, summary.macs) == (parameters(model), multiply_accumulates(model))
    outputs = [(1, *layer.output_shape) for name in summary.outputs for layer in summary.find(name)]
    assert outputs == output_shapes(model)
    assert not network.warnings
    assert summary.flops is not None


def test_the_batch_is_no_axis_of_a_sample() -> None:
    summary = archsum.summarize(FOLDER / "light_squeezenet.onnx")
    assert summary.inputs == {"data_0": (3, 224, 224)}
    assert summary.layers[0].output_shape == (64, 111, 111)
