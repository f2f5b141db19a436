"""A nested network at a glance, as whole texts, and in colours."""

import io
import re

import pytest

from archsum import Summary, load, summarize
from archsum.colours import painted
from archsum.render.summary import text as table
from archsum.render.summary.outline import outline
from tests.conftest import Golden
from tests.support.paths import EXAMPLES, NETWORKS


def network(name: str) -> Summary:
    return summarize(NETWORKS / f"{name}.yaml")


def without_colours(text: str) -> str:
    return re.sub(r"\033\[[0-9;]*m", "", text)


@pytest.mark.parametrize(("name", "width"), [("nested", 80), ("twins", 80), ("twins", 60), ("opaque", 80)])
def test_nested_networks(name: str, width: int, golden: Golden) -> None:
    text = table.render_outline(network(name), ("macs",), width)
    assert max(map(len, text.splitlines())) <= width
    golden(f"{name}.outline.{width}.txt", text)


def test_resnet_152_is_seen_at_once(golden: Golden) -> None:
    text = table.render_outline(
        summarize(EXAMPLES / "resnet50.yaml", variables={"depths": [3, 8, 36, 3]}), ("macs",), 80
    )
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) <= 40
    golden("resnet152.outline.txt", text)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_figures_of_the_rows_add_up(path: object) -> None:
    summary = summarize(path)  # type: ignore[arg-type]
    rows = [row for row in outline(summary).sources if not row.is_opened and row.of is not None]
    for figure in ("params", "macs"):
        values = [getattr(row.of, figure) for row in rows]
        whole = getattr(summary, figure)
        assert (None in values and whole is None) or sum(values) == whole


@pytest.mark.parametrize("width", [200, 60, 40])
def test_colours_change_nothing_but_the_colour(width: int) -> None:
    for name in ("nested", "twins", "untied"):
        plain = table.render_outline(network(name), ("macs",), width)
        assert without_colours(table.render_outline(network(name), ("macs",), width, painted)) == plain
        for style in ("keras", "classic", "grid"):
            plain = table.render(network(name), ("macs",), style, width)
            assert without_colours(table.render(network(name), ("macs",), style, width, paint=painted)) == plain


def test_what_is_painted() -> None:
    file = """\
    input: [4]
    blocks: {pair: {layers: [dense: 4, relu]}}
    layers: [pair: {name: first}, dense: {name: large, units: 90}, dense: 1]
    budget: {max_params: 500, max_layer_params: 400, max_macs: 1M}
    """
    read = load(io.StringIO(file))
    shown = table.render_outline(summarize(read), ("macs",), None, painted, read.budget)
    assert "\033[1mfirst\033[0m \033[2m(pair)\033[0m" not in shown.splitlines()[4]
    assert "large \033[2m(Dense)\033[0m" in shown
    assert " \033[1;31m450\033[0m " in shown  # over the limit of a layer
    assert " \033[35m360\033[0m " in shown  # the most MACs
    assert "\033[1;31mTotal params: 561 (2.19 KB), over the limit of 500\033[0m" in shown
    assert " MACs: 466\n" in f"{shown}\n"


def test_blocks_that_are_connected_otherwise_are_not_one_row() -> None:
    file = """\
    input: [4]
    blocks:
      sum: {layers: [dense: {name: a, units: 4}, dense: {name: b, units: 4}, add: {inputs: [a, b]}]}
      line: {layers: [dense: 4]}
    layers: [sum, sum, line, line, line, dense: 5, line, line]
    """
    shown = table.render_outline(summarize(io.StringIO(file)))
    assert "sum × 2" in shown
    assert "line × 3" in shown
    assert "│ line_3 " in shown  # takes 5
    assert "│ line_4 " in shown  # takes 4


def test_blocks_of_one_structure_are_one_row_whatever_their_rates_of_dropout() -> None:
    file = """\
    input: [4]
    blocks: {line: {parameters: {rate: , units: 4}, layers: [dense: {units: =units}, dropout: =rate]}}
    layers: [repeat: {over: {rate: [0, 0.1, 0.2]}, layers: [line: {rate: =rate}]}, line: {rate: 0.2, units: 3}]
    """
    shown = table.render_outline(summarize(io.StringIO(file)))
    assert "│ line × 3 " in shown
    assert "│ line_3 " in shown


def test_repetitions_of_a_repeat_without_a_name_are_one_row(golden: Golden) -> None:
    file = """\
    input: [8, 8, 16]
    blocks: {pair: {layers: [conv2d: {filters: 16, kernel_size: 1}, relu]}}
    layers:
      - repeat:
          times: 8
          layers: [conv2d: {filters: 16, kernel_size: 3, padding: same}, batch_normalization, relu]
      - repeat:
          times: 3
          layers: [pair, repeat: {times: 2, layers: [dropout: 0.5, tanh]}]
      - repeat: {times: 4, layers: [dense: 16]}
      - repeat: {times: 2, layers: [dense: {name: last, units: 16}]}
      - repeat: {over: {units: [16, 16, 8]}, layers: [dense: =units, gelu]}
      - dense: 1
      - dense: 1
    """
    summary = summarize(io.StringIO(file))
    golden("unnamed_repeats.outline.txt", table.render_outline(summary, ("macs",), 100))


def test_what_takes_a_repetition_without_a_name_names_the_layer_or_the_block() -> None:
    file = """\
    input: [4]
    blocks: {pair: {layers: [dense: 4, tanh]}}
    layers:
      - repeat: {times: 3, name: body, layers: [dense: 4, relu]}
      - repeat: {times: 3, name: tail, layers: [relu, pair]}
      - add: {inputs: [body, tail]}
    """
    shown = table.render_outline(summarize(io.StringIO(file)))
    assert "│   2 layers × 3 " in shown
    assert "│ body/relu_2, tail/pair_2 │" in shown


def test_equal_blocks_of_different_names_are_told_from_the_first_to_the_last() -> None:
    file = """\
    input: [4]
    blocks: {pair: {layers: [dense: 4, relu]}}
    layers: [pair: {name: a}, pair: {name: b}, pair: {name: c}, dense: 1]
    """
    assert "│ a … c (pair × 3) " in table.render_outline(summarize(io.StringIO(file)))


def test_of_equal_blocks_the_last_one_s_output_is_shown_though_others_are_taken_too() -> None:
    file = """\
    input: [4]
    blocks: {pair: {layers: [dense: 4, relu]}}
    layers: [pair: {name: a}, pair: {name: b}, add: {inputs: [a, b]}]
    """
    (row,) = [line for line in table.render_outline(summarize(io.StringIO(file))).splitlines() if "a … b" in line]
    assert row.split("│")[2].strip() == "(None, 4)"


def test_a_block_with_two_outputs_shows_both_shapes_and_each_is_named_once() -> None:
    file = """\
    input: [8, 8, 3]
    blocks:
      stem:
        layers:
          - conv2d: {name: fine, filters: 4, kernel_size: 1}
          - max_pooling2d: {name: coarse, pool_size: 2}
    layers:
      - stem: {name: stem}
      - up_sampling2d: {name: up, size: 2, inputs: stem/coarse}
      - add: {inputs: [up, stem/fine, up]}
    """
    summary = summarize(io.StringIO(file))
    shown = table.render(summary, depth=1)
    assert "(None, 8, 8, 4), (None, 4, 4, 4)" in shown
    assert "(None, 8, 8, 4), (None, 4, 4, 4)" in table.render_outline(summary)
    (add,) = [line for line in shown.splitlines() if line.startswith("│ add")]
    assert add.split("│")[4].strip() == "up, stem"


def test_a_name_gives_way_from_the_left_of_its_path() -> None:
    shown = table.render(network("twins"), (), "keras", 66)
    assert "unit/add" in shown
    narrow = table.render(network("twins"), (), "keras", 62)
    assert "…/add" in narrow or "`Connected to` is left out: there are 62 columns" in narrow
