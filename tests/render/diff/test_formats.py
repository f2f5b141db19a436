"""What is said of pairs whose answer is known, as whole texts."""

import json
import re
from typing import Any

import pytest

import archsum
from archsum import Network, load
from archsum.bounds import MAX_COMPARED_MEMORY
from archsum.colours import painted
from archsum.comparison import compare
from archsum.graph import Graph, Group, Node, Path
from archsum.propagate import Engine, propagate
from archsum.render.diff import json as json_format
from archsum.render.diff import markdown, text
from archsum.render.diff.lines import MAX_LINES, lines
from archsum.render.diff.report import Report
from archsum.results.diff import Diff
from tests.conftest import Golden
from tests.support.paths import EXAMPLES


def example(name: str, **overrides: Any) -> Network:
    return load(EXAMPLES / f"{name}.yaml", **overrides)


def edited(name: str, *edits: tuple[str, str]) -> Network:
    content = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert re.search(old, content)
        content = re.sub(old, new, content)
    return load(content)


BUDGET = "input: [28, 28, 1]\nlayers:\n- conv2d: {filters: 8, kernel_size: 3}\n- flatten\n- dense: 10\nbudget: "


def pair(name: str) -> tuple[Network, Network]:
    match name:
        case "resnet101":
            return example("resnet50"), example("resnet50", variables={"depths": [3, 4, 23, 3]})
        case "efficientnet_b7":
            b7 = example("efficientnet", variables={"width": 2.0, "depth": 3.1}, input=(3, 600, 600))
            return example("efficientnet"), b7
        case "vgg16_bn":
            more = r"- conv2d: {filters: \1, activation: null}\n  - batch_normalization\n  - relu"
            return example("vgg16"), edited("vgg16", (r"- conv2d: \{filters: (\d+)\}", more))
        case "another_head":
            return example("mobilenet_v2"), edited(
                "mobilenet_v2",
                ("  - dropout: 0.2\n", ""),
                ("- dense: =classes", "- dense: 256\n  - relu\n  - dense: 10"),
            )
        case "renamed_block":
            return example("mobilenet_v2"), edited("mobilenet_v2", ("inverted_residual", "mbconv"))
        case "larger_image":
            return example("mobilenet_v2"), example("mobilenet_v2", input=(3, 256, 256))
        case "a_field_everywhere":
            return example("mobilenet_v2"), edited("mobilenet_v2", ("max_value: 6", "max_value: 5"))
        case "gpt2_medium":
            return example("gpt2"), example("gpt2", variables={"width": 1024, "depth": 24, "heads": 16})
        case "unlike":
            return example("lenet5"), example("resnet18")
        case "of_torchvision":
            return example("vgg16"), example("vgg16_torchvision")
        case "frozen":
            return example("gpt2"), edited("gpt2", (r"\[decoder\]", "[decoder: {trainable: false}]"))
    budget = BUDGET.replace("filters: 8", "filters: 16") + "{max_params: 60k, max_weight_memory: 100 KiB}"
    return load(BUDGET + "{max_params: 60k, max_macs: 1M}"), load(budget)


PAIRS = (
    "resnet101", "efficientnet_b7", "vgg16_bn", "another_head", "renamed_block", "larger_image", "a_field_everywhere",
    "gpt2_medium", "unlike", "of_torchvision", "frozen", "budget",
)  # fmt: skip


def report(name: str) -> Diff:
    return archsum.diff(*pair(name), titles=("before.yaml", "after.yaml"))


@pytest.mark.parametrize("name", PAIRS)
def test_texts(name: str, golden: Golden) -> None:
    found = report(name)
    narrow = text.render(found)
    golden(f"{name}.txt", narrow)
    golden(f"{name}.wide.txt", text.render(found, width=140))
    golden(f"{name}.md", markdown.render(found))
    assert max(map(len, narrow.split("\n"))) <= 80 or name in ("unlike", "efficientnet_b7", "gpt2_medium")
    assert len(lines(found.difference)) <= MAX_LINES


@pytest.mark.parametrize("name", ["resnet101", "another_head", "budget", "larger_image"])
def test_data(name: str, golden: Golden) -> None:
    golden(f"{name}.json", json_format.render(report(name)))


def test_verdicts() -> None:
    rendered = {name: text.render(report(name), width=1000).split("\n") for name in PAIRS}
    first = {
        name: next(line for line in lines if line.startswith(("  different", "  equal"))).strip()
        for name, lines in rendered.items()
    }
    assert {name: lines[2] for name, lines in rendered.items() if "variables" in lines[2]} == {
        "resnet101": "  variables: depths [3, 4, 6, 3] → [3, 4, 23, 3]",
        "efficientnet_b7": "  variables: width 1.0 → 2.0, depth 1.0 → 3.1",
        "gpt2_medium": "  variables: width 768 → 1024, depth 12 → 24, heads 12 → 16",
    }
    assert first["resnet101"] == (
        "different (parameters +74.4 %, MACs +90.8 %): 17 × bottleneck added in stage_2 (6 → 23)"
    )
    assert first["vgg16_bn"] == (
        "different (parameters < +0.1 %): 13 × batch_normalization added; 13 × conv2d activation relu → null; "
        "13 × relu added"
    )
    assert first["renamed_block"] == "equal: 152 layers, 3,538,984 parameters; some names differ"
    assert first["larger_image"] == "different (MACs +30.5 %): input `input` (3, 224, 224) → (3, 256, 256)"
    assert first["a_field_everywhere"] == "different (3,538,984 parameters as before): 35 × relu max_value 6.0 → 5.0"


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "gpt2"])
def test_equal_networks_are_one_line(name: str) -> None:
    found = archsum.diff(example(name), example(name))
    line = f"equal: {len(found.difference.after.layers):,} layers, {found.difference.after.params:,} parameters"
    assert text.render(found) == line
    assert markdown.render(found) == f"{markdown.MARKER}\n\n**{line}**"
    assert json.loads(json_format.render(found))["verdict"] == line


def test_aspects() -> None:
    before, after = pair("a_field_everywhere")
    assert archsum.diff(before, after, only=["shapes", "weights"]).equal
    assert str(archsum.diff(before, after, only=["shapes", "weights"])) == (
        "equal in shapes and weights: 152 layers, 3,538,984 parameters"
    )
    assert not archsum.diff(before, after, only=["fields"]).equal
    with pytest.raises(ValueError, match="there is no aspect 'colour': choose from fields, shapes"):
        archsum.diff(before, after, only=["colour"])


@pytest.mark.parametrize("depth", [1, 2])
def test_folded(depth: int, golden: Golden) -> None:
    golden(f"gpt2_medium.depth{depth}.txt", text.render(report("gpt2_medium"), depth=depth))


def test_colours() -> None:
    plain, coloured = text.render(report("budget")), text.render(report("budget"), painted)
    assert re.sub("\033\\[[0-9;]*m", "", coloured) == plain
    assert coloured != plain


HOSTILE = (
    "\033[31mred", "a\n::error::b", "<script>alert(1)</script>", "`code`", "![x](http://e.org)", "**bold**", "| cell |",
    "@someone", "%0A::error::", "\u202eright", "##[error]x", "&lt;",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_names_come_out_as_text(name: str) -> None:
    found = archsum.diff(hostile(name, 8), hostile(name, 9), titles=(name, f"{name}2"))
    for written in (text.render(found), markdown.render(found), json_format.render(found)):
        assert "\033" not in written
        assert not any(line.lstrip().startswith(("::", "##[")) for line in written.split("\n"))
        assert "\u202e" not in written
    marked = re.sub(r"(`+) ?.*?(?<!`)\1(?!`)", "", markdown.section(found))  # what is code is no markup
    assert not re.search(r"(?<!\\)[<@\[]", marked.replace("\\<", "").replace("\\@", "").replace("\\[", ""))
    assert json.loads(json_format.render(found))["before"] == name


def hostile(name: str, units: int) -> Network:
    """Return a network whose names no file of ours could have."""
    network = load(f"input: [4]\nlayers:\n- dense: {units}\n- dense: 3\n")
    first, second = network.graph.nodes
    path = (f"{name}!", name)
    nodes: tuple[Node, ...] = (
        first._replace(name="/".join(path), path=path),
        second._replace(inputs=("/".join(path),)),
    )
    groups: dict[Path, Group] = {path[:1]: Group(name, first.span)}
    graph = Graph(name, network.graph.inputs, nodes, network.graph.outputs, groups)
    assert propagate(graph)
    return Network(graph, network.steps_allowed, Engine(graph.inputs, graph.nodes))


def test_a_comment_has_a_longest() -> None:
    layers = [f"- dense: {{name: {'n' * 90}{n}, units: {n + 3}}}\n" for n in range(900)]
    content = "input: [4]\nlayers:\n" + "".join(layers)
    found = archsum.diff(content, re.sub(r"units: (\d)", r"units: 9\1", content))
    assert len(markdown.render(found, depth=9)) < 65_536
    assert "more" in markdown.render(found, depth=9)[-100:]


def test_so_it_has_with_many_limits_and_long_names() -> None:
    blocks = ", ".join(f"b{n}: {{max_params: 1}}" for n in range(400))
    uses = "".join(f"- b: {{name: b{n}}}\n" for n in range(400))
    content = f"input: [4]\nbudget: {{blocks: {{{blocks}}}}}\nblocks: {{b: {{layers: [dense: 4]}}}}\nlayers:\n{uses}"
    found = archsum.diff(content, content.replace("dense: 4", "dense: 5"), titles=("*" * 100_000, "`" * 100_000))
    written = markdown.render(found)
    assert "| … and 380 more |" in written
    assert len(written) < 65_536


def test_what_is_broken_comes_first() -> None:
    marker, over, sentence, *_ = markdown.render(report("budget")).split("\n\n")
    assert marker == "<!-- archsum -->"
    assert over.startswith("**over budget: ")
    assert sentence.startswith("**different ")


def test_another_limit_is_no_silence() -> None:
    before, after = load(BUDGET + "{max_params: 60k}"), load(BUDGET + "{max_params: 70k}")
    found = archsum.diff(before, after, titles=("a", "b"))
    assert found.equal
    assert not found.is_unchanged
    assert markdown.render(found).split("\n\n")[1:] == [
        "**equal: 3 layers, 54,170 parameters**",
        "`a` → `b`",
        "| budget | before | after | limit |  |\n|:--|--:|--:|--:|--:|\n"
        "| parameters | 54,170 | 54,170 | 60,000 → 70,000 | ok |",
    ]


FAMILY = """\
variables: {width: 4, half: =width/2, unused: 1, name: a, only: here}
input: [8]
layers: [dense: =width]
"""


def test_variables_are_the_cause_of_a_difference() -> None:
    other = FAMILY.replace("width: 4", "width: 6").replace("name: a", "name: '<b>|'").replace("only", "there")
    found = archsum.diff(FAMILY, other, titles=("a", "b"))
    said = "variables: width 4 → 6, half 2 → 3, name a → <b>|"
    assert text.render(found).split("\n")[:3] == ["--- a", "+++ b", f"  {said}"]
    assert "\n\nvariables: width 4 → 6, half 2 → 3, name a → \\<b\\>\\|\\\n**different " in markdown.render(found)
    assert found.to_dict()["variables"]["half"] == {"before": 2, "after": 3}
    pytest.importorskip("jinja2")
    assert "<p>variables: width 4 → 6, half 2 → 3, name a → &lt;b&gt;|</p>" in found.to_html()
    assert "<p>variables: width 4 → 6, half 2 → 3, name a → &lt;b&gt;|</p>" in archsum.report(FAMILY, other).html


def test_variables_make_no_difference_of_their_own() -> None:
    found = archsum.diff(FAMILY, FAMILY.replace("unused: 1", "unused: 2"))
    assert found.equal
    assert text.render(found) == "equal: 1 layer, 36 parameters"
    assert markdown.render(found) == f"{markdown.MARKER}\n\n**equal: 1 layer, 36 parameters**"
    assert found.to_dict()["variables"] == {"unused": {"before": 1, "after": 2}}


def test_many_variables_are_counted() -> None:
    values = (", ".join(f"v{number}: {number + more}" for number in range(9)) for more in (0, 5))
    one, other = (f"variables: {{{stated}}}\ninput: [8]\nlayers: [dense: =v1+1]\n" for stated in values)
    assert text.render(archsum.diff(one, other)).split("\n")[2].endswith(" v5 5 → 10, 3 more")


SMALL = "input: [8]\nblocks: {head: {layers: [dense: 4]}}\nlayers: [head]\n"
LIMITS = {
    "swapped": ("{max_params: 1, max_macs: 1k}", "{max_params: 1k, max_macs: 1}"),
    "stricter": ("{max_params: 40}", "{max_params: 30}"),
    "looser": ("{max_params: 40}", "{max_params: 50}"),
    "gone": ("{max_params: 1, max_macs: 1k, blocks: {head: {max_params: 40}}}", ""),
    "gone_in_part": ("{max_params: 40, max_macs: 1k}", "{max_macs: 1k}"),
    "new": ("", "{max_params: 40}"),
    "broken_as_before": ("{max_params: 1}", "{max_params: 1}"),
}
"""Budgets of one network, before and after."""


def limited(budget: str, network: str = SMALL) -> Network:
    return load(f"{network}budget: {budget}\n" if budget else network)


@pytest.mark.parametrize("name", LIMITS)
def test_limits_of_equal_networks(name: str, golden: Golden) -> None:
    """Whatever happened to a limit is said, in all formats; the networks are equal none the less."""
    before, after = map(limited, LIMITS[name])
    found = archsum.diff(before, after, titles=("before.yaml", "after.yaml"))
    assert found.equal
    golden(f"limits_{name}.txt", f"{text.render(found)}\n\n{markdown.render(found)}")
    assert len(markdown.render(found).split("\n")) > 3


def test_limits_of_networks_with_other_names() -> None:
    renamed = SMALL.replace("head", "classifier")
    found = archsum.diff(limited("{max_params: 1}"), limited("{max_params: 1}", renamed), titles=("a", "b"))
    assert found.equal
    assert "\nparameters      36     36      1  OVER\n" in text.render(found)
    found = archsum.diff(limited("{max_params: 99}"), limited("{max_params: 99}", renamed), titles=("a", "b"))
    assert "budget" not in text.render(found) + markdown.render(found)


def test_limits_that_are_kept_are_no_news() -> None:
    for budgets in (("", ""), ("{max_params: 40}", "{max_params: 40}"), ("{max_params: 1k}", "{max_params: 1000}")):
        found = archsum.diff(*map(limited, budgets))
        assert text.render(found) == "equal: 1 layer, 36 parameters"
        assert markdown.render(found) == f"{markdown.MARKER}\n\n**equal: 1 layer, 36 parameters**"


def test_many_limits_have_what_changed_first() -> None:
    layers = [f"dense_{number}" for number in range(30)]
    network = f"input: [8]\nlayers:\n{''.join(f'- dense: {{name: {name}, units: 8}}{chr(10)}' for name in layers)}"
    of = [f"{name}: {{max_params: 99}}" for name in layers]
    found = archsum.diff(*(limited(f"{{blocks: {{{', '.join(blocks)}}}}}", network) for blocks in (of, of[:-1])))
    table = markdown.render(found).split("\n\n")[3].split("\n")
    assert table[2] == "| parameters of dense\\_29 | 72 | – | 99 | no limit any more |"
    assert table[-1] == "| … and 10 more |  |  |  |  |"


def test_one_of_several_is_counted_with_its_kind() -> None:
    """Its name may end in a number, which the count must not seem to belong to."""
    before = "input: [8]\nlayers:\n  - dense: {name: stem, units: 7}\n" + "".join(
        f"  - dense: {units}\n" for units in (6, 5, 4)
    )
    for layer, title in (("dense: {name: stem, units: 7}", "stem"), ("dense: 5", "dense_1")):
        found = str(archsum.diff(before, before.replace(f"  - {layer}\n", "")))
        assert f"{title} removed (dense: 4 → 3)" in found
        assert f"− {title} (dense: 4 → 3) " in found


def test_very_large_networks_have_no_memory() -> None:
    count = MAX_COMPARED_MEMORY + 1
    content = "input: [4]\nlayers:\n- repeat: {times: COUNT, layers: [dense: 4]}\n"
    before, after = content.replace("COUNT", str(count)), content.replace("COUNT", str(count + 2))
    found = archsum.diff(before, after)
    assert [total.after for total in found.totals][-2:] == [None, None]
    assert "+ 2 × dense (10,001 → 10,003)" in str(found)


def test_in_a_session() -> None:
    found = report("another_head")
    assert repr(found) == "<Diff: equal=False>"
    assert found.to_dict()["totals"]["params"]["before"] == 3_538_984
    assert found.to_markdown() == markdown.render(found)
    assert str(found) == text.render(found)
    assert found._repr_html_().startswith("<pre>")
    assert isinstance(found, Report)
    assert compare(found.difference.before, found.difference.before).equal
