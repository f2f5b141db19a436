"""Every look and format, as whole texts. The figures in them are checked by the tests of the layers."""

import csv
import io
import json
from pathlib import Path

import pytest
from tabulate import tabulate_formats

from archsum import SpecError, Summary, load, summarize
from archsum.folding import fold
from archsum.layers.shapes import known
from archsum.render.summary import csv as csv_format
from archsum.render.summary import html
from archsum.render.summary import json as json_format
from archsum.render.summary import text as table
from archsum.render.summary.columns import OPTIONAL
from archsum.render.table import Table
from archsum.work import Work
from tests.conftest import Golden
from tests.support.paths import NETWORKS

FILES = sorted(NETWORKS.glob("*.yaml"))
ALL_COLUMNS = tuple(OPTIONAL)


def network(name: str) -> Summary:
    return summarize(NETWORKS / f"{name}.yaml")


def widths(text: str) -> set[int]:
    return {len(line) for line in text.split("\n")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("style", ["keras", "classic"])
def test_looks(path: Path, style: str, golden: Golden) -> None:
    golden(f"{path.stem}.{style}.txt", table.render(summarize(path), style=style))


@pytest.mark.parametrize("style", ["keras", "classic", "grid", "simple"])
def test_all_columns(style: str, golden: Golden) -> None:
    golden(f"untied.all_columns.{style}.txt", table.render(network("untied"), ALL_COLUMNS, style))


@pytest.mark.parametrize("name", ["nested", "twins", "opaque"])
@pytest.mark.parametrize("depth", [1, 2])
def test_folded(name: str, depth: int, golden: Golden) -> None:
    golden(f"{name}.depth{depth}.txt", table.render(network(name), ("macs",), depth=depth))


def test_folded_to_any_depth_the_sums_are_the_same() -> None:
    for name in ("nested", "twins"):
        summary = network(name)
        for depth in (1, 2, 3, None):
            parts = fold(summary, depth)
            assert sum(known(part.of.params) for part in parts) == summary.params
            assert sum(part.of.macs or 0 for part in parts) == summary.macs


@pytest.mark.parametrize("name", ["nested", "twins", "opaque"])
def test_formats_of_nested_networks(name: str, golden: Golden) -> None:
    golden(f"{name}.md", table.render_markdown(network(name)))
    golden(f"{name}.json", json_format.render(network(name)))
    golden(f"{name}.csv", csv_format.render(network(name)))
    golden(f"{name}.html", html.render(network(name)))


def test_columns_stand_in_the_order_asked_for_and_once() -> None:
    header = table.render(network("untied"), ("macs", "biases", "macs"), "plain").split("\n")[1]
    assert header.split()[-2:] == ["MACs", "Biases"]


def test_in_a_session() -> None:
    assert repr(network("untied")) == "<Summary of untied: layers=4, params=82,150>"
    assert repr(network("opaque")) == "<Summary of opaque: layers=9, params=unknown>"


def test_totals() -> None:
    # first 5·5·6 + 28·28·6, second 5·5·6·16 + 16 (frozen), third 5·5·16·120 + 8·8·120, last 4·4·120·10
    assert table.render(network("untied"), ("macs",)).split("\n")[-5:] == [
        " Total params: 82,150 (320.90 KB)",
        " Trainable params: 79,734 (311.46 KB)",
        " Non-trainable params: 2,416 (9.44 KB)",
        " Bias params: 12,400 (12,384 untied, 16 tied)",
        " MACs: 4,015,200",
    ]


@pytest.mark.parametrize("name", ["unknown", "opaque"])
def test_unknown_figures_are_called_unknown(name: str, golden: Golden) -> None:
    golden(f"{name}.all_columns.txt", table.render(network(name), ALL_COLUMNS))


@pytest.mark.parametrize("width", [200, 80, 60, 50])
@pytest.mark.parametrize("style", ["keras", "classic", "grid"])
def test_a_terminal_narrower_than_the_table_wraps_texts(style: str, width: int, golden: Golden) -> None:
    text = table.render(network("long_names"), (), style, width)
    assert max(widths(text)) <= width
    golden(f"long_names.{style}.{width}.txt", text)


def test_a_column_without_a_word_has_the_width_of_its_header() -> None:
    summary = summarize(io.StringIO("input: [8]\nlayers: [relu]\n"))
    assert "┃ Kernel " in table.render(summary, tuple(OPTIONAL), "keras", 40)


@pytest.mark.parametrize(("name", "width"), [("twins", 80), ("twins", 66), ("opaque", 80)])
def test_what_is_in_a_block_stays_indented_where_it_breaks(name: str, width: int, golden: Golden) -> None:
    text = table.render(network(name), (), "keras", width)
    assert max(widths(text)) <= width
    golden(f"{name}.keras.{width}.txt", text)


def test_a_text_breaks_before_the_type_and_then_where_the_parts_of_words_meet() -> None:
    drawing = Table(
        ["Layer (type)", "Param #"], [["global_average_pooling2d (GlobalAveragePooling2D)", "0"]], [False, True]
    )
    lines = [line.split("│")[1].strip() for line in drawing.draw("keras", 34).split("\n")[3:-1]]
    assert lines == ["global_average_", "pooling2d", "(GlobalAverage", "Pooling2D)"]


def test_an_abbreviation_is_a_part_of_a_word() -> None:
    drawing = Table(["Layer (type)", "Param #"], [["normalized (RMSNormalization)", "0"]], [False, True])
    lines = [line.split("│")[1].strip() for line in drawing.draw("keras", 30).split("\n")[3:-1]]
    assert lines == ["normalized", "(RMS", "Normalization)"]


@pytest.mark.parametrize("style", ["keras", "classic", "grid"])
def test_numbers_stay_whole_where_a_table_cannot_be_narrow_enough(style: str) -> None:
    assert {"55,680", "48,000", "3,072,000"} <= set(table.render(network("untied"), ALL_COLUMNS, style, 40).split())


def test_a_width_that_the_table_keeps_to_changes_nothing() -> None:
    assert table.render(network("untied"), width=76) == table.render(network("untied"))


@pytest.mark.parametrize("style", tabulate_formats)
def test_every_format_of_tabulate_draws_the_figures(style: str) -> None:
    text = table.render(network("untied"), ("macs",), style)
    assert all(word in text for word in ("first", "Conv2D", "55,680", "3,072,000"))


def test_a_markup_language_gets_the_table_alone() -> None:
    text = table.render(network("untied"), style="html")
    assert text.startswith("<table>")
    assert text.endswith("</table>")


def test_markdown(golden: Golden) -> None:
    golden("untied.md", table.render_markdown(network("untied"), ("biases", "macs")))


def test_csv(golden: Golden) -> None:
    text = csv_format.render(network("unknown"))
    golden("unknown.csv", text)
    figures = list(csv.DictReader(io.StringIO(text)))
    assert figures[1]["params"] == "9472"
    assert figures[1]["macs"] == ""


def test_csv_for_a_spreadsheet() -> None:
    file = """\
    input: [8, 8, 3]
    layers:
      - conv2d: {name: "-1", filters: 2, kernel_size: 1}
      - flatten: {name: flat}
      - concatenate: {name: "-2", inputs: [flat, flat]}
    """
    summary = summarize(io.StringIO(file))
    plain, safe = (
        list(csv.DictReader(io.StringIO(csv_format.render(summary, spreadsheet=spreadsheet))))
        for spreadsheet in (False, True)
    )
    assert [row["name"] for row in plain] == ["input", "-1", "flat", "-2"]
    assert [row["name"] for row in safe] == ["input", "'-1", "flat", "'-2"]
    assert [row["inputs"] for row in plain] == ["", "input", "-1", "flat;flat"]
    assert [plain[1][f"output_size_{axis}"] for axis in (1, 2, 3)] == ["8", "8", "2"]
    assert [plain[2][f"output_size_{axis}"] for axis in (1, 2, 3)] == ["128", "", ""]


def test_blocks_have_their_sums_in_json() -> None:
    figures = json.loads(json_format.render(network("nested")))
    layers, blocks = figures["layers"], {tuple(block["path"]): block for block in figures["blocks"]}
    for path, block in blocks.items():
        for figure in ("params", "trainable_params", "macs", "flops"):
            inside = [layer[figure] for layer in layers if tuple(layer["path"][: len(path)]) == path]
            assert block[figure] == sum(inside)


@pytest.mark.parametrize("name", ["untied", "unknown", "tied"])
def test_json(name: str, golden: Golden) -> None:
    text = json_format.render(network(name))
    json.loads(text)
    golden(f"{name}.json", text)


def test_fields_that_blocks_multiply_are_refused_as_json() -> None:
    ranges = ", ".join(map(str, range(20_000)))
    file = (
        f"input: [4]\nlayers:\n  - repeat: {{times: 40000, layers: [discretization: {{bin_boundaries: [{ranges}]}}]}}"
    )
    read = load(io.StringIO(file))
    with pytest.raises(SpecError) as error:
        json_format.render(summarize(read), Work(read.steps_allowed))
    (problem,) = error.value.diagnostics
    assert (problem.code, problem.cure) == ("too-large", "write a network with fewer layers, or shorter lists in them")


def test_html(golden: Golden) -> None:
    golden("untied.html", html.render(network("untied"), ("kernel",)))


def test_a_notebook_and_print_show_the_same_figures() -> None:
    summary = network("untied")
    assert str(summary) == table.render(summary)
    assert summary._repr_html_() == html.render(summary)


def test_a_hostile_name_stays_text() -> None:
    file = io.StringIO(
        'name: "<script>\\e[31m`x`\\n"\ninput: [8, 8, 1]\nlayers: [conv2d: {filters: 1, kernel_size: 1}]'
    )
    summary = summarize(file)
    assert "<script>" not in html.render(summary)
    assert "\033" not in str(summary)
    assert str(summary).startswith('Model: "<script>�[31m`x`�"\n')


def test_names_of_any_script_and_names_like_numbers_stay_as_they_are() -> None:
    for name in ("卷积层", "couche_é", "1e5", "0012", "-1"):
        file = io.StringIO(f'input: [8, 8, 3]\nlayers: [conv2d: {{filters: 1, kernel_size: 1, name: "{name}"}}]')
        assert f"│ {name} (Conv2D) " in str(summarize(file))
