"""Recurrent layers, and two of them in both directions."""

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.base import Layer, Step
from archsum.layers.operators import UnknownOperatorsError
from archsum.layers.shapes import Shape, known, product
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer, note_of_biases


def parameters(layer: Layer, shape: Shape) -> int:
    return sum(known(weight.size) for weight in layer.weights(shape))


# The tables of https://keras.io/guides/working_with_rnns/
@pytest.mark.parametrize(
    ("kind", "units", "shape", "expected"),
    [
        pytest.param("lstm", 128, (None, 64), 98_816, id="the first model"),
        pytest.param("gru", 256, (None, 64), 247_296, id="the model that returns sequences"),
        pytest.param("simple_rnn", 128, (None, 256), 49_280, id="the layer behind it"),
    ],
)
def test_published_figures(kind: str, units: int, shape: Shape, expected: int) -> None:
    assert parameters(layer(kind, units=units), shape) == expected


@pytest.mark.parametrize(
    ("units", "sequences", "shape", "expected"), [(64, True, (5, 10), 38_400), (32, False, (5, 128), 41_216)]
)
def test_published_figures_of_both_directions(units: int, sequences: bool, shape: Shape, expected: int) -> None:
    lstm = layer("lstm", units=units, return_sequences=sequences)
    both = layer("bidirectional", layer=lstm)
    assert parameters(both, shape) == expected
    assert both.output_shape(shape) == ((5, 128) if sequences else (64,))


@pytest.mark.parametrize(("kind", "gates"), [("simple_rnn", 1), ("lstm", 4), ("gru", 3)])
def test_a_bias_for_each_kernel_and_gate(kind: str, gates: int) -> None:
    # PyTorch's bias_ih and bias_hh; Keras's GRU has two unless it resets before the recurrent kernel.
    two = layer(kind, units=5, **({} if kind == "gru" else {"bias": "double"}))
    one = layer(kind, units=5, **({"reset_after": False} if kind == "gru" else {}))
    assert two.weights((7, 3))[-1].shape == (2, gates * 5)
    assert one.weights((7, 3))[-1].shape == (gates * 5,)
    assert len(layer(kind, units=5, bias=False).weights((7, 3))) == 2


def test_a_projection_makes_the_state_smaller_and_not_the_memory() -> None:
    # torch.nn.LSTM(10, 20, proj_size=5): (80, 10), (80, 5), (80), (80), (5, 20), which are 1,460 parameters.
    lstm = layer("lstm", units=20, proj_size=5, bias="double")
    assert [(weight.name, weight.shape) for weight in lstm.weights((7, 10))] == [
        ("kernel", (10, 80)),
        ("recurrent_kernel", (5, 80)),
        ("bias", (2, 80)),
        ("projection", (20, 5)),
    ]
    assert lstm.output_shape((7, 10)) == (5,)
    assert lstm.macs((7, 10)) == 7 * (10 * 80 + 5 * 80 + 20 * 5)
    assert [(step.formula, step.note) for step in lstm.explain_output((7, 10))] == [
        ("5", "what the units are projected to")
    ]
    step = Step.of("MACs", *lstm.multiply_accumulates((7, 10)))
    assert evaluate(step.formula) == step.value
    # What a unit's gates compute, and their activations, are for each unit as without it.
    unprojected = layer("lstm", units=20, bias="double")
    assert lstm.elementwise((7, 10)) == unprojected.elementwise((7, 10))
    with pytest.raises(UnknownOperatorsError, match="no `proj_size`"):
        lstm.operators((7, 10))


def test_a_gru_has_no_word_for_two_biases_and_no_layer_an_untied_one() -> None:
    for kind, bias in (("gru", "double"), ("lstm", "untied")):
        with pytest.raises(ValidationError):
            layer(kind, units=5, bias=bias)


@pytest.mark.parametrize(("kind", "gates"), [("simple_rnn", 1), ("lstm", 4), ("gru", 3)])
def test_each_weight_of_the_kernels_works_once_in_a_step(kind: str, gates: int) -> None:
    recurrent = layer(kind, units=5)
    kernel, recurrent_kernel, bias = recurrent.weights((7, 3))
    assert recurrent.macs((7, 3)) == 7 * (known(kernel.size) + known(recurrent_kernel.size)) == 7 * gates * 5 * (3 + 5)
    assert recurrent.connections((7, 3)) == 7 * (known(kernel.size) + known(recurrent_kernel.size) + known(bias.size))
    step = Step.of("MACs", *recurrent.multiply_accumulates((7, 3)))
    assert evaluate(step.formula) == step.value == recurrent.macs((7, 3))


def test_of_a_sequence_of_unknown_length_the_operations_are_unknown() -> None:
    lstm = layer("lstm", units=5, return_sequences=True)
    both = layer("bidirectional", layer=lstm)
    assert (lstm.output_shape((None, 3)), lstm.macs((None, 3)), lstm.connections((None, 3))) == ((None, 5), None, None)
    assert (both.output_shape((None, 3)), both.macs((None, 3)), both.connections((None, 3))) == ((None, 10), None, None)


@pytest.mark.parametrize(("merge_mode", "features"), [("concat", 10), ("sum", 5), ("ave", 5), ("mul", 5)])
def test_both_directions_have_weights_of_their_own(merge_mode: str, features: int) -> None:
    gru = layer("gru", units=5, trainable=False)
    both = layer("bidirectional", layer=gru, merge_mode=merge_mode)
    assert both.output_shape((7, 3)) == (features,)
    assert [weight.name for weight in both.weights((7, 3))] == [
        *("forward_gru/kernel", "forward_gru/recurrent_kernel", "forward_gru/bias"),
        *("backward_gru/kernel", "backward_gru/recurrent_kernel", "backward_gru/bias"),
    ]
    assert not any(weight.trainable for weight in both.weights((7, 3)))
    assert sum(weight.is_bias for weight in both.weights((7, 3))) == 2
    assert both.macs((7, 3)) == 2 * (gru.macs((7, 3)) or 0)
    assert both.connections((7, 3)) == 2 * (gru.connections((7, 3)) or 0)
    assert note_of_biases(both, (7, 3)) == note_of_biases(gru, (7, 3))


STATES = [("simple_rnn", ["state"]), ("gru", ["state"]), ("lstm", ["state", "memory"])]


@pytest.mark.parametrize(("kind", "names"), STATES)
def test_a_state_to_begin_with_changes_nothing_but_what_is_kept_of_it(kind: str, names: list[str]) -> None:
    recurrent, states = layer(kind, units=5, return_sequences=True), ((5,),) * len(names)
    assert list(recurrent.state_names) == names
    assert recurrent.final_states((7, 3), *states) == states
    for what in ("output_shape", "weights", "macs", "flops", "connections", "backward"):
        assert getattr(recurrent, what)((7, 3), *states) == getattr(recurrent, what)((7, 3))
    kept, alone = recurrent.kept((7, 3), *states), recurrent.kept((7, 3))
    assert kept
    assert alone
    own = [sum(product(tensor.shape) or 0 for tensor in tensors if tensor.is_own) for tensors in (kept, alone)]
    assert own == [own[1] - 5 * len(names), own[1]]
    assert [tensor.number for tensor in kept if tensor.name == "input"] == list(range(1, 1 + len(names)))


def test_with_a_projection_the_state_is_smaller_than_the_memory() -> None:
    lstm = layer("lstm", units=20, proj_size=5)
    assert lstm.final_states((7, 10)) == ((5,), (20,))
    assert complaint("lstm", (7, 10), (20,), (20,), units=20, proj_size=5) == (
        "has a state of [5], and cannot begin with one of [20]",
        "both need the same sizes, as of the same `units` or `filters`",
    )


@pytest.mark.parametrize("kind", ["lstm", "gru", "simple_rnn"])
def test_what_has_two_directions_passes_no_state_of_one_on(kind: str) -> None:
    with pytest.raises(ValidationError, match="with an `initial_state`, which is that of one direction"):
        layer("bidirectional", layer=layer(kind, units=3, initial_state="encoder"))


@pytest.mark.parametrize(("kind", "names"), STATES)
def test_two_directions_begin_and_end_with_two_of_each_state(kind: str, names: list[str]) -> None:
    both = layer("bidirectional", layer=layer(kind, units=5))
    states = ((5,),) * len(names) * 2
    assert both.state_names == tuple(f"{direction} {name}" for direction in ("forward", "backward") for name in names)
    assert both.takes == (1, 1 + len(states))
    assert both.final_states((7, 3), *states) == states
    for what in ("output_shape", "weights", "macs", "flops", "connections", "backward"):
        assert getattr(both, what)((7, 3), *states) == getattr(both, what)((7, 3))
    kept, alone = both.kept((7, 3), *states), both.kept((7, 3))
    assert kept
    assert alone
    own = [sum(product(tensor.shape) or 0 for tensor in tensors if tensor.is_own) for tensors in (kept, alone)]
    assert own == [own[1] - 5 * len(states), own[1]]
    assert [tensor.number for tensor in kept if tensor.name == "input"] == list(range(1, 1 + len(states)))
    named = layer("bidirectional", layer=layer(kind, units=5), initial_state="encoder")
    assert named.kept((7, 3), *states) == alone


def test_the_states_of_two_directions_are_those_of_both() -> None:
    both = {"layer": layer("lstm", units=5)}
    wanted = "forward state and forward memory and backward state and backward memory"
    assert complaint("bidirectional", (7, 3), (5,), (5,), **both) == (
        f"begins with its {wanted}, and is given 2 of 4",
        f"`inputs` are the sequence and the {wanted}, or the sequence alone",
    )
    assert complaint("bidirectional", (7, 3), (5,), (5,), (5,), (4,), **both) == (
        "has a backward memory of [5], and cannot begin with one of [4]",
        "both need the same sizes, as of the same `units` or `filters`",
    )


def test_two_outputs_are_refused() -> None:
    with pytest.raises(ValidationError, match="that gives two outputs, and a layer has one"):
        layer("bidirectional", layer=layer("lstm", units=3), merge_mode=None)


def test_only_a_recurrent_layer_has_a_direction() -> None:
    for held in (layer("dense", units=3), layer("bidirectional", layer=layer("lstm", units=3))):
        with pytest.raises(ValidationError, match="does not go through a sequence step by step"):
            layer("bidirectional", layer=held)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((64,), "takes an input of 2 axes (steps, features), not [64]"),
        ((8, 8, 3), "takes an input of 2 axes (steps, features), not [8, 8, 3]"),
        ((8, None), "needs a known number of features, the last axis of its input"),
    ],
)
def test_other_inputs_are_refused(shape: Shape, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        layer("lstm", units=3).output_shape(shape)
    assert error.value.message == message
    assert error.value.cure
