"""Random small networks of all that our language has, for what is built of them: the same for the same seed."""

from collections.abc import Sequence
from math import prod
from random import Random
from typing import TypeVar

import archsum

T = TypeVar("T")

_FUNCTIONS = (
    *("relu", "gelu", "silu", "tanh", "sigmoid", "elu", "softplus", "leaky_relu", "hard_silu"),
    *("softmax", "mish"),
)
_MOST_ELEMENTS = 2000
"""What data may have, so that networks stay small."""


def drawn_network(seed: int) -> str:
    """Write a network: of images, sequences, vectors, words, volumes or videos, in either data format."""
    return _Network(seed).write()


class _Network:
    """A network that grows item by item: what does not fit, or makes the data too large, is drawn again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.first = self.random.random() < 0.3
        self.variables = {"width": self.random.choice([3, 4]), "depth": 2}
        self.blocks: list[str] = []
        self.items: list[str] = []
        self.input = self.draw_input()

    def write(self) -> str:
        """Grow the network, and write it."""
        for _ in range(self.one_of(3, 4, 5, 6, 7, 8)):
            for _ in range(12):
                blocks = [*self.blocks]
                item = self.item()
                if self.fits([*self.items, item]):
                    self.items.append(item)
                    break
                self.blocks = blocks
        return self.text(self.items)

    def text(self, items: Sequence[str]) -> str:
        """Write the file."""
        blocks = ["blocks:", *self.blocks] if self.blocks else []
        variables = ", ".join(f"{name}: {value}" for name, value in self.variables.items())
        head = ["data_format: channels_first"] if self.first else []
        head += [f"variables: {{{variables}}}", f"input: [{', '.join(map(str, self.input))}]", *blocks, "layers:"]
        return "\n".join([*head, *(f"  - {item}" for item in items)]) + "\n"

    def fits(self, items: Sequence[str]) -> bool:
        """Whether items are a network of small data."""
        try:
            summary = archsum.summarize(self.text(items))
        except archsum.SpecError:
            return False
        most = max(prod(size or 1 for size in layer.output_shape) for layer in summary.layers)
        return most <= _MOST_ELEMENTS and (summary.params or 0) <= 20_000

    def draw_input(self) -> list[int]:
        """Draw the sizes of the input."""
        sizes = self.one_of([9], [7], [6, 8], [8, 7], [6, 6], [4, 4, 4])
        if self.random.random() < 0.15:
            self.items.append(f"embedding: {{input_dim: 9, output_dim: {self.one_of('4', '=width')}}}")
            return [6]
        if self.random.random() < 0.1:
            return [self.one_of(5, 12)]
        if len(sizes) < 3 and self.random.random() < 0.1:  # steps of images, or of sequences
            return [3, 2, *sizes] if self.first else [3, *sizes, 2]
        channels = self.one_of(2, 3, *([4] if len(sizes) < 3 else []))  # other than the sizes
        return [channels, *sizes] if self.first else [*sizes, channels]

    # What there is to draw

    def one_of(self, *choices: T) -> T:
        """Draw one of several."""
        return self.random.choice(choices)

    def rank(self) -> int:
        """Return the number of axes beside the channels that what comes next has."""
        if not self.items:
            return len(self.input) - 1
        return len(archsum.summarize(self.text(self.items)).layers[-1].output_shape) - 1

    def item(self) -> str:
        """Draw a layer, a container or a block."""
        rank, chance = self.rank(), self.random.random()
        if chance < 0.60 or rank < 0:
            return self.layer(rank)
        if chance < 0.70:
            return f"residual: [{self.body(rank)}]"
        if chance < 0.76:
            shortcut = f"shortcut: [{self.same(rank, '=width + 7')}], shortcut_when: shape_changes"
            return f"residual: {{layers: [{self.same(rank, '=width + 7')}, {self.simple()}], {shortcut}}}"
        if chance < 0.84:
            paths = ", ".join(f"[{self.body(rank)}]" for _ in range(2))
            merge = self.one_of("concatenate", "add", "multiply", "maximum")
            return f"branch: {{paths: [{paths}], merge: {merge}}}"
        if chance < 0.92:
            if self.random.random() < 0.5:
                return f"repeat: {{times: =depth, layers: [{self.body(rank)}]}}"
            return (
                f"repeat: {{over: {{units: [4, =width, 5]}}, layers: [{self.same(rank, '=units')}, {self.simple()}]}}"
            )
        return self.block(rank)

    def body(self, rank: int) -> str:
        """Draw one or two layers."""
        return ", ".join(self.layer(rank) for _ in range(self.one_of(1, 2)))

    def block(self, rank: int) -> str:
        """Draw a use of a block, perhaps a new one."""
        name = f"block{len(self.blocks)}"
        inner = f"{self.same(rank, '=units')}, {self.simple()}, {self.layer(rank)}"
        self.blocks.append(
            f"  {name}: {{parameters: {{units: , wide: =units > 3}}, layers: [{inner}, "
            f"dropout: {{rate: 0.1, if: =wide}}]}}"
        )
        shared = ", shared: twin" if self.random.random() < 0.2 else ""
        uses = self.one_of(1, 2, 2)
        use = f"{name}: {{units: {self.one_of(3, 4, '=width')}{shared}}}"
        return f"repeat: {{times: {uses}, layers: [{use}]}}" if uses == 2 else use

    def same(self, rank: int, units: str) -> str:
        """Draw a layer that changes nothing but the channels."""
        if rank in (1, 2, 3) and self.random.random() < 0.7:
            bias = self.one_of("", "", ", bias: false", ", bias: untied")
            return f"conv{rank}d: {{filters: {units}, kernel_size: {self.one_of(1, 3)}, padding: same{bias}}}"
        return f"dense: {{units: {units}, activation: {self.one_of(*_FUNCTIONS)}}}"

    def simple(self) -> str:
        """Draw what keeps all sizes."""
        return str(
            self.one_of(
                *(f"activation: {function}" for function in _FUNCTIONS),
                *("relu", "batch_normalization", "layer_normalization", "relu: {negative_slope: 0.1, max_value: 2.0}"),
                *("dropout: 0.2", "identity", "rms_normalization", "unit_normalization", "prelu", "layer_scale"),
                "scale",
                *("batch_normalization: {scale: false}", "group_normalization: {groups: 1}", "softmax", "sparsemax"),
                *("rescaling: {scale: 0.5, offset: 1.0}", "layer_normalization: {center: false}", "normalization"),
                *("gaussian_noise: 0.1", "stochastic_depth: 0.2", "instance_normalization", "elu: 0.5"),
            )
        )

    def layer(self, rank: int) -> str:
        """Draw a layer for data of this rank."""
        kinds = [self.simple, self.shaping]
        if rank >= 0:
            kinds.append(self.dense)
        if rank == 1:
            kinds += [self.sequence] * 3
        if rank in (1, 2, 3):
            kinds += [lambda: self.spatial(rank)] * 4
        if rank >= 2 and self.random.random() < 0.2:
            return f"time_distributed: [{self.of_a_step(rank - 1)}]"
        return str(self.random.choice(kinds)())

    def of_a_step(self, rank: int) -> str:
        """Draw what is done to each step of data that have so many axes beside the channels."""
        own = (f"conv{rank}d: {{filters: 3, kernel_size: 2}}", f"max_pooling{rank}d", f"global_average_pooling{rank}d")
        rows = (
            "lstm: 3",
            "gru: {units: 2, return_sequences: true}",
            "bidirectional: {layer: {simple_rnn: {units: 3}}}",
        )
        plain = ("flatten", "dense: 3", "reshape: [-1]", "relu", "batch_normalization", "layer_normalization")
        return str(self.one_of(*plain, *(own if rank in (1, 2) else ()), *(rows if rank == 1 else ())))

    def dense(self) -> str:
        """Draw a dense layer."""
        bias = self.one_of("", "", "", ", bias: false", ", bias: untied")
        shared = self.one_of("", "", "", "", ", shared: common", ", shared: {kernel: table}")
        return f"dense: {{units: {self.one_of(3, 4, '=width', '=2 * width')}{bias}{shared}}}"

    def shaping(self) -> str:
        """Draw what moves elements."""
        return str(
            self.one_of(
                *("flatten", "flatten", "reshape: [-1]", "reshape: [-1, 2]", "reshape: [2, -1]", "permute: [2, 1]"),
                *("permute: [3, 1, 2]", "permute: [2, 3, 1]", "expand_dims: 1", "squeeze: 1", "repeat_vector: 3"),
                *("slice: {axis: 1, start: 1}", "slice: {axis: -1, stop: 2}", "split: {parts: 2, part: 1}"),
                "roll: {shift: 1, axis: 1}",
                *("split: {axis: 1, parts: 2, part: 0}", "roll: {shift: [1, 2], axis: [1, 2]}", "tile: [2]"),
                *("reduce: {function: mean, axis: 1}", "reduce: {function: max, axis: -1, keepdims: true}"),
                *("reduce: {function: sum, axis: [1, 2]}", "pad: {padding: [[1, 0], [0, 2]]}", "channel_shuffle: 2"),
                *("elementwise: tanh", "reshape: [=input_elements]", "dense: =input_elements // 4"),
            )
        )

    def sequence(self) -> str:
        """Draw what works along steps."""
        units, steps = str(self.one_of(2, 3, "=width")), self.one_of("", ", return_sequences: true")
        kind, causal = self.one_of("lstm", "gru", "simple_rnn"), self.one_of("true", "false")
        return str(
            self.one_of(
                f"{kind}: {{units: {units}{steps}}}",
                f"bidirectional: {{layer: {{{kind}: {{units: {units}{steps}}}}}}}",
                f"bidirectional: {{merge_mode: sum, layer: {{{kind}: {{units: {units}{steps}, bias: false}}}}}}",
                f"multi_head_attention: {{num_heads: 2, key_dim: {units.replace('=width', '4')}, causal: {causal}}}",
                "grouped_query_attention: {head_dim: 2, num_query_heads: 4, num_key_value_heads: 2}",
                "attention: {use_scale: true}",
                "conv1d: {filters: 3, kernel_size: 2, padding: causal, dilation_rate: 2}",
            )
        )

    def spatial(self, rank: int) -> str:
        """Draw what works on places."""
        padding = self.one_of("valid", "same", "1", "same")
        strides, size = self.one_of(1, 1, 2), self.one_of(2, 3)
        window = f"strides: {strides}, padding: {padding}"
        bias = self.one_of("", "", ", bias: false", ", bias: untied")
        act = self.one_of("", f", activation: {self.one_of(*_FUNCTIONS)}")
        groups = self.one_of("", "", ", groups: 2") if strides == 1 else ""
        filters = self.one_of(2, 4, "=width")
        found = [
            *[f"conv{rank}d: {{filters: {filters}, kernel_size: {size}, {window}{bias}{act}{groups}}}"] * 3,
            f"conv{rank}d: {{filters: {filters}, kernel_size: 3, dilation_rate: 2, padding: same{bias}}}",
            f"depthwise_conv{rank}d: {{kernel_size: 3, {window}, depth_multiplier: {self.one_of(1, 2)}{bias}{act}}}",
            f"separable_conv{rank}d: {{filters: {filters}, kernel_size: 3, {window}{bias}}}",
            f"conv{rank}d_transpose: {{filters: {filters}, kernel_size: 3, {window}{bias}{act}}}",
            *[f"{how}_pooling{rank}d: {{pool_size: {size}, {window}}}" for how in ("max", "average")],
            *[
                f"global_{how}_pooling{rank}d: {{keepdims: {self.one_of('true', 'false')}}}"
                for how in ("average", "max")
            ],
            *(f"zero_padding{rank}d: {self.one_of(1, 2)}", f"cropping{rank}d: 1", f"spatial_dropout{rank}d: 0.2"),
            f"up_sampling{rank}d: 2",
            *(f"reflection_padding{rank}d: 1", f"replication_padding{rank}d: 1", f"circular_padding{rank}d: 1"),
            f"adaptive_average_pooling{rank}d: 2",
        ]
        if rank == 2:
            found += ["space_to_depth: 2", "depth_to_space: 2", "up_sampling2d: {size: 2, interpolation: bilinear}"]
            found += ["resizing: {height: 5, width: 7}", "center_crop: {height: 4, width: 3}"]
            found += ["resizing: {factor: 1.5, interpolation: nearest}"]
            found += [
                "conv2d: {filters: 4, kernel_size: [1, 3], padding: [[1, 0], [0, 2]]}",
                "local_response_normalization: 3",
            ]
        return str(self.one_of(*found))
