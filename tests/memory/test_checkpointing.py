"""What checkpointed blocks keep: what they take, and what others take of them; the rest is computed again."""

import io

import pytest

from archsum import costs
from archsum.memory.training import TrainingMemory

BATCH, FLOAT = 2, 4

PAIRS = """\
input: [8]
blocks:
  pair:
    layers: [dense: {units: 16}, relu, dense: {units: 8}, relu]
layers: [pair, pair, pair, dense: {units: 4}]
"""


def trained(checkpointing: list[str] | None) -> TrainingMemory:
    memory = costs(io.StringIO(PAIRS), {"batch": BATCH, "optimizer": "sgd", "checkpointing": checkpointing}).training
    assert memory
    return memory


def test_without_checkpoints_every_layer_keeps() -> None:
    # The input; of each pair the relus' results, which the dense layers behind them take.
    assert trained(None).kept_for_backward == (8 + 3 * (16 + 8)) * BATCH * FLOAT


def test_a_checkpoint_keeps_what_it_takes() -> None:
    # The input, and what each pair gives to the next, or to the dense layer at the end.
    assert trained(["pair"]).kept_for_backward == (8 + 3 * 8) * BATCH * FLOAT


@pytest.mark.parametrize("name", ["pair_1", "pair_2"])
def test_a_single_block_is_named(name: str) -> None:
    assert trained([name]).kept_for_backward == (8 + 3 * (16 + 8) - 16) * BATCH * FLOAT


def test_what_is_computed_again_is_there_in_the_blocks_own_backward_pass() -> None:
    plain, again = (memory.backward for memory in (trained(None), trained(["pair"])))
    more = [turn.passing - before.passing for turn, before in zip(again, plain, strict=True)]
    # From the last layer to the first; in each pair, the first relu's result is there from the pair's end to its relu.
    assert more == [0, *[16 * BATCH * FLOAT] * 3, 0, *[16 * BATCH * FLOAT] * 3, 0, *[16 * BATCH * FLOAT] * 3, 0]


FROZEN_BEFORE = """\
input: [8]
blocks:
  part:
    layers: [relu, dense: {units: 16}]
layers:
  - dense: {units: 4, trainable: false}
  - part
training: {batch: 2, checkpointing: part}
"""


def test_a_checkpoint_keeps_what_it_takes_though_its_first_layer_comes_before_all_that_learns() -> None:
    memory = costs(io.StringIO(FROZEN_BEFORE)).training
    assert memory
    assert memory.kept_for_backward == 4 * BATCH * FLOAT
