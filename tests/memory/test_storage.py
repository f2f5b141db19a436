"""Which tensors of a network are storages of their own, in training and at inference."""

import io

import pytest

import archsum
from archsum.memory.storage import WEIGHTS, owners

NETWORK = """
input: [6, 8]
layers:
  - dropout: {name: dropped, rate: 0.5}
  - dropout: {name: passed, rate: 0.0}
  - permute: {name: turned, dims: [2, 1]}
  - slice: {name: part, axis: 1, stop: 4}
  - parameter: {name: learned, shape: [4, 6]}
  - identity: {name: called}
  - add: {name: sum, inputs: [part, called]}
  - time_distributed: {name: steps, layer: {flatten: {}}}
"""


@pytest.mark.parametrize(
    ("training", "dropped"),
    [(True, "dropped"), (False, "input")],
    ids=["dropout makes a tensor in training", "dropout passes its input on at inference"],
)
def test_owners(*, training: bool, dropped: str) -> None:
    summary = archsum.summarize(io.StringIO(NETWORK))
    assert owners(summary, training=training) == {
        "input": "input",
        "dropped": dropped,
        "passed": dropped,
        "turned": dropped,
        "part": dropped,
        "learned": WEIGHTS,
        "called": WEIGHTS,
        "sum": "sum",
        "steps": "sum",
    }


def test_a_weight_and_a_view_take_no_memory_at_inference() -> None:
    memory = archsum.costs(io.StringIO(NETWORK), {"batch": 1}).inference
    assert memory is not None
    assert {storage.name for storage, _ in memory.alive} == {"input", "sum"}
    assert memory.activations == (6 * 8 + 4 * 6) * 4


def test_a_weight_that_is_kept_is_not_counted_again() -> None:
    network = """
input: [4]
layers:
  - dense: {name: dense, units: 4}
  - parameter: {name: learned, shape: [4]}
  - multiply: {inputs: [dense, learned]}
"""
    training = archsum.costs(io.StringIO(network), {"batch": 3}).training
    assert training is not None
    assert training.kept_for_backward == (4 + 4) * 3 * 4  # what the dense layer takes, and what it gives


def test_rows_of_a_learned_table_are_there_once_for_the_batch() -> None:
    network = """
input: [6, 8]
layers:
  - dense: {name: dense, units: 8}
  - parameter: {name: table, shape: [20, 8]}
  - gather: {name: rows, axis: 1, size: 6}
  - multiply: {inputs: [dense, rows]}
"""
    training = archsum.costs(io.StringIO(network), {"batch": 3}).training
    assert training is not None
    # What the dense layer takes and gives, the rows, and their numbers.
    assert training.kept_for_backward == (48 + 48) * 3 * 4 + 48 * 4 + 6 * 8
