"""What is known of a network's memory, and what is said where it is not."""

import io
from typing import Any

import pytest

import archsum
from archsum import SpecError, costs
from archsum.memory.costs import Costs, cure_of_unknown_memory

KNOWN = "input: [8]\nblocks: {pair: {layers: [dense: {units: 8}, relu]}}\nlayers: [pair, pair]\n"


def of(shape: str, *layers: str, **options: Any) -> Costs:
    return costs(io.StringIO(f"input: {shape}\nlayers: [{', '.join(layers)}]\n"), options)


def test_unknown_size_makes_all_unknown() -> None:
    """The output's size is known here, and the weights'; only the input's is not."""
    found = of("[null, 8, 3]", "global_average_pooling2d", "dense: {units: 2}")
    assert (found.training, found.inference, found.arena, found.arena_newer_planner) == (None,) * 4
    assert (found.training_peak, found.inference_peak, found.activations_peak) == (None,) * 3
    assert [layer.name for layer in found.unknown] == ["global_average_pooling2d"]
    assert found.why_unknown == "sizes, or what is kept, of global_average_pooling2d"
    assert found.why_inference_unknown == "sizes of global_average_pooling2d"


def test_what_a_custom_layer_keeps_is_unknown_until_it_says_so() -> None:
    found = of("[8]", "custom: {output_shape: [4]}", "dense: {units: 2}")
    assert found.training is None
    assert found.inference_peak == (8 + 4 + 10) * 4 * 1 + (8 + 4) * 4 * 31
    memory = of("[8]", "custom: {output_shape: [4], weights: {w: [8, 4]}, kept: 8}", "dense: {units: 2}").training
    assert memory
    assert memory.kept_for_backward == (8 + 4) * 32 * 4


OPAQUE = "custom: {weights: {w: [null]}, kept: 0, macs: 0}"
STATE_WEIGHTS = "state every size of the layer's `weights`"


def test_weights_of_unknown_size_make_all_unknown_that_they_are_in() -> None:
    found = of("[8]", OPAQUE, "dense: {units: 2}")
    assert (found.training, found.training_peak, found.inference_peak, found.flash) == (None,) * 4
    assert found.inference
    assert (found.inference.weights, found.inference.needs) == (None, None)
    assert found.activations_peak == (8 + 8) * 4 * 32
    assert found.flash_by_layer == {"custom": None, "dense": 8 * 2 + 2 * 4}
    assert [layer.name for layer in (*found.unknown, *found.unknown_at_inference)] == ["custom"] * 2
    assert found.why_unknown == found.why_inference_unknown == found.why_weights_unknown == "sizes of weights of custom"


def test_what_is_kept_of_one_layer_is_unknown_and_the_weights_of_another() -> None:
    found = of("[8]", OPAQUE, "custom: {weights: {w: [2]}}", "custom: {weights: {w: [null]}}")
    assert [layer.name for layer in found.unknown] == ["custom", "custom_1", "custom_2"]
    both = "sizes, or what is kept, of custom_1, custom_2; sizes of weights of custom, custom_2"
    assert found.why_unknown == both


@pytest.mark.parametrize(
    ("layer", "shape", "cure"),
    [
        (OPAQUE, "[8]", STATE_WEIGHTS),
        ("custom: {weights: {w: [null]}}", "[8]", f"state `kept` in the layer, and {STATE_WEIGHTS}"),
        (
            OPAQUE,
            "[null]",
            f"give `input` a number for every size, in the file or with `--input`, and {STATE_WEIGHTS}",
        ),
        ("custom: {weights: {w: [2]}}", "[8]", "state `kept` in the layer"),
    ],
)
def test_cures_name_all_that_a_layer_lacks(layer: str, shape: str, cure: str) -> None:
    (first, *_) = of(shape, layer).unknown
    assert cure_of_unknown_memory(first, "kept") == cure


def test_only_the_first_of_many_are_named() -> None:
    found = of("[null, 8, 3]", *["conv2d: {filters: 3, kernel_size: 1}"] * 5)
    assert found.why_unknown == "sizes, or what is kept, of conv2d, conv2d_1, conv2d_2 and 2 more"


def test_options_of_the_file_and_of_the_caller() -> None:
    text = f"{KNOWN}training: {{batch: =2 * 4, optimizer: lion, precision: bfloat16, checkpointing: pair}}\n"
    options = costs(io.StringIO(text)).options
    assert (options.batch, options.optimizer, options.precision) == (8, "lion", "bfloat16")
    assert options.checkpointing == ("pair",)
    options = costs(io.StringIO(text), {"batch": 3, "checkpointing": None}).options
    assert (options.batch, options.optimizer, options.checkpointing) == (3, "lion", None)
    assert costs(io.StringIO(KNOWN)).options.optimizer == "adam"


@pytest.mark.parametrize(
    ("training", "message", "cure"),
    [
        ({"optimizer": "adm"}, "`optimizer` cannot be `adm`", "did you mean `adam`?"),
        ({"batch": 0}, "`batch` must be at least 1, not `0`", "`batch`: the samples of a batch"),
        ({"precision": "fp16"}, "`precision` cannot be `fp16`", "write `float16`"),
        ({"batch_size": 4}, "`training` has no field `batch_size`", "write `batch`"),
        (
            {"checkpointing": ["pairs"]},
            "`checkpointing` cannot be `pairs`, which is no block of <input>",
            "did you mean `pair`?",
        ),
        (
            {"checkpointing": ["dense"]},
            "`checkpointing` cannot be `dense`, which is no block of <input>",
            "name one of its blocks: `pair`",
        ),
    ],
)
def test_options_that_are_wrong(training: dict[str, Any], message: str, cure: str) -> None:
    with pytest.raises(SpecError) as caught:
        costs(io.StringIO(KNOWN), training)
    (problem,) = caught.value.diagnostics
    assert (problem.message, problem.cure, problem.span) == (message, cure, None)


def test_block_inside_a_block_is_meant_with_the_names_around_it() -> None:
    nested = (
        "input: [8]\nblocks: {pair: {layers: [relu]}, twin: {layers: [pair: {name: left}, pair]}}\nlayers: [twin]\n"
    )
    with pytest.raises(SpecError) as caught:
        costs(io.StringIO(nested), {"checkpointing": ["left"]})
    assert [problem.cure for problem in caught.value.diagnostics] == ["did you mean `twin/left`?"]


def test_network_without_blocks_has_none_to_checkpoint() -> None:
    with pytest.raises(SpecError) as caught:
        of("[8]", "dense: {units: 2}", checkpointing=["pair"])
    assert caught.value.diagnostics[0].cure == "it has no blocks"


def test_blocks_in_the_file_have_their_place() -> None:
    with pytest.raises(SpecError) as caught:
        costs(io.StringIO(f"{KNOWN}training:\n  checkpointing: [pair, tail, stem]\n"))
    places = [(problem.span.line, problem.span.column) for problem in caught.value.diagnostics if problem.span]
    assert places == [(5, 18), (5, 18)]


def test_in_a_session_and_in_a_notebook() -> None:
    found = costs(io.StringIO(f"name: a<b\n{KNOWN}"))
    assert repr(found) == "<Costs of a<b: batch=32>"
    assert str(found).startswith("a<b: training, batch 32, adam, float32\n")
    assert found._repr_html_().startswith("<pre>a&lt;b: training")


def test_each_operator_of_a_layer_has_biases_of_its_own() -> None:
    # A depthwise kernel of 1 element and a zero for its bias; a pointwise one of 2, and 2 biases: 4 bytes each.
    text = "input: [5, 1]\nlayers: [separable_conv1d: {filters: 2, kernel_size: 1}]\n"
    assert archsum.costs(text, {"precision": "float32"}).flash == 24
