"""What the page of `archsum report` says, as far as no browser is needed to read it."""

import re
from typing import Any

import pytest

import archsum
from archsum import Network, load
from archsum.api import costs
from archsum.bounds import MAX_COMPARED_MEMORY
from archsum.render.report import render_difference
from archsum.render.report.page import Page, page
from archsum.render.report.subject import Reported, Subject
from archsum.render.report.treemap import treemap
from tests.fuzz.reading import read_html
from tests.support.paths import EXAMPLES

pytestmark = pytest.mark.usefixtures("jinja")


@pytest.fixture
def jinja() -> None:
    pytest.importorskip("jinja2")


def shown(network: Network) -> Page:
    return page(Subject((Reported("net.yaml", costs(network)),)))


def example(name: str, **overrides: Any) -> Network:
    return load(EXAMPLES / f"{name}.yaml", **overrides)


def test_the_page_of_resnet_152_is_small() -> None:
    html = archsum.report(EXAMPLES / "resnet50.yaml", variables={"depths": [3, 8, 36, 3]}).html
    assert "60,192,808" in html  # torchvision's resnet152
    assert "11,513,626,624" in html
    assert len(html.encode()) < 300_000


@pytest.mark.parametrize("name", ["resnet50", "gpt2", "yolov8n", "unet", "alexnet", "nasnet_mobile", "t5", "siamese"])
def test_treemaps_add_up_to_the_totals(name: str) -> None:
    network = example(name)
    found = costs(network)
    assert found.training
    (network_shown,) = shown(network).networks
    totals = {"params": found.summary.params, "macs": found.summary.macs, "kept": found.training.kept_for_backward}
    for one in network_shown.maps:
        tiles = one.tiles.tiles
        assert sum(tile.value for tile in tiles if not tile.is_open) == one.tiles.total == totals[one.key]
        for tile in tiles:
            if tile.is_open:
                inside = [inner for inner in tiles if inner.path[: len(tile.path)] == tile.path and inner is not tile]
                assert tile.value == sum(inner.value for inner in inside if not inner.is_open)


def test_tiles_are_as_large_as_their_share() -> None:
    drawn = treemap(archsum.summarize(example("resnet50")), lambda layer: layer.params)
    outermost = [tile for tile in drawn.tiles if len(tile.path) == 1]
    assert {tile.name for tile in outermost} >= {"stage_1", "stage_2", "stage_3", "dense"}
    for tile in outermost:
        area = tile.width / 100 * tile.height / drawn.height
        assert area == pytest.approx(tile.value / drawn.total, abs=2e-4)


def test_diagram_and_treemap_have_the_same_colours() -> None:
    (network,) = shown(example("unet")).networks
    in_diagram = {box.title: box.tones for box in network.boxes}
    outermost = {tile.name: network.tones.of(tile.path) for tile in network.maps[0].tiles.tiles if len(tile.path) == 1}
    for name in ("left_3", "convolutions", "convolutions_1", "right_4", "right_3", "right_2"):
        assert outermost[name] == in_diagram[name] != ""
    hues = {name: tones[:2] for name, tones in in_diagram.items()}
    assert hues["left_1"] == hues["left_2"] == hues["convolutions"] != hues["right_1"] == hues["right_4"]
    assert in_diagram["max_pooling2d"] == ""


def test_layers_have_the_colours_where_there_are_no_blocks() -> None:
    (network,) = shown(example("vgg16")).networks
    tones = {box.title: box.tones for box in network.boxes}
    assert tones["conv2d"] == "k0 s0"
    assert (tones["dense"], tones["dense_2"], tones["flatten"]) == ("k1 s0", "k1 s2", "")


def test_the_diagram_says_what_is_taken_from_elsewhere() -> None:
    (network,) = shown(example("unet")).networks
    notes = {box.title: box.notes for box in network.boxes}
    assert notes["right_4"][0] == "takes bottom, left_4"
    assert notes["left_2"] == ("221,440 parameters",)


def test_every_layer_is_explained_equal_ones_once() -> None:
    (network,) = shown(example("gpt2")).networks
    explained = {one.id: one for one in network.derivations.all}
    rows = network.table.rows
    assert len(rows) == 1 + 89 + 12  # the input, the layers, the blocks
    for row in rows:
        assert (row.explained in explained) == (row.type != "InputLayer")
    assert len(explained) == 8 + 1 + 1  # different layers, the decoder, and the network
    decoders = {row.explained for row in rows if row.is_block}
    (decoder,) = decoders
    assert explained[decoder].alike.startswith("and 11 more alike: decoder_1, decoder_2, decoder_3 and 8 more")
    assert explained[network.derivations.whole].rows[0].text.endswith(" = 124,439,808")


def test_the_timeline_is_the_training_step() -> None:
    network = example("unet")
    memory = costs(network).training
    (network_shown,) = shown(network).networks
    line = network_shown.timeline
    assert memory
    assert line
    data = line.data
    columns = list(zip(*([item] * line.columns if isinstance(item, int) else item for item in data["items"])))  # noqa: B905
    assert [sum(column) for column in columns[: line.pass_columns]] == [turn.bytes for turn in memory.forward]
    backward = columns[line.pass_columns : 2 * line.pass_columns]
    assert [sum(column) for column in backward] == [turn.bytes for turn in memory.backward_by_layer]
    assert sum(columns[-1]) == memory.optimizer_step
    assert sum(columns[data["start"]]) == memory.peak
    assert data["names"][data["layers"][data["start"]]] == (memory.at and memory.at.name)
    assert sum(data["kept"]) == memory.kept_for_backward


def test_what_is_unknown_is_called_so() -> None:
    network = load("input: [null, 8]\nlayers: [dense: 4, dense: 4]\nbudget: {max_macs: 10, max_params: 10}")
    html = archsum.report(network).html
    (unknown,) = shown(network).networks
    values = {headline.title: headline.value for headline in unknown.headlines}
    assert (values["parameters"], values["MACs"], values["training, batch 32"]) == ("56", "unknown", "unknown")
    assert unknown.timeline is None
    assert [one.caption for one in unknown.maps] == [
        "Parameters: 56",
        "MACs: unknown, as it is of 2 of 2 layers",
        "Kept memory: unknown, as it is of 2 of 2 layers",
    ]
    assert "unknown: sizes, or what is kept, of dense, dense_1" in html
    assert "`max_macs` cannot be checked: the MACs of `dense` and 1 more are unknown" in html
    assert "help: give `input` a number for every size" in html


def test_limits_of_the_call_and_of_the_file() -> None:
    content = "input: [8]\nlayers: [dense: 4]\nbudget: {max_params: 30}"
    judged = archsum.report(content, budget={"max_macs": 100})
    text = " ".join(" ".join(read_html(judged.html).texts).split())
    assert "36 of 30 120.0 % OVER by 6" in text
    assert "32 of 100 32.0 % ok, 68 left" in text
    assert "Budget" not in " ".join(read_html(archsum.report("input: [8]\nlayers: [dense: 4]").html).texts)


def test_values_of_a_budget_are_explained() -> None:
    limits = "{max_params: 1k, max_training_memory: 1 MB, max_layers: 9, blocks: {b: {max_macs: 100}}}"
    network = load(f"input: [4]\nblocks: {{b: {{layers: [dense: 4, relu]}}}}\nlayers: [b, dense: 2]\nbudget: {limits}")
    found = costs(network)
    drawn = page(Subject((Reported("net.yaml", found, archsum.check(network)),)))
    (derivations,) = [one.derivations for one in drawn.networks]
    assert {limit.title: limit.bars[0].explained for limit in drawn.budget.limits} == {
        "parameters": derivations.whole,
        "training memory": derivations.memory,
        "layers": "",
        "MACs of b": derivations.of("b"),
    }


def test_a_page_of_a_very_large_network_is_bounded() -> None:
    count = MAX_COMPARED_MEMORY + 2_000
    flat = archsum.report(f"input: [4]\nlayers:\n- repeat: {{times: {count}, layers: [dense: 4]}}\n").html
    assert len(flat.encode()) < 600_000
    assert f"… and {count + 1 - 2_000:,} more rows" in flat
    assert "unknown: the network is so large that it takes long to find" in flat
    unlike = "".join(f"- dense: {number + 2}\n" for number in range(2_100))
    assert len(archsum.report(f"input: [4]\nlayers:\n{unlike}").html.encode()) < 1_000_000


def test_blocks_that_are_too_many_are_folded() -> None:
    blocks = "blocks: {pair: {layers: [dense: 4, relu]}}"
    content = f"input: [4]\n{blocks}\nlayers:\n- repeat: {{times: 1000, layers: [pair]}}\n"
    (network,) = shown(load(content)).networks
    assert len(network.table.rows) == 1 + 1_000
    assert network.table.left_out == 0


def test_nothing_is_loaded_and_no_other_script_may_run() -> None:
    html = archsum.report(EXAMPLES / "lenet5.yaml").html
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert re.fullmatch(
        r"default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; script-src &#39;sha256-[\w+/=]{44}&#39;; "
        r"base-uri &#39;none&#39;; form-action &#39;none&#39;|default-src 'none'; style-src 'sha256-[\w+/=]{44}'; "
        r"script-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not re.search(r"https?:|@import|url\(| src=| style=", html)


def test_what_changed_alone_is_a_page_too() -> None:
    found = archsum.diff(EXAMPLES / "resnet18.yaml", EXAMPLES / "resnet50.yaml")
    html = found.to_html()
    assert html == render_difference(found)
    text = " ".join(" ".join(read_html(html).texts).split())
    assert "11,699,112 25,610,152 +13,911,040 +118.9 %" in text
    assert "<script" not in html
    assert "script-src 'none'" in html
    equal = archsum.diff(EXAMPLES / "lenet5.yaml", EXAMPLES / "lenet5.yaml").to_html()
    assert "No layer changed." in equal
