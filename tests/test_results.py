"""What the functions return: values that print themselves, and stay what they are when they are stored and compared."""

import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import archsum

NETWORK = """\
name: net
input: [8]
layers: [dense: {units: 4}]
budget: {max_params: 1k, device: t4}
"""


def network() -> io.StringIO:
    return io.StringIO(NETWORK)


@pytest.mark.parametrize(
    ("function", "printed"),
    [
        (archsum.summarize, 'Model: "net"\n'),
        (archsum.check, "net: within budget\n"),
        (archsum.explain, "dense (Dense)  <input>:3:10\n"),
        (archsum.costs, "net: training, batch 32, adam, float32\n"),
        (archsum.fit, "net on NVIDIA T4: "),
        (archsum.diagram, "%%{init: "),
    ],
)
def test_printed_stored_and_loaded_again(function: Callable[..., Any], printed: str) -> None:
    result = function(network())
    assert str(result).startswith(printed)
    assert str(pickle.loads(pickle.dumps(result))) == str(result)


@pytest.mark.parametrize("function", [archsum.summarize, archsum.check, archsum.explain, archsum.diagram])
def test_equal_where_the_networks_are(function: Callable[..., Any]) -> None:
    assert function(network()) == function(network())


def test_what_a_result_has_in_it_prints_itself_too() -> None:
    fitted = archsum.fit(network())
    assert str(fitted.costs) == str(archsum.costs(network()))
    assert str(fitted.costs.trained_with(batch=64)).startswith("net: training, batch 64,")
    assert str(fitted.costs.summary) == str(archsum.summarize(network()))


def test_a_summary_is_of_the_public_class() -> None:
    assert isinstance(archsum.summarize(network()), archsum.Summary)


def test_networks_of_equal_files_are_equal_summarized_or_not() -> None:
    one, other = archsum.load(network()), archsum.load(network())
    archsum.summarize(one)
    assert one == other
