"""The microcontroller's arena against TensorFlow Lite Micro, and its planner against what every plan must keep to."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum import Summary
from archsum.language.spec.training import Training
from archsum.memory.arena import ALIGNMENT, Arena, Buffer, TieBreak, place
from archsum.memory.conversion import ArenaPrecision
from archsum.memory.costs import Costs
from tests.support.paths import EXAMPLES

IMAGE, SEQUENCE = "[8, 8, 4]", "[16, 4]"


def network(shape: str, *layers: str) -> Summary:
    return archsum.summarize(io.StringIO(f"input: {shape}\nlayers: [{', '.join(layers)}]\n"))


def costs_of(summary: Summary, precision: ArenaPrecision = "int8") -> Costs:
    return Costs(summary, Training.model_validate({}), precision)


def planned(summary: Summary, ties: TieBreak = TieBreak.GRAPH_ORDER, precision: ArenaPrecision = "int8") -> Arena:
    found = costs_of(summary, precision).arena
    assert found
    return found.placed_by(ties)


BY_HEIGHT = "{untied: [height]}"


@pytest.mark.parametrize(
    ("shape", "layer", "int8", "float32"),
    [
        (IMAGE, f"conv2d: {{filters: 6, kernel_size: 3, bias: {BY_HEIGHT}, activation: relu}}", 480, 1888),
        (IMAGE, "conv2d: {filters: 6, kernel_size: 3, bias: {untied: [width]}}", 480, 1888),
        (IMAGE, f"separable_conv2d: {{filters: 6, kernel_size: 3, bias: {BY_HEIGHT}}}", 592, 2304),
        (IMAGE, f"conv2d_transpose: {{filters: 6, kernel_size: 3, bias: {BY_HEIGHT}}}", 3264, 4800),
        (IMAGE, f"dense: {{units: 6, bias: {BY_HEIGHT}}}", 768, 3072),
        ("[3, 4, 5, 4]", "dense: {units: 6, bias: {untied: [depth]}}", 736, 2880),
        ("[3, 4, 2, 5, 4]", "dense: {units: 6, bias: {untied: [1, 3]}}", 1440, 5760),
        ("[8, 4]", "conv1d: {filters: 6, kernel_size: 3, bias: untied}", 96, 288),
        (IMAGE, f"scale: {{bias: {BY_HEIGHT}}}", 512, 2048),
        # Of one location, where the converter makes it a convolution's own.
        (IMAGE, "conv2d: {filters: 6, kernel_size: 8, bias: untied, activation: relu}", 272, 1056),
        ("[8, 4]", "conv1d: {filters: 6, kernel_size: 8, bias: untied}", 64, 256),
        ("[1, 8, 4]", f"dense: {{units: 6, bias: {BY_HEIGHT}}}", 80, 320),
        ("[1, 4]", "dense: {units: 6, bias: untied}", 32, 48),
    ],
)
def test_untied_biases(shape: str, layer: str, int8: int, float32: int) -> None:
    """Heads that tflite-micro prints for Keras's layer and one that adds a weight, as TensorFlow 2.21 converts them."""
    summary = network(shape, f"{{{layer}}}")
    assert planned(summary, TieBreak.LATER_FIRST).head == int8
    assert planned(summary, TieBreak.LATER_FIRST, "float32").head == float32


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
    assert costs_of(summary).flash == params - biases + 4 * biases


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
        (IMAGE, [BN, "{dense: {units: 1}}"], 320),
        (IMAGE, [BN, "{dense: {units: 1, bias: false}}"], 512),
        (IMAGE, ["layer_scale", "{dense: {units: 1, bias: false}}"], 320),
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
        (IMAGE, [f"{{{CONV}, bias: {{untied: [height]}}}}}}", "relu"], 768),
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
    found = costs_of(network("[10]", "{dropout: {rate: 0.5}}"))
    assert found.arena
    assert (found.arena.head, found.arena.live, found.flash) == (16, (16,), 0)


@pytest.mark.parametrize(
    ("layers", "flash"),
    [
        (["{conv2d: {filters: 6, kernel_size: 3}}"], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: false}}"], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: false}}", "layer_scale"], 9 * 4 * 6 + 4 * 6),
        (["{depthwise_conv2d: {kernel_size: 3, bias: false}}", "{scale: {bias: false}}"], 9 * 4 + 4 * 4),
        (["{separable_conv2d: {filters: 6, kernel_size: 3}}"], 9 * 4 + 4 * 4 + 4 * 6 + 4 * 6),
        (["{depthwise_conv2d: {kernel_size: 3, strides: 2, dilation_rate: 2, bias: false}}"], 9 * 4 + 4 * 4),
        (["{conv2d_transpose: {filters: 6, kernel_size: 3}}"], 9 * 4 * 6 + 4 * 6),
        (["{conv2d_transpose: {filters: 6, kernel_size: 3, bias: false}}"], 9 * 4 * 6),
        (["{conv2d_transpose: {filters: 6, kernel_size: 3, bias: false}}", "layer_scale"], 9 * 4 * 6),
        (["{conv2d_transpose: {filters: 6, kernel_size: 3, bias: false}}", BN], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: false}}", BN], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3}}", BN], 9 * 4 * 6 + 4 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: untied}}"], 9 * 4 * 6 + 4 * 6 + 6 * 6 * 6),
        (["{conv2d: {filters: 6, kernel_size: 3, bias: {untied: [height]}}}"], 9 * 4 * 6 + 4 * 6 + 6 * 6),
        (["{conv2d: {filters: 6, kernel_size: 8, bias: untied}}"], 64 * 4 * 6 + 4 * 6),
        (["{dense: {units: 6, bias: {untied: [width]}}}"], 4 * 6 + 8 * 6),
        (["{scale: {bias: {untied: [width]}}}"], 4 + 8 * 4),
        (["{conv2d: {filters: 6, kernel_size: 8, bias: false}}", "{scale: {bias: untied}}"], 64 * 4 * 6 + 4 * 6),
        (["{dense: {units: 6, bias: false}}"], 4 * 6),
        (["{dense: {units: 6, bias: false}}", "layer_scale"], 4 * 6),
        (["layer_scale", "{dense: {units: 6, bias: false}}"], 4 * 6),
        (["layer_scale", "{dense: {units: 6}}"], 4 * 6 + 4 * 6),
        (["{dense: {units: 6, bias: false}}", BN], 4 * 6 + 4 * 6),
        (["{dense: {units: 6, bias: false}}", "{rescaling: {scale: 0.5, offset: 1}}"], 4 * 6 + 4 * 6),
        (["{dense: {units: 6, bias: false, activation: hard_sigmoid}}"], 4 * 6 + 4 * 6 + 1),
        (["{rescaling: {scale: 0.5}}", "{dense: {units: 6, bias: false}}"], 4 * 6),
        ([BN, "{dense: {units: 6, bias: false}}"], 2 * 4 + 4 * 6),
        ([BN, "{dense: {units: 6}}"], 4 * 6 + 4 * 6),
        (["{dense: {units: 6}}", "{dense: {units: 5}}"], 4 * 6 + 6 * 5 + 4 * 5),
        (["{dense: {units: 6, activation: relu}}", "{dense: {units: 5}}"], 4 * 6 + 4 * 6 + 6 * 5 + 4 * 5),
        (["{dense: {units: 6}}", "{dense: {units: 5, bias: false}}"], 4 * 6 + 4 * 6 + 6 * 5),
        ([BN, "relu"], 2 * 4),
        (["{dense: {units: 4, shared: a}}", "{dense: {units: 4, shared: a}}"], 4 * 4 + 4 * 4),
    ],
)
def test_flash(layers: list[str], flash: int) -> None:
    """The constants of TensorFlow 2.21's file, without shapes and the like.

    Weights are in one byte, biases in four; a bias that is untied, along all axes or some, is a constant of its own,
    in one. A convolution without a
    bias has one of zeros, a transposed one or a dense layer has none; a factor alone makes none either.
    """
    assert costs_of(network(IMAGE, *layers)).flash == flash


SHARED_CONV = "{conv2d: {filters: 4, kernel_size: 3, padding: same, shared: a}}"
SHARED_DENSE = "{dense: {units: 4, shared: b}}"
SHARED_BN = "{batch_normalization: {shared: c}}"


@pytest.mark.parametrize(
    ("layers", "weights", "int8", "float32"),
    [
        ([SHARED_CONV, SHARED_CONV], 144, 32, 16),
        ([SHARED_CONV, BN, SHARED_CONV, BN], 288, 32, 32),
        ([SHARED_CONV, SHARED_BN, SHARED_CONV, SHARED_BN], 144, 32, 16),
        ([SHARED_CONV, SHARED_CONV, BN], 288, 32, 32),
        ([SHARED_CONV, BN, SHARED_CONV], 288, 32, 32),
        ([SHARED_DENSE, "relu", SHARED_DENSE], 16, 32, 16),
        ([SHARED_DENSE, "relu", SHARED_DENSE, BN], 32, 32, 32),
        ([SHARED_DENSE, "relu", "layer_scale", SHARED_DENSE, "layer_scale"], 32, 32, 32),
        ([SHARED_DENSE, SHARED_DENSE], 16, 16, 16),
        ([SHARED_DENSE, *("relu", SHARED_DENSE) * 2], 16, 48, 16),
    ],
)
def test_flash_of_shared_weights(layers: list[str], weights: int, int8: int, float32: int) -> None:
    """The constants of TensorFlow 2.21's file, weights in elements and biases in bytes, whose scales differ in int8."""
    summary = network(IMAGE, *layers)
    assert costs_of(summary).flash == weights + int8
    assert costs_of(summary, "float32").flash == 4 * weights + float32


TABLE = "{embedding: {input_dim: 50, output_dim: 8, shared: {embeddings: k}}}"
BETWEEN = "{dense: {units: 8, activation: relu}}"
KERNEL = "shared: {kernel: k}"
ENCODER = "filters: 6, kernel_size: 3, padding: same, strides: 2, activation: relu"


@pytest.mark.parametrize(
    ("shape", "layers", "int8", "float32"),
    [
        # In int8 a table has one scale, and a kernel one for each unit.
        ("[16]", [TABLE, BETWEEN, f"{{dense: {{units: 50, {KERNEL}}}}}"], 1096, 2088),
        ("[16]", [TABLE, BETWEEN, f"{{dense: {{units: 50, bias: false, {KERNEL}}}}}"], 896, 1888),
        # A transpose is written once more, as it is other elements in a row.
        ("[16]", [f"{{dense: {{units: {units}, activation: relu, {KERNEL}}}}}" for units in (4, 16)], 208, 592),
        ("[16]", [f"{{dense: {{units: 16, activation: relu, {KERNEL}}}}}"] * 2, 384, 1152),
        (IMAGE, [f"{{conv2d: {{filters: 4, kernel_size: 3, padding: same, {KERNEL}}}}}"] * 2, 176, 608),
        (
            IMAGE,
            [
                f"{{conv2d: {{{ENCODER}, {KERNEL}}}}}",
                f"{{conv2d_transpose: {{{ENCODER.replace('6', '4', 1)}, {KERNEL}}}}}",
            ],
            472,
            1768,
        ),
    ],
)
def test_flash_where_single_weights_are_shared(shape: str, layers: list[str], int8: int, float32: int) -> None:
    """The constants of TensorFlow 2.21's file, without shapes and the like, of Keras 2's layers and one that takes
    another's kernel; each layer has a bias of its own."""
    summary = network(shape, *layers)
    assert (costs_of(summary).flash, costs_of(summary, "float32").flash) == (int8, float32)


@pytest.mark.parametrize(
    ("layers", "weights", "biases"),
    [
        # What the converter writes of these is not known, or lacking on microcontrollers; the weights are there.
        (["{locally_connected2d: {filters: 3, kernel_size: 2}}"], 7 * 7 * 2 * 2 * 4 * 3 + 7 * 7 * 3, 0),
        (["{conv2d: {filters: 6, kernel_size: 3, activation: gelu}}"], 9 * 4 * 6, 6),
        ([CONV_PLAIN, BN, "{activation: {activation: gelu}}"], 9 * 4 * 6, 6),
        (["{custom: {weights: {kernel: [5, 7], bias: [7]}}}"], 35, 7),
        # And of these it is known; the constants of an LSTM as TensorFlow 2.21 writes them, for 4 features and 5 units.
        (["{reshape: {target_shape: [64, 4]}}", "{lstm: {units: 5}}"], 80 + 100, 20),
        (["{reshape: {target_shape: [64, 4]}}", "{bidirectional: {layer: {lstm: {units: 5}}}}"], 360, 40),
        (["{reshape: {target_shape: [64, 4]}}", "{multi_head_attention: {num_heads: 2, key_dim: 3}}"], 96, 22),
        (["layer_normalization"], 8, 0),
        (["scale"], 8, 0),
    ],
)
def test_flash_is_known_whatever_the_operators_are(layers: list[str], weights: int, biases: int) -> None:
    summary = network(IMAGE, *layers)
    assert costs_of(summary).flash == weights + 4 * biases
    assert costs_of(summary, "float32").flash == 4 * (weights + biases)


MERGED_SPLIT = (
    "{{branch: {{paths: [[split: {{parts: 2, part: 0}}{}], [split: {{parts: 2, part: 1}}, {}]], merge: {}}}}}"
)
D2S = "{depth_to_space: {block_size: 2}}"
CONV_8 = CONV_PLAIN.replace("6", "8")
VOLUME = "[4, 4, 4, 2]"


@pytest.mark.parametrize(
    ("shape", "layers", "int8", "float32"),
    [
        ("[64, 16]", ["{conv1d: {filters: 16, kernel_size: 5, padding: causal}}"], 2176, 8704),
        ("[64, 16]", ["{zero_padding1d: {padding: [[4, 0]]}}", "{conv1d: {filters: 16, kernel_size: 5}}"], 2176, 8704),
        (SEQUENCE, ["{conv1d: {filters: 6, kernel_size: 3, padding: causal, dilation_rate: 2}}"], 192, 768),
        (IMAGE, ["{slice: {start: 1, stop: 3}}"], 384, 1536),
        (IMAGE, ["{slice: {axis: 1, start: 2, stop: -1}}"], 416, 1664),
        (SEQUENCE, ["{slice: {axis: 1, start: -1}}"], 80, 272),
        (IMAGE, [D2S], 512, 2048),
        (IMAGE, ["{space_to_depth: {block_size: 2}}"], 512, 2048),
        (IMAGE, ["{split: {parts: 2, part: 0}}", CONV_PLAIN], 512, 2048),
        (IMAGE, [CONV_PLAIN, "{split: {parts: 2, part: 0}}", CONV_PLAIN], 768, 3072),
        (IMAGE, [CONV_8, D2S, "relu", CONV_PLAIN], 2048, 8192),
        (IMAGE, [CONV_8, D2S, BN, "relu"], 1024, 4096),
        (IMAGE, [CONV_8, "{space_to_depth: {block_size: 2}}", "relu", CONV_PLAIN], 1024, 4096),
        (IMAGE, [CONV_PLAIN, "{permute: {dims: [3, 1, 2]}}", "relu"], 768, 3072),
        (IMAGE, [CONV_PLAIN, "{slice: {axis: 1, start: 1}}", "relu"], 720, 2880),
        (IMAGE, [CONV_PLAIN, "{slice: {axis: 1, start: 1}}", BN, "relu"], 1008, 4032),
        (IMAGE, ["up_sampling2d"], 1280, 5120),
        (IMAGE, [CONV_PLAIN, "up_sampling2d", "relu"], 3072, 12288),
        (IMAGE, ["{up_sampling2d: {interpolation: bilinear}}"], 1280, 5120),
        (SEQUENCE, ["{lstm: {units: 5}}"], 208, 704),
        (SEQUENCE, ["{lstm: {units: 5, return_sequences: true}}"], 208, 704),
        (SEQUENCE, ["{lstm: {units: 5, return_sequences: true}}", "{lstm: {units: 40}}"], 1040, 3520),
        (SEQUENCE, ["{bidirectional: {layer: {lstm: {units: 5}}}}"], 272, 960),
        (SEQUENCE, ["{bidirectional: {layer: {lstm: {units: 5, return_sequences: true}}}}"], 384, 1536),
        (IMAGE, ["elu"], 2048, 2048),
        (IMAGE, [ACTIVATED % "elu", CONV_PLAIN], 3072, 3072),
        (IMAGE, ["elu", "elu"], 2048, 2048),
        (IMAGE, ["elu", "elu", "elu"], 2048, 2048),
        (IMAGE, ["elu", "elu", CONV_PLAIN], 2048, 2560),
        (IMAGE, ["elu", "{activation: {activation: squareplus}}"], 2304, 3072),
        (IMAGE, ["elu", "{relu: {max_value: 6, negative_slope: 0.1}}"], 2304, 4096),
        (IMAGE, ["elu", "flatten", "elu"], 2048, 2048),
        (
            IMAGE,
            ["{branch: {paths: [[elu], [activation: {activation: squareplus}]], merge: add}}"],
            2560,
            4096,
        ),
        (SEQUENCE, ["elu", "rms_normalization"], 576, 768),
        (SEQUENCE, ["layer_normalization"], 320, 1280),
        (SEQUENCE, ["{layer_normalization: {scale: false}}"], 256, 1024),
        (SEQUENCE, ["{layer_normalization: {center: false}}"], 272, 1024),
        (SEQUENCE, ["{layer_normalization: {center: false, scale: false}}"], 256, 832),
        (IMAGE, [CONV_PLAIN, "layer_normalization", CONV_PLAIN], 1536, 6144),
        (IMAGE, ["{layer_normalization: {axis: [1, 2]}}"], 1280, 5120),
        (SEQUENCE, ["rms_normalization"], 576, 768),
        (IMAGE, ["{group_normalization: {groups: 2}}"], 2320, 3088),
        (IMAGE, ["{group_normalization: {groups: 2, scale: false, center: false}}"], 2320, 3104),
        (SEQUENCE, ["unit_normalization"], 576, 608),
        (SEQUENCE, ["{unit_normalization: {axis: 1}}"], 576, 560),
        (IMAGE, ["{normalization: {mean: [1, 2, 3, 4], variance: [1, 2, 3, 4]}}"], 512, 2048),
        (IMAGE, ["normalization", CONV_PLAIN], 640, 2560),
        (IMAGE, [CONV_PLAIN, "normalization", CONV_PLAIN], 768, 3072),
        (IMAGE, ["{softmax: {axis: 1}}"], 512, 2048),
        (SEQUENCE, ["{softmax: {axis: 1}}"], 128, 512),
        (IMAGE, ["{relu: {max_value: 4}}"], 512, 2048),
        (IMAGE, ["{relu: {threshold: 1}}"], 768, 2304),
        (IMAGE, ["{relu: {max_value: 6, negative_slope: 0.1}}"], 2304, 4096),
        (IMAGE, ["{relu: {max_value: 4, negative_slope: 0.1}}"], 2304, 4096),
        (IMAGE, ["{relu: {max_value: 6, threshold: 1}}"], 768, 2304),
        (IMAGE, ["{relu: {max_value: 4, threshold: 1}}"], 768, 2304),
        (IMAGE, ["{relu: {threshold: 1, negative_slope: 0.1}}"], 768, 3072),
        (IMAGE, [CONV_PLAIN, "{relu: {max_value: 4}}", CONV_PLAIN], 768, 3072),
        (IMAGE, [CONV_PLAIN, "{relu: {max_value: 4}}", BN, "relu"], 768, 3072),
        (IMAGE, ["{activation: {activation: softsign}}"], 768, 3072),
        (IMAGE, ["{activation: {activation: hard_sigmoid}}"], 512, 2048),
        (IMAGE, ["{activation: {activation: hard_shrink}}"], 768, 2304),
        (IMAGE, ["{activation: {activation: tanh_shrink}}"], 768, 3072),
        (IMAGE, ["{activation: {activation: squareplus}}"], 2304, 3072),
        (IMAGE, ["{activation: {activation: sparse_sigmoid}}"], 1024, 2560),
        (IMAGE, ["{activation: {activation: exponential}}"], None, 2048),
        (IMAGE, ["{activation: {activation: softplus}}"], None, 2048),
        (IMAGE, ["{activation: {activation: mish}}"], None, 3072),
        (IMAGE, ["{activation: {activation: celu}}"], None, 3072),
        (IMAGE, ["{activation: {activation: log_sigmoid}}"], None, 2048),
        (IMAGE, ["{activation: {activation: tanh}}"], 512, 2048),
        (IMAGE, ["{activation: {activation: silu}}"], 768, 3072),
        (IMAGE, [merged("subtract")], 1152, 4608),
        (IMAGE, [merged("minimum")], 1152, 4608),
        (SEQUENCE, ["{multi_head_attention: {num_heads: 2, key_dim: 3}}"], 1088, 4352),
        (SEQUENCE, ["{multi_head_attention: {num_heads: 2, key_dim: 3, value_dim: 5}}"], 1088, 4352),
        (SEQUENCE, ["{multi_head_attention: {num_heads: 1, key_dim: 3}}"], 576, 2304),
        (SEQUENCE, ["attention"], 576, 2304),
        (SEQUENCE, ["{attention: {use_scale: true}}"], 576, 2304),
        (SEQUENCE, ["{attention: {score_mode: concat}}"], 2400, 8448),
        (SEQUENCE, ["additive_attention"], 2400, 8448),
        (SEQUENCE, ["{additive_attention: {use_scale: false}}"], 2400, 8448),
        (IMAGE, ["{channel_shuffle: {groups: 2}}"], 512, 2048),
        (IMAGE, [CONV_PLAIN, "{channel_shuffle: {groups: 2}}", "relu", CONV_PLAIN], 768, 3072),
        (SEQUENCE, ["global_max_pooling1d"], 112, 304),
        (VOLUME, ["global_average_pooling3d"], 208, 576),
        (VOLUME, ["global_max_pooling3d"], 192, 576),
        (IMAGE, ["{global_average_pooling2d: {keepdims: true}}", CONV_PLAIN], 320, 1072),
        (VOLUME, ["zero_padding3d"], 560, 2240),
        (IMAGE, ["{cropping2d: {cropping: 1}}"], 400, 1600),
        (IMAGE, ["{adaptive_average_pooling2d: {output_size: 4}}"], 832, 3328),
        (IMAGE, ["{adaptive_average_pooling2d: {output_size: 3}}"], 704, 2816),
        (IMAGE, ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, output_padding: 1}}"], 9984, 8800),
        (
            IMAGE,
            ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: same, output_padding: 1}}"],
            7936,
            7168,
        ),
        (IMAGE, ["{conv2d: {filters: 6, kernel_size: 3, groups: 2}}"], 480, 1888),
        (IMAGE, [CONV_PLAIN, "flatten", "{dense: {units: 3, activation: softsign}}"], 768, 3072),
        (IMAGE, [MERGED_SPLIT.format(", " + CONV_PLAIN, CONV_PLAIN, "concatenate")], 1536, 6144),
        (IMAGE, [MERGED_SPLIT.format("", CONV_PLAIN, "concatenate")], 1024, 4096),
        (IMAGE, [MERGED_SPLIT.format("", "{activation: {activation: sigmoid}}", "multiply")], 512, 2048),
        (
            IMAGE,
            ["{branch: {paths: [%s, %s], merge: add}}" % ((f"[slice: {{stop: 2}}, {CONV_PLAIN}]",) * 2)],
            1152,
            4608,
        ),
        (IMAGE, [CONV_PLAIN, "flatten", DENSE], 768, 3072),
        (IMAGE, [CONV_PLAIN, "layer_scale", CONV_PLAIN], 768, 3072),
        (IMAGE, ["layer_scale"], 512, 2048),
        (SEQUENCE, ["{residual: [multi_head_attention: {num_heads: 2, key_dim: 3}]}"], 1088, 4352),
        (IMAGE, ["{slice: {axis: 2, start: 2, stop: 5}}"], 352, 1408),
        (IMAGE, ["{adaptive_max_pooling2d: {output_size: [2, 4]}}"], 576, 2304),
        (
            "[8]",
            [
                "{reshape: {target_shape: [1, 1, 8]}}",
                "{up_sampling2d: {size: [5, 1]}}",
                "{reshape: {target_shape: [5, 8]}}",
            ],
            96,
            320,
        ),
        (
            SEQUENCE,
            [
                "{reshape: {target_shape: [16, 1, 4]}}",
                "{up_sampling2d: {size: [2, 1]}}",
                "{reshape: {target_shape: [-1, 4]}}",
            ],
            256,
            1024,
        ),
        (
            IMAGE,
            ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2}}", "{cropping2d: {cropping: 1}}"],
            8944,
            12352,
        ),
        (SEQUENCE, ["rms_normalization", "relu"], 576, 768),
        (SEQUENCE, ["layer_normalization", "relu"], 320, 1280),
        (IMAGE, ["{group_normalization: {groups: 2}}", "relu"], 2320, 3088),
        (IMAGE, ["{rms_normalization: {axis: [1, 2, 3]}}"], 2304, 3072),
        ("[30]", ["{dense: {units: 64, activation: elu}}", DENSE], 512, 512),
        (IMAGE, [ACTIVATED % "celu"], None, 4608),
        (IMAGE, [ACTIVATED % "hard_shrink", CONV_PLAIN], 1152, 4992),
        (IMAGE, [ACTIVATED % "squareplus", CONV_PLAIN], 3456, 4608),
        (IMAGE, [ACTIVATED % "hard_sigmoid", "relu"], 768, 3072),
        (
            "[32, 32, 3]",
            [
                "{conv2d: {filters: 8, kernel_size: 3, strides: 2}}",
                BN,
                "relu",
                "{separable_conv2d: {filters: 16, kernel_size: 3}}",
                "max_pooling2d",
                "flatten",
                "{dense: {units: 10, activation: softmax}}",
            ],
            6240,
            24896,
        ),
        ("[10]", ["{embedding: {input_dim: 20, output_dim: 4}}"], 96, 208),
        ("[10]", ["{embedding: {input_dim: 20, output_dim: 4}}", "{dense: {units: 3}}"], 96, 288),
        (
            "[10]",
            [
                "{embedding: {input_dim: 20, output_dim: 4}}",
                "{conv1d: {filters: 6, kernel_size: 3}}",
                "global_max_pooling1d",
                "{dense: {units: 2}}",
            ],
            96,
            384,
        ),
        (
            "[10]",
            ["{embedding: {input_dim: 20, output_dim: 4}}", "{lstm: {units: 5}}", "{dense: {units: 2}}"],
            176,
            496,
        ),
        (
            IMAGE,
            ["{depthwise_conv2d: {kernel_size: 3}}", "relu", "{average_pooling2d: {pool_size: 2}}", "flatten", DENSE],
            400,
            1600,
        ),
        (
            SEQUENCE,
            ["{conv1d: {filters: 6, kernel_size: 3}}", BN, "relu", "{conv1d: {filters: 6, kernel_size: 3}}"],
            176,
            624,
        ),
        (IMAGE, ["{separable_conv2d: {filters: 6, kernel_size: 3, padding: same, activation: sigmoid}}"], 768, 3072),
        (IMAGE, ["global_average_pooling2d", DENSE], 320, 1072),
        (
            IMAGE,
            ["{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: same}}", BN, "relu"],
            7936,
            7168,
        ),
        (IMAGE, [merged("add"), BN, "relu"], 1152, 4608),
        (IMAGE, [CONV_PLAIN, "{residual: [relu]}"], 1152, 4608),
        ("[32]", ["{reshape: {target_shape: [4, 4, 2]}}", CONV_PLAIN], 128, 512),
        (IMAGE, [CONV_PLAIN, "{prelu: {shared_axes: [1, 2]}}"], 768, 3072),
        (
            SEQUENCE,
            ["{conv1d: {filters: 6, kernel_size: 3, padding: causal}}", "relu", "max_pooling1d", "flatten", DENSE],
            176,
            672,
        ),
    ],
)
def test_head_in_int8_and_in_float32(shape: str, layers: list[str], int8: int | None, float32: int) -> None:
    """Printed by tflite-micro 0.dev20261023 on the same network in Keras, converted by TensorFlow 2.21.

    Nearest up-sampling, LSTM and embedding are Keras 2's (tf_keras 2.21), of which the converter writes operators that
    tflite-micro has; all others Keras 3.15's. The weights were random, as the converter leaves out offsets of 0. None
    is where tflite-micro refuses the network.
    """
    summary = network(shape, *layers)
    assert planned(summary, TieBreak.LATER_FIRST, "float32").head == float32
    if int8 is None:
        assert costs_of(summary).arena is None
    else:
        assert planned(summary, TieBreak.LATER_FIRST).head == int8


LARGER = "[32, 32, 8]"


@pytest.mark.parametrize(
    ("shape", "layer", "int8", "float32"),
    [
        (LARGER, "depthwise_conv2d: {kernel_size: 3, strides: 2, dilation_rate: 2}", 14464, 57856),
        (LARGER, "separable_conv2d: {filters: 4, kernel_size: 3, strides: 2, dilation_rate: 2}", 14464, 57856),
        (
            "[32, 32, 8]",
            "depthwise_conv2d: {kernel_size: 3, strides: 2, dilation_rate: 2, padding: same}",
            18000,
            71968,
        ),
        ("[64, 16]", "depthwise_conv1d: {kernel_size: 3, strides: 2, dilation_rate: 2}", 2048, 8192),
    ],
)
def test_head_of_strides_and_dilation(shape: str, layer: str, int8: int, float32: int) -> None:
    """As above: the converter multiplies at every location, and slices."""
    summary = network(shape, f"{{{layer}}}")
    assert planned(summary, TieBreak.LATER_FIRST).head == int8
    assert planned(summary, TieBreak.LATER_FIRST, "float32").head == float32


@pytest.mark.parametrize(
    ("inputs", "layer", "int8", "float32"),
    [
        ("{q: [16, 4], v: [9, 4]}", "attention: {inputs: [q, v]}", 336, 1296),
        ("{q: [16, 4], v: [9, 3]}", "multi_head_attention: {num_heads: 2, key_dim: 3, inputs: [q, v]}", 608, 2416),
    ],
)
def test_head_of_several_inputs(inputs: str, layer: str, int8: int, float32: int) -> None:
    """As above."""
    summary = archsum.summarize(io.StringIO(f"input: {inputs}\nlayers: [{{{layer}}}]\n"))
    assert planned(summary, TieBreak.LATER_FIRST).head == int8
    assert planned(summary, TieBreak.LATER_FIRST, "float32").head == float32


WORDS = "{embedding: {input_dim: 20, output_dim: 4}}"


@pytest.mark.parametrize(
    ("shape", "layers", "int8", "float32"),
    [
        ("[8]", ["{reshape: {target_shape: [2, 4]}}"], 64, 160),
        ("[4, 2]", ["flatten"], 64, 160),
        ("[8]", ["{slice: {start: 2, stop: 6}}"], 48, 80),
        ("[8]", ["{slice: {start: 2, stop: 6}}", "{reshape: {target_shape: [2, 2]}}"], 48, 80),
        ("[8]", ["{split: {parts: 2, part: 0}}"], 64, 80),
        ("[4, 3]", ["{permute: {dims: [2, 1]}}"], 96, 240),
        ("[4, 1]", ["zero_padding1d"], 64, 128),
        ("[6, 1]", ["cropping1d"], 48, 80),
    ],
)
def test_words_have_four_bytes_wherever_they_are_moved(shape: str, layers: list[str], int8: int, float32: int) -> None:
    """As above, of Keras 2."""
    summary = network(shape, *layers, WORDS)
    assert planned(summary, TieBreak.LATER_FIRST).head == int8
    assert planned(summary, TieBreak.LATER_FIRST, "float32").head == float32


@pytest.mark.parametrize("name", ["add", "concatenate"])
def test_a_learned_tensor_is_in_flash_alone(name: str) -> None:
    """As above: 128 and 144 bytes."""
    fields, head = {"add": ("[16, 4]", 128), "concatenate": ("[1, 4]", 144)}[name]
    axis = ", axis: 1" if name == "concatenate" else ""
    layers = f"[{{parameter: {{name: p, shape: {fields}}}}}, {{{name}: {{inputs: [p, input]{axis}}}}}]"
    summary = archsum.summarize(io.StringIO(f"input: {SEQUENCE}\nlayers: {layers}\n"))
    assert planned(summary, TieBreak.LATER_FIRST).head == head


def test_causal_padding_is_zero_padding_and_a_convolution() -> None:
    """Both are written PAD, RESHAPE, CONV_2D, RESHAPE by TensorFlow 2.21: the rows are made behind the padding."""
    causal = network("[64, 16]", "{conv1d: {filters: 16, kernel_size: 5, padding: causal}}")
    padded = network("[64, 16]", "{zero_padding1d: {padding: [[4, 0]]}}", "{conv1d: {filters: 16, kernel_size: 5}}")
    sizes = [[buffer.size for buffer, _ in planned(summary).plan] for summary in (causal, padded)]
    assert sizes[0] == sizes[1] == [1024, 1088, 1088, 1024, 1024]


def test_parts_of_one_split_are_made_at_once() -> None:
    plan = planned(network(IMAGE, MERGED_SPLIT.format("", "relu", "add"))).plan
    assert [(buffer.size, buffer.first, buffer.last) for buffer, _ in plan] == [
        (256, 0, 1),
        (128, 1, 3),
        (128, 1, 2),
        (128, 2, 3),
        (128, 3, 3),
    ]


@pytest.mark.parametrize(
    ("shape", "layers", "unknown", "reason"),
    [
        (
            "[null, 8, 4]",
            ["max_pooling2d", "global_average_pooling2d"],
            ["max_pooling2d", "global_average_pooling2d"],
            "a size is unknown",
        ),
        (IMAGE, [CONV_PLAIN, "{activation: {activation: gelu}}"], ["activation"], "has no GELU"),
        (IMAGE, [ACTIVATED % "softplus"], ["conv2d"], "has EXP in float32 alone"),
        (SEQUENCE, ["up_sampling1d"], ["up_sampling1d"], "has no TILE"),
        (IMAGE, ["{up_sampling2d: {interpolation: bicubic}}"], ["up_sampling2d"], "no interpolation by `bicubic`"),
        (IMAGE, ["{max_pooling2d: {pool_size: 3, ceil_mode: true}}"], ["max_pooling2d"], "hang over the end"),
        ("[1, 1, 4]", ["{max_pooling2d: {ceil_mode: true}}"], ["max_pooling2d"], "hang over the end"),
        (IMAGE, ["{conv2d: {filters: 1, kernel_size: 3, connection_table: [[0, 1]]}}"], ["conv2d"], "connection_table"),
        (SEQUENCE, ["{lstm: {units: 4, activation: relu}}"], ["lstm"], "no LSTM other than with"),
        (SEQUENCE, ["{gru: {units: 4}}"], ["gru"], "the loop that the converter writes"),
        (VOLUME, ["{conv3d: {filters: 2, kernel_size: 2}}"], ["conv3d"], "three axes"),
        (VOLUME, ["{slice: {stop: 1}}"], ["slice"], "STRIDED_SLICE of more than three axes"),
    ],
)
def test_what_is_not_known_is_said(shape: str, layers: list[str], unknown: list[str], reason: str) -> None:
    """What TensorFlow Lite Micro lacks is what its interpreter refuses: "Didn't find op", or an error of the kernel."""
    costs = costs_of(network(shape, *layers))
    assert costs.arena is None
    assert [layer.name for layer, _ in costs.unconvertible] == unknown
    assert all(reason in problem.message for _, problem in costs.unconvertible)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        (SEQUENCE, "{up_sampling1d: {size: 3}}"),
        ("[8]", "{repeat_vector: {n: 5}}"),
        (IMAGE, "{conv2d_transpose: {filters: 6, kernel_size: 3, strides: 2, padding: 1}}"),
    ],
)
def test_cure_gives_the_same_shape_in_known_operators(shape: str, layer: str) -> None:
    summary = network(shape, layer)
    ((_, problem),) = costs_of(summary).unconvertible
    assert problem.cure
    written = [f"{{{part}}}" for part in problem.cure.split("`")[1::2]]
    if "transpose" in layer:  # whose cure names a field of its own, and the layer behind it
        written = [layer.replace("padding: 1", written[0].strip("{}")), written[1]]
    cured = network(shape, *written)
    assert cured.layers[-1].output_shape == summary.layers[-1].output_shape
    assert costs_of(cured).arena


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
    found = Arena(place(buffers, ties))
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
