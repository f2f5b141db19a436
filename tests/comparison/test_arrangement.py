"""Networks of two frameworks that have their axes in other places: what is the same, and what is not."""

from random import Random
from typing import Any

import numpy
import pytest

import archsum
from archsum import SpecError, summarize
from archsum.comparison import compare
from archsum.comparison.arrangement import with_channels_last
from archsum.comparison.forms import in_one_form
from archsum.graph import Graph
from archsum.interchange.checking import checked
from archsum.interchange.imported import Imported
from archsum.layers.shapes import known
from archsum.summary import Summary
from tests.interchange.building.cases import CASES
from tests.support.imported import imported, written

CONVNEXT = """
    input: [8, 6, 3]
    layers:
      - conv2d: {filters: 4, kernel_size: 1}
      - layer_normalization
      - dense: 4
      - conv2d: {filters: 6, kernel_size: 3}
"""
MOVED = """
    input: [3, 8, 6]
    data_format: channels_first
    layers:
      - conv2d: {filters: 4, kernel_size: 1}
      - permute: [2, 3, 1]
      - layer_normalization
      - dense: 4
      - permute: [3, 1, 2]
      - conv2d: {filters: 6, kernel_size: 3}
"""
WORDS = """
    input: [9]
    layers: [embedding: {input_dim: 20, output_dim: 5}, conv1d: {filters: 4, kernel_size: 3}, global_max_pooling1d]
"""
PATCHES = """
    input: [8, 8, 3]
    layers: [conv2d: {filters: 16, kernel_size: 2, strides: 2}, reshape: [-1, 16], dense: 5]
"""
FIRST = "input: [3, 8, 8]\ndata_format: channels_first\n"
PATCH = "conv2d: {filters: 16, kernel_size: 2, strides: 2}"
WINDOWS = """
    input: [4, 3, 2, 5, 8]
    layers: [multi_head_attention: {num_heads: 2, key_dim: 4, attention_axes: [2, 4]}]
"""
SHUFFLED = "input: [6, 6, 4]\nlayers: [conv2d: {filters: 4, kernel_size: 1}, channel_shuffle: 2, %s]"
SHUFFLED_FIRST = (
    "input: [4, 6, 6]\ndata_format: channels_first\n"
    "layers: [conv2d: {filters: 4, kernel_size: 1}, channel_shuffle: {groups: 2, axis: %s}, %s]"
)

CONVOLVED = "conv2d: {filters: 4, kernel_size: 1}"
CHANNELS_FIRST = "data_format: channels_first"
SIAMESE = """
    input: {x: [4, 4, 4], y: [64]}
    %s
    layers:
      - conv2d: {inputs: x, filters: 4, kernel_size: 1}
      - %s
      - dense: {name: one, units: 3, shared: weights}
      - dense: {name: other, inputs: y, units: 3, shared: weights}
      - add: {inputs: [one, other]}
"""
LAST = "input: [4, 4, 4]\nlayers: "
LAST_AS_FIRST = f"input: [4, 4, 4]\n{CHANNELS_FIRST}\nlayers: "

SAME: dict[str, tuple[str, str]] = {
    "channels that are moved for what works on the last axis": (CONVNEXT, MOVED),
    "channels that are moved for a convolution": (
        WORDS,
        """
        input: [9]
        layers:
          - embedding: {input_dim: 20, output_dim: 5}
          - permute: [2, 1]
          - conv1d: {filters: 4, kernel_size: 3, data_format: channels_first}
          - reduce: {function: max, axis: 2}
        """.replace("reduce: {function: max, axis: 2}", "global_max_pooling1d: {data_format: channels_first}"),
    ),
    "patches, moved first": (PATCHES, f"{FIRST}layers: [{PATCH}, permute: [2, 3, 1], reshape: [16, 16], dense: 5]"),
    "patches, moved then": (PATCHES, f"{FIRST}layers: [{PATCH}, reshape: [16, -1], permute: [2, 1], dense: 5]"),
    "an input that is moved at once": (
        CONVNEXT,
        """
        input: [8, 6, 3]
        data_format: channels_first
        layers:
          - permute: [3, 1, 2]
          - conv2d: {filters: 4, kernel_size: 1}
          - layer_normalization: {axis: 1}
          - permute: [2, 3, 1]
          - dense: 4
          - permute: [3, 1, 2]
          - conv2d: {filters: 6, kernel_size: 3}
          - permute: [2, 3, 1]
        """,
    ),
    "attention along several axes": (
        WINDOWS,
        """
        input: [4, 3, 2, 5, 8]
        layers:
          - permute: [1, 3, 2, 4, 5]
          - reshape: [4, 2, 15, 8]
          - multi_head_attention: {num_heads: 2, key_dim: 4, attention_axes: [3]}
          - reshape: [4, 2, 3, 5, 8]
          - permute: [1, 3, 2, 4, 5]
        """,
    ),
    "axes by their numbers": (
        SHUFFLED % "softmax, slice: {axis: 1, stop: 3}",
        SHUFFLED_FIRST % (1, "softmax: {axis: 1}, slice: {axis: 2, stop: 3}"),
    ),
    "axes that are gone": (
        SHUFFLED % "reduce: {function: mean, axis: 1}, dense: 3",
        SHUFFLED_FIRST % (1, "reduce: {function: mean, axis: 2}, permute: [2, 1], dense: 3"),
    ),
    "sums of what is moved and what is not": (
        "input: [6, 6, 4]\nlayers: [conv2d: {filters: 4, kernel_size: 1}, residual: [dense: 4], relu]",
        "input: [4, 6, 6]\ndata_format: channels_first\n"
        "layers: [conv2d: {filters: 4, kernel_size: 1}, "
        "residual: [permute: [2, 3, 1], dense: 4, permute: [3, 1, 2]], relu]",
    ),
    "what is in one row": (
        "input: [8, 6, 3]\nlayers: [conv2d: {filters: 4, kernel_size: 1}, flatten, dense: 3]",
        "input: [3, 8, 6]\ndata_format: channels_first\n"
        "layers: [conv2d: {filters: 4, kernel_size: 1}, flatten, dense: 3]",
    ),
    "what one row becomes": (
        "input: [7]\nlayers: [dense: 96, reshape: [4, 6, 4], conv2d: {filters: 3, kernel_size: 3}]",
        "input: [7]\ndata_format: channels_first\n"
        "layers: [dense: 96, reshape: [4, 4, 6], conv2d: {filters: 3, kernel_size: 3}]",
    ),
}
SAME |= {
    "a row that Keras makes with the channels last": (
        f"{LAST_AS_FIRST}[{CONVOLVED}, flatten, softmax]",
        f"{LAST_AS_FIRST}[{CONVOLVED}, permute: [2, 3, 1], flatten: {{data_format: channels_last}}, softmax]",
    ),
    "a row of dense units": (
        f"input: [7]\nlayers: [dense: 64, batch_normalization, relu, reshape: [4, 4, 4], {CONVOLVED}]",
        "input: [7]\ndata_format: channels_first\n"
        f"layers: [dense: 64, batch_normalization, relu, reshape: [4, 4, 4], {CONVOLVED}]",
    ),
    "a row that layers of elements take before a dense one": (
        f"{LAST}[{CONVOLVED}, flatten, relu, dropout: 0.5, dense: 2]",
        f"{LAST_AS_FIRST}[{CONVOLVED}, reshape: [-1], relu, dropout: 0.5, dense: 2]",
    ),
    "blocks that become channels": (
        f"{LAST}[{CONVOLVED}, space_to_depth: 2, {CONVOLVED}]",
        f"{LAST_AS_FIRST}[{CONVOLVED}, permute: [2, 3, 1], "
        f"space_to_depth: {{block_size: 2, data_format: channels_last}}, permute: [3, 1, 2], {CONVOLVED}]",
    ),
}
OTHER: dict[str, tuple[str, str]] = {
    "another permutation": (
        CONVNEXT.replace("[8, 6, 3]", "[8, 8, 3]"),
        MOVED.replace("[3, 8, 6]", "[3, 8, 8]").replace("[2, 3, 1]", "[3, 2, 1]"),
    ),
    "another axis": (
        CONVNEXT.replace("[8, 6, 3]", "[4, 6, 3]"),
        MOVED.replace("[3, 8, 6]", "[3, 4, 6]").replace("layer_normalization", "layer_normalization: {axis: 1}"),
    ),
    "an axis that is not moved back": (
        CONVNEXT.replace("filters: 6, kernel_size: 3", "filters: 6, kernel_size: 1").replace("8, 6", "4, 4"),
        MOVED.replace("      - permute: [3, 1, 2]\n", "")
        .replace("filters: 6, kernel_size: 3", "filters: 6, kernel_size: 1")
        .replace("8, 6", "4, 4"),
    ),
    "patches that are not moved": (PATCHES, f"{FIRST}layers: [{PATCH}, reshape: [16, 16], dense: 5]"),
    "patches of other places": (
        PATCHES,
        f"{FIRST}layers: [{PATCH}, permute: [3, 2, 1], reshape: [16, 16], dense: 5]",
    ),
    "attention along another axis": (WINDOWS, WINDOWS.replace("[2, 4]", "[1, 4]")),
    "attention along axes that are put together otherwise": (
        "input: [3, 3, 8]\nlayers: [multi_head_attention: {num_heads: 2, key_dim: 4, attention_axes: [1]}]",
        "input: [3, 3, 8]\nlayers: [multi_head_attention: {num_heads: 2, key_dim: 4, attention_axes: [2]}]",
    ),
    "another group count": (
        SHUFFLED.replace("4", "8") % "relu",
        SHUFFLED_FIRST.replace("groups: 2", "groups: 4").replace("filters: 4", "filters: 8").replace("[4,", "[8,")
        % (1, "relu"),
    ),
    "a shuffle of another axis": (SHUFFLED % "relu", SHUFFLED_FIRST % (2, "relu")),
    "a softmax of another axis": (SHUFFLED % "softmax", SHUFFLED_FIRST % (1, "softmax: {axis: 2}")),
    "a part of another axis": (
        SHUFFLED % "slice: {axis: 1, stop: 3}, softmax: {axis: [1, 2, 3]}, flatten, dense: 1",
        SHUFFLED_FIRST % (1, "slice: {axis: 3, stop: 3}, softmax: {axis: [1, 2, 3]}, flatten, dense: 1"),
    ),
    "one row whose elements become something else": (
        "input: [7]\nlayers: [dense: 64, reshape: [4, 4, 4], conv2d: {filters: 3, kernel_size: 3}]",
        "input: [7]\ndata_format: channels_first\n"
        "layers: [dense: 64, reshape: [4, 4, 4], permute: [3, 1, 2], permute: [2, 1, 3], "
        "conv2d: {filters: 3, kernel_size: 3}]",
    ),
    "an output that is moved": (
        "input: [5, 5, 5]\nlayers: [conv2d: {filters: 5, kernel_size: 1}, permute: [2, 1, 3]]",
        "input: [5, 5, 5]\ndata_format: channels_first\nlayers: [conv2d: {filters: 5, kernel_size: 1}]",
    ),
    "an output that is moved in our file": (
        "input: [5, 5, 5]\nlayers: [conv2d: {filters: 5, kernel_size: 1}, permute: [3, 1, 2]]",
        "input: [5, 5, 5]\nlayers: [conv2d: {filters: 5, kernel_size: 1}]",
    ),
    "one row of what is moved": (
        "input: [5, 5, 5]\nlayers: [conv2d: {filters: 5, kernel_size: 1}, permute: [3, 1, 2], flatten, dense: 2]",
        "input: [5, 5, 5]\nlayers: [conv2d: {filters: 5, kernel_size: 1}, flatten, dense: 2]",
    ),
}
OTHER |= {
    "an input that is moved": (
        f"{LAST_AS_FIRST}[{CONVOLVED}]",
        f"{LAST_AS_FIRST}[permute: [3, 1, 2], {CONVOLVED}]",
    ),
    "an output that is moved, of one format": (
        f"{LAST_AS_FIRST}[{CONVOLVED}]",
        f"{LAST_AS_FIRST}[{CONVOLVED}, permute: [2, 3, 1]]",
    ),
    "one row whose parts become rows": (
        f"{LAST}[{CONVOLVED}, flatten, reshape: [4, 16], dense: 3]",
        f"{LAST_AS_FIRST}[{CONVOLVED}, reshape: [64], reshape: [4, 16], dense: 3]",
    ),
    "one row that is given": (f"{LAST}[{CONVOLVED}, flatten]", f"{LAST_AS_FIRST}[{CONVOLVED}, reshape: [64]]"),
    "what an input of one row becomes": (
        f"input: [64]\nlayers: [reshape: [4, 4, 4], {CONVOLVED}]",
        f"input: [64]\ndata_format: channels_first\nlayers: [reshape: [4, 4, 4], {CONVOLVED}]",
    ),
    "a row whose weights are those of another": (
        SIAMESE % ("", "flatten"),
        SIAMESE % (CHANNELS_FIRST, "reshape: [64]"),
    ),
    "an input that is moved before blocks": (
        f"{LAST}[space_to_depth: 2, {CONVOLVED}]",
        f"{LAST}[permute: [2, 3, 1], space_to_depth: 2, {CONVOLVED}]",
    ),
    "an input that is moved before images in steps": (
        "input: [4, 4, 4, 4]\nlayers: [conv_lstm2d: {filters: 3, kernel_size: 3}]",
        "input: [4, 4, 4, 4]\nlayers: [permute: [2, 3, 4, 1], conv_lstm2d: {filters: 3, kernel_size: 3}]",
    ),
    "blocks that become other channels": (
        f"{LAST}[space_to_depth: 2, {CONVOLVED}]",
        f"{LAST_AS_FIRST}[space_to_depth: 2, {CONVOLVED}]",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same(name: str) -> None:
    ours, theirs = SAME[name]
    assert compare(summarize(written(ours)), imported(theirs)).equal
    assert compare(imported(theirs), summarize(written(ours))).equal


@pytest.mark.parametrize("name", OTHER)
def test_what_differs(name: str) -> None:
    ours, theirs = OTHER[name]
    assert not compare(summarize(written(ours)), imported(theirs)).equal
    assert not compare(imported(theirs), summarize(written(ours))).equal


def test_a_difference_is_said_without_what_is_moved() -> None:
    theirs = imported(MOVED.replace("dense: 4", "dense: {units: 4, bias: false}"))
    difference = compare(summarize(written(CONVNEXT)), theirs)
    (change,) = difference.changes
    assert [(detail.name, detail.before, detail.after) for detail in change.details if detail.aspect == "fields"] == [
        ("bias", "tied", False)
    ]


@pytest.mark.parametrize("name", CASES)
def test_every_kind_keeps_its_figures(name: str) -> None:
    summary = summarize(archsum.load(CASES[name]))
    arranged = with_channels_last(in_one_form(summary))
    assert (arranged.trainable_params, arranged.macs) == (summary.trainable_params, summary.macs)
    before, after = (
        [sorted(map(known, layer.output_shape)) for layer in each.layers if layer.name in each.outputs]
        for each in (summary, arranged)
    )
    assert before == after


def drawn(seed: int) -> list[str]:
    """Draw layers that move axes, and those that work along them, one after the other."""
    random, lines = Random(seed), ["input: " + str([4, *Random(seed).choices([2, 6], k=2)])]
    lines += ["layers:", "- relu: {name: n0}"]
    shapes = {"n0": archsum.summarize("\n".join(lines)).layers[-1].output_shape}
    while len(shapes) < 9:
        name = f"n{len(shapes)}"
        kind, fields = _layer(random, shapes)
        stated = ", ".join(f"{field}: {value}" for field, value in {"name": name, **fields}.items())
        try:
            last = archsum.summarize("\n".join([*lines, f"- {kind}: {{{stated}}}"])).layers[-1]
        except SpecError:  # of this shape there is no such layer
            continue
        if not 2 <= len(last.output_shape) <= 4:
            continue
        lines.append(f"- {kind}: {{{stated}}}")
        shapes[name] = last.output_shape
    return lines


def _layer(random: Random, shapes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    shape = [*shapes.values()][-1]
    rank, axis = len(shape), random.randint(1, len(shape))
    alike = [name for name, other in shapes.items() if other == shape]
    order = random.sample(range(1, rank + 1), rank)
    format_ = random.choice(["channels_first", "channels_last"])
    merged, where = random.choice([2, 3]), random.randrange(rank)
    moved: list[tuple[str, dict[str, Any]]] = [("permute", {"dims": order})]
    return random.choice(
        [
            *moved * 4,
            (f"conv{rank - 1}d", {"filters": 4, "kernel_size": 3, "padding": "same", "data_format": format_}),
            (f"max_pooling{rank - 1}d", {"padding": "same", "data_format": format_}),
            ("dense", {"units": 4}),
            ("layer_normalization", {"axis": axis}),
            ("layer_normalization", {"axis": sorted({axis, rank})}),
            ("batch_normalization", {"axis": axis}),
            ("softmax", {"axis": axis}),
            ("roll", {"shift": [1, 2], "axis": [axis, random.randint(1, rank)]}),
            ("slice", {"axis": axis, "stop": 2}),
            ("channel_shuffle", {"groups": 2, "axis": axis}),
            ("reduce", {"function": "mean", "axis": axis, "keepdims": random.choice(["true", "false"])}),
            ("add", {"inputs": [random.choice(alike), [*shapes][-1]]}),
            ("concatenate", {"inputs": [random.choice(alike), [*shapes][-1]], "axis": axis}),
            ("reshape", {"target_shape": [*shape[:where], merged, shape[where] // merged or 1, *shape[where + 1 :]]}),
            ("reshape", {"target_shape": [*shape[: axis - 1], -1, *shape[axis + 1 :]]}),
            ("multi_head_attention", {"num_heads": 2, "key_dim": 2, "attention_axes": order[:2]}),
        ]
    )


def values(source: Any, data: Any) -> Any:
    """Return what a network gives, whose weights are drawn."""
    model, draw = archsum.to_keras(source), numpy.random.default_rng(0)
    model.set_weights([draw.uniform(0.1, 0.6, weight.shape) for weight in model.weights])
    return numpy.asarray(model(data))


def as_network(summary: Summary) -> archsum.Network:
    """Return a network of a summary, with names that a file can have."""
    nodes = tuple(
        node._replace(
            name=node.name.replace(" ", "_"),
            path=tuple(part.replace(" ", "_") for part in node.path),
            inputs=tuple(name.replace(" ", "_") for name in node.inputs),
        )
        for node in (layer.node for layer in summary.layers)
    )
    outputs = tuple(name.replace(" ", "_") for name in summary.outputs)
    return checked(Imported(Graph(summary.name, summary.inputs, nodes, outputs), {}, 10_000))


def same(values: Any, others: Any) -> bool:
    """Whether values are the same, or those of channels that were first and are last."""
    moved = numpy.moveaxis(others, 1, -1) if others.ndim > 2 else others
    return any(values.shape == each.shape and numpy.allclose(values, each, 1e-3, 1e-4) for each in (others, moved))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning", "ignore:You are using a softmax")
@pytest.mark.parametrize("seed", range(16))
def test_what_is_arranged_computes_the_same(seed: int) -> None:
    text = "\n".join(drawn(seed))
    summary = summarize(text)
    arranged, draw = with_channels_last(summary), numpy.random.default_rng(seed)
    given = draw.uniform(-1, 1, (2, *map(known, summary.inputs["input"]))).astype("float32")
    moved = given if arranged.inputs == summary.inputs else numpy.moveaxis(given, 1, -1)
    assert same(values(as_network(arranged), moved), values(text, given))
