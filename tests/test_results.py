"""What the functions return: values that print themselves, and stay what they are when they are stored and compared."""

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum import SpecError
from archsum.cli import main
from archsum.graph import Origin

NETWORK = """\
name: net
input: [8]
layers: [dense: {units: 4}]
budget: {max_params: 1k, device: t4}
"""


def network() -> io.StringIO:
    return io.StringIO(NETWORK)


@pytest.mark.parametrize(
    ("function", "printed"),
    [
        (archsum.summarize, 'Model: "net"\n'),
        (archsum.check, "net: within budget\n"),
        (archsum.explain, "dense (Dense)  <input>:3:10\n"),
        (archsum.costs, "net: training, batch 32, adam, float32\n"),
        (archsum.fit, "net on NVIDIA T4: "),
        (archsum.diagram, "%%{init: "),
    ],
)
def test_printed_stored_and_loaded_again(function: Callable[..., Any], printed: str) -> None:
    result = function(network())
    assert str(result).startswith(printed)
    assert str(pickle.loads(pickle.dumps(result))) == str(result)


@pytest.mark.parametrize("function", [archsum.summarize, archsum.check, archsum.explain, archsum.diagram])
def test_equal_where_the_networks_are(function: Callable[..., Any]) -> None:
    assert function(network()) == function(network())


def test_what_a_result_has_in_it_prints_itself_too() -> None:
    fitted = archsum.fit(network())
    assert str(fitted.costs) == str(archsum.costs(network()))
    assert str(fitted.costs.trained_with(batch=64)).startswith("net: training, batch 64,")
    assert str(fitted.costs.summary) == str(archsum.summarize(network()))


def test_a_summary_is_of_the_public_class() -> None:
    assert isinstance(archsum.summarize(network()), archsum.Summary)


def test_networks_of_equal_files_are_equal_summarized_or_not() -> None:
    one, other = archsum.load(network()), archsum.load(network())
    archsum.summarize(one)
    assert one == other


NESTED = """\
name: nested
input: [8, 8, 3]
blocks:
  pair:
    layers: [conv2d: {name: first, filters: 4, kernel_size: 3}, relu]
layers: [pair: {name: stage}, flatten, dense: 10]
budget: {max_params: 1k}
"""


def nested() -> archsum.Summary:
    return archsum.summarize(NESTED)


def test_a_summary_is_a_sequence_of_its_layers() -> None:
    summary = nested()
    assert len(summary) == 4
    assert [layer.name for layer in summary] == ["stage/first", "stage/relu", "flatten", "dense"]
    assert summary[-1] is summary["dense"]
    assert [layer.name for layer in summary[1:3]] == ["stage/relu", "flatten"]


def test_a_block_is_found_by_its_name_and_has_its_sums() -> None:
    block = nested()["stage"]
    assert (block.type, block.params, block.output_shape) == ("pair", 112, (6, 6, 4))
    assert nested()["stage/first"].params == 112
    with pytest.raises(archsum.SpecError, match="nested has no layer `stage/second`"):
        nested()["stage/second"]
    with pytest.raises(IndexError):
        nested()[4]


def test_a_network_without_layers_is_one() -> None:
    summary = archsum.summarize("input: [8]\nlayers: [relu: {if: false}]\n")
    assert summary
    assert len(summary) == 0


def test_a_summary_in_other_forms_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "nested.yaml"
    file.write_text(NESTED, encoding="utf-8")
    summary = archsum.summarize(file)
    for made, options in {
        summary.to_json(): ["--format", "json"],
        summary.to_csv(): ["--format", "csv"],
        summary.to_markdown(["macs"], depth=1): ["--format", "markdown", "--columns", "macs", "--depth", "1"],
        summary.table(["flops"], depth=1, style="grid"): ["--columns", "flops", "--depth", "1", "--style", "grid"],
    }.items():
        assert main(["summary", str(file), *options]) == 0
        assert capsys.readouterr().out == f"{made}\n"
    assert summary.to_dict()["totals"]["params"] == summary.params
    assert "<table " in summary.to_html(["macs"])


def test_a_data_frame_has_every_figure() -> None:
    frame = nested().to_dataframe()
    assert list(frame.index) == ["input", "stage/first", "stage/relu", "flatten", "dense"]
    assert int(frame["params"].sum()) == nested().params


def test_a_check_is_a_sequence_of_verdicts_and_true_where_all_is_well() -> None:
    check = archsum.check(NESTED)
    assert [verdict.name for verdict in check] == ["max_params"]
    assert len(check) == 1
    assert not check  # 1,562 parameters
    assert archsum.check(NESTED, {"max_params": "2k"})
    assert check.to_dict()["verdicts"][0]["limit"] == 1000


def test_memory_as_a_dictionary() -> None:
    assert archsum.costs(NESTED).to_dict()["batch"] == 32
    fitted = archsum.fit(NESTED, "t4")
    assert fitted.to_dict()["training_batch"] == fitted.training
    assert repr(fitted).startswith("<Fit on NVIDIA T4: training=")
    assert fitted._repr_html_() == f"<pre>{fitted}</pre>"


def test_an_explanation_is_a_sequence_of_layers() -> None:
    explanation = archsum.explain(NESTED, "stage")
    assert len(explanation) == 2
    assert [explained.layer.name for explained in explanation] == ["stage/first", "stage/relu"]


@pytest.mark.parametrize(("name", "is_there"), [("dense", True), ("stage", True), ("stage/first", True), ("x", False)])
def test_a_name_is_in_a_summary(name: str, is_there: bool) -> None:
    assert (name in nested()) is is_there
    assert nested()[0] in nested()


def test_a_layer_is_found_by_its_framework_s_name_and_ours_goes_first() -> None:
    whole = archsum.summarize(
        io.StringIO("input: [4]\nlayers: [relu: {name: a.b}, tanh: {name: a}, gelu: {name: gelu}]")
    )
    origins = {"a.b": "a", "a": "model.a.b", "gelu": ""}
    renamed = tuple(
        layer._replace(node=layer.node._replace(origin=Origin(origins[layer.name], "X"))) for layer in whole.layers
    )
    summary = replace(whole, layers=renamed)
    assert [summary[name].type for name in ("a", "a.b", "model.a.b")] == ["Tanh", "ReLU", "Tanh"]
    assert "model.a.b" in summary
    assert "" not in summary
    with pytest.raises(SpecError, match=r"did you mean `model.a.b`\?"):
        summary["model.a.c"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (lambda: archsum.load(NESTED), "<Network nested: layers=4>"),
        (lambda: archsum.load(NESTED).graph, "<Graph of nested: nodes=4>"),
        (nested, "<Summary of nested: layers=4, params=1,562>"),
        (lambda: nested()["dense"], "<LayerSummary of dense (Dense): output_shape=(10,), params=1,450>"),
        (lambda: nested()["stage"], "<BlockSummary of stage (pair): layers=2, output_shape=(6, 6, 4), params=112>"),
        (lambda: archsum.check(NESTED).verdicts[0].metric, "<Metric: parameters>"),
        (lambda: archsum.template(NESTED), "<Template of nested: variables=>"),
    ],
)
def test_a_value_shows_itself_in_a_line(value: Callable[[], object], shown: str) -> None:
    assert repr(value()) == shown
