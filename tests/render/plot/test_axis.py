"""A network along an axis: how wide its layers are, and what of it is named."""

import io
from itertools import pairwise

import pytest

from archsum import summarize
from archsum.render.plot.axis import MAX_BARS, Axis, lay_out


def laid_out(text: str) -> Axis:
    return lay_out(summarize(io.StringIO(f"input: [8]\n{text}")))


def test_layers_are_equally_wide() -> None:
    drawn = laid_out("layers: [relu, relu, relu, relu]")
    assert drawn.edges == (0, 0.25, 0.5, 0.75, 1)
    assert [(bar.start, bar.end) for bar in drawn.bars] == list(pairwise(drawn.edges))
    assert [stage.name for stage in drawn.stages] == ["relu", "relu_1", "relu_2", "relu_3"]


STAGES = """\
blocks:
  stage: {layers: [repeat: {times: %d, layers: [dense: {units: 8}]}]}
layers: [dense: {units: 8}, stage, stage, stage, relu]
"""


def test_blocks_that_are_too_many_layers_are_one_bar_as_wide_as_their_layers() -> None:
    drawn = laid_out(STAGES % 50)
    assert [bar.part.of.name for bar in drawn.bars] == ["dense", "stage", "stage_1", "stage_2", "relu"]
    assert len(drawn.edges) == 152 + 1
    first, stage, *_ = drawn.bars
    # A layer's share is 1 of 152; it is given at least 1/50 of the whole, and so beside 50 layers 3.04.
    assert (first.end - first.start) / (stage.end - stage.start) == pytest.approx(152 / 50 / 50)
    assert drawn.edges[1] == pytest.approx(stage.start)
    assert drawn.edges[51] == pytest.approx(stage.end)
    assert all(start < end for start, end in pairwise(drawn.edges))


def test_as_many_bars_as_can_be_told_apart() -> None:
    assert len(laid_out(STAGES % 19).bars) == 59 <= MAX_BARS
    assert len(laid_out(STAGES % 20).bars) == 5


def test_stages_are_named_by_the_outermost_blocks_of_which_there_are_several() -> None:
    drawn = laid_out(STAGES % 2)
    assert [stage.name for stage in drawn.stages] == ["dense", "stage", "stage_1", "stage_2", "relu"]
    drawn = laid_out("blocks:\n  all: {layers: [relu, relu]}\nlayers: [all]")
    assert [stage.name for stage in drawn.stages] == ["relu", "relu_1"]
