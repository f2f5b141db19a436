"""Folding: what comes out is the same network, in about as many lines as a person took, and in a person's words."""

import io
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.interchange.writing.text import WIDTH
from tests.conftest import Golden
from tests.interchange.writing.support import FILES, folded_text, summarized, written
from tests.support.paths import EXAMPLES

LONG = ("nasnet_mobile", "t5", "wavenet", "swin", "segnet")
"""The examples whose blocks have several inputs, or outputs, or shared weights: they take more lines than by hand."""
GOLDEN = ("resnet50", "mobilenet_v1", "densenet121", "vit", "googlenet", "unet", "vgg16", "xception")


def lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line and not line.startswith("#"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("blocks", [True, False])
def test_what_is_folded_is_the_network(file: Path, *, blocks: bool) -> None:
    text = folded_text(file, blocks=blocks)
    summary, source = summarized(text), archsum.summarize(file)
    assert (summary.params, summary.trainable_params) == (source.params, source.trainable_params)
    assert (summary.macs, summary.flops, len(summary.layers)) == (source.macs, source.flops, len(source.layers))
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_it_takes_about_as_many_lines_as_by_hand(file: Path) -> None:
    if file.stem not in LONG:
        assert lines(folded_text(file, blocks=False)) <= 1.8 * lines(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GOLDEN)
def test_looks(name: str, golden: Golden) -> None:
    golden(f"{name}.yaml", folded_text(EXAMPLES / f"{name}.yaml", blocks=False))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "vgg16", "googlenet", "vit", "densenet121", "mobilenet_v1"])
def test_what_is_folded_folds_to_the_same_again(name: str) -> None:
    text = folded_text(EXAMPLES / f"{name}.yaml", blocks=False)
    assert written(text) == text


def test_it_is_the_same_each_time() -> None:
    assert len({folded_text(EXAMPLES / "efficientnet.yaml", blocks=False) for _ in range(3)}) == 1


def body(text: str) -> str:
    """Return what is below the input."""
    return text.partition("\n")[2].partition("\n")[2]


def network(layers: str, head: str = "input: [32, 32, 16]") -> str:
    return f"{head}\nlayers:\n{textwrap.indent(textwrap.dedent(layers), '  ')}"


CONV = "- conv2d: {filters: 16, kernel_size: 3, padding: same}\n"


def test_a_shortcut() -> None:
    layers = """\
        - conv2d: {name: a, filters: 16, kernel_size: 3, padding: same}
        - relu
        - conv2d: {name: b, filters: 16, kernel_size: 3, padding: same}
        - add: {inputs: [b, input]}
        """
    assert (
        body(written(network(layers)))
        == """\
defaults: {conv2d: {padding: same}}
layers:
  - residual:
      - conv2d: {filters: 16, kernel_size: 3}
      - relu
      - conv2d: {filters: 16, kernel_size: 3}
"""
    )


def test_what_is_subtracted_stays_in_its_order() -> None:
    layers = """\
        - relu: {name: a}
        - conv2d: {name: b, filters: 16, kernel_size: 1}
        - subtract: {inputs: [b, a]}
        """
    assert (
        body(written(network(layers)))
        == """\
layers:
  - relu
  - branch:
      merge: subtract
      paths:
        - [conv2d: {filters: 16, kernel_size: 1}]
        - []
"""
    )


def test_a_concatenation_of_all_before_is_a_shortcut() -> None:
    layers = """\
        - conv2d: {name: a, inputs: input, filters: 4, kernel_size: 1}
        - concatenate: {name: ab, inputs: [input, a]}
        - conv2d: {name: c, filters: 4, kernel_size: 1}
        - concatenate: {name: abc, inputs: [input, a, c]}
        - conv2d: {name: d, filters: 4, kernel_size: 1}
        - concatenate: {name: abcd, inputs: [input, a, c, d]}
        - conv2d: {name: e, filters: 4, kernel_size: 1}
        - concatenate: {inputs: [input, a, c, d, e]}
        """
    assert (
        body(written(network(layers)))
        == """\
layers:
  - repeat:
      times: 4
      layers:
        - residual: {merge: concatenate, layers: [conv2d: {filters: 4, kernel_size: 1}]}
"""
    )


def test_a_shortcut_with_layers_where_the_shape_changes() -> None:
    stages = "".join(
        "- residual:\n"
        f"    layers: [relu, conv2d: {{filters: {filters}, kernel_size: 2, padding: same, strides: {strides}}}]\n"
        + (
            f"    shortcut: [conv2d: {{filters: {filters}, kernel_size: 1, strides: {strides}}}]\n"
            if strides > 1
            else ""
        )
        for filters, strides in ((16, 1), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1))
    )
    assert (
        body(written(network(stages)))
        == """\
layers:
  - repeat:
      over: {filters: [16, 32, 64], strides: [1, 2, 2]}
      layers:
        - repeat:
            times: 2
            layers:
              - residual:
                  layers:
                    - relu
                    - conv2d: {filters: =filters, kernel_size: 2, strides: =strides if index == 0 else 1, padding: same}
                  shortcut: [conv2d: {filters: =filters, kernel_size: 1, strides: 2}]
                  shortcut_when: shape_changes
"""
    )


def test_the_last_axis_of_a_layer_whose_channels_are_first_is_stated() -> None:
    text = network("- split: {parts: 2, part: 0, axis: 3}\n", "input: [null, 9, 4]\ndata_format: channels_first")
    assert "axis: 3" in written(text)


def test_names_are_there_where_something_takes_them() -> None:
    layers = """\
        - conv2d: {name: stem, filters: 16, kernel_size: 3}
        - conv2d: {name: unused_name, filters: 16, kernel_size: 1}
        - relu: {name: left}
        - sigmoid: {name: right, inputs: stem}
        - dot: {inputs: [left, right], axes: 3}
        """
    text = written(network(layers))
    assert "name: stem" in text
    assert "name: left" in text
    assert "unused_name" not in text


def test_shared_weights_have_a_label() -> None:
    text = written(network("- dense: {units: 16, shared: table}\n- dense: {units: 16, shared: table}\n", "input: [16]"))
    assert body(text) == "layers:\n  - dense: {shared: dense, units: 16}\n  - dense: {shared: dense, units: 16}\n"


@pytest.mark.parametrize("name", ["a.b-c", "1", "é", "null", "true", "0x1f", "a" * 99])
def test_odd_names(name: str) -> None:
    layers = f'- dense: {{name: "{name}", units: 8}}\n- add: {{inputs: ["{name}", "{name}x"]}}\n'
    text = network(layers, f'input: {{"{name}x": [8]}}')
    written(text)
    assert archsum.convert(io.StringIO(text), flat=True).names[name] == name


UNITS = st.sampled_from([4, 8, 16])
LEAVES = st.sampled_from(["relu", "tanh", "layer_normalization", {"dropout": 0.5}]) | st.builds(
    lambda units, bias: {"dense": {"units": units, "bias": bias}}, UNITS, st.sampled_from(["tied", False])
)
CHAINS = st.lists(LEAVES, min_size=1, max_size=3)


def repeated(layers: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    bodies = st.lists(layers, min_size=1, max_size=3)
    return (
        st.builds(lambda times, body: {"repeat": {"times": times, "layers": body}}, st.integers(1, 4), bodies)
        | st.builds(
            lambda body: {"residual": {"layers": body, "shortcut": [{"dense": 8}], "merge": "concatenate"}}, bodies
        )
        | st.builds(lambda paths: {"branch": paths}, st.lists(bodies, min_size=2, max_size=3))
        | st.builds(
            lambda units, body: {"repeat": {"over": {"units": units}, "layers": [*body, {"dense": "=units"}]}},
            st.lists(UNITS, min_size=1, max_size=5),
            bodies,
        )
    )


@given(st.lists(st.recursive(LEAVES, repeated, max_leaves=12), min_size=1, max_size=6))
def test_any_network_of_repetitions_and_paths(layers: list[object]) -> None:
    import json

    written(json.dumps({"input": [8], "layers": layers}))
