"""What `trainable: false` freezes, on a block's use or a container: all that is in it, as a frozen model in Keras."""

import io

import pytest

import archsum
from archsum import SpecError, Summary
from archsum.explanation import explain


def summarize(text: str) -> Summary:
    return archsum.summarize(io.StringIO(text))


def trained(summary: Summary) -> dict[str, bool]:
    """Return of each layer with weights whether it is trained."""
    return {layer.name: layer.layer.trainable for layer in summary.layers if layer.params or layer.shared_with}


BASE = "input: [100]\nblocks: {base: {layers: [dense: {units: 32}]}}\n"


def test_a_frozen_block() -> None:
    """The figures are those of a frozen keras.Sequential inside another."""
    summary = summarize(BASE + "layers: [base: {trainable: false}, dense: {units: 64}]")
    assert (summary.params, summary.trainable_params) == (5_344, 2_112)
    assert trained(summary) == {"base/dense": False, "dense": True}


@pytest.mark.parametrize(
    "frozen",
    [
        "repeat: {trainable: false, times: 1, layers: [dense: {units: 100}]}",
        "residual: {trainable: false, layers: [dense: {units: 100}]}",
        "residual: {trainable: false, layers: [relu], shortcut: [dense: {units: 100}]}",
        "branch: {trainable: false, paths: [[dense: {units: 100}], []], merge: add}",
        "residual: {trainable: false, name: named, layers: [dense: {units: 100}]}",
        "residual: {trainable: false, layers: [base, dense: {units: 100}]}",
        "{type: repeat, trainable: false, times: 1, layers: [dense: {units: 100}]}",
        "residual: {trainable: false, layers: [relu], merge: {joined: {}}}",
    ],
)
def test_every_container_can_be_frozen(frozen: str) -> None:
    joined = "joined: {inputs: [a, b], layers: [add: {inputs: [a, b]}, dense: {units: 100}]}"
    base = "base: {layers: [dense: {units: 32}]}"
    summary = summarize(f"input: [100]\nblocks: {{{base}, {joined}}}\nlayers: [{frozen}, dense: {{units: 1}}]")
    *inside, last = trained(summary).values()
    assert inside
    assert not any(inside)
    assert last


def test_what_a_layer_says_of_itself_does_not_thaw_it() -> None:
    layers = "[base: {trainable: false}, base: {trainable: true}]"
    inner = "[dense: {units: 8, trainable: true}, dense: {units: 100, trainable: false}]"
    summary = summarize(f"input: [100]\nblocks: {{base: {{layers: {inner}}}}}\nlayers: {layers}")
    assert list(trained(summary).values()) == [False, False, True, False]


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [("false", "true", (0, 0)), ("true", "false", (0, 1)), ("true", "true", (1, 1)), ("false", "false", (0, 0))],
)
def test_blocks_in_blocks(outer: str, inner: str, expected: tuple[int, int]) -> None:
    summary = summarize(f"""
input: [8]
blocks:
  inner: {{layers: [dense: {{units: 8}}]}}
  outer: {{layers: [inner: {{trainable: {inner}}}, dense: {{units: 8}}]}}
layers: [outer: {{trainable: {outer}}}]
""")
    assert tuple(trained(summary).values()) == expected


def test_formulas() -> None:
    summary = summarize("""
input: [8]
variables: {frozen: 2}
blocks: {part: {layers: [dense: {units: 8}]}}
layers:
  - repeat: {times: 3, layers: [part: {trainable: =index >= frozen}]}
  - residual: {trainable: =input_features == 9, layers: [dense: {units: 8}]}
""")
    assert list(trained(summary).values()) == [False, False, True, False]


def test_a_parameter_of_that_name_says_what_the_block_says_that_it_does() -> None:
    summary = summarize("""
input: [8]
blocks:
  part:
    parameters: {trainable: true}
    layers: [dense: {units: 8}, dense: {units: 8, trainable: =trainable}]
layers: [part: {trainable: false}, part]
""")
    assert list(trained(summary).values()) == [True, False, True, True]


SHARED = "input: [8]\nblocks: {{part: {{layers: [dense: {{units: 8}}]}}}}\nlayers:\n  - {}\n  - {}"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("part: {shared: s, trainable: false}", "part: {shared: s}"),
        ("part: {shared: s}", "part: {shared: s, trainable: false}"),
        ("dense: {units: 8, shared: s}", "residual: {trainable: false, layers: [dense: {units: 8, shared: s}]}"),
    ],
)
def test_shared_weights_are_frozen_wherever_they_are_used(first: str, second: str) -> None:
    with pytest.raises(SpecError) as error:
        summarize(SHARED.format(first, second))
    (problem,) = error.value.diagnostics
    assert problem.message.endswith("and only one of them is frozen")
    frozen = [
        line if "false" in line else line.replace("shared: s", "shared: s, trainable: false")
        for line in (first, second)
    ]
    summary = summarize(SHARED.format(*frozen))
    assert (summary.params, summary.trainable_params) == (72, 0)


def test_equal_layers_inside_and_outside_are_told_apart() -> None:
    layers = "[dense: {units: 8}, residual: {trainable: false, layers: [dense: {units: 8}]}, dense: {units: 8}]"
    assert list(trained(summarize(f"input: [8]\nlayers: {layers}")).values()) == [True, False, True]


def test_what_a_frozen_layer_says_is_still_checked() -> None:
    with pytest.raises(SpecError, match="takes true or false"):
        summarize("input: [8]\nlayers: [residual: {trainable: false, layers: [dense: {units: 8, trainable: 3}]}]")


def test_an_explanation_says_what_freezes_the_layer() -> None:
    summary = summarize(BASE + "layers: [residual: {trainable: false, layers: [base, dense: {units: 100}]}]")
    notes = [layer.parameters[-1].note for layer in explain(summary)[:2]]
    assert notes == ["`trainable: false` of the `residual` around it freezes the layer"] * 2


def test_training_keeps_no_gradients_of_a_frozen_block() -> None:
    """Memory is that of the network whose layers are frozen one by one."""
    rest = "layers: [base: {trainable: false}, dense: {units: 64}]\ntraining: {batch: 4, checkpointing: [base]}"
    all_trained = BASE + rest.replace("trainable: false", "")
    one_by_one = BASE.replace("32}", "32, trainable: false}") + rest.replace("base: {trainable: false}", "base")
    frozen, alike, trained = (str(archsum.costs(io.StringIO(text))) for text in (BASE + rest, one_by_one, all_trained))
    assert frozen == alike
    assert frozen != trained
