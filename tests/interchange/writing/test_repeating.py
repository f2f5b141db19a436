"""What is repeated: where a repetition begins, what grows from one to the next, and what sizes follow from."""

import textwrap

import pytest

from archsum.interchange.writing.folding.formulas import Expression
from archsum.interchange.writing.folding.progressions import by_index
from tests.interchange.writing.support import written


def folded(layers: str, head: str = "input: [32, 32, 16]") -> str:
    """Return what is below the input."""
    text = written(f"{head}\nlayers:\n{textwrap.indent(textwrap.dedent(layers), '  ')}")
    return text.partition("\n")[2].partition("\n")[2]


def test_a_stem_is_apart_from_what_is_repeated_behind_it() -> None:
    pairs = "".join(
        f"- depthwise_conv2d: {{kernel_size: 3, strides: {strides}, padding: same}}\n"
        "- relu\n"
        f"- conv2d: {{filters: {filters}, kernel_size: 1}}\n"
        "- relu\n"
        for strides, filters in ((1, 32), (2, 64), (1, 64), (2, 128), (1, 128))
    )
    stem = "- conv2d: {filters: 16, kernel_size: 3, strides: 2, padding: same}\n- relu\n"
    assert (
        folded(stem + pairs)
        == """\
layers:
  - conv2d: {filters: 16, kernel_size: 3, strides: 2, padding: same}
  - relu
  - repeat:
      over: {strides: [1, 2, 2], filters: [32, 64, 128], depth: [1, 2, 2]}
      layers:
        - repeat:
            times: =depth
            layers:
              - depthwise_conv2d: {kernel_size: 3, strides: =strides if index == 0 else 1, padding: same}
              - relu
              - conv2d: {filters: =filters, kernel_size: 1}
              - relu
"""
    )


def test_paddings_follow_from_the_kernel_and_from_odd_sizes() -> None:
    sizes = ((3, 8, [[0, 1], [0, 1]]), (5, 12, [[1, 2], [1, 2]]), (5, 24, 2), (3, 32, 1))
    layers = "".join(
        f"- relu\n- zero_padding2d: {padding}\n- conv2d: {{filters: {filters}, kernel_size: {kernel}, strides: 2}}\n"
        "- batch_normalization\n- dropout: 0.1\n"
        for kernel, filters, padding in sizes
    )
    text = folded(layers, head="input: [100, 100, 3]")
    assert "[=kernel_size // 2 - 1 + input_height % 2, =kernel_size // 2],\n" in text


@pytest.mark.parametrize(
    ("values", "formula"),
    [
        ([0.2 * index / 11 for index in range(2)], "0.2 * index / 11"),
        ([0.2 * (index + 10) / 11 for index in range(2)], "0.2 * (index + 10) / 11"),
        ([0.5 * (2 * index + 5) / 23 for index in range(9)], "0.5 * (2 * index + 5) / 23"),
        ([False, True, False, True], "index % 2 == 1"),
        ([True, False], "index % 2 == 0"),
    ],
)
def test_what_grows_or_alternates(values: list[object], formula: str) -> None:
    assert by_index(values) == Expression(formula)


@pytest.mark.parametrize("values", [[0.1, 0.2], [True, True, False], [1, 2, 3, 4], [0.1], 3, [0.3, 0.2, 0.1, 0.0]])
def test_what_does_not(values: object) -> None:
    assert by_index(values) is None


def test_sizes_of_windows_follow_from_the_image() -> None:
    stages = "".join(
        f"- reshape: [{size // 4}, 4, {size // 4}, 4, {channels}]\n"
        "- permute: [1, 3, 2, 4, 5]\n"
        f"- reshape: [{(size // 4) ** 2}, 16, {channels}]\n"
        f"- dense: {channels}\n"
        "- layer_normalization\n"
        f"- reshape: [{size // 4}, {size // 4}, 4, 4, {channels}]\n"
        "- permute: [1, 3, 2, 4, 5]\n"
        f"- reshape: [{size}, {size}, {channels}]\n"
        f"- conv2d: {{filters: {2 * channels}, kernel_size: 2, strides: 2}}\n"
        for size, channels in ((32, 16), (16, 32), (8, 64))
    )
    assert "- reshape: [=hidden_size ** 2, 16, =size]\n" in folded(stages)


def test_what_several_repetitions_repeat_is_a_block() -> None:
    residual = (
        "- residual:\n    - depthwise_conv2d: {kernel_size: 7, padding: same}\n    - layer_normalization\n"
        "    - dense: 64\n    - relu\n    - dense: 16\n"
    )
    text = folded("".join(residual * times + f"- {kind}\n" for times, kind in ((3, "tanh"), (4, "relu"), (3, "elu"))))
    assert text.count("depthwise_conv2d") == 1
    assert "- repeat: {times: 4, layers: [residual_block]}\n" in text
