"""Every kind that Keras has: output shape and weights (name, shape, trainability) against Keras's own layer."""

import inspect
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields
from tests.support.parity.cases import REFUSED, Case, ours
from tests.support.parity.differences import DIFFERENCES, Difference
from tests.support.parity.keras_kinds import CASES, arguments_of, keras_class, keras_outcome, keras_runs

# A warning of Keras's, raised as an error, would be taken for a refusal.
pytestmark = pytest.mark.filterwarnings("ignore")

WITHOUT_KERAS = {
    *("locally_connected1d", "locally_connected2d", "scale", "layer_scale", "parameter", "constant"),
    *("custom", "stochastic_depth"),
    *("local_response_normalization", "max_unpooling1d", "max_unpooling2d", "max_unpooling3d"),
    *("channel_shuffle", "space_to_depth", "depth_to_space", "split", "slice"),
    "threshold",  # Keras has the function, which takes two numbers that `Activation` cannot give it
    *("relative_position_bias", "roll", "instance_normalization", "weight_normalization", "depthwise_conv3d"),
    "separable_conv3d",
    *("divide", "elementwise", "matmul", "gather", "reduce", "stack", "expand_dims", "squeeze", "expand"),
    *("tile", "pad", "einsum"),
    *(f"{how}_padding{rank}d" for how in ("reflection", "replication", "circular") for rank in (1, 2, 3)),
}
"""Kinds that Keras lacks, or has as functions alone: those are in test_keras_functions.py."""

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
            explained = any(difference.holds(kind, case, expected) for difference in DIFFERENCES)
            assert explained or not keras_runs(kind, case, expected.output_shape), expected
        else:
            assert found == expected

    compare()
    for what, count in tally.items():
        record_property(what, count)
    assert tally["layers compared with Keras"] > tally.total() // 3, "most of what is drawn is refused"
    assert drawn >= shared_fields(kind)


@pytest.mark.parametrize("kind", [kind for kind in CASES if layer_class(kind).main_field])
def test_a_plain_value_is_the_first_argument(kind: str) -> None:
    first = next(iter(inspect.signature(keras_class(kind)).parameters))
    assert layer_class(kind).main_field == first


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
    assert keras_runs(kind, case, expected.output_shape)


IMAGE_SEQUENCE = (4, 4, 4, 4)
ONLY_BUILT = [
    ("layer_normalization", Case({"axis": [1, -1]}, (3,))),
    ("softmax", Case({"axis": 2}, (3,))),
    ("concatenate", Case({"axis": 0}, (3,), ((3,),))),
    ("adaptive_max_pooling2d", Case({"output_size": 2}, (5, 3))),
    ("rescaling", Case({"scale": [1.0, 2.0]}, (4, 3))),
    ("zero_padding2d", Case({"padding": -1}, (4, 4, 1))),
    ("add", Case({}, (None,), ((2,), (3,)))),
    ("dot", Case({"axes": -2}, (3,), ((4,),))),
    ("multi_head_attention", Case({"num_heads": 2, "key_dim": 3}, (4, 8), ((8,),))),
    ("reversible_embedding", Case({"input_dim": 9, "output_dim": 4, "reverse": True}, (5, 3))),
    ("time_distributed", Case({"layer": {"simple_rnn": {"units": 1}}}, IMAGE_SEQUENCE)),
    ("rms_normalization", Case({"axis": 1}, (4, 5))),
    ("rms_normalization", Case({"axis": [1, 3]}, (4, 5, 6))),
    ("dropout", Case({"rate": 0.5, "noise_shape": [None, 3]}, (4,))),
    ("dropout", Case({"rate": 0.5, "noise_shape": [1, 1, 4]}, (4,))),
    ("alpha_dropout", Case({"rate": 0.5, "noise_shape": [None]}, (4,))),
    ("gaussian_dropout", Case({"rate": 1}, (4,))),
    ("reshape", Case({"target_shape": [4]}, (None, 3))),
]
"""Layers that Keras builds and then fails to compute, or computes otherwise than it announced."""


@pytest.mark.parametrize(("kind", "case"), ONLY_BUILT)
def test_what_keras_only_builds_is_refused(kind: str, case: Case) -> None:
    expected = keras_outcome(kind, case)
    assert expected is not REFUSED
    assert not keras_runs(kind, case, expected.output_shape)
    assert ours(kind, case) is REFUSED


@pytest.mark.parametrize(("axes", "is_taken"), [(22, True), (23, False)])
def test_an_output_of_attention_has_as_many_axes_as_keras_has_letters(axes: int, is_taken: bool) -> None:
    case = Case({"num_heads": 1, "key_dim": 3, "output_shape": [1] * axes}, (4, 8))
    assert (keras_outcome("multi_head_attention", case) is not REFUSED) is is_taken
    assert ours("multi_head_attention", case) == keras_outcome("multi_head_attention", case)


COMPUTED_OTHERWISE = [
    Case({"equation": "abc,cd->abd", "output_shape": [None, 4]}, (5, 3)),
    Case({"equation": "...x,xy->...y", "output_shape": 4}, (2, 6, 3)),
]
"""Equations of which Keras announces a size as unknown, or the first axes turned round, and computes another shape."""


@pytest.mark.parametrize("case", COMPUTED_OTHERWISE, ids=lambda case: case.fields["equation"])
def test_of_an_equation_the_shape_is_what_keras_computes(case: Case) -> None:
    announced, found = keras_outcome("einsum_dense", case), ours("einsum_dense", case)
    assert announced is not REFUSED
    assert found is not REFUSED
    assert found.output_shape != announced.output_shape
    assert found.weights == announced.weights
    assert keras_runs("einsum_dense", case, found.output_shape)


@pytest.mark.parametrize("kind", CASES)
def test_what_keras_announces_it_computes(kind: str) -> None:
    """Each layer that we accept runs in Keras."""

    @settings(max_examples=settings().max_examples // 5)
    @given(CASES[kind])
    def compare(case: Case) -> None:
        found = ours(kind, case)
        if found is not REFUSED:
            assert keras_runs(kind, case, found.output_shape) or runs_elsewhere(kind, case)

    compare()


def runs_elsewhere(kind: str, case: Case) -> bool:
    """Whether it is Keras's numpy backend alone that fails, or Keras alone and not PyTorch.

    Of a number of ranges it has seen no data to make them of; a random crop has its size in training alone.
    """
    several_axes = isinstance(case.fields.get("axis"), list) and len(case.fields["axis"]) > 1
    return (
        (kind == "softmax" and several_axes)
        or (kind == "alpha_dropout" and case.fields["rate"] == 1)
        or (kind == "discretization" and "num_bins" in case.fields)
        or kind == "random_crop"
        or (kind == "random_color_jitter" and case.fields.get("data_format") == "channels_first")
    )
