"""What other tools count for single layers and whole models, measured by running them.

torch 2.13's FlopCounterMode (training, on the meta device), fvcore 0.1.5.post20221221, ptflops 0.7.5 with its default
backend, thop 0.1.1.post2209072238, torchinfo 1.8.0; each on one sample and, but for torch, in inference.
"""

import io
from typing import NamedTuple

from archsum import Summary, summarize

TOOLS = ("torch", "fvcore", "ptflops", "thop", "torchinfo")


class Measured(NamedTuple):
    """A layer on an input, as PyTorch's users have it, and what each of TOOLS counts."""

    what: str
    input: str
    layer: str
    counts: tuple[int, ...]

    @property
    def summary(self) -> Summary:
        """Our summary of the layer."""
        text = f"data_format: channels_first\ninput: {self.input}\nlayers:\n  - {self.layer}\n"
        return summarize(io.StringIO(text))


IMAGE = "[16, 20, 20]"

IN_README = [
    Measured(
        "convolution 16→32, kernel 3, bias",
        IMAGE,
        "conv2d: {filters: 32, kernel_size: 3, padding: 1}",
        (3_686_400, 1_843_200, 1_856_000, 1_843_200, 1_856_000),
    ),
    Measured(
        "depthwise convolution, kernel 3",
        IMAGE,
        "depthwise_conv2d: {kernel_size: 3, padding: 1, bias: false}",
        (115_200, 57_600, 57_600, 57_600, 57_600),
    ),
    Measured(
        "transposed convolution 16→32, kernel 4, strides 2",
        IMAGE,
        "conv2d_transpose: {filters: 32, kernel_size: 4, strides: 2, padding: 1, bias: false}",
        (6_553_600, 3_276_800, 3_276_800, 13_107_200, 13_107_200),
    ),
    Measured(
        "dense 20→10 along the last of 3 axes, bias",
        IMAGE,
        "dense: {units: 10}",
        (128_000, 64_000, 67_200, 64_000, 210),
    ),
    Measured("batch normalization", IMAGE, "batch_normalization", (0, 12_800, 12_800, 25_600, 32)),
    Measured("layer normalization", IMAGE, "layer_normalization", (0, 32_000, 6_400, 25_600, 40)),
    Measured("ReLU", IMAGE, "relu", (0, 0, 12_800, 0, 0)),
    Measured("softmax", IMAGE, "softmax: {axis: 1}", (0, 0, 6_400, 18_800, 0)),
    Measured("max pooling, window 2", IMAGE, "max_pooling2d", (0, 0, 12_800, 0, 0)),
    Measured("global average pooling", IMAGE, "global_average_pooling2d", (0, 6_400, 12_800, 6_416, 0)),
    Measured(
        "bilinear up-sampling, 2 ×",
        IMAGE,
        "up_sampling2d: {interpolation: bilinear}",
        (0, 102_400, 51_200, 281_600, 0),
    ),
]
"""The layers of the README's table."""

OTHERS = [
    Measured("no bias", IMAGE, "conv2d: {filters: 32, kernel_size: 3, padding: 1, bias: false}",
             (3_686_400, 1_843_200, 1_843_200, 1_843_200, 1_843_200)),
    Measured("1-D", "[16, 20]", "conv1d: {filters: 32, kernel_size: 3, padding: 1}",
             (61_440, 30_720, 31_360, 30_720, 31_360)),
    Measured("groups", IMAGE, "conv2d: {filters: 32, kernel_size: 3, padding: 1, groups: 4, bias: false}",
             (921_600, 460_800, 460_800, 460_800, 460_800)),
    Measured("depthwise, bias", IMAGE, "depthwise_conv2d: {kernel_size: 3, padding: 1}",
             (115_200, 57_600, 64_000, 57_600, 64_000)),
    Measured("transposed, bias", IMAGE, "conv2d_transpose: {filters: 32, kernel_size: 4, strides: 2, padding: 1}",
             (6_553_600, 3_276_800, 3_328_000, 13_107_200, 13_158_400)),
    Measured("transposed depthwise", IMAGE,
             "conv2d_transpose: {filters: 16, kernel_size: 4, strides: 2, padding: 1, groups: 16, bias: false}",
             (204_800, 102_400, 102_400, 409_600, 409_600)),
    Measured("dense on a vector", "[64]", "dense: {units: 10}", (1_280, 640, 650, 640, 650)),
    Measured("dense on a sequence", "[50, 64]", "dense: {units: 10}", (64_000, 32_000, 32_500, 32_000, 650)),
    Measured("bare batch norm", IMAGE, "batch_normalization: {center: false, scale: false}",
             (0, 6_400, 6_400, 12_800, 0)),
    Measured("bare layer norm", IMAGE, "layer_normalization: {center: false, scale: false}",
             (0, 25_600, 6_400, 12_800, 0)),
    Measured("group norm", IMAGE, "group_normalization: {groups: 4}", (0, 32_000, 12_800, 0, 32)),
    Measured("instance norm", IMAGE, "group_normalization: {groups: -1, center: false, scale: false}",
             (0, 25_600, 6_400, 12_800, 0)),
    Measured("ReLU6", IMAGE, "relu: {max_value: 6}", (0, 0, 6_400, 0, 0)),
    Measured("leaky ReLU", IMAGE, "leaky_relu", (0, 0, 6_400, 0, 0)),
    Measured("PReLU", IMAGE, "prelu: {shared_axes: [1, 2, 3]}", (0, 0, 12_800, 6_400, 1)),
    Measured("ELU", IMAGE, "elu", (0, 0, 12_800, 0, 0)),
    Measured("GELU", IMAGE, "activation: {activation: gelu}", (0, 0, 12_800, 0, 0)),
    Measured("SiLU", IMAGE, "activation: {activation: silu}", (0, 0, 6_400, 0, 0)),
    Measured("hard swish", IMAGE, "activation: {activation: hard_swish}", (0, 0, 0, 0, 0)),
    Measured("sigmoid", IMAGE, "activation: {activation: sigmoid}", (0, 0, 0, 0, 0)),
    Measured("tanh", IMAGE, "activation: {activation: tanh}", (0, 0, 0, 0, 0)),
    Measured("average pooling", IMAGE, "average_pooling2d: {pool_size: 2}", (0, 0, 12_800, 1_600, 0)),
    Measured("adaptive average", IMAGE, "adaptive_average_pooling2d: {output_size: 5}", (0, 6_400, 12_800, 6_800, 0)),
    Measured("adaptive maximum", IMAGE, "adaptive_max_pooling2d: {output_size: 1}", (0, 0, 12_800, 0, 0)),
    Measured("nearest", IMAGE, "up_sampling2d", (0, 25_600, 51_200, 25_600, 0)),
    Measured("dropout", IMAGE, "dropout: {rate: 0.5}", (0, 0, 0, 0, 0)),
    Measured("embedding", "[20]", "embedding: {input_dim: 100, output_dim: 8}", (0, 0, 0, 0, 800)),
    Measured("attention", "[50, 64]", "multi_head_attention: {num_heads: 4, key_dim: 16}",
             (2_278_400, 819_200, 1_165_200, 0, 0)),
    Measured("LSTM", "[16, 20]", "lstm: {units: 30, bias: double}", (192_000, 0, 104_640, 103_680, 99_840)),
    Measured("GRU", "[16, 20]", "gru: {units: 30}", (144_000, 0, 78_240, 78_240, 74_880)),
]  # fmt: skip

NOT_OFFERED = {("attention", "fvcore"), ("LSTM", "ptflops"), ("GRU", "ptflops")}
"""What a convention on offer leaves unknown, as the tool counts it by a rule of its own."""


class MeasuredModel(NamedTuple):
    """A model of torchvision, the example that describes it, and what tools count."""

    file: str
    torch: int
    fvcore: int | None
    ptflops: int | None
    """None where the tool's figure depends on how the model is written, and not on its layers alone."""


MODELS = [
    MeasuredModel("alexnet_torchvision", 1_428_376_960, 714_197_696, 716_441_128),
    MeasuredModel("resnet18", 3_628_146_688, 1_819_065_856, 1_825_313_768),
    MeasuredModel("resnet50", 8_178_368_512, 4_111_512_576, 4_132_436_968),
    MeasuredModel("squeezenet1_1", 698_303_872, 349_320_936, 359_982_728),
    MeasuredModel("mobilenet_v2", 601_548_544, 314_193_216, None),
    MeasuredModel("densenet121", 5_668_323_328, 2_865_546_752, None),
    MeasuredModel("googlenet", 2_996_752_384, 1_504_878_688, None),
    MeasuredModel("efficientnet", 771_629_504, 401_659_392, 410_196_896),
    MeasuredModel("convnext", 8_911_062_528, 4_470_437_376, None),
    MeasuredModel("vit", 35_127_656_448, None, 17_606_030_584),
]


def table() -> str:
    """Write the README's table: our figures, and what others count."""
    rows = ["| layer | our MACs | our FLOPs | " + " | ".join(TOOLS) + " |", "|---|" + "---:|" * (2 + len(TOOLS))]
    for measured in IN_README:
        figures = (measured.summary.macs, measured.summary.flops, *measured.counts)
        rows.append(f"| {measured.what} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    return "\n".join(rows)
