"""What we say that other tools count is what they count."""

import io

import pytest

from archsum import Summary, summarize
from archsum.conventions import CONVENTIONS, count_all
from archsum.render.summary import text as table
from tests.support.counted_by_others import IN_README, MODELS, NOT_OFFERED, OTHERS, TOOLS, Measured, MeasuredModel
from tests.support.paths import EXAMPLES


def counted(summary: Summary, tool: str) -> int | None:
    return count_all(summary.layers, CONVENTIONS[tool])


@pytest.mark.parametrize("tool", CONVENTIONS)
@pytest.mark.parametrize("measured", IN_README + OTHERS, ids=lambda measured: measured.what)
def test_single_layers(measured: Measured, tool: str) -> None:
    expected = None if (measured.what, tool) in NOT_OFFERED else measured.counts[TOOLS.index(tool)]
    assert counted(measured.summary, tool) == expected


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.file)
def test_whole_models(model: MeasuredModel) -> None:
    summary = summarize(EXAMPLES / f"{model.file}.yaml")
    assert counted(summary, "torch") == model.torch == 2 * (summary.macs or 0)
    if model.fvcore:
        assert counted(summary, "fvcore") == model.fvcore
    if model.ptflops:
        assert counted(summary, "ptflops") == model.ptflops


def summary_of(text: str) -> Summary:
    return summarize(io.StringIO(text))


def test_what_is_unknown_is_no_0() -> None:
    dense = summary_of("{input: [null, 8], layers: [dense: {units: 4}]}")
    assert [counted(dense, tool) for tool in CONVENTIONS] == [None] * 3
    attention = summary_of("{input: [5, 8], layers: [multi_head_attention: {num_heads: 2, key_dim: 4}]}")
    assert counted(attention, "fvcore") is None
    custom = summary_of("{input: [8], layers: [custom]}")
    assert [counted(custom, tool) for tool in CONVENTIONS] == [None] * 3


def test_what_a_tool_does_not_see_is_0_however_large() -> None:
    pooling = summary_of("{input: [null, null, 3], layers: [max_pooling2d]}")
    assert counted(pooling, "torch") == counted(pooling, "fvcore") == 0
    assert counted(pooling, "ptflops") is None


def test_parts_of_a_layer_count_as_layers_of_their_own() -> None:
    together = summary_of("{input: [8, 8, 3], layers: [conv2d: {filters: 4, kernel_size: 3, activation: gelu}]}")
    apart = summary_of(
        "{input: [8, 8, 3], layers: [conv2d: {filters: 4, kernel_size: 3}, activation: {activation: gelu}]}"
    )
    for tool in CONVENTIONS:
        assert counted(together, tool) == counted(apart, tool)


@pytest.mark.parametrize(
    ("tool", "total"),
    [
        ("torch", "FLOPs (torch): 140, as torch counts: an operation that it does not know is 0"),
        ("fvcore", "MACs (fvcore): 70, as fvcore counts: an operation that it does not know is 0"),
        ("ptflops", "MACs (ptflops): 100, as ptflops counts: an operation that it does not know is 0"),
    ],
)
def test_the_table_says_whose_figures_they_are(tool: str, total: str) -> None:
    summary = summary_of("{blocks: {b: {layers: [dense: {units: 10, activation: relu}]}}, input: [7], layers: [b]}")
    for depth in (None, 1):
        text = table.render(summary, (tool,), depth=depth)
        assert f"{total.partition(':')[0]} " in text
        assert text.endswith(total)
