"""A layer that begins with the last states of another: they are its further inputs, whatever the other gives."""

import io

import pytest

import archsum
from archsum import Summary
from archsum.memory.storage import owners, storages


def summarize(layers: str) -> Summary:
    return archsum.summarize(io.StringIO(f"input: {{source: [16, 8], target: [20, 8]}}\nlayers:\n{layers}"))


def encoder_and_decoder(sequences: str = "false") -> Summary:
    return summarize(
        f"""
  - lstm: {{name: encoder, inputs: source, units: 32, return_sequences: {sequences}}}
  - lstm: {{name: decoder, inputs: target, units: 32, initial_state: encoder}}
"""
    )


@pytest.mark.parametrize("sequences", ["true", "false"])
def test_the_states_are_the_same_whether_all_steps_are_given_or_the_last(sequences: str) -> None:
    network = encoder_and_decoder(sequences)
    decoder = network.layers[-1]
    assert (decoder.node.inputs, decoder.node.states) == (("target", "encoder", "encoder"), 2)
    assert decoder.input_shapes == ((20, 8), (32,), (32,))
    assert network.outputs == ("decoder",)


def test_a_layer_may_take_both_what_another_gives_and_its_state() -> None:
    network = archsum.summarize(
        io.StringIO(
            """
input: [16, 8]
layers:
  - gru: {name: encoder, units: 32, return_sequences: true}
  - gru: {name: decoder, units: 32, initial_state: encoder, return_sequences: true}
  - attention: {inputs: [decoder, encoder]}
"""
        )
    )
    assert network.layers[1].node.inputs == ("encoder", "encoder")
    assert network.layers[1].input_shapes == ((16, 32), (32,))


def test_the_other_layer_may_be_in_a_block_or_given_to_one() -> None:
    network = archsum.summarize(
        io.StringIO(
            """
input: {source: [16, 8], target: [20, 8]}
blocks:
  reader:
    layers:
      - gru: {name: last, units: 4}
  writer:
    inputs: [text, read]
    layers:
      - gru: {inputs: text, units: 4, initial_state: read}
layers:
  - reader: {name: reader, inputs: source}
  - gru: {name: one, inputs: target, units: 4, initial_state: reader/last}
  - writer: {name: other, inputs: [target, reader]}
  - add: {inputs: [one, other]}
"""
        )
    )
    assert [layer.node.inputs for layer in network.layers[1:3]] == [("target", "reader/last")] * 2


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        # The output is the state itself: only the memory is a tensor beside it.
        ("false", {"encoder": ((32,), 1, 2), "encoder's memory": ((32,), 1, 2)}),
        # All steps are needed no longer than the encoder runs; both states are tensors of their own.
        (
            "true",
            {"encoder": ((16, 32), 1, 1), "encoder's state": ((32,), 1, 2), "encoder's memory": ((32,), 1, 2)},
        ),
    ],
)
def test_the_states_are_in_memory_until_they_are_taken(
    sequences: str, expected: dict[str, tuple[tuple[int, ...], int, int]]
) -> None:
    summary = encoder_and_decoder(sequences)
    found = {tensor.name: (tensor.shape, tensor.first, tensor.last) for tensor in storages(summary, owners(summary))}
    assert {name: found[name] for name in found if name.startswith("encoder")} == expected


@pytest.mark.parametrize("merge_mode", ["concat", "sum"])
def test_the_states_of_two_directions_are_tensors_beside_what_is_made_of_them(merge_mode: str) -> None:
    summary = summarize(
        f"""
  - bidirectional: {{name: encoder, inputs: source, layer: {{gru: 32}}, merge_mode: {merge_mode}}}
  - bidirectional: {{inputs: target, layer: {{gru: 32}}, initial_state: encoder}}
"""
    )
    found = {tensor.name: (tensor.shape, tensor.last) for tensor in storages(summary, owners(summary))}
    assert found["encoder"] == ((64 if merge_mode == "concat" else 32,), 1)
    assert found["encoder's forward state"] == found["encoder's backward state"] == ((32,), 2)


def test_what_begins_with_a_state_is_no_operator_of_a_microcontroller() -> None:
    layers = "[lstm: {name: one, inputs: a, units: 4}, lstm: {inputs: b, units: 4, initial_state: one}]"
    network = archsum.load(io.StringIO(f"input: {{a: [16, 8], b: [16, 8]}}\nlayers: {layers}"))
    (problem,) = archsum.costs(network).causes
    assert problem[0] == "TensorFlow Lite Micro has no LSTM that begins with a state"
