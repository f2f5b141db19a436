"""A network as a list of facts: what one edit of it does to the lines."""

from collections.abc import Iterator
from difflib import ndiff
from functools import cache
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archsum import Network, SpecError, load, summarize
from archsum.graph import Graph
from archsum.propagate import Engine, propagate
from archsum.render import listing
from tests.support import drafts
from tests.support.drafts import draft
from tests.support.paths import EXAMPLES, NETWORKS

FILES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.yaml"))
NETWORK = """\
input: [8, 8, 3]
layers:
  - conv2d: {filters: 4, kernel_size: 3}
  - relu
  - flatten
  - dense: 10
"""
HEAD = "dense  Dense  (10,)  1,450  {units: 10}"


def listed(source: str) -> list[str]:
    network = load(source)
    return listing.render(network, summarize(network)).splitlines()


def changed(before: list[str], after: list[str]) -> list[str]:
    """Return the lines that went, and those that came, but for totals."""
    totals = ("layers  ", "parameters  ", "trainable  ", "MACs  ")
    lines = (line for line in ndiff(before, after) if line[0] in "+-")
    return [line for line in lines if not line[2:].startswith(totals)]


def test_all_of_it() -> None:
    assert listed(NETWORK) == [
        "input  InputLayer  (8, 8, 3)  0",
        "conv2d  Conv2D  (6, 6, 4)  112  {filters: 4, kernel_size: 3}",
        "relu  ReLU  (6, 6, 4)  0",
        "flatten  Flatten  (144,)  0",
        HEAD,
        "data_format  channels_last",
        "layers  4",
        "parameters  1,562",
        "trainable  1,562",
        "MACs  5,328",
    ]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("dense: 10", "dense: 12", [f"- {HEAD}", "+ dense  Dense  (12,)  1,740  {units: 12}"]),
        ("  - relu\n", "  - relu\n  - relu\n", ["+ relu  ReLU  (6, 6, 4)  0"]),
        ("- relu", "- gelu", ["- relu  ReLU  (6, 6, 4)  0", "+ gelu  GELU  (6, 6, 4)  0"]),
        ("- relu", "- relu: {name: first}", ["- relu  ReLU  (6, 6, 4)  0", "+ first  ReLU  (6, 6, 4)  0"]),
        ("layers", "training: {batch: 64}\nlayers", ["+ training  batch  64"]),
        (
            "input",
            "budget: {max_params: 5M, max_layers: +5, device: mine, blocks: {relu: {max_macs: +2%}}}\n"
            "devices: {mine: {memory: 8 GB}}\ninput",
            [
                "+ budget  blocks  relu  {max_macs: +2%}",
                "+ budget  device  mine",
                '+ budget  max_layers  "+5"',
                "+ budget  max_params  5000000",
                "+ device mine  memory  8000000000",
            ],
        ),
        ("layers", "name: other\nvariables: {a: 3}\n# layers\nlayers", []),
    ],
)  # fmt: skip
def test_one_edit(old: str, new: str, lines: list[str]) -> None:
    assert sorted(changed(listed(NETWORK), listed(NETWORK.replace(old, new, 1)))) == sorted(lines)


def test_what_layers_take_and_share() -> None:
    lines = listed(
        "input: {a: [4], b: [4]}\nlayers:\n- dense: {inputs: a, units: 4, shared: s, name: one}\n"
        "- dense: {inputs: b, units: 4, shared: s, name: two}\n- subtract: {inputs: [two, one]}\n"
    )
    assert lines[:5] == [
        "a  InputLayer  (4,)  0",
        "b  InputLayer  (4,)  0",
        "one  Dense  (4,)  20  {units: 4}  takes a",
        "two  Dense  (4,)  0  {units: 4}  takes b  weights of one",
        "subtract  Subtract  (4,)  0  takes above, one",
    ]
    lines = listed(
        "input: [4]\noutputs: [first, dense]\nlayers:\n- relu: {name: first}\n- dense: {units: 2, name: dense}\n"
    )
    assert lines[3:5] == ["output  first", "output  dense"]


HOSTILE = (
    "\033[31mred",
    "a\n::error::b",
    "::error::a",
    "##[error]a",
    "<script>",
    "`a`",
    "%0A::error::",
    "\u202ea",
    "a  b",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_come_out_as_text(name: str) -> None:
    network = load("input: [4]\nlayers:\n- dense: 8\n- dense: 3\n")
    first, second = network.graph.nodes
    nodes = (first._replace(name=name, path=(name,)), second._replace(inputs=(name,)))
    hostile = network.graph._replace(nodes=nodes)
    lines = listing.render(Network(hostile, 0, Engine(hostile.inputs, nodes)), propagate(hostile)).splitlines()
    assert len(lines) == len(listed("input: [4]\nlayers:\n- dense: 8\n- dense: 3\n"))
    assert all(line.isprintable() and not line.startswith(("::", "##")) for line in lines)


@cache
def graph(file: str) -> Graph:
    return load(EXAMPLES / file).graph


def lines_of(network: drafts.Network) -> list[str]:
    try:
        summary, _ = network.summarize()
    except SpecError:
        assume(False)
        raise
    read = Network(network.graph, 0, Engine(network.graph.inputs, ()))
    return listing.render(read, summary).splitlines()


@given(st.sampled_from(FILES), st.integers(0, 1 << 30))
def test_what_is_inserted_is_a_line_more(file: str, seed: int) -> None:
    before = lines_of(draft(graph(file)))
    network = draft(graph(file))
    network.insert(Random(seed).choice(network.layers), "dropout", {"rate": 0.123})
    lines = changed(before, lines_of(network))
    inserted = [line for line in lines if "{rate: 0.123}" in line]
    assert len(inserted) == 1
    assert inserted[0].startswith("+ ")
    # What takes it too, over what is between, says so.
    assert all("  takes " in line or line[2:].startswith("output  ") for line in lines if line not in inserted)


@given(st.sampled_from(FILES), st.integers(0, 1 << 30))
def test_what_repeats_itself_once_more_is_added(file: str, seed: int) -> None:
    before = lines_of(draft(graph(file)))
    network = draft(graph(file))
    blocks = network.blocks()
    assume(blocks)
    block = Random(seed).choice(blocks)
    size = len(network.inside(block))
    assume(network.repeat(block))
    lines = changed(before, lines_of(network))
    added, removed = ([line for line in lines if line[0] == sign] for sign in "+-")
    assert len(added) - len(removed) == size


def test_every_network_has_its_lines() -> None:
    for path in _networks():
        network = load(path)
        summary = summarize(network)
        lines = listing.render(network, summary).splitlines()
        assert lines[-4:-2] == [f"layers  {len(summary.layers):,}", f"parameters  {_count(summary.params)}"]
        assert all(line.isprintable() for line in lines)
        assert len(lines) >= len(summary.layers) + len(summary.inputs) + 4


def _networks() -> Iterator[str]:
    yield from map(str, NETWORKS.glob("*.yaml"))
    yield from map(str, EXAMPLES.glob("s*.yaml"))


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"
