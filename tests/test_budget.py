import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.budget import METRICS, Verdict
from archsum.errors import Span
from archsum.language.spec.budget import Budget
from archsum.render.numbers import percent
from archsum.results.check import Check

NETWORK = """
input: [32, 32, 3]
layers:
  - conv2d: {name: stem, filters: 32, kernel_size: 5}
  - conv2d: {name: middle, filters: 16, kernel_size: 3, trainable: false}
  - conv2d: {name: wide, filters: 64, kernel_size: 3}
  - conv2d: {name: last, filters: 10, kernel_size: 1, bias: false}
"""


def check(text: str = NETWORK, /, **limits: Any) -> Check:
    return archsum.check(io.StringIO(text), limits)


def verdict(text: str = NETWORK, /, **limits: Any) -> Verdict:
    (found,) = check(text, **limits).verdicts
    return found


def test_every_limit_of_a_budget_has_a_metric() -> None:
    assert list(METRICS) == [name for name in Budget.model_fields if name.startswith("max_")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_params", 16_976),
        ("max_trainable_params", 16_976 - 4624),
        ("max_macs", 10_673_664),
        ("max_flops", 2 * 10_673_664 + 28 * 28 * 32 + 26 * 26 * 16 + 24 * 24 * 64),
        ("max_weight_memory", 4 * 16_976),
        ("max_layers", 4),
        ("max_layer_params", 9280),
    ],
)
def test_limit_is_kept_up_to_the_unit(name: str, value: int) -> None:
    assert verdict(**{name: value})[:4] == (name, value, value, ())
    assert check(**{name: value}).ok is True
    over = verdict(**{name: value - 1})
    assert (over.value, over.ok) == (value, False)
    assert check(**{name: value - 1}).ok is False


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("max_params", {"wide": 9280, "middle": 4624, "stem": 2432}),
        ("max_trainable_params", {"wide": 9280, "stem": 2432, "last": 640}),
        ("max_macs", {"wide": 5_308_416, "middle": 3_115_008, "stem": 1_881_600}),
        ("max_weight_memory", {"wide": 4 * 9280, "middle": 4 * 4624, "stem": 4 * 2432}),
        ("max_layers", {}),
    ],
)
def test_what_is_over_names_its_largest_parts(name: str, parts: dict[str, int]) -> None:
    found = verdict(**{name: 1}).contributors
    assert {part.layer.name: part.value for part in found} == parts
    assert [part.value for part in found] == sorted(parts.values(), reverse=True)
    assert all(part.whole == verdict(**{name: 1}).value for part in found)


def test_shares_are_of_the_figure_and_not_of_what_layers_have_in_it() -> None:
    network = io.StringIO("input: [4]\nlayers: [dense: {units: 2}]\n")
    (found,) = archsum.check(network, {"max_activation_memory": 1}, {"batch": 1}).verdicts
    (dense,) = found.contributors
    assert (dense.value, dense.whole, found.value) == (2 * 4, (4 + 2) * 4, (4 + 2) * 4)


def test_limit_for_each_layer_names_those_over_it() -> None:
    assert [part.layer.name for part in verdict(max_layer_params=2000).contributors] == ["wide", "middle", "stem"]
    assert [part.layer.name for part in verdict(max_layer_params=9000).contributors] == ["wide"]


def test_layers_without_a_part_are_not_named() -> None:
    text = "input: [8, 8, 1]\nlayers:\n  - max_pooling2d\n  - conv2d: {filters: 2, kernel_size: 3}\n"
    assert [part.layer.name for part in verdict(text, max_params=1).contributors] == ["conv2d"]


def test_limit_of_zero() -> None:
    found = verdict(max_params=0)
    assert (found.ok, found.value) == (False, 16_976)
    assert verdict("input: [8, 8, 1]\nlayers:\n  - max_pooling2d\n", max_params=0).ok is True


def test_unknown_value_is_no_pass() -> None:
    found = check(NETWORK.replace("[32, 32, 3]", "[null, 32, 3]"), max_macs="1G", max_params="1M")
    assert [(verdict.name, verdict.ok) for verdict in found.verdicts] == [("max_params", True), ("max_macs", None)]
    assert found.ok is None
    (problem,) = found.problems
    assert problem.code == "unknown-value"
    assert problem.message == "`max_macs` cannot be checked: the MACs of `stem` and 3 more are unknown"
    assert problem.cure == "give `input` a number for every size, in the file or with `--input`"
    assert problem.span is not None
    assert problem.span.line == 4


def test_layer_that_does_not_state_its_macs() -> None:
    text = "input: [8, 8, 1]\nlayers:\n  - custom: {name: fft}\n  - conv2d: {filters: 2, kernel_size: 3}\n"
    (problem,) = check(text, max_macs="1G").problems
    assert problem.message == "`max_macs` cannot be checked: the MACs of `fft` are unknown"
    assert problem.cure == "state `macs` in the layer"
    (problem,) = check(text, max_flops="1G").problems
    assert problem.cure == "state `flops` in the layer"


def test_layer_whose_flops_depend_on_the_data() -> None:
    (problem,) = check("input: [8]\nlayers: [dense: {units: 2, activation: sparsemax}]\n", max_flops="1G").problems
    assert problem.message == "`max_flops` cannot be checked: the FLOPs of `dense` are unknown"
    assert problem.cure == "write it as a `custom` layer that states `flops`"


def test_unknown_value_beside_a_miss_is_still_unknown() -> None:
    assert check(NETWORK.replace("[32, 32, 3]", "[null, 32, 3]"), max_macs=1, max_params=1).ok is None


def test_given_limits_replace_those_of_the_file_and_add_to_them() -> None:
    text = NETWORK + "budget: {max_params: 1k, max_layers: 9}\n"
    assert [(found.name, found.limit) for found in check(text).verdicts] == [("max_params", 1000), ("max_layers", 9)]
    found = check(text, max_params="2M", max_weight_memory="1 KiB").verdicts
    limits = {"max_params": 2_000_000, "max_weight_memory": 1024, "max_layers": 9}
    assert {verdict.name: verdict.limit for verdict in found} == limits


def test_none_lifts_a_limit() -> None:
    (found,) = check(NETWORK + "budget: {max_params: 1k, max_layers: 9}\n", max_params=None).verdicts
    assert found.name == "max_layers"


def test_none_of_an_unknown_limit_lifts_nothing() -> None:
    with pytest.raises(archsum.SpecError, match="the budget has no field `max_parms`"):
        check(NETWORK + "budget: {max_params: 1k}\n", max_parms=None)


@pytest.mark.parametrize("text", [NETWORK, NETWORK + "budget:\n", NETWORK + "budget: {}\n"])
def test_without_a_limit_there_is_nothing_to_check(text: str) -> None:
    with pytest.raises(archsum.SpecError) as caught:
        check(text)
    (problem,) = caught.value.diagnostics
    assert problem.code == "no-budget"
    assert problem.span is None  # nothing in the file is wrong


@pytest.mark.parametrize(
    ("limits", "code", "message"),
    [
        ({"max_parms": 5}, "unknown-field", "the budget has no field `max_parms`"),
        ({"max_params": "5 monkeys"}, "bad-value", "`max_params` takes a quantity such as `5M`"),
        ({"max_params": -1}, "bad-value", "`max_params` must be at least 0"),
        ({"max_params": 1.5}, "wrong-type", "`max_params` takes a whole number"),
        ({"max_params": True}, "wrong-type", "`max_params` takes a whole number"),
    ],
)
def test_limit_that_is_none(limits: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(archsum.SpecError) as caught:
        check(**limits)
    (problem,) = caught.value.diagnostics
    assert problem.code == code
    assert problem.message.startswith(message)


def test_model_that_is_loaded_already() -> None:
    model = archsum.load(io.StringIO(NETWORK + "budget: {max_params: 1k}\n"))
    assert archsum.check(model).ok is False
    assert archsum.check(model, {"max_params": "1M"}).ok is True


def test_variables_and_input_override_the_file() -> None:
    text = "variables: {n: 8}\ninput: [8, 8, 1]\nlayers:\n  - conv2d: {filters: =n, kernel_size: 1, bias: false}\n"
    found = archsum.check(io.StringIO(text), {"max_params": 10}, variables={"n": 5}, input=[8, 8, 3])
    assert found.verdicts[0].value == 15


def test_in_a_session_and_in_a_notebook() -> None:
    found = check(NETWORK + "name: a<b\n", max_params="1k")
    assert repr(found) == "<Check of a<b: ok=False>"
    assert found._repr_html_().startswith("<pre>a&lt;b: over budget\n")


def test_printed_it_is_a_table() -> None:
    assert str(check(NETWORK + "name: wide-net\n", max_params="1M")).startswith("wide-net: within budget")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (5_000_000, 5_000_000, "100.0 %"),
        (5_000_001, 5_000_000, "> 100 %"),
        (4_999_999, 5_000_000, "< 100 %"),
        (10**30 + 1, 10**30, "> 100 %"),
        (1, 3, "33.3 %"),
        (2, 3, "66.7 %"),
        (1001, 1000, "100.1 %"),
        (999, 1000, "99.9 %"),
        (10**6, 1, "100,000,000.0 %"),
        (10**400, 10**399, "1,000.0 %"),
        (0, 7, "0.0 %"),
        (0, 0, "–"),
        (7, 0, "–"),
    ],
)
def test_percent(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


@given(st.integers(0, 10**18), st.integers(1, 10**18))
def test_rounding_hides_no_miss(part: int, whole: int) -> None:
    text = percent(part, whole)
    assert (text == "100.0 %") == (part == whole)
    if part > whole:
        assert text == "> 100 %" or float(text.rstrip(" %").replace(",", "")) > 100
    if part < whole:
        assert text in ("< 0.1 %", "< 100 %") or float(text.rstrip(" %").replace(",", "")) < 100
    assert (text == "0.0 %") == (part == 0)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 100))
def test_warning_begins_exactly_at_its_share(value: int, limit: int, percentage: int) -> None:
    found = Verdict("max_params", value, limit, warn_at=percentage / 100)
    assert found.warns == (value <= limit and 100 * value >= percentage * limit)
    assert not found._replace(warn_at=None).warns


@pytest.mark.parametrize(("value", "limit", "percentage"), [(7, 100, 7), (55, 100, 55), (0, 0, 100), (0, 9, 0)])
def test_warning_at_its_share(value: int, limit: int, percentage: int) -> None:
    assert Verdict("max_params", value, limit, warn_at=percentage / 100).warns


def test_a_block_that_is_not_there_is_reported_at_its_name_whatever_that_is() -> None:
    text = "input: [8]\nlayers: [flatten]\nbudget: {device: t4, blocks: {device: {max_params: 1}}}\n"
    with pytest.raises(archsum.SpecError) as caught:
        archsum.check(io.StringIO(text))
    (diagnostic,) = caught.value.diagnostics
    assert isinstance(diagnostic.span, Span)
    assert (diagnostic.span.text, diagnostic.span.column) == ("device", 31)


def test_an_output_counts_among_what_is_there_at_training_s_peak() -> None:
    """The logits are there until the step is done, though no layer keeps them: 64 × 128 × 16384 × 4 bytes."""
    found = archsum.check("""
        input: [128]
        layers:
          - embedding: {input_dim: 16384, output_dim: 128}
          - layer_normalization
          - dense: {units: 16384, name: logits, bias: false}
        training: {batch: 64}
        budget: {max_training_memory: 500MB}
    """)
    most, *_ = found.verdicts[0].contributors
    assert (most.layer.name, most.value) == ("logits", 64 * 128 * (16384 + 128) * 4)


TIED = """
    input: [32]
    defaults: {reversible_embedding: {input_dim: 2000, output_dim: 16}}
    layers:
      - reversible_embedding: {name: tokens, shared: table}
      - dense: {units: 16}
      - reversible_embedding: {name: logits, shared: table, reverse: true}
"""
ALIKE = "input: [16]\nlayers: [dense: {units: 16, shared: table}, relu, dense: {units: 16, shared: table}, relu]\n"


@pytest.mark.parametrize(("training", "size"), [({}, 1), ({"precision": "float32"}, 4)])
def test_weights_that_flash_has_twice_are_named(training: dict[str, str], size: int) -> None:
    (verdict,) = archsum.check(TIED, {"max_flash": 10}, training).verdicts
    assert [(part.layer.name, part.value) for part in verdict.contributors[:2]] == [
        ("tokens", 32_000 * size),
        ("logits", 32_000 * size),
    ]
    said = "`logits` and `tokens` share weights, which are counted twice: they are not known to be written alike"
    assert verdict.cures == (said,)


def test_weights_that_flash_has_once_are_not() -> None:
    (verdict,) = archsum.check(ALIKE, {"max_flash": 10}).verdicts
    assert verdict.value == 16 * 16 + 2 * 16 * 4
    assert verdict.cures == ()
