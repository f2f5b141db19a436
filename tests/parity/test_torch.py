"""What PyTorch has beyond Keras: padding by numbers, ceil_mode, dilation with strides, adaptive sizes.

PyTorch is large, so it is an extra of its own. Without it this file is skipped, and pytest says so;
`pytest -m torch --require-torch` fails then.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsum.layers import layer_class
from tests.support.parity.cases import (
    FLAGS,
    REFUSED,
    Case,
    Computed,
    Fields,
    Outcome,
    Strategy,
    fields_of,
    ours,
    rarely,
)
from tests.support.parity.untied import added_to, is_untied, untied_biases

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = pytest.mark.torch


def _biases(rank: int) -> Strategy:
    return st.sampled_from(["tied", False]) | untied_biases(rank)


def _per_axis(rank: int, low: int, high: int) -> Strategy:
    number = st.integers(low, high)
    return number | st.lists(number, min_size=rank, max_size=rank)


def _sides(rank: int, most: int) -> Strategy:
    """Draw a padding before and after each axis."""
    return st.lists(st.lists(st.integers(0, most), min_size=2, max_size=2), min_size=rank, max_size=rank)


def _convolution(rank: int) -> Strategy:
    required = {"filters": st.sampled_from([2, 4, 6]), "kernel_size": _per_axis(rank, 1, 4)}
    optional = {
        "strides": _per_axis(rank, 1, 4),
        "padding": _per_axis(rank, 0, 3) | _sides(rank, 3),
        "dilation_rate": _per_axis(rank, 1, 3),
        "groups": st.just(1) | st.integers(1, 3),
        "bias": _biases(rank),
    }
    return fields_of({**required, "padding": optional.pop("padding")}, optional)


def _transpose(rank: int) -> Strategy:
    required = {
        "filters": st.sampled_from([2, 4, 6]),
        "kernel_size": _per_axis(rank, 1, 4),
        "padding": _per_axis(rank, 0, 2),
    }
    optional = {
        "strides": _per_axis(rank, 1, 4),
        "output_padding": st.just(0) | _per_axis(rank, 0, 2),
        "dilation_rate": _per_axis(rank, 1, 3),
        "groups": st.just(1) | st.integers(1, 3),
        "bias": _biases(rank),
    }
    return fields_of(required, optional)


def _pooling(rank: int, *, dilation: bool) -> Strategy:
    optional = {"strides": _per_axis(rank, 1, 4), "padding": _per_axis(rank, 0, 2), "ceil_mode": FLAGS}
    if dilation:
        optional["dilation_rate"] = _per_axis(rank, 1, 3)
    return fields_of({"pool_size": _per_axis(rank, 1, 4)}, optional)


def _adaptive_pooling(rank: int) -> Strategy:
    return fields_of({"output_size": _per_axis(rank, 1, 6)})


RANKS = (1, 2, 3)
LAYERS = {
    **{f"conv{rank}d": (rank, f"Conv{rank}d", _convolution(rank)) for rank in RANKS},
    **{f"conv{rank}d_transpose": (rank, f"ConvTranspose{rank}d", _transpose(rank)) for rank in RANKS},
    **{f"max_pooling{rank}d": (rank, f"MaxPool{rank}d", _pooling(rank, dilation=True)) for rank in RANKS},
    **{f"average_pooling{rank}d": (rank, f"AvgPool{rank}d", _pooling(rank, dilation=False)) for rank in RANKS},
    **{f"adaptive_max_pooling{rank}d": (rank, f"AdaptiveMaxPool{rank}d", _adaptive_pooling(rank)) for rank in RANKS},
    **{
        f"adaptive_average_pooling{rank}d": (rank, f"AdaptiveAvgPool{rank}d", _adaptive_pooling(rank)) for rank in RANKS
    },
}
"""For each kind its rank, PyTorch's module and its fields."""

NAMES = {"filters": "out_channels", "pool_size": "kernel_size", "strides": "stride", "dilation_rate": "dilation"}
"""What PyTorch calls our fields; the others have the same name."""


@st.composite
def torch_cases(draw: st.DrawFn, rank: int, fields: Strategy) -> Case:
    """Draw a layer and a shape in PyTorch's order."""
    spatial = draw(st.lists(rarely(st.integers(4, 20), st.integers(1, 3)), min_size=rank, max_size=rank))
    return Case({**draw(fields), "data_format": "channels_first"}, (draw(st.sampled_from([1, 2, 4, 6])), *spatial))


def torchs(module: str, case: Case) -> Outcome:
    """Give the case to PyTorch's own module.

    The meta device computes nothing; but it lets pass transposed convolutions that the others refuse.
    """
    device = "cpu" if "Transpose" in module else "meta"
    bias = case.fields.get("bias")
    arguments: Fields = {NAMES.get(name, name): value for name, value in case.fields.items() if name != "data_format"}
    sides = arguments.get("padding")
    if isinstance(sides, list) and isinstance(sides[0], list):
        # PyTorch pads each side by itself only with a layer of its own, last axis first.
        arguments["padding"] = 0
        around = [side for pair in reversed(sides) for side in pair]
    else:
        around = []
    if "out_channels" in arguments:
        arguments = {
            **arguments,
            "in_channels": case.shape[0],
            "bias": bias is not False and not is_untied(bias),
            "device": device,
        }
    data = torch.nn.functional.pad(torch.empty(1, *case.shape, device=device), around)
    try:
        layer = getattr(torch.nn, module)(**{k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()})
        output = layer(data)
        if is_untied(bias):
            shape = added_to(tuple(output.shape[1:]), bias, "channels_first")
            layer.bias = torch.nn.Parameter(torch.empty(shape, device=device))
            assert (output + layer.bias).shape == output.shape
    except (ValueError, RuntimeError):
        return REFUSED
    if 0 in output.shape:  # not every backend refuses an output without elements; we do
        return REFUSED
    weights = [
        ("kernel", _our_order(weight), True) if name == "weight" else (name, tuple(weight.shape), True)
        for name, weight in layer.named_parameters()
    ]
    return Computed(tuple(output.shape[1:]), tuple(weights))


def _our_order(weight: Any) -> tuple[int, ...]:
    """PyTorch's kernels begin with the channels that Keras's end with."""
    last, *others = reversed(weight.shape[:2])
    return (*weight.shape[2:], last, *others)


@pytest.mark.parametrize("kind", LAYERS)
def test_layer(kind: str, record_property: Callable[[str, object], None]) -> None:
    rank, module, fields = LAYERS[kind]
    tally: Counter[str] = Counter()

    @settings(max_examples=2 * settings().max_examples)
    @given(torch_cases(rank, fields))
    def compare(case: Case) -> None:
        expected = torchs(module, case)
        tally["layers compared with PyTorch" if expected else "layers that PyTorch refuses"] += 1
        assert ours(kind, case) == expected

    compare()
    for what, count in tally.items():
        record_property(what, count)
    assert tally["layers compared with PyTorch"] > tally.total() // 3, "most of what is drawn is refused"


Rearrange = Callable[..., Any]


def _chunk(data: Any, parts: int, part: int, axis: int = 1) -> Any:
    """Return a chunk; PyTorch's last may be smaller, where we want them equal."""
    if data.shape[axis] % parts:
        raise ValueError
    return data.chunk(parts, axis)[part]


def _slice(data: Any, axis: int = 1, start: int = 0, stop: int | None = None, step: int = 1) -> Any:
    return data.movedim(axis, 0)[start:stop:step].movedim(0, axis)


AXES = st.integers(1, 3) | st.integers(-3, -1)
REARRANGED: dict[str, tuple[Strategy, Rearrange]] = {
    "channel_shuffle": (
        fields_of({"groups": st.integers(1, 4)}),
        lambda data, groups: torch.nn.ChannelShuffle(groups)(data),
    ),
    "space_to_depth": (
        fields_of({"block_size": st.integers(1, 3)}),
        lambda data, block_size: torch.nn.PixelUnshuffle(block_size)(data),
    ),
    "depth_to_space": (
        fields_of({"block_size": st.integers(1, 3)}),
        lambda data, block_size: torch.nn.PixelShuffle(block_size)(data),
    ),
    "split": (
        fields_of({"parts": st.integers(1, 4), "part": rarely(st.just(0), st.integers(1, 3))}, {"axis": AXES}),
        _chunk,
    ),
    "slice": (
        fields_of(
            {},
            {
                "axis": AXES,
                "start": st.integers(-9, 9),
                "stop": st.none() | st.integers(-9, 9),
                "step": st.integers(1, 4),
            },
        ),
        _slice,
    ),
}
"""For each kind its fields, and what PyTorch does with an image, channels first."""


@pytest.mark.parametrize("kind", REARRANGED)
def test_rearrangement(kind: str) -> None:
    fields, rearrange = REARRANGED[kind]
    tally: Counter[bool] = Counter()

    @given(fields, st.tuples(*[st.sampled_from([1, 2, 3, 4, 6, 8, 9, 12])] * 3))
    def compare(drawn: Fields, shape: tuple[int, ...]) -> None:
        try:
            output = tuple(rearrange(torch.empty(1, *shape), **drawn).shape[1:])
        except (ValueError, IndexError, RuntimeError):
            output = (0,)
        expected = REFUSED if 0 in output else Computed(output, ())
        tally[expected is not REFUSED] += 1
        assert ours(kind, Case({**drawn, "data_format": "channels_first"}, shape)) == expected

    compare()
    assert tally[True] > tally.total() // 5, "most of what is drawn is refused"
    assert tally[False]


MERGED: dict[str, Rearrange] = {
    "add": lambda first, second: first + second,
    "multiply": lambda first, second: first * second,
    "concatenate": lambda first, second: torch.cat([first, second], dim=1),
}


@pytest.mark.parametrize("kind", MERGED)
def test_merge(kind: str) -> None:
    size = st.sampled_from([1, 1, 5])
    shapes = st.tuples(size, size, size | st.just(4))

    @given(shapes, shapes)
    def compare(first: tuple[int, ...], second: tuple[int, ...]) -> None:
        try:
            tensors = (torch.empty(1, *shape, device="meta") for shape in (first, second))
            expected: Outcome = Computed(tuple(MERGED[kind](*tensors).shape[1:]), ())
        except RuntimeError:
            expected = REFUSED
        fields = {"data_format": "channels_first"} if kind == "concatenate" else {}
        assert ours(kind, Case(fields, first, (second,))) == expected

    compare()


@given(st.tuples(*[st.integers(1, 9)] * 3))
def test_macs_of_dot_are_those_of_a_matrix_product(sizes: tuple[int, int, int]) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    rows, length, columns = sizes
    with FlopCounterMode(display=False) as counter:
        torch.bmm(torch.empty(1, rows, length, device="meta"), torch.empty(1, length, columns, device="meta"))
    dot = layer_class("dot").model_validate({"axes": [2, 1]})
    # It counts two operations for each multiply-accumulate.
    assert counter.get_total_flops() == 2 * (dot.macs((rows, length), (length, columns)) or 0)
