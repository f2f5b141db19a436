"""What PyTorch has other modules for is read back as the layers of the file, and nothing else is."""

from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.interchange.torch import counted  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

IMAGES, WORDS, STEPS = "{x: [8, 8, 4]}", "[6]", "{x: [6, 4]}"
SEPARABLE = "separable_conv2d: {filters: 6, kernel_size: 3, padding: same}"
DEPTHWISE = "depthwise_conv2d: {kernel_size: 3, padding: same, bias: false"
MIXING = "conv2d: {filters: 6, kernel_size: 1}"
TRANSPOSED = "conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: same}"
POOLING = "average_pooling2d: {pool_size: 3, strides: 1, padding: same}"
TABLE = "reversible_embedding: {input_dim: 9, output_dim: 8, shared: table}"
SCORES = "reversible_embedding: {input_dim: 9, output_dim: 8, shared: table, reverse: true}"
UNTIED = "conv2d: {filters: 6, kernel_size: 3, bias: untied}"
SEEN = "[[0, 1], [1, 2], [0, 2, 3]]"
TABLED = "conv2d: {filters: 3, kernel_size: 3, connection_table: %s}"
FILM = "[4, 6, 6, 4]"
CONV_LSTM = "conv_lstm2d: {filters: 3, kernel_size: 3, padding: same, return_sequences: true}"
ALL_STEPS = "lstm: {name: one, units: 3, return_sequences: true}"
BUCKETS = "relative_position_bias: {name: far, num_heads: 2, window_size: 6, num_buckets: 8}"
ATTENTION = "multi_head_attention: {num_heads: 2, key_dim: 2, score_bias: true"
FIXED = "{shape: [4], trainable: false}"

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
    "an untied bias": (IMAGES, ["conv2d: {filters: 6, kernel_size: 3, bias: untied, activation: relu}"]),
    "along one axis": (IMAGES, ["conv2d: {filters: 6, kernel_size: 3, bias: {untied: [width]}}"]),
    "of a transposed convolution": (IMAGES, ["conv2d_transpose: {filters: 6, kernel_size: 3, bias: untied}"]),
    "of one location": (IMAGES, ["conv2d: {filters: 6, kernel_size: 8, bias: untied}"]),
    "of dense units": (STEPS, ["dense: {units: 3, bias: untied}"]),
    "of the same layer twice": (
        IMAGES,
        ["conv2d: {filters: 4, kernel_size: 3, padding: same, bias: untied, shared: c}"] * 2,
    ),
    "a factor": (IMAGES, ["conv2d: {filters: 6, kernel_size: 3}", "scale"]),
    "a factor without an offset": (IMAGES, ["conv2d: {filters: 6, kernel_size: 3}", "scale: {bias: false}"]),
    "a connection table": (IMAGES, [f"conv2d: {{filters: 3, kernel_size: 3, connection_table: {SEEN}, bias: untied}}"]),
    "the last step": (STEPS, ["lstm: 3"]),
    "two biases": (STEPS, ["simple_rnn: {units: 3, bias: double}", "dense: 2"]),
    **{
        f"both ends, {mode}": (STEPS, [f"bidirectional: {{layer: {{gru: 3}}, merge_mode: {mode}}}"])
        for mode in ("concat", "sum", "ave", "mul")
    },
    "a state": (STEPS, ["gru: {name: one, units: 3}", "gru: {inputs: x, units: 3, initial_state: one}"]),
    "a state of all steps": (STEPS, [ALL_STEPS, "lstm: {units: 3, initial_state: one}"]),
    "an input once more": (
        STEPS,
        ["dense: 4", "relu: {name: r}", "dense: {name: d, inputs: x, units: 4}", "add: {inputs: [r, d]}"],
    ),
    "buckets": (STEPS, [BUCKETS, f"{ATTENTION}, inputs: [x, far]}}"]),
    "images in steps": (
        FILM,
        [CONV_LSTM, "batch_normalization", CONV_LSTM.replace("return_sequences: true", "bias: false")],
    ),
    "of other sides": (FILM, [CONV_LSTM.replace("same", "[0, 1], strides: 2, activation: relu")]),
    "after the channels": (FILM, [CONV_LSTM.replace("same", "same, data_format: channels_first")]),
    "the last image": (FILM, ["conv_lstm2d: {filters: 3, kernel_size: 3, data_format: channels_first}"]),
    "blocks as channels": (IMAGES, ["space_to_depth: 2", "conv2d: {filters: 4, kernel_size: 1}", "depth_to_space: 2"]),
    "still to be written": (
        STEPS,
        [f"custom: {{output_shape: [5, 4], weights: {{w: [2, 3], fixed: {FIXED}}}, macs: 7}}"],
    ),
    "still to be written, and frozen": (STEPS, ["custom: {output_shape: [5], weights: {w: [2, 3]}, trainable: false}"]),
    "of several": (STEPS, ["flatten: {name: flat}", "custom: {inputs: [x, flat], output_shape: [5]}"]),
}
FIRST = "data_format: channels_first"
DIFFERENT = {
    "channels of blocks in another order": (
        IMAGES,
        [f"conv2d: {{filters: 4, kernel_size: 1, {FIRST}}}", f"space_to_depth: {{block_size: 2, {FIRST}}}"],
        ["conv2d: {filters: 4, kernel_size: 1}", "space_to_depth: 2"],
    ),
    "an activation between": (IMAGES, [SEPARABLE], [f"{DEPTHWISE}, activation: relu}}", MIXING]),
    "a bias between": (IMAGES, [SEPARABLE], [DEPTHWISE.replace(", bias: false", "}"), MIXING]),
    "a larger kernel": (IMAGES, [SEPARABLE], [f"{DEPTHWISE}}}", MIXING.replace("1", "3, padding: same")]),
    "another side is cut": (IMAGES, [TRANSPOSED], [TRANSPOSED.replace("same", "1, output_padding: 1")]),
    "zeros count": (IMAGES, [POOLING], [POOLING.replace("same", "1")]),
    "a table of its own": (WORDS, [TABLE, SCORES], [TABLE, SCORES.replace("shared: table, ", "")]),
    "a bias for all locations": (IMAGES, [UNTIED], [UNTIED.replace("untied", "tied")]),
    "along another axis": (
        IMAGES,
        [UNTIED.replace("untied", "{untied: [width]}")],
        [UNTIED.replace("untied", "{untied: [height]}")],
    ),
    "all steps": (STEPS, ["lstm: 3"], ["lstm: {units: 3, return_sequences: true}"]),
    "another end": (
        STEPS,
        ["bidirectional: {layer: {lstm: 3}}"],
        ["bidirectional: {layer: {lstm: 3}, merge_mode: sum}"],
    ),
    "another activation": (FILM, [CONV_LSTM], [CONV_LSTM.replace("same", "same, activation: relu")]),
    "channels for steps": (FILM, [CONV_LSTM], [CONV_LSTM.replace("same", "same, data_format: channels_first")]),
    "zeros to begin with": (STEPS, [ALL_STEPS, "lstm: {units: 3, initial_state: one}"], [ALL_STEPS, "lstm: 3"]),
    "another table": (IMAGES, [TABLED % SEEN], [TABLED % "[[0, 1], [1, 2], [0, 1, 3]]"]),
    "more buckets": (
        STEPS,
        [BUCKETS, f"{ATTENTION}, inputs: [x, far]}}"],
        [BUCKETS.replace("8", "16"), f"{ATTENTION}, inputs: [x, far]}}"],
    ),
    "another shape": (STEPS, ["custom: {output_shape: [5]}"], ["custom: {output_shape: [6]}"]),
    "other weights": (
        STEPS,
        ["custom: {output_shape: [5], weights: {w: [2]}}"],
        ["custom: {output_shape: [5], weights: {w: [3]}}"],
    ),
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


def test_an_lstm_of_images_multiplies_as_often_as_pytorch_counts() -> None:
    model = archsum.to_torch(_text(FILM, [CONV_LSTM]))
    two, three = (counted.run(model, torch.zeros(samples, *model.input_shape)) for samples in (2, 3))
    found = archsum.summarize(archsum.from_torch(model, model.input_shape))
    assert found.macs == counted.macs_of_a_sample(two, three) == archsum.summarize(_text(FILM, [CONV_LSTM])).macs


def _text(shape: str, layers: list[str]) -> str:
    return "\n".join([f"input: {shape}", "layers:", *(f"  - {layer}" for layer in layers)]) + "\n"


def _read_back(shape: str, layers: list[str]) -> Any:
    model = archsum.to_torch(_text(shape, layers))
    return archsum.from_torch(model, model.input_shape)
