"""The flowchart of a network, and how each format writes it."""

import html
import io
import re
from xml.etree import ElementTree

import pytest

from archsum import SpecError, Summary, diagram, summarize
from archsum.render.diagram import dot, mermaid
from archsum.render.diagram.boxes import MAX_BOXES, Arrow, Box, Cluster, Flowchart, Look, flowchart
from tests.conftest import Golden
from tests.support.paths import NETWORKS

SPLIT = """\
input: [8, 8, 3]
blocks:
  down:
    outputs: [skip, pooled]
    layers:
      - conv2d: {name: skip, filters: 4, kernel_size: 3, padding: same}
      - max_pooling2d: {name: pooled}
  up:
    inputs: [skip, below]
    layers:
      - up_sampling2d: {name: enlarged, inputs: below}
      - add: {inputs: [skip, enlarged]}
layers:
  - down
  - up
"""

HOSTILE = 'end"]; x --> y %%{init: {}}%% `**b**` <script> &amp; #35; \\N 1. - a_ _b_ [l](http://x) $$x$$ fa:fa-car'


def network(name: str) -> Summary:
    return summarize(NETWORKS / f"{name}.yaml")


def written(text: str) -> Summary:
    return summarize(io.StringIO(text))


def chain(layers: int) -> Summary:
    """Return a network of so many layers, no two neighbours of which are equal."""
    return written("input: [8]\nlayers:\n" + "  - relu\n  - elu\n" * (layers // 2) + "  - relu\n" * (layers % 2))


@pytest.mark.parametrize(
    ("name", "block", "depth"),
    [
        ("untied", None, None),
        ("unknown", None, None),
        ("nested", None, 1),
        ("opaque", None, None),
        ("opaque", None, 1),
        ("nested", None, None),
        ("nested", "stage_1", None),
        ("twins", None, 1),
        ("twins", None, None),
        ("twins", "right_code/unit", None),
    ],
)
@pytest.mark.parametrize("format_", ["mermaid", "dot"])
def test_formats(name: str, block: str | None, depth: int | None, format_: str, golden: Golden) -> None:
    drawn = diagram(NETWORKS / f"{name}.yaml", block, depth=depth, format=format_)
    words = [name, *([block.replace("/", ".")] if block else []), *([f"depth{depth}"] if depth else [])]
    golden(f"{'.'.join(words)}.{'mmd' if format_ == 'mermaid' else 'dot'}", f"{drawn}\n")


def test_arrows_have_the_shape_that_flows_though_a_folded_block_gives_several() -> None:
    assert flowchart(written(SPLIT), depth=1).arrows == (
        Arrow("input", "down", "8×8×3"),
        Arrow("down", "up", "pooled → below 4×4×4"),
        Arrow("down", "up", "skip 8×8×4"),
        Arrow("up", "up/add/output", "8×8×4"),
    )


def test_a_block_takes_what_comes_from_outside_and_gives_what_is_taken_outside() -> None:
    data = [box for box in flowchart(written(SPLIT), "up").boxes if box.look is Look.DATA]
    assert [(box.name, box.title, box.notes) for box in data] == [
        ("down/pooled", "below", ("from down/pooled",)),
        ("down/skip", "skip", ("from down/skip",)),
        ("up/add/output", "output", ()),
    ]
    data = [box for box in flowchart(written(SPLIT), "down").boxes if box.look is Look.DATA]
    assert [(box.name, box.title, box.notes) for box in data] == [
        ("input", "input", ()),
        ("down/skip/output", "skip", ("output",)),
        ("down/pooled/output", "pooled", ("output",)),
    ]


def test_a_block_of_one_input_has_it_named_so() -> None:
    (data, *_) = flowchart(network("twins"), "right_code/unit").boxes
    assert (data.title, data.notes) == ("input", ("from right_code/conv2d",))


def test_what_goes_to_several_has_its_shape_once() -> None:
    branches = "branch: {paths: [[elu], [tanh], []], merge: add}"
    drawn = flowchart(written(f"input: [8]\nlayers: [relu, {branches}]"))
    assert [(arrow.target, arrow.label) for arrow in drawn.arrows if arrow.source == "relu"] == [
        ("elu", "8"),
        ("tanh", ""),
        ("add", ""),
    ]
    assert '"relu" -> "tanh" [weight=3]' in dot.render(drawn)
    assert '"relu" -> "add"\n' in dot.render(drawn)


def test_what_takes_the_same_twice_has_two_arrows() -> None:
    layers = "[relu: {name: a}, add: {inputs: [a, a]}]"
    drawn = flowchart(written(f"input: [8]\nlayers: {layers}"))
    assert [(arrow.source, arrow.target) for arrow in drawn.arrows] == [
        ("input", "a"),
        ("a", "add"),
        ("a", "add"),
        ("add", "add/output"),
    ]


def test_neighbours_of_one_structure_are_one_box() -> None:
    block = "b: {layers: [layer_normalization, dense: 8]}"
    drawn = flowchart(written(f"input: [16, 8]\nblocks: {{{block}}}\nlayers: [b, b, b, flatten]"), depth=1)
    assert parts(drawn) == [("b", "b × 3", ""), ("flatten", "flatten", "")]
    assert [box.notes for box in drawn.boxes if box.name == "b"] == [("88 parameters each",)]
    assert drawn.arrows == (
        Arrow("input", "b", "16×8"),
        Arrow("b", "flatten", "16×8"),
        Arrow("flatten", "flatten/output", "128"),
    )


def test_unfolded_they_are_what_is_in_the_first_within_a_cluster() -> None:
    drawn = flowchart(written("input: [8]\nblocks: {b: {layers: [relu, dense: 8]}}\nlayers: [b, b, b, flatten]"))
    assert [cluster.title for box in drawn.boxes for cluster in box.opens] == ["b × 3"]
    assert [name for name, _, _ in parts(drawn)] == ["b/relu", "b/dense", "flatten"]
    assert [(arrow.source, arrow.target) for arrow in drawn.arrows] == [
        ("input", "b/relu"),
        ("b/relu", "b/dense"),
        ("b/dense", "flatten"),
        ("flatten", "flatten/output"),
    ]


def test_what_is_taken_of_the_last_alone_is_taken_of_what_it_repeats() -> None:
    block = "b: {layers: [relu, relu: {name: middle}, relu, dense: 8]}"
    layers = "b: {name: one}, b: {name: two}, add: {inputs: [two, two/middle]}"
    drawn = flowchart(written(f"input: [8]\nblocks: {{{block}}}\nlayers: [{layers}]"))
    assert [name for name, _, _ in parts(drawn)] == ["one/relu", "one/dense", "add"]
    assert [arrow.source for arrow in drawn.arrows if arrow.target == "add"] == ["one/dense", "one/relu"]


def test_layers_are_repeated_too_and_those_of_different_names_keep_the_first_and_the_last() -> None:
    layers = "relu, relu, dense: {name: one, units: 8}, dense: {name: two, units: 8}, dense: 4"
    assert parts(flowchart(written(f"input: [8]\nlayers: [{layers}]"))) == [
        ("relu", "relu × 2", ""),
        ("one", "one … two", "Dense × 2"),
        ("dense", "dense", ""),
    ]


def test_what_all_repetitions_take_is_drawn_once() -> None:
    drawn = flowchart(
        written("""
input: {x: [16, 8], mask: [16, 8]}
blocks: {encoder: {inputs: [before, mask], layers: [add: {inputs: [before, mask]}, dense: 8]}}
layers:
  - encoder: {name: one, inputs: [x, mask]}
  - encoder: {name: two, inputs: [one, mask]}
  - encoder: {name: three, inputs: [two, mask]}
"""),
        depth=1,
    )
    assert parts(drawn) == [("one", "one … three", "encoder × 3")]
    assert drawn.arrows == (
        Arrow("x", "one", "before 16×8"),
        Arrow("mask", "one", "mask 16×8"),
        Arrow("one", "one/dense/output", "16×8"),
    )


@pytest.mark.parametrize(
    "layers",
    [
        "[b: {units: 8}, b: {units: 9}, b: {units: 9, activation: relu}]",
        "[b: {name: one}, b: {name: two}, add: {inputs: [one, two]}]",
        "[b: {name: one, inputs: input}, b: {name: two, inputs: input}, add: {inputs: [one, two]}]",
        "[b: {name: one}, b: {name: two}, relu: {name: end}]\noutputs: [one, end]",
        "[b, c, b]",
        "[b, b: {trainable: false}, b]",
    ],
)
def test_what_differs_or_is_taken_elsewhere_is_drawn_by_itself(layers: str) -> None:
    blocks = "b: {parameters: {units: 8, activation: tanh}, layers: [dense: {units: =units, activation: =activation}]}"
    summary = written(
        f"input: [8]\nblocks: {{{blocks}, c: {{layers: [dense: {{units: 8, activation: tanh}}]}}}}\nlayers: {layers}"
    )
    assert len(parts(flowchart(summary, depth=1))) == 3


def test_other_rates_of_dropout_are_no_other_structure() -> None:
    block = "b: {parameters: {rate: }, layers: [dense: 8, dropout: =rate]}"
    summary = written(f"input: [8]\nblocks: {{{block}}}\nlayers: [b: {{rate: 0.1}}, b: {{rate: 0.2}}, flatten]")
    assert parts(flowchart(summary, depth=1)) == [("b", "b × 2", ""), ("flatten", "flatten", "")]


def test_what_has_its_weights_from_others_is_no_repetition_of_them() -> None:
    text = "input: [8]\nblocks: {b: {layers: [dense: 8]}}\nlayers: [repeat: {times: 4, layers: [b: {shared: all}]}]"
    drawn = flowchart(written(text), depth=1)
    assert parts(drawn) == [("b", "b", ""), ("b_1", "b × 3", "")]


def test_shared_weights_are_named_and_linked_folded_or_not() -> None:
    folded, unfolded = flowchart(network("twins"), depth=1), flowchart(network("twins"))
    assert folded.shared == (("left_code", "right_code"),)
    assert unfolded.shared == (
        ("left_code/conv2d", "right_code/conv2d"),
        ("left_code/unit/conv2d", "right_code/unit/conv2d"),
    )
    (right,) = (box for box in folded.boxes if box.name == "right_code")
    assert right.notes == ("weights of left_code",)
    alone = flowchart(network("twins"), "right_code")
    assert alone.shared == ()
    assert "weights of left_code/conv2d" in [note for box in alone.boxes for note in box.notes]


def test_single_shared_weights_are_named() -> None:
    summary = written("""
input: [16]
layers:
  - embedding: {name: table, input_dim: 50, output_dim: 8, shared: {embeddings: e}}
  - dense: {name: scores, units: 50, bias: false, shared: {kernel: e}}
""")
    drawn = flowchart(summary)
    (scores,) = (box for box in drawn.boxes if box.name == "scores")
    assert (scores.notes, scores.look) == (("kernel of table",), Look.WEIGHTS)
    assert drawn.shared == (("table", "scores"),)


def test_clusters_end_where_they_began() -> None:
    for name, depth in (("nested", 2), ("nested", 3), ("twins", 2), ("twins", 3)):
        boxes = flowchart(network(name), depth=depth).boxes
        open_ = 0
        for box in boxes:
            open_ += len(box.opens) - box.closes
            assert open_ >= 0
        assert open_ == 0


@pytest.mark.parametrize(("stages", "levels"), [(1, 3), (3, 3), (4, 2), (10, 2), (11, 1), (30, 1)])
def test_without_a_depth_a_picture_can_be_taken_in(stages: int, levels: int) -> None:
    # Each stage has two blocks of three layers, no two are equal, and there is nothing else.
    text = (NETWORKS / "nested.yaml").read_text(encoding="utf-8")
    blocks = text[: text.index("layers:\n  - conv_bn: {name: stem")]
    summary = written(f"{blocks}layers:\n  - repeat: {{times: {stages}, layers: [stage: {{filters: =8 + index}}]}}\n")
    assert flowchart(summary) == flowchart(summary, depth=levels)
    drawn = sum(box.look is not Look.DATA for box in flowchart(summary).boxes)
    assert drawn <= MAX_BOXES or levels == 1


@pytest.mark.parametrize("name", ["end", "subgraph", "-", "---", "1.", "_it_", "__proto__", "x-", "卷积", "1.5-x_y"])
def test_names_are_text_in_every_format(name: str) -> None:
    file = f'input: [8]\nlayers: [relu: {{name: "{name}"}}]'
    flowchart, graph = diagram(io.StringIO(file)).text, diagram(io.StringIO(file), format="dot").text
    assert f"<b>{name}</b>" in shown(flowchart)
    assert f'"{name}" [label=<<b>{name}</b><br/>ReLU>' in graph


def test_a_hostile_text_is_text_in_mermaid() -> None:
    flowchart = mermaid.render(hostile())
    box = next(line for line in flowchart.splitlines() if ":::plain" in line)
    label = box[box.index('["<b>') + 5 : box.rindex('</b>"]')]
    assert not re.search(r"[^\w ./,()#;-]|\d\. |- |\b_|_\b", label)
    assert shown(label) == HOSTILE
    assert flowchart.count("%%{") == 1


def test_a_hostile_text_is_text_in_dot() -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    graph = pygraphviz.AGraph(dot.render(hostile()))
    assert len(graph.nodes()) == 1
    (cluster,) = graph.subgraphs()
    label = cluster.graph_attr["label"]
    assert html.unescape(label.removeprefix("<").removesuffix(">")) == HOSTILE


def test_svg() -> None:
    pytest.importorskip("pygraphviz")
    drawn = diagram(NETWORKS / "twins.yaml", format="svg")
    assert drawn.text.isascii()
    root = ElementTree.fromstring(drawn.text)
    texts = [(element.text or "").strip() for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("weights of left_code/conv2d") == 1
    assert texts.count("16×16×1") == 2


@pytest.mark.parametrize(("layers", "said"), [(499, None), (500, "501 arrows, of which Mermaid draws 500 at most")])
def test_more_arrows_than_mermaid_draws_are_counted(layers: int, said: str | None) -> None:
    assert mermaid.excess(diagram_of(chain(layers))) == said


def test_a_longer_text_than_mermaid_reads_is_measured() -> None:
    layers = "\n".join(f"  - conv1d: {{name: {'x' * 96}{i}, filters: {i + 1}, kernel_size: 1}}" for i in range(400))
    text = diagram_of(written(f"input: [8, 1]\nlayers:\n{layers}"))
    assert mermaid.excess(text) == f"{len(text):,} characters, of which Mermaid reads 50,000 at most"


def test_for_a_notebook() -> None:
    drawn = diagram(NETWORKS / "untied.yaml")
    assert drawn._repr_mimebundle_() == {"text/vnd.mermaid": str(drawn), "text/plain": repr(drawn)}
    assert repr(drawn) == f"<Diagram in mermaid: characters={len(drawn.text):,}>"


def test_what_is_no_format_or_depth_is_called_so() -> None:
    with pytest.raises(ValueError, match="there is no format 'gif': choose from mermaid, dot, svg, pdf, png"):
        diagram(NETWORKS / "untied.yaml", format="gif")
    with pytest.raises(ValueError, match="`depth` takes a number of levels, 1 or more, not 0"):
        diagram(NETWORKS / "untied.yaml", depth=0)
    with pytest.raises(SpecError, match="untied has no layer `frst`"):
        diagram(NETWORKS / "untied.yaml", "frst")


@pytest.mark.parametrize(("format_", "start"), [("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_pictures_that_are_no_text(format_: str, start: bytes) -> None:
    pytest.importorskip("pygraphviz")
    drawn = diagram(NETWORKS / "twins.yaml", format=format_)
    assert drawn.content.startswith(start)
    assert str(drawn) == repr(drawn) == f"<Diagram in {format_}: bytes={len(drawn.content):,}>"
    assert drawn._repr_mimebundle_()[{"png": "image/png", "pdf": "application/pdf"}[format_]] == drawn.content
    with pytest.raises(ValueError, match=f"a {format_} is no text: its bytes are `content`"):
        drawn.text  # noqa: B018


def test_repetitions_of_a_repeat_without_a_name_are_drawn_once() -> None:
    summary = written("""
        input: [8, 8, 16]
        layers:
          - repeat: {times: 8, layers: [conv2d: {filters: 16, kernel_size: 1}, relu]}
          - dense: 1
    """)
    drawn = flowchart(summary)
    assert parts(drawn) == [("conv2d", "conv2d", ""), ("relu", "relu", ""), ("dense", "dense", "")]
    assert [cluster.title for box in drawn.boxes for cluster in box.opens] == ["2 layers × 8"]
    assert parts(flowchart(summary, depth=1)) == [("2 layers", "2 layers × 8", ""), ("dense", "dense", "")]


def test_repetitions_that_give_something_elsewhere_are_drawn_one_by_one() -> None:
    drawn = flowchart(
        written("""
        input: [8, 8, 16]
        layers:
          - repeat: {times: 3, outputs: part, layers: [conv2d: {filters: 16, kernel_size: 1}, relu: {name: part}]}
          - concatenate
    """)
    )
    assert [title for _, title, _ in parts(drawn)] == [
        "conv2d", "part", "conv2d_1", "part_1", "conv2d_2", "part_2", "concatenate",
    ]  # fmt: skip


def parts(drawn: Flowchart) -> list[tuple[str, str, str]]:
    """Return the names, titles and types of the layers and blocks."""
    return [(box.name, box.title, box.type) for box in drawn.boxes if box.look is not Look.DATA]


def diagram_of(summary: Summary) -> str:
    return mermaid.render(flowchart(summary))


def hostile() -> Flowchart:
    box = Box(HOSTILE, Look.PLAIN, HOSTILE, opens=(Cluster(HOSTILE, HOSTILE),), closes=1)
    return Flowchart(HOSTILE, (box,), (), ())


def shown(text: str) -> str:
    """Return what Mermaid shows of a text: its entities are HTML's, without the `&`."""
    return re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), text)
