"""Calls that are part of the layer before them are read as that layer, and others are layers of their own."""

from collections.abc import Callable
from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = pytest.mark.torch

from torch import nn  # noqa: E402

from archsum.interchange.building.live import run  # noqa: E402
from archsum.layers import kind_of  # noqa: E402


class Recurrent(nn.Module):  # type: ignore[misc]
    """An LSTM, and what is done with what it gives."""

    def __init__(self, then: Callable[..., Any], **options: Any) -> None:
        super().__init__()
        self.one = nn.LSTM(4, 3, batch_first=True, **options)
        self.two = nn.LSTM(4, 3, batch_first=True)
        self.then = then

    def forward(self, x: Any) -> Any:
        return self.then(self, x, *self.one(x))


class Biased(nn.Module):  # type: ignore[misc]
    """A convolution, and what is added to what it gives."""

    def __init__(self, then: Callable[..., Any], *sizes: int, bias: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, bias=bias)
        self.offset = nn.Parameter(torch.zeros(sizes))
        self.then = then

    def forward(self, x: Any) -> Any:
        return self.then(self.conv(x), self.offset)


SEQUENCES: dict[str, tuple[Callable[..., Any], list[str]]] = {
    "the last step": (lambda it, x, all_, states: all_[:, -1], ["lstm"]),
    "with all features": (lambda it, x, all_, states: all_[:, -1, :], ["lstm"]),
    "a state to begin with": (lambda it, x, all_, states: it.two(x, states)[0], ["lstm", "lstm"]),
    "that of two": (lambda it, x, all_, states: it.two(x, states)[0] + it.two(x, states)[0], ["lstm"] * 3 + ["add"]),
    "and all steps": (lambda it, x, all_, states: it.two(x, states)[0] + all_, ["lstm", "lstm", "add"]),
    "the first step": (lambda it, x, all_, states: all_[:, 0], ["lstm", "slice", "flatten"]),
    "the last features": (lambda it, x, all_, states: all_[..., -1], ["lstm", "slice", "flatten"]),
    "the last two": (lambda it, x, all_, states: all_[:, -2:], ["lstm", "slice"]),
    "the last and all": (lambda it, x, all_, states: all_ + all_[:, -1:], ["lstm", "slice", "add"]),
    "the hidden state": (lambda it, x, all_, states: states[0], ["lstm", "slice"]),
    "a state that is given too": (
        lambda it, x, all_, states: (it.two(x, states)[0], states[0]),
        ["custom", "custom", "custom"],
    ),
    "the memory in the place of the state": (
        lambda it, x, all_, states: it.two(x, states[::-1])[0],
        ["custom", "custom", "custom"],
    ),
}
IMAGES: dict[str, tuple[Callable[..., Any], tuple[int, ...], list[str]]] = {
    "of each location": (lambda y, b: y + b, (5, 6, 6), ["conv2d"]),
    "from the right": (lambda y, b: b + y, (5, 1, 6), ["conv2d"]),
    "of each channel": (lambda y, b: y + b, (5, 1, 1), ["conv2d", "parameter", "add"]),
    "of each location alone": (lambda y, b: y + b, (1, 6, 6), ["conv2d", "parameter", "add"]),
    "with an axis of the batch": (lambda y, b: y + b, (1, 5, 6, 6), ["conv2d", "parameter", "add"]),
    "behind a function": (lambda y, b: y.relu() + b, (5, 6, 6), ["conv2d", "relu", "parameter", "add"]),
    "beside": (lambda y, b: (y + b) * y, (5, 6, 6), ["conv2d", "parameter", "add", "multiply"]),
    "a factor too": (lambda y, b: (y + b) * b, (5, 6, 6), ["conv2d", "parameter", "add", "multiply"]),
}


def _kinds(model: Any, shape: tuple[int, ...]) -> list[str]:
    return [kind_of(type(layer.layer)) for layer in archsum.summarize(archsum.from_torch(model, shape))]


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences(name: str) -> None:
    then, kinds = SEQUENCES[name]
    assert _kinds(Recurrent(then), (6, 4)) == kinds


def test_the_last_step_counts_as_all_steps_do() -> None:
    model = Recurrent(lambda it, x, all_, states: all_[:, -1])
    summary = archsum.summarize(archsum.from_torch(model, (6, 4)))
    assert summary.layers[0].output_shape == (3,)
    assert summary.macs == 6 * (4 + 3) * 4 * 3


def test_both_ends_of_several_layers() -> None:
    def ends(it: Any, x: Any, all_: Any, states: Any) -> Any:
        forwards, backwards = all_.chunk(2, -1)
        return torch.cat((forwards[:, -1], backwards[:, 0]), -1)

    def the_same_end(it: Any, x: Any, all_: Any, states: Any) -> Any:
        forwards, backwards = all_.chunk(2, -1)
        return torch.cat((forwards[:, -1], backwards[:, -1]), -1)

    assert _kinds(Recurrent(ends, bidirectional=True, num_layers=2), (6, 4)) == ["bidirectional"] * 2
    assert "split" in _kinds(Recurrent(the_same_end, bidirectional=True), (6, 4))


@pytest.mark.parametrize(
    "merge",
    [
        lambda one, other: torch.add(one, other, alpha=2),
        lambda one, other: torch.div(one + other, 2, rounding_mode="floor"),
    ],
    ids=("twice the other", "a half that is rounded"),
)
def test_both_ends_that_are_put_together_otherwise(merge: Callable[..., Any]) -> None:
    def ends(it: Any, x: Any, all_: Any, states: Any) -> Any:
        forwards, backwards = all_.chunk(2, -1)
        return merge(forwards[:, -1], backwards[:, 0])

    assert len(_kinds(Recurrent(ends, bidirectional=True), (6, 4))) > 1


def test_states_are_written_by_the_name_of_their_layer() -> None:
    model = Recurrent(lambda it, x, all_, states: it.two(x, states)[0])
    text = archsum.convert(archsum.from_torch(model, (6, 4))).text
    assert "- lstm: {name: one, units: 3}\n" in text
    assert "initial_state: one" in text
    assert archsum.diff(archsum.load(text), archsum.from_torch(model, (6, 4))).equal


@pytest.mark.parametrize("name", IMAGES)
def test_biases(name: str) -> None:
    then, sizes, kinds = IMAGES[name]
    assert _kinds(Biased(then, *sizes), (3, 8, 8)) == kinds


def test_a_layer_with_a_bias_has_no_other() -> None:
    assert _kinds(Biased(lambda y, b: y + b, 5, 6, 6, bias=True), (3, 8, 8)) == ["conv2d", "parameter", "add"]


def _made(text: str) -> Any:
    """Return the model that the last function of a file makes."""
    return run(text, text.rpartition("\ndef ")[2].partition("(")[0], "torch")


BUCKETS = "\n".join(
    [
        "input: [6, 4]",
        "layers:",
        "  - relative_position_bias: {name: far, num_heads: 2, window_size: 6, num_buckets: 8}",
        "  - multi_head_attention: {inputs: [input, far], num_heads: 2, key_dim: 2, score_bias: true}\n",
    ]
)


def test_a_class_that_somebody_changed_is_followed() -> None:
    text = archsum.build(BUCKETS, "torch").text
    assert "return self.table[self.index].permute(2, 0, 1)" in text
    changed = text.replace("return self.table[self.index]", "return self.table[self.index].relu()")
    kinds = [_kinds(_made(one), (6, 4)) for one in (text, changed)]
    assert kinds[0] == ["relative_position_bias", "multi_head_attention"]
    assert kinds[1] == ["parameter", "gather", "relu", "permute", "multi_head_attention"]


def test_a_module_that_is_to_be_written_is_custom_and_one_that_is_written_is_followed() -> None:
    text = archsum.build("input: [6]\nlayers:\n  - custom: {name: own, output_shape: [3]}\n", "torch").text
    model = _made(text)
    network = archsum.from_torch(model, (6,))
    (layer,) = archsum.summarize(network)
    assert (kind_of(type(layer.layer)), layer.output_shape, layer.macs) == ("custom", (3,), None)
    (warning,) = network.warnings
    assert warning.message == "own (Own) is still to be written: it is written as `custom`"
    type(model.own).forward = lambda self, x: x[:, :3].relu()
    assert _kinds(model, (6,)) == ["slice", "relu"]
