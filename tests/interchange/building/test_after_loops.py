"""Sizes that are known behind a loop alone: the code makes the file's network, and for other variables the others."""

from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.both_built import difference, inputs_of  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

CONV = "conv1d: {filters: =width * (index + 1), kernel_size: 3, padding: same}"
IMAGE = "conv2d: {filters: =width * (index + 1), kernel_size: 3, padding: same}"
NETWORKS = {
    "an lstm behind strides": f"""
        input: [64, 3]
        layers:
          - repeat: {{times: =depth, layers: [{CONV.replace("padding", "strides: 2, padding")}]}}
          - lstm: {{units: =input_channels, return_sequences: true}}
          - flatten
          - dense: =width""",
    "both directions": """
        input: [64, 3]
        layers:
          - repeat:
              times: =depth
              layers: [bidirectional: {layer: {lstm: {units: =width * (index + 1), return_sequences: true}}}]
          - lstm: =input_channels
          - dense: =2 * input_elements""",
    "an lstm that is repeated": """
        input: [16, 3]
        layers:
          - repeat: {times: =depth, layers: [lstm: {units: =width + 2 * index, return_sequences: true}, max_pooling1d]}
          - flatten
          - dense: =width""",
    "an image that becomes rows": f"""
        input: [32, 32, 3]
        layers:
          - repeat: {{times: =depth, layers: [{IMAGE}, max_pooling2d]}}
          - reshape: [=input_height, =input_width * input_channels]
          - lstm: =width""",
    "rows that are flattened": f"""
        input: [32, 32, 3]
        layers:
          - repeat: {{times: =depth, layers: [{IMAGE}, max_pooling2d]}}
          - time_distributed: [flatten]
          - gru: =width""",
    "no padding": """
        input: [16, 16, 3]
        layers:
          - repeat: {times: =depth, layers: [conv2d: {filters: =width, kernel_size: 3}]}
          - flatten
          - dense: =width""",
    "channels that are added": """
        input: [16, 3]
        layers:
          - repeat: {times: =depth, layers: [branch: [[], [conv1d: {filters: =width, kernel_size: 3, padding: same}]]]}
          - lstm: =width
          - dense: =input_elements * 3""",
    "a loop in a block": """
        input: [16, 3]
        blocks:
          stage:
            parameters: {units: }
            layers:
              - repeat: {times: =depth, layers: [dense: =units + index]}
              - lstm: {units: =input_channels, return_sequences: true}
        layers: [stage: {units: =width}, stage: {units: =width + 1}, lstm: =width]""",
    "an untied bias": f"""
        input: [32, 3]
        layers:
          - repeat: {{times: =depth, layers: [{CONV.replace("padding", "strides: 2, padding")}]}}
          - conv1d: {{filters: 3, kernel_size: 3, bias: untied}}
          - simple_rnn: 3""",
    "attention": """
        input: [16, 3]
        layers:
          - repeat: {times: =depth, layers: [dense: =width * (index + 1)]}
          - multi_head_attention: {num_heads: 2, key_dim: 3}
          - lstm: =input_channels""",
    "channels first": f"""
        data_format: channels_first
        input: [3, 32]
        layers: [repeat: {{times: =depth, layers: [{CONV}, max_pooling1d]}}, lstm: =width, dense: =width]""",
    "an if": f"""
        input: [32, 3]
        layers:
          - repeat: {{times: =depth, layers: [{CONV}, max_pooling1d: {{if: =index > 0}}]}}
          - flatten
          - dense: =width""",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_other_variables_make_another_network(name: str) -> None:
    text = "variables: {depth: 2, width: 4}\n" + dedent(NETWORKS[name]).strip() + "\n"
    variables = {"depth": 3, "width": 5}
    summary = archsum.summarize(text, variables=variables)
    theirs, ours = (_function(text, framework)(**variables) for framework in ("keras", "torch"))
    assert theirs.count_params() == summary.params
    assert sum(weight.numel() for weight in ours.parameters()) == summary.torch_params
    assert difference(theirs, ours.eval(), list(inputs_of(ours, summary))) < 1e-4


def _function(text: str, framework: str) -> Any:
    """Return the function that is built."""
    built = archsum.build(text, framework)
    module = ModuleType("built")
    exec(compile(built.text, "<built>", "exec"), vars(module))
    return getattr(module, built.name)
