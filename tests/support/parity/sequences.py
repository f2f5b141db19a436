"""How to draw the layers of sequences that Keras has too: recurrent layers, wrappers and attention."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.support.parity.cases import (
    FLAGS,
    SHAPES,
    Case,
    Fields,
    Strategy,
    any_cases,
    counts,
    fields_of,
    rarely,
    sizes,
)

BIASES = st.sampled_from(["tied", True, False])
RATES = st.sampled_from([0, 0.25, 1])
FUNCTIONS = st.sampled_from(["linear", "relu", "tanh", None])
TRAINABLE: dict[str, Strategy] = {"trainable": FLAGS}
RECURRENT: dict[str, Strategy] = {
    **{"activation": FUNCTIONS, "bias": BIASES, "dropout": RATES, "recurrent_dropout": RATES},
    **{"return_sequences": FLAGS, **TRAINABLE},
}
GATES: dict[str, Strategy] = {"recurrent_activation": FUNCTIONS}
SEQUENCES = rarely(st.tuples(sizes(), sizes(6)), SHAPES)

_RECURRENT_FIELDS = {
    "simple_rnn": fields_of({"units": counts(5)}, RECURRENT),
    "lstm": fields_of({"units": counts(5)}, RECURRENT | GATES),
    "gru": fields_of({"units": counts(5)}, RECURRENT | GATES | {"reset_after": FLAGS}),
}

WITH_STATES = {*_RECURRENT_FIELDS, "bidirectional", "conv_lstm1d", "conv_lstm2d", "conv_lstm3d"}
"""Kinds that take the states that they begin with as further inputs, and Keras's as `initial_state`."""

_HELD = {
    "dense": fields_of({"units": counts(5)}, {"bias": BIASES, **TRAINABLE}),
    "embedding": fields_of({"input_dim": counts(9), "output_dim": counts(9)}, TRAINABLE),
    "layer_normalization": fields_of({}, {"axis": st.integers(-2, 2), **TRAINABLE}),
    "flatten": fields_of({"data_format": st.just("channels_last")}),
    "conv1d": fields_of({"filters": counts(3), "kernel_size": counts(2), "data_format": st.just("channels_last")}),
    "batch_normalization": fields_of({"axis": st.just(-1)}, TRAINABLE),
    **_RECURRENT_FIELDS,
}


_WITH_KERNEL = {
    **{kind: _HELD[kind] for kind in ("dense", "embedding", "conv1d")},
    "depthwise_conv1d": fields_of({"kernel_size": counts(2)}, {"depth_multiplier": counts(2), **TRAINABLE}),
    "conv1d_transpose": fields_of({"filters": counts(3), "kernel_size": counts(2)}, TRAINABLE),
}


def _one_of(fields: dict[str, Strategy]) -> Strategy:
    """Draw a layer that another holds, as a file has it."""
    return st.sampled_from(list(fields)).flatmap(lambda kind: st.fixed_dictionaries({kind: fields[kind]}))


@st.composite
def _attended(draw: st.DrawFn, rank: int, *, same: bool) -> tuple[tuple[int | None, ...], ...]:
    """Draw a query, a value and a key, or fewer of them; `same`: of as many features."""
    leading = draw(st.tuples(*[st.integers(1, 4)] * (rank - 2)))
    features = draw(rarely(st.integers(1, 6), st.none()))
    query, value = draw(sizes(6)), draw(sizes(6))
    other = st.just(features) if same else st.integers(1, 6)
    inputs = [
        (*leading, query, features),
        (*leading, value, draw(rarely(other, st.integers(1, 6)) if not same else other)),
        (*leading, value, draw(other)),
    ]
    return tuple(inputs[: draw(st.integers(1, 3))])


def _attention(fields: Strategy, inputs: Strategy) -> Strategy:
    return st.builds(lambda drawn, shapes: Case(drawn, shapes[0], shapes[1:]), fields, inputs)


_PROJECTED: dict[str, Strategy] = {"dropout": RATES, "bias": BIASES, "use_gate": FLAGS, **TRAINABLE}
_MULTI_HEAD = {
    **{"value_dim": counts(4) | st.none(), "output_shape": counts(4) | st.lists(st.integers(1, 4), min_size=1)},
    **_PROJECTED,
}
_HEADS = {"num_heads": counts(3), "key_dim": counts(4)}
_GROUPS = {
    "head_dim": st.integers(1, 4),
    "num_query_heads": st.sampled_from([2, 4, 6]),
    "num_key_value_heads": st.sampled_from([1, 2]) | st.sampled_from([1, 2, 3]),
}
_DROPOUT: dict[str, Strategy] = {"dropout": RATES, "use_scale": FLAGS}


@st.composite
def _reversible_embeddings(draw: st.DrawFn) -> Case:
    """Draw a table and words for it, or vectors."""
    required = {"input_dim": counts(9), "output_dim": counts(9)}
    fields = draw(fields_of(required, {"tie_weights": FLAGS, "reverse": FLAGS, "mask_zero": FLAGS, **TRAINABLE}))
    shape = draw(SHAPES)
    return Case(fields, (*shape, fields["output_dim"]) if fields.get("reverse") else shape)


@st.composite
def _recurrent(draw: st.DrawFn, kind: str) -> Case:
    """Draw a recurrent layer, and mostly no states, or as many as it has; rarely fewer, or of other sizes.

    Keras passes over states that are too many, and repeats one of a single number.
    """
    case: Case = draw(any_cases(_RECURRENT_FIELDS[kind], SEQUENCES))
    own = 2 if kind == "lstm" else 1
    state = st.just((case.fields["units"],)) | rarely(st.just((case.fields["units"],)), st.tuples(st.integers(2, 5)))
    count = draw(st.just(0) | rarely(st.just(own), st.integers(0, own)))
    return case._replace(others=tuple(draw(state) for _ in range(count)))


@st.composite
def _bidirectional(draw: st.DrawFn) -> Case:
    """Draw a recurrent layer in both directions, and mostly no states, or as many as both have; rarely of other sizes.

    Keras shares out states that are too few or too many.
    """
    merge_modes = {"merge_mode": st.sampled_from(["concat", "sum", "ave", "mul"]), **TRAINABLE}
    case: Case = draw(any_cases(fields_of({"layer": _one_of(_RECURRENT_FIELDS)}, merge_modes), SEQUENCES))
    ((kind, fields),) = case.fields["layer"].items()
    own = 4 if kind == "lstm" else 2
    state = rarely(st.just((fields["units"],)), st.tuples(st.integers(2, 5)))
    count = draw(st.sampled_from([0, own]))
    return case._replace(others=tuple(draw(state) for _ in range(count)))


CASES: dict[str, Strategy] = {
    **{kind: _recurrent(kind) for kind in _RECURRENT_FIELDS},
    "bidirectional": _bidirectional(),
    "time_distributed": any_cases(
        fields_of({"layer": _one_of(_HELD)}, TRAINABLE),
        rarely(st.tuples(sizes(), st.integers(2, 6), st.integers(1, 6)), SHAPES),
    ),
    "spectral_normalization": any_cases(
        fields_of({"layer": _one_of(_WITH_KERNEL)}, {"power_iterations": counts(3), **TRAINABLE}),
        rarely(st.tuples(sizes(), st.integers(1, 6)), SHAPES),
    ),
    "multi_head_attention": _attention(fields_of(_HEADS, _MULTI_HEAD), _attended(2, same=False))
    | _attention(
        fields_of(_HEADS, _MULTI_HEAD | {"attention_axes": st.just(2) | st.just([2]) | st.just([1, 2])}),
        _attended(3, same=False),
    ),
    "grouped_query_attention": _attention(fields_of(_GROUPS, _PROJECTED), _attended(2, same=True)),
    "attention": _attention(
        fields_of({}, {"score_mode": st.sampled_from(["dot", "concat"]), **_DROPOUT, **TRAINABLE}),
        _attended(2, same=True) | _attended(3, same=True),
    ),
    "additive_attention": _attention(
        fields_of({}, {**_DROPOUT, **TRAINABLE}), _attended(2, same=True) | _attended(3, same=True)
    ),
    "reversible_embedding": _reversible_embeddings(),
}


def _call_with_query_value_and_key(layer: Any, inputs: list[Any], fields: Fields) -> Any:
    return layer(*_query_and_value(inputs))


def _call_on_query_value_and_key(layer: Any, inputs: list[Any], fields: Fields) -> Any:
    return layer(_query_and_value(inputs))


def _query_and_value(inputs: list[Any]) -> list[Any]:
    """Write self-attention out, for which we take one input."""
    return inputs * 2 if len(inputs) == 1 else inputs


def _call_in_reverse(layer: Any, inputs: list[Any], fields: Fields) -> Any:
    return layer(*inputs, reverse=fields.get("reverse", False))


CALLS: dict[str, Callable[[Any, list[Any], Fields], Any]] = {
    "multi_head_attention": _call_with_query_value_and_key,
    "grouped_query_attention": _call_with_query_value_and_key,
    "attention": _call_on_query_value_and_key,
    "additive_attention": _call_on_query_value_and_key,
    "reversible_embedding": _call_in_reverse,
}
