"""Window arithmetic against counting: every position is tried, one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.kinds.transposed_convolution import TransposedWindow
from archsum.layers.window import Window
from tests.support.formulas import evaluate
from tests.support.layers import layer

sizes = st.integers(1, 24)
kernels = st.integers(1, 7)
strides = st.integers(1, 5)
dilations = st.integers(1, 4)
sides = st.tuples(st.integers(0, 4), st.integers(0, 4))


@st.composite
def drawn_windows(draw: st.DrawFn) -> Window:
    """Draw a window; one that may hang over the end has, as pooling has, at most half of itself as padding."""
    kernel, ceil = draw(kernels), draw(st.booleans())
    most = kernel // 2 if ceil else 4
    padding = draw(st.just("valid") | st.tuples(st.integers(0, most), st.integers(0, most)))
    return Window(kernel, draw(strides), draw(dilations), padding, ceil)


windows = drawn_windows()


def count_positions(window: Window, size: int) -> int:
    """Slide the window over the padded axis and count the positions it may take."""
    before, after = window.sides
    padded = before + size + after
    count = 0
    for start in range(0, padded + window.stride, window.stride):
        last = max(start + element * window.dilation for element in range(window.kernel))
        # Under `ceil` it may hang over the end by less than a step, but not begin in the padding behind the data.
        hangs_over = last - (padded - 1) < window.stride and start < before + size
        count += hangs_over if window.ceil else last < padded
    return count


@given(windows, sizes)
def test_a_window_takes_as_many_positions_as_can_be_counted(window: Window, size: int) -> None:
    assert max(window.output_size(size) or 0, 0) == count_positions(window, size)


@given(kernels, strides, dilations, st.sampled_from(["same", "causal"]), sizes)
def test_same_and_causal_padding_give_one_output_for_each_step(
    kernel: int, stride: int, dilation: int, padding: str, size: int
) -> None:
    assert Window(kernel, stride, dilation, padding).output_size(size) == len(range(0, size, stride))


def spread(window: TransposedWindow, size: int) -> int:
    """Spread the kernel from each location and return the length of what it covers."""
    return 1 + max(
        location * window.stride + element * window.dilation
        for location in range(size)
        for element in range(window.kernel)
    )


@given(kernels, strides, dilations, sides, st.integers(0, 4), sizes)
def test_a_transposed_window_covers_what_its_kernels_reach(
    kernel: int, stride: int, dilation: int, sides: tuple[int, int], extra: int, size: int
) -> None:
    window = TransposedWindow(kernel, stride, dilation, sides, extra)
    assert window.output_size(size) == spread(window, size) - sum(sides) + extra


@given(kernels, strides, dilations, st.sampled_from(["valid", "same"]), sizes)
def test_a_transpose_gives_the_size_that_its_convolution_takes_back(
    kernel: int, stride: int, dilation: int, padding: str, size: int
) -> None:
    enlarged = TransposedWindow(kernel, stride, dilation, padding, None).output_size(size)
    assert Window(kernel, stride, dilation, padding).output_size(enlarged) == size


@given(kernels, strides, dilations, sides, st.integers(0, 4), sizes)
def test_output_padding_below_the_stride_keeps_the_way_back(
    kernel: int, stride: int, dilation: int, sides: tuple[int, int], extra: int, size: int
) -> None:
    enlarged = TransposedWindow(kernel, stride, dilation, sides, extra % stride).output_size(size)
    assert Window(kernel, stride, dilation, sides).output_size(enlarged) == size


words = st.sampled_from(["valid", "same"])
any_transposed = st.builds(TransposedWindow, kernels, strides, dilations, words | sides, st.none() | st.integers(0, 4))


@given(windows | st.builds(Window, kernels, strides, dilations, words) | any_transposed, sizes)
def test_the_formula_is_the_arithmetic(window: Window | TransposedWindow, size: int) -> None:
    assert evaluate(window.output(size).formula) == window.output_size(size)


@pytest.mark.parametrize("window", [Window(3), Window(3, ceil=True), TransposedWindow(3, 2, 1, "valid", None)])
def test_an_unknown_size_stays_unknown(window: Window | TransposedWindow) -> None:
    assert window.output_size(None) is None


@pytest.mark.parametrize("padding", [1, [1, 1], [[1, 1], [1, 1]]])
def test_the_ways_to_write_a_padding_mean_the_same(padding: Any) -> None:
    assert layer("conv2d", filters=4, kernel_size=3, padding=padding).output_shape((9, 8, 3)) == (9, 8, 4)


def test_padding_differs_by_side() -> None:
    padded = layer("max_pooling2d", pool_size=4, strides=1, padding=[[0, 2], [1, 0]])
    assert padded.output_shape((9, 9, 3)) == (9 + 2 - 4 + 1, 9 + 1 - 4 + 1, 3)


@pytest.mark.parametrize(
    ("kind", "fields", "shape", "message"),
    [
        (
            "conv2d",
            {"filters": 4, "kernel_size": [3, 5], "dilation_rate": 2},
            (8, 8, 3),
            "has a window of width 9, larger than its input's width (8)",
        ),
        (
            "average_pooling2d",
            {"pool_size": [5, 2], "padding": [[1, 2], 0]},
            (1, 4, 3),
            "has a window of height 5, larger than its input's height (1 + 3 of padding)",
        ),
        (
            "conv1d_transpose",
            {"filters": 4, "kernel_size": 3, "strides": 2, "padding": 2},
            (1, 3),
            "has a padding that leaves nothing of its output's length: (1 − 1) × 2 + 3 − 2 − 2 is below 1",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(
    kind: str, fields: dict[str, Any], shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ShapeError) as error:
        layer(kind, **fields).output_shape(shape)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (
            "conv2d",
            {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2},
            "has `strides` and `dilation_rate` above 1, which Keras refuses together",
        ),
        (
            "conv1d_transpose",
            {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 2},
            "has an `output_padding` of 2, which must be smaller than `strides` (=2)",
        ),
        (
            "conv1d_transpose",
            {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 3, "padding": 0, "output_padding": 3},
            "has an `output_padding` of 3, which must be smaller than `strides` or `dilation_rate` (=3)",
        ),
        (
            "conv2d_transpose",
            {"filters": 4, "kernel_size": 3, "groups": 3},
            "has `filters` (=4), which must be divisible by `groups` (=3)",
        ),
        (
            "max_pooling2d",
            {"pool_size": [4, 3], "padding": 2},
            "has a `padding` of 2, more than half of its window of 3",
        ),
        (
            "average_pooling1d",
            {"pool_size": 2, "padding": "same", "ceil_mode": True},
            "has `ceil_mode` with `padding: same`, which always rounds up",
        ),
        ("locally_connected2d", {"filters": 4, "kernel_size": 3, "padding": "same"}, "takes valid, a number"),
        ("depthwise_conv1d", {"kernel_size": 3, "padding": "causal"}, "takes valid, same, a number"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(kind: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        layer(kind, **fields)
    assert message in error.value.errors()[0]["msg"]
