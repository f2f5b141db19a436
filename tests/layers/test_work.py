"""Elementwise work: one operation for each addition, multiplication, comparison or function value of an element."""

from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers.shapes import Shape
from tests.support.parity.cases import build

IMAGE = (8, 8, 3)
ELEMENTS = 8 * 8 * 3


@pytest.mark.parametrize(
    ("kind", "fields", "shapes", "operations"),
    [
        ("conv2d", {"filters": 4, "kernel_size": 3}, [IMAGE], 6 * 6 * 4),
        ("conv2d", {"filters": 4, "kernel_size": 3, "bias": "untied"}, [IMAGE], 6 * 6 * 4),
        ("conv2d", {"filters": 4, "kernel_size": 3, "bias": {"untied": ["height"]}}, [IMAGE], 6 * 6 * 4),
        ("conv2d", {"filters": 4, "kernel_size": 3, "bias": False, "activation": "linear"}, [IMAGE], 0),
        ("conv2d", {"filters": 4, "kernel_size": 3, "activation": "relu"}, [IMAGE], 2 * 6 * 6 * 4),
        ("conv2d_transpose", {"filters": 4, "kernel_size": 3}, [IMAGE], 10 * 10 * 4),
        ("separable_conv2d", {"filters": 4, "kernel_size": 3}, [IMAGE], 6 * 6 * 4),
        ("dense", {"units": 10, "activation": "softmax"}, [(7,)], 10 + 3 * 10),
        ("dense", {"units": 10, "activation": "log_softmax", "bias": False}, [(5, 7)], 3 * 5 * 10),
        ("scale", {}, [IMAGE], 2 * ELEMENTS),
        ("scale", {"bias": False}, [IMAGE], ELEMENTS),
        ("layer_scale", {}, [IMAGE], ELEMENTS),
        ("relu", {}, [IMAGE], ELEMENTS),
        ("prelu", {}, [IMAGE], ELEMENTS),
        ("activation", {"activation": "gelu"}, [IMAGE], ELEMENTS),
        ("activation", {"activation": "linear"}, [(None, 3)], 0),
        ("softmax", {}, [(10,)], 30),
        ("identity", {}, [(None, 3)], 0),
        ("batch_normalization", {}, [IMAGE], 2 * ELEMENTS),
        ("batch_normalization", {"center": False, "scale": False}, [IMAGE], 2 * ELEMENTS),
        # The mean: 1; the variance: the deviation, its square, the sum; then the quotient; gamma; beta.
        ("layer_normalization", {}, [IMAGE], 7 * ELEMENTS),
        ("layer_normalization", {"center": False, "scale": False}, [IMAGE], 5 * ELEMENTS),
        ("group_normalization", {"groups": 3, "center": False}, [IMAGE], 6 * ELEMENTS),
        ("rms_normalization", {}, [IMAGE], 4 * ELEMENTS),
        ("unit_normalization", {}, [IMAGE], 3 * ELEMENTS),
        # Its square, five that are added to the mean, alpha, k, the power and the quotient.
        ("local_response_normalization", {"size": 5}, [IMAGE], 10 * ELEMENTS),
        ("rescaling", {"scale": 2.0}, [IMAGE], 2 * ELEMENTS),
        ("dropout", {"rate": 0.5}, [(None, 3)], 0),
        ("max_pooling2d", {}, [IMAGE], 4 * 4 * 3 * 4),
        ("max_pooling2d", {"pool_size": 3, "strides": 1, "padding": "same"}, [IMAGE], ELEMENTS * 9),
        ("global_average_pooling2d", {}, [IMAGE], ELEMENTS),
        ("adaptive_average_pooling2d", {"output_size": 4}, [IMAGE], ELEMENTS),
        # Along an axis of 8, three windows: elements 0 to 2, 2 to 5, 5 to 7.
        ("adaptive_max_pooling1d", {"output_size": 3}, [(8, 2)], (3 + 4 + 3) * 2),
        ("add", {}, [IMAGE, IMAGE, IMAGE], 2 * ELEMENTS),
        ("multiply", {}, [IMAGE, (1, 1, 3)], ELEMENTS),
        ("divide", {}, [IMAGE, (1, 1, 3)], ELEMENTS),
        ("elementwise", {"function": "sqrt"}, [IMAGE], ELEMENTS),
        ("elementwise", {"function": "atan2", "operations": 4}, [IMAGE, (3,)], 4 * ELEMENTS),
        ("elementwise", {"function": "cast", "operations": 0}, [IMAGE], 0),
        ("average", {}, [IMAGE, IMAGE], 2 * ELEMENTS),
        ("concatenate", {}, [IMAGE, IMAGE], 0),
        ("matmul", {}, [(4, 8), (8, 3)], 0),
        ("gather", {"size": 4}, [IMAGE], 0),
        ("reduce", {"function": "mean"}, [IMAGE], ELEMENTS),
        ("reduce", {"function": "std", "axis": 1}, [IMAGE], 4 * ELEMENTS),
        ("reduce", {"function": "norm", "axis": -1}, [(None, 3)], None),
        ("einsum", {"equation": "bhwc,bc->bhw"}, [IMAGE, (3,)], 0),
        ("einsum", {"equation": "bhwc,bc->bhwc"}, [IMAGE, (3,)], ELEMENTS),
        ("einsum", {"equation": "bhwc->bc"}, [IMAGE], ELEMENTS),
        ("einsum", {"equation": "bhwc->bchw"}, [IMAGE], 0),
        ("einsum", {"equation": "bhwc,bc,bw->bh"}, [IMAGE, (3,), (8,)], None),
        ("stack", {"axis": 1}, [IMAGE, IMAGE], 0),
        ("expand", {"shape": [8, 8, 8, 3]}, [IMAGE], 0),
        ("tile", {"repeats": [2]}, [IMAGE], 0),
        ("pad", {"padding": [1, 1, 0]}, [IMAGE], 0),
        ("expand_dims", {"axis": 1}, [(None,)], 0),
        ("squeeze", {"axis": 1}, [(1, None)], 0),
        ("dot", {"axes": 1}, [(5,), (5,)], 0),
        ("dot", {"axes": 1, "normalize": True}, [(5,), (5,)], 3 * 10),
        ("up_sampling2d", {}, [(None, 8, 3)], 0),
        ("up_sampling2d", {"interpolation": "bilinear"}, [IMAGE], 16 * 16 * 3 * 8),
        ("resizing", {"factor": 1.5}, [IMAGE], 12 * 12 * 3 * 8),
        ("resizing", {"interpolation": "nearest"}, [IMAGE, (None, 9, 5)], 0),
        ("center_crop", {"height": 4, "width": 8}, [IMAGE], 0),
        ("center_crop", {"height": 4, "width": 9}, [(8, None, 3)], None),
        ("center_crop", {"height": 4, "width": 9}, [(None, 8, 3)], 4 * 9 * 3 * 8),
        ("reflection_padding2d", {}, [(None, 3, 3)], 0),
        ("max_unpooling2d", {}, [IMAGE, IMAGE], 0),
        ("flatten", {}, [(None, 3)], 0),
        ("channel_shuffle", {"groups": 3}, [IMAGE], 0),
        ("embedding", {"input_dim": 100, "output_dim": 8}, [(None,)], 0),
        ("reversible_embedding", {"input_dim": 100, "output_dim": 8, "reverse": True}, [(4, 8)], 0),
        ("simple_rnn", {"units": 3}, [(5, 2)], 5 * 3 * (1 + 1)),
        # Four biases; three gates, the new and the memory activated; forgotten, added, their sum, given out.
        ("lstm", {"units": 3}, [(5, 2)], 5 * 3 * (4 + 5 + 4)),
        ("lstm", {"units": 3, "bias": False, "activation": None}, [(5, 2)], 5 * 3 * (3 + 4)),
        # Six biases; two gates and the new activated; reset × product + the rest, z × old + (1 − z) × new.
        ("gru", {"units": 3}, [(5, 2)], 5 * 3 * (6 + 3 + 6)),
        ("gru", {"units": 3, "reset_after": False}, [(5, 2)], 5 * 3 * (3 + 3 + 5)),
        ("bidirectional", {"layer": {"simple_rnn": {"units": 3}}}, [(5, 2)], 2 * 5 * 3 * 2),
        (
            "bidirectional",
            {"layer": {"simple_rnn": {"units": 3}}, "merge_mode": "ave"},
            [(5, 2)],
            2 * 5 * 3 * 2 + 2 * 3,
        ),
        ("time_distributed", {"layer": {"dense": {"units": 3}}}, [(5, 2)], 5 * 3),
        ("time_distributed", {"layer": {"flatten": {}}}, [(5, 2, 2)], 0),
        # Four projections with a bias, the query scaled, 2 × 5 × 5 scores.
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3}, [(5, 6)], 4 * 5 * 6 + 5 * 6 + 3 * 2 * 5 * 5),
        (
            "multi_head_attention",
            {"num_heads": 2, "key_dim": 3, "value_dim": 4, "use_gate": True, "bias": False},
            [(5, 6)],
            5 * 6 + 3 * 2 * 5 * 5 + 2 * 5 * 2 * 4,
        ),
        # A bias of the scores is added to each.
        (
            "multi_head_attention",
            {"num_heads": 2, "key_dim": 3, "bias": False, "score_bias": True},
            [(5, 6), (2, 5, 5)],
            5 * 6 + (1 + 3) * 2 * 5 * 5,
        ),
        ("attention", {}, [(5, 6)], 3 * 25),
        ("attention", {"use_scale": True}, [(5, 6)], 4 * 25),
        ("attention", {"score_mode": "concat"}, [(5, 6)], 25 * (3 * 6 + 1 + 3)),
        ("additive_attention", {}, [(5, 6)], 25 * (2 * 6 + 3)),
        ("additive_attention", {"use_scale": False}, [(5, 6)], 25 * (3 * 6 + 3)),
    ],
)
def test_elementwise_work(kind: str, fields: dict[str, Any], shapes: list[Shape], operations: int | None) -> None:
    built = build(kind, fields)
    assert built.elementwise(*shapes) == operations
    macs = built.macs(*shapes)
    assert built.flops(*shapes) == (None if macs is None or operations is None else 2 * macs + operations)


@pytest.mark.parametrize(
    ("kind", "fields", "shape"),
    [
        ("relu", {}, (None, 3)),
        ("conv2d", {"filters": 4, "kernel_size": 3}, (None, 8, 3)),
        ("up_sampling2d", {"interpolation": "bicubic"}, (None, 8, 3)),
        ("lstm", {"units": 3}, (None, 2)),
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3}, (None, 6)),
        ("dense", {"units": 10, "activation": "sparsemax"}, (7,)),
        ("custom", {}, (7,)),
    ],
)
def test_what_is_unknown_is_no_0(kind: str, fields: dict[str, Any], shape: Shape) -> None:
    built = build(kind, fields)
    assert built.elementwise(shape) is None
    assert built.flops(shape) is None


def test_custom_layer_states_its_own() -> None:
    stated = build("custom", {"macs": 10, "flops": 25})
    assert (stated.flops((7,)), stated.elementwise((7,))) == (25, 5)
    assert build("custom", {"flops": 25}).flops((7,)) == 25
    with pytest.raises(ShapeError, match="states 19 `flops`, fewer than the 20 of its `macs`"):
        build("custom", {"macs": 10, "flops": 19}).macs((7,))
