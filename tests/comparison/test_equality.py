"""Networks that are the same, whatever is called how, in which blocks, in which order, and where the channels are."""

import re
from itertools import accumulate

import pytest

import archsum
from archsum import Summary, summarize
from archsum.comparison import Difference, compare
from archsum.graph import Graph, Node, Owner
from archsum.propagate import propagate
from tests.support.paths import EXAMPLES

FILES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.yaml"))


def renamed(summary: Summary, *, flat: bool, reordered: bool = False) -> Summary:
    """Return a network with other names for all, or in no blocks, or in another order of the same connections."""
    names = {name: f"given_{number}" for number, name in enumerate(summary.inputs)}
    names |= {layer.name: f"n{number}" for number, layer in enumerate(summary.layers)}
    nodes = [_renamed(layer.node, names, flat=flat) for layer in summary.layers]
    names = dict(zip((layer.name for layer in summary.layers), (node.name for node in nodes), strict=True)) | {
        name: names[name] for name in summary.inputs
    }
    nodes = [
        node._replace(
            inputs=tuple(names[name] for name in node.inputs),
            shared_with=node.shared_with and names[node.shared_with],
            shared_weights={name: Owner(names[of.node], of.weight) for name, of in node.shared_weights.items()},
        )
        for node in nodes
    ]
    if reordered:
        nodes = _by_depth(nodes)
    groups = {tuple(f"b{name}" for name in path): group for path, group in summary.groups.items()}
    inputs = {names[name]: shape for name, shape in summary.inputs.items()}
    outputs = tuple(names[name] for name in summary.outputs)
    return Summary(**vars(propagate(Graph("other", inputs, tuple(nodes), outputs, {} if flat else groups))))


def _renamed(node: Node, names: dict[str, str], *, flat: bool) -> Node:
    blocks = () if flat else tuple(f"b{name}" for name in node.path[:-1])
    path = (*blocks, names[node.name])
    return node._replace(name="/".join(path), path=path)


def _by_depth(nodes: list[Node]) -> list[Node]:
    """Sort as Keras does: by how many layers are before each, so that branches are interleaved."""
    depths: dict[str, int] = {}
    for node in nodes:
        depths[node.name] = 1 + max((depths.get(name, 0) for name in node.inputs), default=0)
    return sorted(nodes, key=lambda node: depths[node.name])


@pytest.mark.parametrize("file", FILES)
def test_a_network_is_equal_to_itself(file: str) -> None:
    difference = compare(summarize(EXAMPLES / file), summarize(EXAMPLES / file))
    assert difference.equal
    assert not difference.changes
    assert not difference.details


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("flat", [False, True], ids=["renamed", "flat"])
def test_names_and_blocks_make_no_difference(file: str, *, flat: bool) -> None:
    summary = summarize(EXAMPLES / file)
    other = renamed(summary, flat=flat)
    assert compare(summary, other).equal
    assert compare(other, summary).equal


@pytest.mark.parametrize("file", ["resnet50.yaml", "googlenet.yaml", "inception_v3.yaml", "unet.yaml", "yolov8n.yaml"])
def test_the_order_of_branches_makes_no_difference(file: str) -> None:
    summary = summarize(EXAMPLES / file)
    difference = compare(summary, renamed(summary, flat=True, reordered=True))
    assert difference.equal
    assert difference.is_regrouped
    report = archsum.diff(EXAMPLES / file, EXAMPLES / file)
    assert str(report) == f"equal: {len(summary.layers):,} layers, {summary.params:,} parameters"


def test_a_connection_makes_one() -> None:
    text = (
        "input: [8]\nlayers:\n- dense: {name: a, units: 8}\n- dense: {name: b, units: 8}\n"
        "- dense: {name: c, units: 8}\n- add: {inputs: [c, a]}\n"
    )
    difference = compare(summarize(text), summarize(text.replace("[c, a]", "[c, b]")))
    (change,) = difference.changes
    assert [(detail.name, detail.before, detail.after) for detail in change.details] == [
        ("inputs", ("c", "a"), ("c", "b"))
    ]
    assert not difference.equal


def test_whose_weights_are_used_makes_one() -> None:
    text = (
        "input: [8]\nlayers:\n- dense: {name: a, units: 8, shared: x}\n- dense: {name: b, units: 8, shared: y}\n"
        "- dense: {name: c, units: 8, shared: x}\n"
    )
    other = text[: text.index("- dense: {name: c")] + "- dense: {name: c, units: 8, shared: y}\n"
    (change,) = compare(summarize(text), summarize(other)).changes
    assert [(detail.name, detail.before, detail.after) for detail in change.details] == [("shared with", "a", "b")]


def test_outputs_make_one() -> None:
    text = "input: [8]\nlayers:\n- dense: {name: a, units: 8}\n- relu: {name: b}\noutputs: [b]\n"
    difference = compare(summarize(text), summarize(text.replace("outputs: [b]", "outputs: [a, b]")))
    assert [(detail.name, detail.before, detail.after) for detail in difference.details] == [
        ("outputs", ("b",), ("a", "b"))
    ]


IMAGES = """
input: [3, 32, 32]
data_format: channels_first
layers:
  - conv2d: {filters: 8, kernel_size: 3}
  - batch_normalization
  - branch:
      merge: concatenate
      paths:
        - [conv2d: {filters: 4, kernel_size: 1}]
        - [conv2d: {filters: 4, kernel_size: 1}, relu]
  - layer_normalization: {axis: 1}
  - reshape: {target_shape: [8, 900]}
  - reshape: {target_shape: [8, 30, 30]}
  - global_average_pooling2d
  - dense: 10
"""


def last(text: str) -> str:
    text = text.replace("[3, 32, 32]", "[32, 32, 3]").replace("channels_first", "channels_last")
    text = text.replace("{axis: 1}", "{axis: -1}").replace("[8, 900]", "[900, 8]")
    return text.replace("[8, 30, 30]", "[30, 30, 8]")


def formats(difference: Difference) -> list[tuple[str, object, object]]:
    return [(detail.name, detail.before, detail.after) for detail in difference.details]


def test_where_the_channels_are_is_said_once() -> None:
    difference = compare(summarize(IMAGES), summarize(last(IMAGES)))
    assert formats(difference) == [("data_format", "channels_first", "channels_last")]
    assert not difference.changes
    assert not difference.equal
    assert difference.limited(["shapes", "weights"]).equal


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("filters: 8", "filters: 12", {"filters", "output", "kernel", "bias"}),
        ("dense: 10", "dense: 11", {"units", "output", "kernel", "bias"}),
    ],
)
def test_what_else_changed_is_said_beside_it(old: str, new: str, names: set[str]) -> None:
    text = last(IMAGES).replace("[900, 8]", "[900, -1]").replace("[30, 30, 8]", "[30, 30, -1]")
    before = IMAGES.replace("[8, 900]", "[-1, 900]").replace("[8, 30, 30]", "[-1, 30, 30]")
    difference = compare(summarize(before), summarize(text.replace(old, new)))
    first = next(change for change in difference.changes if not change.follows)
    assert {detail.name for detail in first.details} == names
    assert sum(not change.follows for change in difference.changes) == 1


def test_a_number_that_a_name_was_given_is_no_name() -> None:
    text = "input: [8]\nlayers:\n" + "".join(f"- dense: {units}\n- relu\n" for units in (8, 16, 32))
    more = text.replace("- dense: 16\n", "- dropout: 0.5\n- dense: 9\n- dense: 16\n")
    difference = compare(summarize(text), summarize(more))
    assert [(change.status, change.part.name) for change in difference.changes] == [
        ("added", "dropout"),
        ("added", "dense_1"),
        ("changed", "dense_2"),
    ]
    assert difference.changes[2].follows


def test_a_rename_is_one() -> None:
    text = (EXAMPLES / "mobilenet_v2.yaml").read_text(encoding="utf-8")
    difference = compare(summarize(text), summarize(re.sub("conv_bn_relu", "unit", text)))
    assert difference.equal
    waiting, seen = list(difference.changes), set()
    while waiting:
        change = waiting.pop()
        waiting += change.children
        seen |= {(detail.name, detail.before, detail.after) for detail in change.details}
    assert seen == {("block", "conv_bn_relu", "unit")}


@pytest.mark.parametrize("count", list(accumulate([1, 2, 4])))
def test_a_repeat_that_grew(count: int) -> None:
    text = "input: [8]\nlayers: [{repeat: {times: 3, layers: [{dense: 8}, relu]}}]\n"
    difference = compare(summarize(text + "\n"), summarize(text.replace("times: 3", f"times: {3 + count}") + "\n"))
    assert [change.status for change in difference.changes] == ["added"] * 2 * count
