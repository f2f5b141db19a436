"""States that recurrent layers end and begin with, and what errors say to write in the place of what has none."""

import io
from typing import Any

import keras
import pytest
from keras import layers as kl

import archsum
from archsum import SpecError, Summary
from archsum.layers.shapes import Shape

KINDS = {"lstm": kl.LSTM, "gru": kl.GRU, "simple_rnn": kl.SimpleRNN}
CELLS = {"lstm": kl.LSTMCell, "gru": kl.GRUCell, "simple_rnn": kl.SimpleRNNCell}
INPUTS = "input: {source: [16, 8], target: [20, 6]}\n"


def summarize(text: str) -> Summary:
    return archsum.summarize(io.StringIO(text))


def weights(model: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in model.weights]


def own_weights(summary: Summary) -> list[Shape]:
    return [weight.shape for layer in summary.layers for weight in layer.weights]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul"])
@pytest.mark.parametrize("sequences", [True, False])
def test_two_directions_begin_with_the_states_of_two_others(kind: str, merge_mode: str, sequences: bool) -> None:
    source, target = kl.Input((16, 8)), kl.Input((20, 6))
    encoder = kl.Bidirectional(KINDS[kind](7, return_state=True, return_sequences=sequences), merge_mode=merge_mode)
    read, *states = encoder(source)
    decoder = kl.Bidirectional(KINDS[kind](7, return_sequences=True), merge_mode=merge_mode)
    output = decoder(target, initial_state=states)
    # Keras's model has the encoder's output too, so that none of both is without use.
    model = keras.Model([source, target], [read, output])
    held = f"merge_mode: {merge_mode}, layer: {{{kind}: {{units: 7, return_sequences: "
    ours = summarize(
        f"""{INPUTS}layers:
  - bidirectional: {{name: encoder, inputs: source, {held}{str(sequences).lower()}}}}}}}
  - bidirectional: {{name: decoder, inputs: target, {held}true}}}}, initial_state: encoder}}
outputs: [encoder, decoder]
"""
    )
    assert [layer.output_shape for layer in ours.layers] == [tuple(x.shape[1:]) for x in (read, output)]
    assert list(ours.layers[1].input_shapes[1:]) == [tuple(state.shape[1:]) for state in states]
    assert own_weights(ours) == weights(model)
    assert ours.params == model.count_params()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_for_two_outputs_counts_as_much(kind: str) -> None:
    text = f"input: [16, 8]\nlayers:\n  - bidirectional: {{layer: {{{kind}: 7}}, merge_mode: null}}\n"
    with pytest.raises(SpecError, match="write two layers of that kind, with names and the same `inputs`"):
        summarize(text)
    given = kl.Input((16, 8))
    outputs = kl.Bidirectional(KINDS[kind](7), merge_mode=None)(given)
    model = keras.Model(given, outputs)
    ours = summarize(
        f"""
input: [16, 8]
layers:
  - {kind}: {{name: one, inputs: input, units: 7}}
  - {kind}: {{name: other, inputs: input, units: 7}}
outputs: [one, other]
"""
    )
    assert [layer.output_shape for layer in ours.layers] == [tuple(output.shape[1:]) for output in outputs]
    assert own_weights(ours) == weights(model)
    merged = summarize(f"input: [16, 8]\nlayers: [bidirectional: {{layer: {{{kind}: 7}}}}]\n")
    assert (ours.macs, ours.flops) == (merged.macs, merged.flops)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_for_several_cells_counts_as_much(kind: str) -> None:
    with pytest.raises(SpecError, match="write a layer for each cell, with `return_sequences: true` in all but the la"):
        summarize("input: [16, 8]\nlayers: [StackedRNNCells]\n")
    model = keras.Sequential([kl.Input((16, 8)), kl.RNN([CELLS[kind](units) for units in (7, 5, 3)])])
    ours = summarize(
        f"""
input: [16, 8]
layers:
  - {kind}: {{units: 7, return_sequences: true}}
  - {kind}: {{units: 5, return_sequences: true}}
  - {kind}: 3
"""
    )
    assert ours.layers[-1].output_shape == model.output_shape[1:]
    assert own_weights(ours) == weights(model)
