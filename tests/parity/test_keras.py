"""Every kind that Keras has: output shape and weights (name, shape, trainability) against Keras's own layer."""

from collections import Counter
from collections.abc import Callable

import numpy
import pytest
from hypothesis import given, settings

from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields
from tests.support.parity.cases import REFUSED, Case, Outcome, ours
from tests.support.parity.differences import DIFFERENCES, Difference
from tests.support.parity.keras_kinds import CASES, arguments_of, keras_layer, keras_outcome

# A warning of Keras's, raised as an error, would be taken for a refusal.
pytestmark = pytest.mark.filterwarnings("ignore")

WITHOUT_KERAS = {
    *("locally_connected1d", "locally_connected2d", "scale", "layer_scale", "parameter", "custom", "stochastic_depth"),
    *("channel_shuffle", "space_to_depth", "depth_to_space", "split", "slice"),
}
"""Kinds that Keras lacks."""

Record = Callable[[str, object], None]


def test_every_kind_is_compared_or_known_to_be_missing_in_keras() -> None:
    missing = set(KINDS) - set(CASES) - WITHOUT_KERAS
    assert not missing, "write what to compare in CASES (keras_kinds.py), or that Keras lacks the kind, above"
    assert set(CASES) | WITHOUT_KERAS == set(KINDS)
    assert not set(CASES) & WITHOUT_KERAS


@pytest.mark.parametrize("kind", CASES)
def test_layer(kind: str, record_property: Record) -> None:
    tally: Counter[str] = Counter()
    drawn: set[str] = set()

    @given(CASES[kind])
    def compare(case: Case) -> None:
        expected, found = keras_outcome(kind, case), ours(kind, case)
        tally["layers compared with Keras" if expected else "layers that Keras refuses"] += 1
        drawn.update(case.fields)
        if found is REFUSED and expected is not REFUSED:
            assert any(difference.holds(kind, case, expected) for difference in DIFFERENCES), expected
        else:
            assert found == expected

    compare()
    for what, count in tally.items():
        record_property(what, count)
    assert tally["layers compared with Keras"] > tally.total() // 3, "most of what is drawn is refused"
    assert drawn >= shared_fields(kind)


def shared_fields(kind: str) -> set[str]:
    """Return the fields that both have, so that none is left out of the comparison."""
    theirs = arguments_of(kind)
    return set(named_fields(layer_class(kind))) & (theirs | ({"bias"} & {name.removeprefix("use_") for name in theirs}))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.reason)
def test_documented_difference_still_exists(difference: Difference) -> None:
    kind, case = difference.kind, difference.example
    expected = keras_outcome(kind, case)
    assert ours(kind, case) is REFUSED
    assert expected is not REFUSED
    assert difference.holds(kind, case, expected)


COMPUTED = ["conv2d", "conv1d_transpose", "conv2d_transpose", "depthwise_conv2d", "average_pooling2d", "up_sampling2d"]
"""Kinds whose call has differed from `compute_output_shape` in some release of Keras."""


@pytest.mark.parametrize("kind", COMPUTED)
def test_call_gives_the_shape_that_keras_announces(kind: str) -> None:
    @settings(max_examples=settings().max_examples // 10)
    @given(CASES[kind])
    def compare(case: Case) -> None:
        expected: Outcome = keras_outcome(kind, case)
        if expected is REFUSED or None in case.shape or 0 in expected.output_shape:
            return
        data = numpy.zeros((1, *(size or 0 for size in case.shape)), dtype="float32")
        assert keras_layer(kind, case.fields)(data).shape[1:] == expected.output_shape

    compare()
