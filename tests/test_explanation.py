import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.layers.window import Window
from archsum.results.explanation import Explanation
from tests.support.formulas import evaluate
from tests.support.paths import EXAMPLES


def explain(text: str, layer: str | None = None) -> Explanation:
    return archsum.explain(io.StringIO(text), layer)


def network(layer: str, shape: str = "[32, 32, 3]") -> str:
    return f"input: {shape}\nlayers:\n  - {layer}\n"


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        ("tied", ["5 × 5 × 3 × 32 = 2,400", "2,400 + 32 = 2,432", "(5 × 5 × 3 + 1) × 32 = 2,432"]),
        ("untied", ["32 × 28 × 28 = 25,088", "2,400 + 25,088 = 27,488", "tied it would be 32"]),
        ("one_filter", ["9 + 1 = 10", "(3 × 3 × 1 + 1) × 1 = 10"]),
        ("no_bias", ["3 × 3 × 1 × 1 = 9", "no bias; tied it would be 1, untied 100 × 100 × 1 = 10,000"]),
        ("ten_filters", ["250 + 10 = 260", "(5 × 5 × 1 + 1) × 10 = 260"]),
        ("grey", ["(3 × 3 × 1 + 1) × 10 = 100"]),
        ("colour", ["(3 × 3 × 3 + 1) × 10 = 280"]),
    ],
)
def test_the_question_the_project_was_born_from(file: str, lines: list[str]) -> None:
    text = str(archsum.explain(EXAMPLES / "biases" / f"{file}.yaml"))
    for line in lines:
        assert line in " ".join(text.split())
    if any("+ 1)" in line for line in lines):
        assert "the + 1 is each filter's bias" in text


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_examples_add_up(file: Path) -> None:
    explanation = archsum.explain(file)
    assert len(explanation.layers) == len(archsum.summarize(file).layers)
    for layer in explanation.layers:
        assert sum(step.value or 0 for step in layer.weights) == layer.layer.params
        assert layer.parameters[0].value == layer.layer.params
        assert layer.macs.value == layer.layer.macs
        assert layer.flops.value == layer.layer.flops
        for step in layer.steps:
            if step.formula and step.value is not None:
                assert evaluate(step.formula) == step.value, step


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_text_fits_80_columns(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    for line in str(archsum.explain(file.name)).splitlines():
        assert len(line) <= 80, line


@given(st.data())
def test_formulas_of_windows_compute_their_positions(data: st.DataObject) -> None:
    small = st.integers(1, 6)
    sides = st.tuples(st.integers(0, 4), st.integers(0, 4))
    padding = data.draw(st.sampled_from(["valid", "same", "causal"]) | sides)
    window = Window(data.draw(small), data.draw(small), data.draw(small), padding, data.draw(st.booleans()))
    size = data.draw(st.integers(1, 40))
    positions = window.output_size(size)
    assert positions is not None
    if positions > 0:
        assert evaluate(window.output(size).formula) == positions


def test_unknown_sizes_are_said_to_be_unknown() -> None:
    (layer,) = explain(network("conv2d: {filters: 8, kernel_size: 3}", "[null, 20, 3]")).layers
    assert [(step.label, step.value) for step in layer.output] == [("height", None), ("width", 18), ("channels", 8)]
    assert layer.macs.value is None
    text = str(explain(network("conv2d: {filters: 8, kernel_size: 3}", "[null, 20, 3]")))
    assert "(None, 18, 8)" in text
    assert "None is a size that is unknown" in text
    assert "? × 18 × 3 × 3 × 3 × 8 = unknown" in text


def notes(layer: str, shape: str = "[32, 32, 3]", head: str = "") -> dict[str, str]:
    (explained,) = explain(head + network(layer, shape)).layers
    return {step.label: step.note for step in explained.steps if step.label}


def test_locations_and_windows_of_locally_connected_kernels() -> None:
    layer = "locally_connected2d: {filters: 4, kernel_size: 3}"
    assert "30 × 29 = 870 output locations; 3 × 3 × 2 = 18 window elements" in notes(layer, "[32, 31, 2]")["kernel"]
    (explained,) = explain(network(layer, "[32, 31, 2]")).layers
    assert explained.macs.formula == "30 × 29 × 3 × 3 × 2 × 4"


def test_connected_pairs_are_counted() -> None:
    (c3,) = archsum.explain(EXAMPLES / "lenet5.yaml", "C3").layers
    (kernel,) = (step for step in c3.weights if step.label == "kernel")
    # LeCun et al. 1998, table I: six maps see 3 of the maps before, nine see 4, one sees all 6.
    assert "6 × 3 + 9 × 4 + 1 × 6 = 60 pairs" in kernel.note


def test_formulas_of_a_custom_layer_are_shown() -> None:
    layer = (
        "custom: {output_shape: [=input_height / 2, 5, null], weights: {mixing: [=input_channels * k, 4]}, "
        'macs: "=max(input_height, k)"}'
    )
    shown = notes(layer, head="variables: {k: 7}\n")
    assert shown["axis 1"] == "`=input_height / 2`, where input_height = 32"
    assert shown["axis 2"] == shown["axis 3"] == "as the file states"
    assert shown["mixing"] == "`=input_channels * k` × 4, where input_channels = 3, k = 7"
    assert shown["MACs"] == "`=max(input_height, k)`, where input_height = 32, k = 7"
    unknown = notes(layer, "[null, 32, 3]", "variables: {k: 7}\n")
    assert unknown["axis 1"] == "`=input_height / 2`, where input_height = None"


def test_formula_of_a_custom_layer_cannot_steer_the_terminal() -> None:
    layer = """custom: {macs: "=1 if '\\e[31m' else 2"}"""
    assert "\033" not in notes(layer)["MACs"]


@pytest.mark.parametrize(
    ("layer", "note"),
    [
        ("conv2d: {filters: 1, kernel_size: 3}", "(size − kernel) / stride; + 1 for the window's first position"),
        (
            "conv2d: {filters: 1, kernel_size: 3, padding: 1, dilation_rate: 2}",
            "(size + padding − kernel) / stride; + 1 for the window's first position; "
            "the dilated kernel is 2 × (3 − 1) + 1 = 5 wide",
        ),
        ("max_pooling2d", "(size − window) / stride; + 1 for the window's first position"),
        (
            "max_pooling2d: {pool_size: 1, strides: 31, ceil_mode: true}",
            "(size − window) / stride, rounded up by `ceil_mode`; + 1 for the window's first position",
        ),
        (
            "max_pooling2d: {pool_size: 1, strides: 30, ceil_mode: true}",
            "(size − window) / stride, rounded up by `ceil_mode`; + 1 for the window's first position; "
            "− 1 as the last would begin behind the data",
        ),
    ],
)
def test_windows_in_words(layer: str, note: str) -> None:
    assert notes(layer)["height"] == note


def test_in_a_session_and_in_a_notebook() -> None:
    explanation = explain(network("conv2d: {filters: 2, kernel_size: 3}"))
    assert repr(explanation) == "<Explanation: layers=1>"
    assert explanation._repr_html_().startswith("<pre>conv2d (Conv2D)  &lt;input&gt;:3:5\n")


def test_connection_table_has_no_form_by_filter() -> None:
    layer = "conv2d: {filters: 2, kernel_size: 3, connection_table: [[0], [0, 1]]}"
    (explained,) = explain(network(layer)).layers
    assert [step.formula for step in explained.parameters] == ["27 + 2"]


def test_each_filter_of_a_group_has_one_bias() -> None:
    (explained,) = explain(network("conv2d: {filters: 6, kernel_size: 3, groups: 3}")).layers
    assert [step.formula for step in explained.parameters] == ["54 + 6", "(3 × 3 × 1 + 1) × 6"]


def test_frozen_layer_trains_nothing() -> None:
    (explained,) = explain(network("conv2d: {filters: 8, kernel_size: 3, trainable: false}")).layers
    assert explained.parameters[-1] == ("trainable", "0", 0, "`trainable: false` freezes the layer")


def test_single_shared_weights_are_counted_where_they_belong() -> None:
    text = """
input: [16]
layers:
  - embedding: {input_dim: 50, output_dim: 8, shared: {embeddings: e}}
  - dense: {units: 50, shared: {kernel: e}}
"""
    shown = str(archsum.explain(io.StringIO(text), "dense"))
    assert "kernel      0\n                the `embeddings` of `embedding`, transposed, and counted there\n" in shown
    assert "parameters  50\n" in shown


def test_of_layers_in_shared_blocks_that_share_a_single_weight_each_is_named() -> None:
    text = """
input: [8]
blocks: {tied: {layers: [dense: {units: 8, shared: {kernel: k}}, dense: {units: 8, shared: {kernel: k}}]}}
layers: [tied: {shared: t}, tied: {shared: t}]
"""
    shown = str(archsum.explain(io.StringIO(text), "tied_1/dense_1"))
    assert "the `kernel` of `tied/dense` and counted there" in shown
    assert "the `bias` of `tied/dense_1` and counted there" in shown
    whole = str(archsum.explain(io.StringIO(text), "tied_1/dense"))
    assert "its weights are those of `tied/dense`, and counted there" in whole


def test_note_of_several_steps_is_said_once() -> None:
    assert str(explain(network("conv2d: {filters: 8, kernel_size: 3}"))).count("(size − kernel) / stride") == 1


def test_one_layer() -> None:
    text = (
        network("conv2d: {name: a, filters: 2, kernel_size: 3}") + "  - conv2d: {name: b, filters: 2, kernel_size: 1}"
    )
    assert [layer.layer.name for layer in explain(text, "b").layers] == ["b"]


def test_unknown_layer() -> None:
    with pytest.raises(archsum.SpecError) as caught:
        explain(network("conv2d: {name: stem, filters: 8, kernel_size: 3}"), "stemm")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "unknown-name"
    assert diagnostic.cure == "did you mean `stem`?"


def test_layer_inside_a_block_is_meant_with_the_names_around_it() -> None:
    with pytest.raises(archsum.SpecError) as caught:
        explain("input: [8]\nblocks: {pair: {layers: [relu, dense: {units: 2}]}}\nlayers: [pair]\n", "dense")
    assert [problem.cure for problem in caught.value.diagnostics] == ["did you mean `pair/dense`?"]


def test_module_does_not_hide_the_function() -> None:
    import archsum.explanation

    assert callable(archsum.explain)


@pytest.mark.parametrize("file", ["resnet50", "swin", "gpt2", "unet", "seq2seq"])
def test_totals_are_the_summarys(file: str) -> None:
    explanation = archsum.explain(EXAMPLES / f"{file}.yaml")
    summary = archsum.summarize(EXAMPLES / f"{file}.yaml")
    *blocks, network = explanation.totals
    figures = {step.label: step.value for step in network.steps}
    assert (figures["parameters"], figures["MACs"], figures["FLOPs"]) == (summary.params, summary.macs, summary.flops)
    names = [name for block in blocks for name in (block.name, *block.alike)]
    assert sorted(names) == sorted(map("/".join, summary.groups))
    for block in blocks:
        for name in (block.name, *block.alike):
            figures = {step.label: step.value for step in block.steps}
            assert (figures["parameters"], figures["MACs"]) == (summary[name].params, summary[name].macs)


def test_a_sum_of_many_terms_has_one_for_each_kind() -> None:
    layers = ", ".join(f"dense: {units}, relu" for units in range(2, 22))
    text = f"input: [4]\nlayers: [{layers}]\n".replace("dense: ", "{dense: ").replace(", relu", "}, relu")
    (whole,) = explain(text).totals
    parameters = whole.steps[0]
    assert (parameters.note, parameters.formula) == ("Dense × 20", str(parameters.value))
    assert whole.steps[-1].note == "Dense × 20, ReLU × 20"


def test_of_one_layer_there_is_no_total() -> None:
    assert explain("input: [4]\nlayers: [dense: 2]\n").totals == ()
    assert explain("input: [4]\nlayers: [dense: 2, relu]\n", "relu").totals == ()
