"""Figures that papers, and people who asked, have published for single layers and small networks."""

import io
from typing import NamedTuple

import pytest

from archsum import Summary, summarize


def summary_of(text: str) -> Summary:
    return summarize(io.StringIO(text))


class Row(NamedTuple):
    """A layer, its input, and the weights and biases it needs."""

    input: str
    layer: str
    weights: int
    biases: int
    parameters: int


ROWS = [
    Row(
        "[3, 32, 32]",
        "conv2d: {filters: 32, kernel_size: 5, data_format: channels_first}",
        weights=3 * 5 * 5 * 32,
        biases=32,
        parameters=2_432,
    ),
    Row(
        "[3, 32, 32]",
        "conv2d: {filters: 32, kernel_size: 5, data_format: channels_first, bias: untied}",
        weights=3 * 5 * 5 * 32,
        biases=28 * 28 * 32,
        parameters=27_488,
    ),
    Row("[100, 100, 1]", "conv2d: {filters: 1, kernel_size: 3, padding: same}", 9, 1, 10),
    Row("[100, 100, 1]", "conv2d: {filters: 1, kernel_size: 3, padding: same, bias: false}", 9, 0, 9),
    Row("[100, 100, 1]", "conv2d: {filters: 10, kernel_size: 5}", 250, 10, 260),
    Row("[10, 10, 1]", "conv2d: {filters: 10, kernel_size: 3}", 90, 10, 100),
    Row("[10, 10, 3]", "conv2d: {filters: 10, kernel_size: 3}", 270, 10, 280),
]


@pytest.mark.parametrize("row", ROWS)
def test_how_many_weights_and_biases_a_convolution_needs(row: Row) -> None:
    summary = summary_of(f"{{input: {row.input}, layers: [{row.layer}]}}")
    assert summary.params == row.parameters
    assert summary.bias_params == row.biases
    assert summary.params - summary.bias_params == row.weights


GALAXY_ZOO = """
input: [45, 45, 3]
defaults: {{conv2d: {{bias: {bias}}}}}
layers:
  - conv2d: {{filters: 32, kernel_size: 6}}
  - max_pooling2d
  - conv2d: {{filters: 64, kernel_size: 5}}
  - max_pooling2d
  - conv2d: {{filters: 128, kernel_size: 3}}
  - conv2d: {{filters: 128, kernel_size: 3}}
"""


def test_biases_of_the_network_that_won_galaxy_zoo() -> None:
    """Source: https://github.com/benanne/kaggle-galaxies."""
    untied = summary_of(GALAXY_ZOO.format(bias="untied"))
    assert [layer.bias_params for layer in untied.layers if layer.bias_params] == [51_200, 16_384, 4_608, 2_048]
    assert untied.untied_bias_params == untied.bias_params == 74_240
    tied = summary_of(GALAXY_ZOO.format(bias="tied"))
    assert tied.bias_params == 352
    assert tied.untied_bias_params == 0


def test_untied_biases_of_the_first_layer_of_maxout_on_mnist() -> None:
    """Source: Goodfellow et al. 2013, "Maxout networks"."""
    summary = summary_of("{input: [28, 28, 1], layers: [conv2d: {filters: 96, kernel_size: 8, bias: untied}]}")
    assert summary.untied_bias_params == 42_336


ALEXNET = """
input: [227, 227, 3]
layers:
  - conv2d: {filters: 96, kernel_size: 11, strides: 4}
  - max_pooling2d: {pool_size: 3, strides: 2}
  - conv2d: {filters: 256, kernel_size: 5, padding: same, groups: 2}
  - max_pooling2d: {pool_size: 3, strides: 2}
  - conv2d: {filters: 384, kernel_size: 3, padding: same}
  - conv2d: {filters: 384, kernel_size: 3, padding: same, groups: 2}
  - conv2d: {filters: 256, kernel_size: 3, padding: same, groups: 2}
  - max_pooling2d: {pool_size: 3, strides: 2}
  - flatten
  - dense: {units: 4096}
  - dense: {units: 4096}
  - dense: {units: 1000}
"""


def test_neurons_of_alexnet() -> None:
    """Source: Krizhevsky et al. 2012; its 253,440 for the first layer disagrees with its own 55 × 55 × 96."""
    summary = summary_of(ALEXNET)
    neurons = [layer.neurons for layer in summary.layers if layer.weights]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
