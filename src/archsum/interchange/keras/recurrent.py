"""Recurrent layers: their states, which others begin with, and the cells that they are made of."""

from collections.abc import Sequence

from archsum.interchange.keras.built import PACKAGE
from archsum.interchange.keras.classes import CLASSES as ALL
from archsum.interchange.keras.custom import add_unknown
from archsum.interchange.keras.fields import Fields, Plain
from archsum.interchange.keras.items import Item
from archsum.interchange.keras.plain import read_whole_layer
from archsum.interchange.keras.reading import is_keras
from archsum.interchange.keras.use import Use, Value, values

CELLS = {"SimpleRNNCell": Plain("simple_rnn"), "LSTMCell": Plain("lstm"), "GRUCell": Plain("gru")}


def _two_biases(fields: Fields) -> Fields:
    """Give a cell of PyTorch's its second bias."""
    has_two = fields.pop("two_biases", True) and fields.get("bias") is not False
    return {**fields, "bias": "double"} if has_two else fields


BUILT_CELLS = {
    "TwoBiasRNNCell": Plain("simple_rnn", {}, _two_biases),
    "TorchLSTMCell": Plain("lstm", {}, _two_biases),
}
"""Those that `archsum build` writes."""

CLASSES = ("SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN")

_STATES = {"lstm": 2, "conv_lstm1d": 2, "conv_lstm2d": 2, "conv_lstm3d": 2}
"""How many states a kind has, where it is not one."""


def add_recurrent(use: Use) -> Sequence[Value | None]:
    """Add a recurrent layer; of several cells one behind the other. Errors: BadItemError."""
    config = use.entry.config
    cells = cells_of(config["cell"]) if use.entry.type == "RNN" else [(ALL[use.entry.type], config)]
    if cells is None:
        return add_unknown(use)
    _require_batch_first(use)
    sequence, states = split_states(use)
    returns_sequences = config.value.get("return_sequences") is True
    ends: list[Value] = []
    for number, (plain, cell) in enumerate(cells):
        is_last = number == len(cells) - 1
        all_steps = returns_sequences or not is_last
        fields = {**read_whole_layer(use, plain, cell), "return_sequences": all_steps}
        count = _STATES.get(plain.kind, 1)
        begins, states = states[:count], states[count:]
        taken = [sequence, *begins]
        same = same_node(begins, count)
        if same:
            fields["initial_state"] = same
            taken = [sequence, *(Value(same) for _ in begins)]
        part = "" if is_last else f"cell{number}"
        output = 0 if is_last else None
        sequence = use.add(
            plain.kind,
            fields,
            taken,
            part=part,
            output=output,
            whole=len(cells) == 1,
            states=count if same else 0,
        )
        ends += [Value(sequence.name, state, all_steps) for state in range(count)]
    return [sequence, *ends] if config.value.get("return_state") is True else [sequence]


def split_states(use: Use) -> tuple[Value, list[Value]]:
    """Return the sequence that a call takes, and the states that it begins with. Errors: BadItemError."""
    taken = [*use.inputs, *values(use.argument(1, "initial_state"))] if use.args else use.inputs
    if not taken:
        raise use.refuse("bad-model", "takes no input", "is the file whole?")
    return taken[0], taken[1:]


def same_node(states: Sequence[Value], count: int) -> str | None:
    """Return the node whose last states these are, all of them and in their order; None where they are others."""
    if len(states) != count or any(value.state != number for number, value in enumerate(states)):
        return None
    (name, *others) = {value.name for value in states}
    return None if others else name


def cells_of(item: Item) -> list[tuple[Plain, Item]] | None:
    """Return the kinds of cells, and their configurations; None where there is one of which we have no kind."""
    name, config = item["class_name"].text(), item["config"]
    if item.text_of("registered_name") == f"{PACKAGE}{name}" and name in BUILT_CELLS:
        return [(BUILT_CELLS[name], config)]
    if not is_keras(item.text_of("module"), item.text_of("registered_name"), name):
        return None
    if name == "StackedRNNCells":
        found = [cells_of(cell) for cell in config["cells"].items()]
        return None if None in found else [cell for cells in found if cells for cell in cells]
    return [(CELLS[name], config)] if name in CELLS else None


def _require_batch_first(use: Use) -> None:
    if use.entry.config.value.get("time_major") is True:
        raise use.refuse(
            "unsupported", "has `time_major`, so that the batch is its second axis", "save it without that"
        )
