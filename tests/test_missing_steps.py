"""A layer that takes a sequence, behind one that gives its last step alone: the cure says where to keep the steps."""

import io
import re

import pytest

import archsum
from archsum.errors import Span
from tests.support.problems import problems

RECURRENT = (
    "lstm: {units: 4}",
    "gru: {units: 4}",
    "simple_rnn: {units: 4}",
    "bidirectional: {layer: {lstm: {units: 4}}}",
    "bidirectional: {layer: {gru: {units: 2}}, merge_mode: ave}",
)
BETWEEN = ((), ("dropout: 0.5",), ("batch_normalization", "layer_normalization", "relu"), ("dense: 6", "dropout: 0.5"))
TAKE_STEPS = (
    "lstm: {units: 4}",
    "bidirectional: {layer: {gru: {units: 4}}}",
    "conv1d: {filters: 3, kernel_size: 3}",
    "max_pooling1d: {pool_size: 2}",
    "global_average_pooling1d",
    "time_distributed: {layer: {dense: {units: 3}}}",
    "multi_head_attention: {num_heads: 2, key_dim: 4}",
    "zero_padding1d: {padding: 1}",
)


def followed(text: str) -> str:
    """Return the text with the field of the only cure in the layers that the notes point to."""
    (problem,) = problems(text)
    match = re.match(r"write `(\w+: true)` in ", problem.cure)
    assert match, problem
    places = [place for note, place in problem.notes if note.startswith("the last step alone comes from")]
    assert places
    for place in sorted(places, key=lambda place: -place.start):
        assert isinstance(place, Span)
        written = text.index("units" if "units" in text[place.start :] else "filters", place.start)
        text = f"{text[:written]}{match[1]}, {text[written:]}"
    return text


@pytest.mark.parametrize("recurrent", RECURRENT)
@pytest.mark.parametrize("between", BETWEEN, ids=len)
@pytest.mark.parametrize("taker", TAKE_STEPS)
def test_behind_it(recurrent: str, between: tuple[str, ...], taker: str) -> None:
    layers = "".join(f"  - {layer}\n" for layer in (recurrent, *between, taker))
    assert problems(followed(f"input: [8, 3]\nlayers:\n{layers}")) == []


def test_frames() -> None:
    layer = "conv_lstm2d: {filters: 3, kernel_size: 3}"
    text = f"input: [6, 9, 9, 3]\nlayers: [{layer}, batch_normalization, {layer}]\n"
    assert problems(followed(text)) == []


def test_several_inputs_of_which_one_lacks_them() -> None:
    text = """
        input: [8, 3]
        layers:
          - lstm: {units: 4, name: last}
          - gru: {units: 4, name: state, inputs: input}
          - gru: {units: 4, inputs: [last, state]}
    """
    (problem,) = problems(text)
    assert problem.cure == "write `return_sequences: true` in `last`"
    assert problems(followed(text)) == []


def test_several_inputs_that_all_lack_them() -> None:
    text = """
        input: [8, 3]
        layers:
          - lstm: {units: 4, name: query}
          - gru: {units: 4, name: key, inputs: input}
          - attention: {inputs: [query, key]}
    """
    assert problems(followed(text)) == []


@pytest.mark.parametrize("times", [2, 5])
def test_in_a_repetition(times: int) -> None:
    text = f"input: [8, 3]\nlayers:\n  - repeat: {{times: {times}, layers: [gru: {{units: 4}}, dropout: 0.5]}}\n"
    (problem,) = problems(text)
    assert problems(followed(text)) == []
    formula = re.findall(r"`(return_sequences: =index < \d)`", problem.cure)[0]
    summary = archsum.summarize(io.StringIO(text.replace("units", f"{formula}, units")))
    assert [layer.output_shape for layer in summary.layers[::2]] == [*[(8, 4)] * (times - 1), (4,)]


def test_behind_a_repetition_the_last_one_too_keeps_them() -> None:
    text = """
        input: [8, 3]
        layers:
          - repeat: {times: 2, layers: [lstm: {return_sequences: =index < 1, units: 4}]}
          - conv1d: {filters: 3, kernel_size: 3}
    """
    (problem,) = problems(text)
    assert problem.cure == "write `return_sequences: true` in `lstm_1`"


def test_in_a_block() -> None:
    text = "input: [8, 3]\nblocks: {b: {layers: [lstm: {units: 4}, tanh]}}\nlayers: [b, b]\n"
    (problem,) = problems(text)
    assert problem.cure == "write `return_sequences: true` in `b/lstm`"
    assert problems(followed(text)) == []


@pytest.mark.parametrize(
    "layers",
    [
        "lstm: {units: 4}, reshape: [2, 2], conv1d: {filters: 3, kernel_size: 5}",  # too short, with steps or without
        "lstm: {units: 4}, conv2d: {filters: 3, kernel_size: 3}",
        "lstm: {units: 4}, dense: {units: 3, bias: {untied: [length]}}",
        "lstm: {units: 4, return_sequences: true}, flatten, conv1d: {filters: 3, kernel_size: 3}",
        "flatten, conv1d: {filters: 3, kernel_size: 3}",
    ],
)
def test_what_is_wrong_for_another_reason(layers: str) -> None:
    for problem in problems(f"input: [8, 3]\nlayers: [{layers}]\n"):
        assert "return_sequences" not in problem.cure or "untied" in layers


def test_it_looks_back_no_further_than_some_layers() -> None:
    """What is found takes work, and a hostile file can have very many layers at fault."""
    layers = ", ".join(["lstm: {units: 4}", *["relu"] * 100, "conv1d: {filters: 3, kernel_size: 3}"])
    (problem,) = problems(f"input: [8, 3]\nlayers: [{layers}]\n")
    assert "return_sequences" not in problem.cure
