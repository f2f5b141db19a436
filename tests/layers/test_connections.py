"""Connections as LeCun counts them, and multiply-accumulates as others count them."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.layers.shapes import Shape, known
from tests.support.layers import layer

# LeCun et al. 1998, "Gradient-based learning applied to document recognition", table I: which maps of S2 each of
# C3's sees.
C3_TABLE = [
    *([first, (first + 1) % 6, (first + 2) % 6] for first in range(6)),
    *([first, (first + 1) % 6, (first + 2) % 6, (first + 3) % 6] for first in range(6)),
    *([first, first + 1, (first + 3) % 6, (first + 4) % 6] for first in range(3)),
    [0, 1, 2, 3, 4, 5],
]


@pytest.mark.parametrize(
    ("kind", "fields", "shape", "parameters", "connections"),
    [
        pytest.param("conv2d", {"filters": 6, "kernel_size": 5}, (32, 32, 1), 156, 122_304, id="C1"),
        # The paper's 5,880 less the 14 × 14 × 6 links to a bias, which belongs to the layer behind the pooling.
        pytest.param("average_pooling2d", {"pool_size": 2}, (28, 28, 6), 0, 5_880 - 1_176, id="S2"),
        pytest.param(
            "conv2d",
            {"filters": 16, "kernel_size": 5, "connection_table": C3_TABLE},
            (14, 14, 6),
            1_516,
            151_600,
            id="C3",
        ),
        # The paper's 2,000 less the 5 × 5 × 16 links to a bias.
        pytest.param("average_pooling2d", {"pool_size": 2}, (10, 10, 16), 0, 2_000 - 400, id="S4"),
        pytest.param("conv2d", {"filters": 120, "kernel_size": 5}, (5, 5, 16), 48_120, 48_120, id="C5"),
    ],
)
def test_lenet5(kind: str, fields: dict[str, Any], shape: Shape, parameters: int, connections: int) -> None:
    lenet = layer(kind, **fields)
    assert sum(known(weight.size) for weight in lenet.weights(shape)) == parameters
    assert lenet.connections(shape) == connections


@pytest.mark.parametrize("bias", ["tied", "untied", {"untied": ["height"]}, {"untied": ["width"]}])
def test_each_output_element_uses_one_bias_tied_or_untied(bias: Any) -> None:
    with_bias = layer("conv2d_transpose", filters=4, kernel_size=3, strides=2, bias=bias)
    without = layer("conv2d_transpose", filters=4, kernel_size=3, strides=2, bias=False)
    assert (with_bias.connections((5, 3, 2)) or 0) - (without.connections((5, 3, 2)) or 0) == 11 * 7 * 4


@pytest.mark.parametrize("kind", ["max_pooling3d", "average_pooling3d"])
def test_pooling_links_every_element_of_every_window(kind: str) -> None:
    pooling = layer(kind, pool_size=[1, 2, 3], strides=2)
    assert pooling.output_shape((5, 4, 7, 2)) == (3, 2, 3, 2)
    assert pooling.connections((5, 4, 7, 2)) == (3 * 2 * 3 * 2) * (1 * 2 * 3)


@pytest.mark.parametrize("kind", ["global_max_pooling2d", "global_average_pooling2d"])
@pytest.mark.parametrize("keepdims", [True, False])
def test_global_pooling_links_every_input_element(kind: str, keepdims: bool) -> None:
    assert layer(kind, keepdims=keepdims).connections((5, 7, 3)) == 5 * 7 * 3


def adaptive_windows(size: int, outputs: int) -> list[range]:
    """The windows that PyTorch's adaptive pooling averages: from ⌊i × size / outputs⌋ to ⌈(i + 1) × size / outputs⌉."""
    return [range(i * size // outputs, -(-(i + 1) * size // outputs)) for i in range(outputs)]


sizes = st.integers(1, 9)


@given(sizes, sizes, sizes, sizes)
def test_adaptive_pooling_links_every_element_of_every_window(height: int, width: int, rows: int, columns: int) -> None:
    windows = product(adaptive_windows(height, rows), adaptive_windows(width, columns))
    links = sum(len(vertical) * len(horizontal) for vertical, horizontal in windows)
    pooling = layer("adaptive_average_pooling2d", output_size=[rows, columns])
    assert pooling.connections((height, width, 3)) == links * 3


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("conv2d", {"filters": 4, "kernel_size": 3}),
        ("conv2d_transpose", {"filters": 4, "kernel_size": 3}),
        ("max_pooling2d", {}),
        ("global_max_pooling2d", {}),
        ("adaptive_max_pooling2d", {"output_size": 2}),
    ],
)
def test_connections_of_an_unknown_size_are_unknown(kind: str, fields: dict[str, Any]) -> None:
    assert layer(kind, **fields).connections((None, 8, 3)) is None


def test_a_layer_without_links_has_none_whatever_its_size() -> None:
    assert layer("batch_normalization").connections((None, 8, 3)) == 0


@pytest.mark.parametrize(
    ("kind", "fields", "macs"),
    [
        ("conv2d", {"filters": 32, "kernel_size": 3, "padding": 1}, 1_843_200),
        ("depthwise_conv2d", {"kernel_size": 3, "padding": 1}, 57_600),
        ("conv2d_transpose", {"filters": 32, "kernel_size": 4, "strides": 2, "padding": 1}, 3_276_800),
    ],
)
def test_macs_agree_with_other_counters(kind: str, fields: dict[str, Any], macs: int) -> None:
    # fvcore's counts for PyTorch's layers on (16, 20, 20); torch's FlopCounterMode counts twice as many operations.
    assert layer(kind, **fields, data_format="channels_first").macs((16, 20, 20)) == macs


def test_macs_of_a_separable_convolution_are_those_of_its_two_steps() -> None:
    separable = layer("separable_conv2d", filters=32, kernel_size=3, padding="same", depth_multiplier=2)
    depthwise = layer("depthwise_conv2d", kernel_size=3, padding="same", depth_multiplier=2)
    pointwise = layer("conv2d", filters=32, kernel_size=1)
    steps = (depthwise.macs((20, 18, 16)) or 0) + (pointwise.macs((20, 18, 32)) or 0)
    assert separable.macs((20, 18, 16)) == steps


def test_each_kernel_of_a_locally_connected_layer_works_once() -> None:
    local = layer("locally_connected2d", filters=4, kernel_size=3, strides=2)
    convolution = layer("conv2d", filters=4, kernel_size=3, strides=2)
    assert local.macs((9, 8, 3)) == convolution.macs((9, 8, 3)) == local.weights((9, 8, 3))[0].size
