"""Layers that go through a sequence, those around another among them."""

from dataclasses import replace
from functools import partial

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.keras.windows import padded
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Brackets, Code, Keyword, call

_RANKS = (1, 2, 3)
_CLASSES = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def _recurrent(made: LayerCall) -> tuple[Stage, ...]:
    return (_with_states(made, _layer(made, _return_state(made))),)


def _return_state(made: LayerCall) -> str | None:
    """Return whether the states are given too, as another layer begins with them."""
    return "True" if made.function.ends_with_states(made.step) else None


def _layer(made: LayerCall, return_state: str | None) -> Brackets:
    cls = _CLASSES[made.kind]
    if made.kind == "gru" or (made.known("bias") != "double" and not getattr(made.layer, "proj_size", 0)):
        return layer(made, cls, ("units",), return_state=return_state, proj_size=None)
    # The cell is our own, and Keras's RNN goes through the sequence.
    fields = {name: value for name, value in made.fields.items() if name not in _OF_SEQUENCE}
    inner = replace(made, fields=fields)
    if made.kind == "lstm":
        two = "True" if made.known("bias") == "double" else None
        cell = own_layer(inner, "TorchLSTMCell", ("units",), two_biases=two)
    else:
        cell = own_layer(inner, "TwoBiasRNNCell", ("units",))
    around = replace(made, fields={name: value for name, value in made.fields.items() if name in _OF_SEQUENCE})
    rest = layer(around, "RNN", (), return_state=return_state)
    return Brackets(rest.head, (cell, *rest.items))


_OF_SEQUENCE = ("return_sequences", "initial_state", "trainable")


def _with_states(made: LayerCall, written: Brackets) -> Stage:
    """Return a call of a layer, with the states that it begins with."""
    begins = made.step.fields.get("initial_state")
    if isinstance(begins, str):
        return Stage(written, takes=(0,), arguments=(Keyword("initial_state", Code(made.function.states(begins))),))
    if len(made.inputs) > 1:
        states = Code(f"[{', '.join(made.inputs[1:])}]")
        return Stage(written, takes=(0,), arguments=(Keyword("initial_state", states),))
    return Stage(written)


def _conv_lstm(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    written = layer(made, f"ConvLSTM{rank}D", ("filters", "kernel_size"), return_state=_return_state(made))
    stages = _with_states(made, written)
    padding = padded(made, rank)
    if not padding:
        return (stages,)
    around = call(f"{made.use('keras', 'layers')}.TimeDistributed", padding[0].layer or "")
    return replace(padding[0], layer=around), stages


def _bidirectional(made: LayerCall) -> tuple[Stage, ...]:
    held = made.held("layer")
    inner = _layer(held, _return_state(made)) if held.kind in _CLASSES else _inner(held)
    written = layer(made, "Bidirectional")
    return (_with_states(made, Brackets(written.head, (inner, *written.items))),)


def _inner(made: LayerCall) -> Brackets:
    """Return the layer that another holds. Errors: NotSymbolicError where it is more than one in Keras."""
    stages = made.function.stages(made)
    if len(stages) != 1 or stages[0].layer is None or stages[0].condition:
        raise NotSymbolicError(made.kind)
    return stages[0].layer


def _wrapper(made: LayerCall, cls: str) -> tuple[Stage, ...]:
    inner, written = _inner(made.held("layer")), layer(made, cls)
    return (Stage(Brackets(written.head, (inner, *written.items)), is_list=len(made.inputs) > 1),)


def _weight_normalization(made: LayerCall) -> tuple[Stage, ...]:
    cure = "write the layer by itself, or `spectral_normalization` around it"
    raise LackingError("has no layer whose kernel is a length and a direction", cure)


TABLE: Table = {
    **dict.fromkeys(_CLASSES, _recurrent),
    **{f"conv_lstm{rank}d": partial(_conv_lstm, rank=rank) for rank in _RANKS},
    "bidirectional": _bidirectional,
    "time_distributed": partial(_wrapper, cls="TimeDistributed"),
    "spectral_normalization": partial(_wrapper, cls="SpectralNormalization"),
    "weight_normalization": _weight_normalization,
}
