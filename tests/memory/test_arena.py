"""The microcontroller's arena against TensorFlow Lite Micro, and its planner against what every plan must keep to."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum import Summary
from archsum.memory.arena import ALIGNMENT, Arena, Buffer, TieBreak, arena, place
from archsum.memory.conversion import operators_by_layer
from tests.support.paths import EXAMPLES

IMAGE, SEQUENCE = "[8, 8, 4]", "[16, 4]"


def network(shape: str, *layers: str) -> Summary:
    return archsum.summarize(io.StringIO(f"input: {shape}\nlayers: [{', '.join(layers)}]\n"))


def planned(summary: Summary, ties: TieBreak = TieBreak.GRAPH_ORDER) -> Arena:
    found = arena(summary, operators_by_layer(summary))
    assert found
    return found.placed_by(ties)


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize(
    ("name", "heads", "live", "params", "biases"),
    [
        # Heads by both rules for ties, and the largest sum of live tensors. Those of the later first are printed by
        # tflite-micro itself on Keras's models as TensorFlow 2.21 converts them; those of the graph's order are what
        # its planner of before 2020 makes of the same tensors. Biases: one for each filter, by hand.
        ("anomaly_detection", (768, 768), 768, 265_864, 8 * 128 + 8 + 640),
        ("keyword_spotting", (16_000, 16_000), 16_000, 22_604, 9 * 64 + 12),
        ("image_classification", (49_152, 49_152), 49_152, 77_706, 3 * (16 + 32 + 64) + 10),
        ("visual_wake_words", (64_512, 73_728), 55_296, 210_850, 8 + 1240 + 1488 + 2),
    ],
)
def test_mlperf_tiny(name: str, heads: tuple[int, int], live: int, params: int, biases: int, folded: bool) -> None:
    """Batch normalization that is not folded in the file is folded by the converter: it comes to the same."""
    summary = archsum.summarize(EXAMPLES / f"mlperf_tiny_{name}.yaml", variables={"folded": folded})
    assert tuple(planned(summary, ties).head for ties in (TieBreak.GRAPH_ORDER, TieBreak.LATER_FIRST)) == heads
    assert max(planned(summary).live) == live
    assert planned(summary).flash == params - biases + 4 * biases


def test_ties_decide_where_wake_words_first_convolutions_go() -> None:
    summary = archsum.summarize(EXAMPLES / "mlperf_tiny_visual_wake_words.yaml")
    offsets = {
        ties: [(placed.buffer.size, placed.offset) for placed in planned(summary, ties).plan[:4]] for ties in TieBreak
    }
    assert offsets[TieBreak.GRAPH_ORDER] == [(27_648, 0), (18_432, 27_648), (18_432, 46_080), (36_864, 0)]
    assert offsets[TieBreak.LATER_FIRST] == [(27_648, 0), (18_432, 55_296), (18_432, 36_864), (36_864, 0)]
    assert planned(summary).highest.buffer.layer == "depthwise_conv2d"


CONV = "conv2d: {filters: 6, kernel_size: 3, padding: same"
ACTIVATED = f"{{{CONV}, activation: %s}}}}"
CONV_PLAIN = f"{{{CONV}}}}}"
BN, DENSE = "batch_normalization", "{dense: {units: 5}}"


def merged(merge: str, paths: int = 2) -> str:
    return f"{{branch: {{paths: [{', '.join([f'[{CONV_PLAIN}]'] * paths)}], merge: {merge}}}}}"


@pytest.mark.parametrize(
    ("shape", "layers", "head"),
    [
        # What goes into the convolution or the dense layer before it, and what does not.
        (IMAGE, [CONV_PLAIN, BN, "relu"], 640),
        (IMAGE, [CONV_PLAIN, "{relu: {max_value: 6}}"], 640),
        (IMAGE, [CONV_PLAIN, "{dropout: {rate: 0.5}}", BN, "relu"], 640),
        (IMAGE, [CONV_PLAIN, BN, BN], 640),
        (IMAGE, [ACTIVATED % "relu", BN], 768),
        (IMAGE, [ACTIVATED % "relu", BN, "relu", CONV_PLAIN], 768),
        (IMAGE, [BN, CONV_PLAIN], 640),
        (IMAGE, ["{rescaling: {scale: 0.1, offset: -1}}", CONV_PLAIN], 640),
        (IMAGE, [CONV_PLAIN, "{residual: [relu]}"], 1152),
        (IMAGE, [CONV_PLAIN, f"{{residual: [{BN}]}}"], 1152),
        (SEQUENCE, [DENSE, BN, "relu"], 144),
        ("[8]", [BN, DENSE], 32),
        ("[8]", [BN, "relu", DENSE], 32),
        # Activations that are operators, one or two.
        (IMAGE, ["relu"], 512),
        (IMAGE, [ACTIVATED % "sigmoid", "{relu: {max_value: 6}}"], 768),
        (IMAGE, [ACTIVATED % "hard_silu"], 768),
        (IMAGE, [ACTIVATED % "log_softmax"], 768),
        (IMAGE, [ACTIVATED % "silu"], 1152),
        (IMAGE, [CONV_PLAIN, BN, "{activation: {activation: silu}}", CONV_PLAIN], 1152),
        (IMAGE, [CONV_PLAIN, "leaky_relu"], 768),
        (IMAGE, [CONV_PLAIN, "{relu: {negative_slope: 0.1}}"], 768),
        (IMAGE, [CONV_PLAIN, "{prelu: {shared_axes: [1, 2]}}"], 768),
        (IMAGE, [CONV_PLAIN, "softmax"], 768),
        # Other shapes of the same elements.
        (IMAGE, ["flatten", DENSE], 512),
        (IMAGE, ["flatten", "flatten", DENSE], 512),
        ("[1, 1, 4]", ["flatten", DENSE], 32),
        (IMAGE, ["{average_pooling2d: {pool_size: 8}}", "flatten", DENSE], 272),
        (IMAGE, [CONV_PLAIN, "flatten"], 768),
        (IMAGE, ["flatten", "{residual: {merge: concatenate, layers: [dense: {units: 3}]}}"], 544),
        ("[32]", ["{reshape: {target_shape: [4, 4, 2]}}", CONV_PLAIN], 128),
        ("[6, 8]", ["{dense: {units: 5, activation: relu}}", "flatten", DENSE], 80),
        (IMAGE, ["{permute: {dims: [3, 1, 2]}}"], 512),
        # Kernels of their own, padding, untied biases, and kernels that ask for memory while they run.
        (IMAGE, ["{separable_conv2d: {filters: 6, kernel_size: 3, padding: same}}", BN, "relu"], 640),
        (IMAGE, ["{separable_conv2d: {filters: 6, kernel_size: 3, padding: same, activation: sigmoid}}"], 768),
        (IMAGE, ["{conv2d: {filters: 6, kernel_size: 3, padding: 1}}"], 640),
        (IMAGE, ["{conv2d: {filters: 6, kernel_size: 3, strides: 2, padding: 1}}"], 656),
        (IMAGE, ["{conv2d: {filters: 6, kernel_size: 3, groups: 2}}"], 480),
        (IMAGE, [f"{{{CONV}, bias: untied}}}}", "relu"], 768),
        (IMAGE, ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: same}}", BN, "relu"], 7936),
        (IMAGE, ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, activation: relu}}"], 8944),
        (IMAGE, ["global_average_pooling2d", DENSE], 320),
        (IMAGE, ["global_max_pooling2d"], 304),
        (SEQUENCE, ["global_average_pooling1d"], 128),
        # Pooling and resizing.
        (IMAGE, ["max_pooling2d", "relu"], 320),
        (IMAGE, ["max_pooling2d", "leaky_relu", "relu"], 320),
        (IMAGE, ["{up_sampling2d: {interpolation: bilinear}}"], 1280),
        (IMAGE, ["{cropping2d: {cropping: 1}}"], 400),
        (SEQUENCE, ["zero_padding1d"], 144),
        # Sequences are images of one row.
        (SEQUENCE, ["max_pooling1d"], 128),
        (SEQUENCE, ["{depthwise_conv1d: {kernel_size: 3}}"], 128),
        (SEQUENCE, ["{separable_conv1d: {filters: 6, kernel_size: 3}}"], 192),
        (SEQUENCE, ["{conv1d: {filters: 6, kernel_size: 3, padding: causal}}"], 192),
        (SEQUENCE, ["{conv1d_transpose: {filters: 6, kernel_size: 3}}"], 608),
        (
            SEQUENCE,
            ["{conv1d: {filters: 6, kernel_size: 3}}", BN, "relu", "{conv1d: {filters: 6, kernel_size: 3}}"],
            176,
        ),
        (SEQUENCE, ["{conv1d: {filters: 6, kernel_size: 3}}", "relu", "max_pooling1d", "flatten", DENSE], 160),
        # Several inputs.
        (IMAGE, [merged("multiply"), "relu"], 1152),
        (IMAGE, [merged("maximum"), "relu"], 1152),
        (IMAGE, [merged("average")], 1152),
        (IMAGE, [merged("concatenate"), "relu"], 1536),
        (IMAGE, [merged("add"), BN, "relu"], 1152),
    ],
)
def test_head_is_what_tensorflow_lite_micro_allocates(shape: str, layers: list[str], head: int) -> None:
    """Printed by tflite-micro 0.dev20261023 on the same network in Keras, converted by TensorFlow 2.21 to int8."""
    assert planned(network(shape, *layers), TieBreak.LATER_FIRST).head == head


def test_plan_by_hand() -> None:
    """The input's 256 and the dense layer's 16 bytes never meet; what the pool makes goes between."""
    plan = planned(network(IMAGE, "max_pooling2d", "flatten", DENSE)).plan
    assert [(*placed.buffer, placed.offset) for placed in plan] == [
        ("input", 256, 0, 1, 0),
        ("max_pooling2d", 64, 1, 2, 256),
        ("flatten", 64, 2, 3, 0),
        ("dense", 16, 3, 3, 64),
    ]


def test_live_is_what_each_step_needs() -> None:
    assert planned(network(IMAGE, "max_pooling2d", "flatten", DENSE)).live == (256, 320, 128, 80)


def test_output_is_needed_to_the_end() -> None:
    text = (
        "input: [16]\nlayers: [dense: {name: a, units: 16}, dense: {name: b, units: 16}, dense: {name: c, units: 16}]\n"
    )
    plan = planned(archsum.summarize(io.StringIO(f"{text}outputs: [a, c]\n"))).plan
    assert {placed.buffer.layer: placed.buffer.last for placed in plan} == {"input": 1, "a": 3, "b": 3, "c": 3}


def test_network_of_nothing_but_dropout_needs_its_input() -> None:
    found = planned(network("[10]", "{dropout: {rate: 0.5}}"))
    assert (found.head, found.live, found.flash) == (16, (16,), 0)


@pytest.mark.parametrize(
    ("layers", "flash"),
    [
        (["{conv2d: {filters: 6, kernel_size: 3}}"], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: false}}"], 9 * 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: false}}", BN], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3}}", BN], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: untied}}"], 9 * 4 * 6 + 6 * 6 * 6),
        ([BN, "relu"], 2 * 4),
        (["{dense: {units: 4, shared: a}}", "{dense: {units: 4, shared: a}}"], 4 * 4 + 4 * 4),
    ],
)
def test_flash(layers: list[str], flash: int) -> None:
    """Weights in one byte, biases in four; an untied bias is a constant of its own, in one."""
    assert planned(network(IMAGE, *layers)).flash == flash


@pytest.mark.parametrize(
    ("shape", "layers", "unknown"),
    [
        ("[null, 8, 4]", ["max_pooling2d", "global_average_pooling2d"], ["max_pooling2d", "global_average_pooling2d"]),
        (IMAGE, [CONV_PLAIN, "{activation: {activation: gelu}}"], ["activation"]),
        (IMAGE, [ACTIVATED % "elu"], ["conv2d"]),
        (IMAGE, ["up_sampling2d"], ["up_sampling2d"]),
        (IMAGE, ["{max_pooling2d: {pool_size: 3, ceil_mode: true}}"], ["max_pooling2d"]),
        (IMAGE, ["{conv2d: {filters: 1, kernel_size: 3, connection_table: [[0, 1]]}}"], ["conv2d"]),
        (SEQUENCE, ["{lstm: {units: 4}}"], ["lstm"]),
        ("[4, 4, 4, 2]", ["{conv3d: {filters: 2, kernel_size: 2}}"], ["conv3d"]),
    ],
)
def test_what_is_not_known_is_said(shape: str, layers: list[str], unknown: list[str]) -> None:
    summary = network(shape, *layers)
    operators = operators_by_layer(summary)
    assert arena(summary, operators) is None
    assert [name for name, of_layer in operators.items() if of_layer is None] == unknown


buffers = st.lists(
    st.builds(
        lambda size, first, length: Buffer("", ALIGNMENT * size, first, first + length),
        st.integers(1, 8),
        st.integers(0, 12),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=30,
)


@given(buffers, st.sampled_from(TieBreak))
def test_plan_keeps_what_is_alive_apart(buffers: list[Buffer], ties: TieBreak) -> None:
    found = Arena(place(buffers, ties), {})
    assert [placed.buffer for placed in found.plan] == buffers
    assert all(placed.offset >= 0 and placed.offset % ALIGNMENT == 0 for placed in found.plan)
    for number, one in enumerate(found.plan):
        for other in found.plan[:number]:
            together = one.buffer.first <= other.buffer.last and other.buffer.first <= one.buffer.last
            assert not together or one.end <= other.offset or other.end <= one.offset
    assert max(found.live) <= found.head <= sum(buffer.size for buffer in buffers)


@given(buffers, st.sampled_from(TieBreak))
def test_no_buffer_could_be_lower_when_it_was_placed(buffers: list[Buffer], ties: TieBreak) -> None:
    """The greedy rule, said of its result: below each buffer, every gap among those placed before it is too narrow."""
    plan = place(buffers, ties)
    order = sorted(range(len(plan)), key=lambda i: (-buffers[i].size, i if ties is TieBreak.GRAPH_ORDER else -i))
    for position, index in enumerate(order):
        size, first, last = buffers[index][1:]
        beside = [
            plan[other] for other in order[:position] if buffers[other].first <= last and first <= buffers[other].last
        ]
        for lower in range(0, plan[index].offset, ALIGNMENT):
            assert any(placed.offset < lower + size and lower < placed.end for placed in beside)
