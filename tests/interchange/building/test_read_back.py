"""What PyTorch has other modules for is read back as the layers of the file, and nothing else is."""

from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

IMAGES, WORDS = "[8, 8, 4]", "[6]"
SEPARABLE = "separable_conv2d: {filters: 6, kernel_size: 3, padding: same}"
DEPTHWISE = "depthwise_conv2d: {kernel_size: 3, padding: same, bias: false"
MIXING = "conv2d: {filters: 6, kernel_size: 1}"
TRANSPOSED = "conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: same}"
POOLING = "average_pooling2d: {pool_size: 3, strides: 1, padding: same}"
TABLE = "reversible_embedding: {input_dim: 9, output_dim: 8, shared: table}"
SCORES = "reversible_embedding: {input_dim: 9, output_dim: 8, shared: table, reverse: true}"

SAME = {
    "a separable convolution": (IMAGES, [SEPARABLE]),
    "of one channel": ("[8, 8, 1]", [SEPARABLE]),
    "with an activation": (IMAGES, [f"{SEPARABLE[:-1]}, activation: relu}}"]),
    "shared": (IMAGES, [f"{SEPARABLE[:-1]}, filters: 4, shared: s}}".replace("filters: 6, ", "")] * 2),
    "a transposed convolution": (IMAGES, [TRANSPOSED]),
    "larger strides": (IMAGES, ["conv2d_transpose: {filters: 6, kernel_size: 2, strides: 3, padding: valid}"]),
    "even sides": (IMAGES, ["conv2d_transpose: {filters: 6, kernel_size: 4, strides: 2, padding: same}"]),
    "a pooling": (IMAGES, [POOLING]),
    "a table": (WORDS, [TABLE, SCORES]),
    "nothing": (IMAGES, ["conv2d: {filters: 6, kernel_size: 3}", "identity"]),
}
DIFFERENT = {
    "an activation between": (IMAGES, [SEPARABLE], [f"{DEPTHWISE}, activation: relu}}", MIXING]),
    "a bias between": (IMAGES, [SEPARABLE], [DEPTHWISE.replace(", bias: false", "}"), MIXING]),
    "a larger kernel": (IMAGES, [SEPARABLE], [f"{DEPTHWISE}}}", MIXING.replace("1", "3, padding: same")]),
    "another side is cut": (IMAGES, [TRANSPOSED], [TRANSPOSED.replace("same", "1, output_padding: 1")]),
    "zeros count": (IMAGES, [POOLING], [POOLING.replace("same", "1")]),
    "a table of its own": (WORDS, [TABLE, SCORES], [TABLE, SCORES.replace("shared: table, ", "")]),
    "scores with a bias": (WORDS, [TABLE, SCORES], ["embedding: {input_dim: 9, output_dim: 8}", "dense: 9"]),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_read_back_as_it_is(name: str) -> None:
    shape, layers = SAME[name]
    assert archsum.diff(_text(shape, layers), _read_back(shape, layers)).equal


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_something_else(name: str) -> None:
    shape, layers, others = DIFFERENT[name]
    assert not archsum.diff(_text(shape, layers), _read_back(shape, others)).equal
    assert archsum.diff(_text(shape, others), _read_back(shape, others)).equal


def _text(shape: str, layers: list[str]) -> str:
    return "\n".join([f"input: {shape}", "layers:", *(f"  - {layer}" for layer in layers)]) + "\n"


def _read_back(shape: str, layers: list[str]) -> Any:
    model = archsum.to_torch(_text(shape, layers))
    return archsum.from_torch(model, model.input_shape)
