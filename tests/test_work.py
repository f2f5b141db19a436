"""Work is counted where it is done, and is in proportion to what a file says: no assertion here is about time."""

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum import Diagnostic, SpecError, explanation
from archsum.bounds import MAX_COMPARED_ITEMS, MAX_FOUND, MAX_NOTES, MAX_STEPS, SMALL_FILE, STEPS, STEPS_PER_CHARACTER
from archsum.cli import main
from archsum.errors import SourceText, Span, _lines_at_blocks
from archsum.layers.kinds.convolution import Conv2D
from archsum.memory import stretches
from archsum.memory.arena import Buffer, Placed, TieBreak, place
from archsum.summary import LayerSummary
from archsum.work import Work
from tests.support.bombs import ANSWERED, REFUSED, listed, repeat

WRITTEN_OUT = "written out, the network takes more work than a file of this size may: "


def load(text: str) -> archsum.Network:
    return archsum.load(io.StringIO(text))


def problems(ask: Callable[[], object]) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        ask()
    return caught.value.diagnostics


def refused(text: str) -> Diagnostic:
    (diagnostic,) = (found for found in problems(lambda: archsum.summarize(load(text))) if found.code == "too-large")
    assert diagnostic.cure
    return diagnostic


# The budget.


def test_the_smallest_file_has_room_for_100_000_layers() -> None:
    assert len(archsum.summarize(load(repeat(100_000, "relu"))).layers) == 100_000


def test_a_file_may_take_more_in_proportion_to_its_size() -> None:
    text = repeat(110_000, "relu")
    diagnostic = refused(text)
    layers = int(diagnostic.message.removeprefix(WRITTEN_OUT).removesuffix(" layers").replace(",", ""))
    assert 0.999 * MAX_STEPS < layers * STEPS["layers"] <= MAX_STEPS
    assert isinstance(diagnostic.span, Span)
    assert diagnostic.span.text == "relu"
    more = 10_000 * STEPS["layers"] // STEPS_PER_CHARACTER
    assert refused(f"{text}#{'#' * (SMALL_FILE - len(text))}")
    assert len(archsum.summarize(load(f"{text}#{'#' * (SMALL_FILE + more)}")).layers) == 110_000


def test_a_layer_takes_no_more_than_its_text_allows() -> None:
    for text, prices in {
        "- *a\n": ["layers"],
        "- dense: {units: 1}\n": [
            "layers",
            "different layers",
            *["weights"] * 2,
            "layers to train",
            "gradients",
            "operators",
        ],
    }.items():
        assert STEPS_PER_CHARACTER * len(text) >= sum(STEPS[price] for price in prices)


def test_what_is_counted_is_said() -> None:
    work = Work(allowed=100)
    assert not work.spend("layers", 2)
    assert work.spend("inputs", 1_000)
    assert work.diagnose("this", None, "less").message == (
        "this takes more work than a file of this size may: 2 layers and 1,000 inputs"
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_multiplies_is_counted(name: str) -> None:
    text = REFUSED[name]
    assert len(text) < 64 * 1024
    assert refused(text).message.startswith((WRITTEN_OUT, "the network's layers take"))


@pytest.mark.parametrize("name", ANSWERED)
def test_what_keeps_to_the_budget_is_answered(name: str) -> None:
    text = ANSWERED[name]
    assert len(text) < 64 * 1024
    found: list[Diagnostic] = []
    try:
        load(text)
    except SpecError as error:
        found = error.diagnostics
    assert len(found) <= 2 * MAX_FOUND
    assert "too-large" not in {diagnostic.code for diagnostic in found}


MANY = {
    "to explain": repeat(23_000, "dense: {units: =index + 1}"),
    "to find the training memory of": repeat(23_000, "dense: {units: =index + 1}"),
    "to plan the arena of": repeat(40_000, "dense: {units: 8}", "activation: {activation: tanh}"),
}
QUESTIONS: dict[str, Callable[[archsum.Network], object]] = {
    "to explain": archsum.explain,
    "to find the training memory of": lambda network: archsum.costs(network).training,
    "to plan the arena of": lambda network: archsum.costs(network).arena,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_has_a_budget_of_its_own(question: str) -> None:
    network = load(MANY[question])
    (diagnostic,) = problems(lambda: QUESTIONS[question](network))
    assert (diagnostic.code, diagnostic.message.partition(" `")[0]) == ("too-large", question)
    assert archsum.summarize(network)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_large_file_may_ask_about_each_of_its_layers(question: str) -> None:
    layers = "".join(f"  - dense: {{units: {8 + n % 100}}}\n" for n in range(30_000))
    assert QUESTIONS[question](load(f"input: [8]\nlayers:\n{layers}"))


def test_cure_of_too_much_to_explain() -> None:
    block = "blocks: {b: {parameters: {n: }, layers: [dense: {units: =n}, relu]}}\n"
    network = load(f"{block}{repeat(13_000, 'b: {n: =index + 1}')}")
    (diagnostic,) = problems(lambda: archsum.explain(network))
    assert diagnostic.cure == "name a layer or a block: `archsum explain FILE NAME`"
    assert len(archsum.explain(network, "b_7").layers) == 2


def test_it_is_bad_input(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(repeat(150_000, "relu"))
    assert main(["summary", str(file)]) == 2
    assert capsys.readouterr().err.startswith("error[too-large]: written out, the network takes more work")


def test_one_budget_is_said_once() -> None:
    """The engine may find it too, while formulas ask it for sizes."""
    assert refused(repeat(100_000, "dense: {units: =input_features + 1}"))


# What is done once.


def test_equal_layers_are_explained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    explained = []
    explain_layer = explanation.explain_layer

    def count(layer: LayerSummary) -> explanation.LayerExplanation:
        explained.append(layer)
        return explain_layer(layer)

    monkeypatch.setattr(explanation, "explain_layer", count)
    result = archsum.explain(load(repeat(1_000, "dense: {units: 8}", "relu")))
    assert len(result.layers) == 2_000
    assert len(explained) == 2
    assert [layer.layer.name for layer in result.layers[:3]] == ["dense", "relu", "dense_1"]
    assert str(result).count("(8 + 1) × 8 = 72") == 1
    assert "and 999 more alike: dense_1, dense_2," in str(result)


@pytest.mark.parametrize("question", ["operators", "kept", "backward", "between", "flops"])
def test_equal_layers_are_asked_once(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    method = getattr(Conv2D, question)

    def count(layer: Conv2D, *inputs: Any) -> Any:
        asked[question] += 1
        return method(layer, *inputs)

    monkeypatch.setattr(Conv2D, question, count)
    layer = "conv2d: {filters: 3, kernel_size: 3, padding: same}"
    network = load(repeat(200, layer).replace("[8]", "[8, 8, 3]"))
    assert str(archsum.costs(network))
    assert archsum.summarize(network).flops
    # What is kept, and what is between operations, asks for the way back too.
    assert 1 <= asked[question] <= 3


def test_blocks_are_tried_as_far_as_the_network_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archsum.budget.verdicts.MAX_TRIED_LAYERS", 4)
    blocks = "".join(f"  b{n}: {{layers: [dense: {{units: 8}}, relu]}}\n" for n in range(3))
    result = archsum.check(load(f"blocks:\n{blocks}input: [8]\nlayers: [b0, b1, b2]\n"), {"max_training_memory": 1})
    assert result.verdicts[0].cures


# Names.


@pytest.mark.parametrize(
    "text",
    [
        "input: [8]\nlayers: [relu]\noutputs: {}\n",
        "input: [8]\nlayers: [relu]\ntraining: {{checkpointing: {}}}\n",
    ],
)
def test_thousands_of_unknown_names(text: str) -> None:
    found = problems(lambda: archsum.costs(load(text.format(listed(f"o{n}" for n in range(40_000))))))
    assert 1 <= len(found) <= MAX_FOUND


def test_a_name_given_twice_among_thousands() -> None:
    names = [f"o{n}" for n in range(40_000)]
    found = problems(lambda: load(f"input: [8]\nlayers: [relu]\noutputs: {listed([*names, 'o39999'])}\n"))
    assert found[0].message == "`outputs` has `o39999` twice"


def test_limits_of_thousands_of_blocks() -> None:
    """Each is found where it is: to look at all layers for each takes millions of looks."""
    names = ["b", *(f"b_{n}" for n in range(1, 3_000))]
    limits = ", ".join(f"{name}: {{max_params: 72}}" for name in names)
    dense = f"{repeat(3_000, 'b')}blocks: {{b: {{layers: [dense: {{units: 8}}]}}}}\nbudget: {{blocks: {{{limits}}}}}\n"
    result = archsum.check(load(dense))
    assert [verdict.block for verdict in result.verdicts] == names
    assert {verdict.value for verdict in result.verdicts} == {72}


@pytest.mark.parametrize("back", [1, 2])
def test_a_cycle_of_thousands_of_blocks_is_told_by_its_ends(back: int) -> None:
    count = 5_000
    blocks = "".join(f"  b{n}: {{layers: [b{(n + 1) % count}, b{(n + back) % count}]}}\n" for n in range(count))
    found = problems(lambda: load(f"blocks:\n{blocks}input: [8]\nlayers: [b0]\n"))
    assert {diagnostic.code for diagnostic in found} == {"recursion"}
    assert sum(len(diagnostic.notes) for diagnostic in found) <= MAX_NOTES * len(found)


# Texts.


@given(st.text(alphabet="a\n", max_size=40), st.integers(0, 5), st.integers(1, 4))
def test_lines_and_columns(text: str, ahead: int, block: int) -> None:
    text = text[:ahead] + text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archsum.errors._BLOCK", block)
        _lines_at_blocks.cache_clear()
        for start in range(len(text) + 1):
            before = text[:start].split("\n")
            span = Span(SourceText("f", text), start, start)
            assert (span.line, span.column) == (len(before), 1 + len(before[-1]))
    _lines_at_blocks.cache_clear()


def test_a_file_of_newlines_is_not_a_list_of_lines() -> None:
    assert len(_lines_at_blocks("\n" * 4096 * 50)) == 51


@pytest.mark.parametrize(
    "value",
    [
        f"(1{' ' * 60_000}x",
        f"({'1, ' * 20_000}x",
        f"({'1 ' * 30_000}",
        f"({'1' * 60_000}",
        f"( {' ' * 60_000}",
    ],
)
def test_a_tuple_that_is_none(value: str) -> None:
    (diagnostic,) = problems(lambda: load(f'input: [8]\nlayers: [conv1d: {{filters: 8, kernel_size: "{value}"}}]\n'))
    assert diagnostic.code == "wrong-type"


@pytest.mark.parametrize(
    ("value", "sizes"),
    [("(3, 3)", "3, 3"), ("( 3 ,3 , )", "3, 3"), ("(12,  7 )", "12, 7")],
)
def test_a_tuple_that_is_one(value: str, sizes: str) -> None:
    (diagnostic,) = problems(lambda: load(f'input: [8]\nlayers: [conv2d: {{filters: 8, kernel_size: "{value}"}}]\n'))
    assert diagnostic.cure == f"write `[{sizes}]`"


def test_what_reads_like_many_formulas() -> None:
    text = f'input: [8]\nlayers: [conv2d: {{a: "{":=a" * 40_000},x" [0]}}]\n'
    assert "is missing before this" in problems(lambda: load(text))[0].message


@pytest.mark.parametrize("items", [MAX_COMPARED_ITEMS - 1, MAX_COMPARED_ITEMS])
def test_lists_are_compared_while_they_are_short(items: int) -> None:
    numbers = listed(["1"] * items)
    text = f"variables: {{a: {numbers}, b: {numbers}}}\n{repeat(3, 'relu: {if: =a == b}')}"
    if items < MAX_COMPARED_ITEMS:
        assert len(archsum.summarize(load(text)).layers) == 3
    else:
        (diagnostic,) = problems(lambda: load(text))
        assert diagnostic.message == "a formula compares lists of at most 64 items"


def test_a_table_names_the_first_of_many_inputs() -> None:
    text = f"input: [8]\nlayers: [branch: {listed(['[relu]'] * 100)}]\n"
    summary = archsum.summarize(load(text))
    assert "relu_11 and 88 more" in str(summary)
    assert "relu_12," not in str(summary)


# The arena.


def place_by_pairs(buffers: list[Buffer], tie_break: TieBreak) -> tuple[Placed, ...]:
    """Plan as TensorFlow Lite Micro's greedy planner does: look at each buffer that is placed and alive beside."""
    order = list(range(len(buffers)))
    if tie_break is TieBreak.LATER_FIRST:
        order.reverse()
    order.sort(key=lambda index: -buffers[index].size)
    offsets: dict[int, int] = {}
    for index in order:
        size, first, last = buffers[index][1:]
        beside = [other for other in offsets if buffers[other].first <= last and first <= buffers[other].last]
        candidate = 0
        for offset, taken in sorted((offsets[other], buffers[other].size) for other in beside):
            if offset - candidate >= size:
                break
            candidate = max(candidate, offset + taken)
        offsets[index] = candidate
    return tuple(Placed(buffer, offsets[index]) for index, buffer in enumerate(buffers))


BUFFERS = st.lists(
    st.builds(
        lambda size, first, length: Buffer("", 16 * size, first, first + length),
        st.integers(0, 9) | st.integers(0, 1_000),
        st.integers(0, 70),
        st.integers(0, 3) | st.integers(0, 70),
    ),
    min_size=1,
    max_size=60,
)


@given(BUFFERS, st.sampled_from(TieBreak))
def test_plan_is_that_of_the_greedy_planner(buffers: list[Buffer], ties: TieBreak) -> None:
    assert place(buffers, ties) == place_by_pairs(buffers, ties)


@pytest.mark.parametrize("shape", ["all alive", "chain"])
def test_planning_looks_at_few_stretches(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At some for each level of the tree, and not at each that is alive beside."""
    counts: Counter[int] = Counter()
    size = 0
    first_gap = stretches._Stretches.first_gap

    def count(taken: stretches._Stretches, start: int, needed: int) -> int:
        counts[size] += 1
        return first_gap(taken, start, needed)

    monkeypatch.setattr(stretches._Stretches, "first_gap", count)
    for size in (500, 4_000):
        lives = ((n, size if shape == "all alive" else n + 1) for n in range(size))
        place([Buffer("", 16 * (1 + n * 7919 % 500), *life) for n, life in enumerate(lives)])
    assert counts[4_000] <= 1.5 * 8 * counts[500]
