"""The layer `custom`: formulas over its input's sizes and the file's variables."""

import io
from typing import Any

import pytest

import archsum
from archsum.formula import BoundFormula, Formula
from archsum.layers import layer_class
from archsum.layers.base import Kept, Layer
from archsum.layers.shapes import Shape


def summarize(fields: str, shape: str = "[32, 28, 3]", head: str = "") -> archsum.Summary:
    text = f"input: {shape}\n{head}\nlayers:\n  - custom:\n      name: layer\n{fields}"
    return archsum.summarize(io.StringIO(text))


def custom(**fields: Any) -> Layer:
    return layer_class("custom").model_validate(fields)


def formula(text: str) -> BoundFormula:
    return BoundFormula(Formula(text), {})


def test_formulas_know_the_input_and_the_file_s_variables() -> None:
    summary = summarize(
        """
      output_shape: [=input_height // patch, =input_width // patch, =features]
      weights:
        kernel: [=patch, =patch, =input_channels, =features]
        bias: [=features]
        steps: {shape: [], trainable: false}
      macs: =input_elements * features
        """,
        head="variables: {patch: 4, features: 10}",
    )
    (layer,) = summary.layers
    assert layer.output_shape == (8, 7, 10)
    assert [(weight.name, weight.shape, weight.trainable) for weight in layer.weights] == [
        ("kernel", (4, 4, 3, 10), True),
        ("bias", (10,), True),
        ("steps", (), False),
    ]
    assert layer.macs == 32 * 28 * 3 * 10
    # The bias is one for each feature, and each of the 8 × 7 × 10 outputs uses its own.
    assert layer.connections == 32 * 28 * 3 * 10 + 8 * 7 * 10


def test_a_weight_of_unknown_size() -> None:
    (layer,) = summarize("      weights: {kernel: [null, =input_channels], bias: [3]}").layers
    kernel, bias = layer.weights
    assert (kernel.shape, kernel.size, bias.size) == ((None, 3), None, 3)
    assert kernel.note == "null × `=input_channels`, where input_channels = 3"
    assert (layer.params, layer.trainable_params, layer.non_trainable_params, layer.weight_memory) == (
        None,
        None,
        0,
        None,
    )
    assert (layer.bias_params, layer.macs) == (3, None)
    assert layer.computed.trains


def test_on_a_microcontroller_a_weight_of_unknown_size_is_there() -> None:
    for name, weights, biases in (("w", None, 0), ("bias", 0, None)):
        (operator,) = custom(weights={name: [None]}, scratch=0).operators((8,))
        assert (operator.weights, operator.biases) == (weights, biases)


def test_the_input_s_sizes_hide_variables_of_the_same_name() -> None:
    summary = summarize("      output_shape: [=input_height]", head="variables: {input_height: 5}")
    assert summary.layers[0].output_shape == (32,)


@pytest.mark.parametrize(
    ("data_format", "shape", "names"),
    [
        ("channels_last", (7,), {"input_features": 7}),
        ("channels_last", (7, 3), {"input_length": 7, "input_channels": 3}),
        ("channels_last", (8, 7, 3), {"input_height": 8, "input_width": 7, "input_channels": 3}),
        ("channels_first", (3, 8, 7), {"input_height": 8, "input_width": 7, "input_channels": 3}),
        ("channels_first", (3, 9, 8, 7), {"input_depth": 9, "input_height": 8, "input_width": 7, "input_channels": 3}),
        ("channels_last", (2, 2, 2, 2, 2), {"input_elements": 32}),
    ],
)
def test_names_of_the_sizes(data_format: str, shape: Shape, names: dict[str, int]) -> None:
    layer = custom(output_shape=[formula(f"={name}") for name in names], data_format=data_format)
    assert layer.output_shape(shape) == tuple(names.values())


def test_what_is_not_stated() -> None:
    (layer,) = summarize("      trainable: false").layers
    assert layer.output_shape == (32, 28, 3)
    assert layer.params == 0
    assert layer.macs is None
    assert layer.layer.multiply_accumulates((32, 28, 3)).note == "the file does not state `macs`"


def test_what_depends_on_an_unknown_size_is_unknown() -> None:
    fields = "      output_shape: [=2 * input_height, =input_width, null]\n      macs: =input_elements * 2"
    (layer,) = summarize(fields, "[null, 28, 3]").layers
    assert layer.output_shape == (None, 28, None)
    assert layer.macs is None


@pytest.mark.parametrize(
    ("fields", "message", "help_"),
    [
        (
            "weights: {kernel: [3, =input_height]}",
            "`layer` needs a known `input_height` for its weight `kernel`",
            "give `input` all the sizes it depends on",
        ),
        (
            "output_shape: [=input_width / 3]",
            "`layer` has a formula in `output_shape`, `=input_width / 3`, that gives `9.333333333333334`, "
            "not a whole number of at least 1",
            "round it: `=round(…)`, or `=floor(…)`, `=ceil(…)`",
        ),
        (
            "macs: =input_width - 100",
            "`layer` has a formula in `macs`, `=input_width - 100`, that gives `-72`, not a whole number of at least 0",
            "look at the values that it names",
        ),
        (
            "weights: {kernel: [=input_width > 3]}",
            "`layer` has a formula in `weights`, `=input_width > 3`, that gives `true`, "
            "not a whole number of at least 1",
            "look at the values that it names",
        ),
    ],
)
def test_formulas_that_do_not_give_what_is_wanted(fields: str, message: str, help_: str) -> None:
    with pytest.raises(archsum.SpecError) as error:
        summarize(f"      {fields}", "[null, 28, 3]")
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message, diagnostic.cure) == ("shape", message, help_)


@pytest.mark.parametrize("fields", ["output_shape: [=input_heigth]", "macs: =1 // (input_width - 28)"])
def test_formulas_that_cannot_be_computed_name_the_field(fields: str) -> None:
    with pytest.raises(archsum.SpecError) as error:
        summarize(f"      {fields}")
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.message.startswith(f"`layer` cannot compute its `{fields.split(':')[0]}`: ")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("weights: {kernel: 3}", "`weights.kernel` takes its sizes"),
        ("weights: {kernel: [3, 0]}", "`weights.kernel` takes its sizes, at least 1 each, or null"),
        ("weights: {kernel: null}", "`weights.kernel` takes its sizes"),
        ("weights: {kernel: {shape: null}}", "`weights.kernel` takes its sizes"),
        ("weights: {kernel: {shape: [3], frozen: true}}", "`weights.kernel` takes its sizes"),
        ("weights: {kernel: {trainable: true}}", "`weights.kernel` takes its sizes"),
        ("output_shape: [0]", "`output_shape` takes a list of sizes of at least 1, or null"),
        ("output_shape: 3", "`output_shape` takes a list of sizes of at least 1, or null"),
        ("macs: 1.5", "`macs` takes a whole number of at least 0"),
    ],
)
def test_values_of_the_wrong_form(fields: str, message: str) -> None:
    with pytest.raises(archsum.SpecError) as error:
        summarize(f"      {fields}")
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.message.startswith(message)


def test_a_formula_of_variables_gives_a_whole_list() -> None:
    variables: dict[str, Any] = {"shapes": [[4, None], [3]], "kernel": [3, 5]}
    stated = {"shape": BoundFormula(Formula("=kernel"), variables), "trainable": False}
    layer = custom(output_shape=BoundFormula(Formula("=shapes[0]"), variables), weights={"kernel": stated})
    assert layer.output_shape((8,)) == (4, None)
    (weight,) = layer.weights((8,))
    assert (weight.shape, weight.trainable) == ((3, 5), False)


def test_a_formula_that_gives_no_list() -> None:
    with pytest.raises(archsum.SpecError) as error:
        summarize("      output_shape: =sizes")
    (diagnostic,) = error.value.diagnostics
    given = "takes a list, which its formula does not give: the formula names `sizes`, which is not a variable"
    assert diagnostic.message == f"`output_shape` {given}"


def test_of_several_inputs_formulas_know_the_first() -> None:
    layer = custom(output_shape=[formula("=input_features * 2")], macs=formula("=input_elements"))
    assert layer.output_shape((3,), (7, 8)) == (6,)
    assert layer.macs((3,), (7, 8)) == 3
    assert custom().output_shape((3,), (7, 8)) == (3,)


def test_what_training_keeps_is_stated_or_unknown() -> None:
    assert custom().kept((4, 5)) is None
    assert custom(kept=formula("=input_elements * 2")).kept((4, None)) is None
    assert custom(kept=formula("=input_elements * 2")).kept((4, 5)) == (Kept("kept", shape=(40,)),)
