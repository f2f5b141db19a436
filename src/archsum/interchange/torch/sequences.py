"""Layers of sequences: embeddings, recurrent layers and attention."""

from collections.abc import Mapping
from math import prod
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Made, Step, Steps, View, within, without_defaults
from archsum.interchange.torch.values import Value, values_in
from archsum.layers import layer_class

_RECURRENT = {"RNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}


def embedding(view: View) -> Steps:
    """Read an embedding, a module."""
    it = view.module
    fields = {"input_dim": it.num_embeddings, "output_dim": it.embedding_dim}
    return [Step("embedding", fields, weights=view.weights(embeddings="weight"))]


def embedding_function(view: View) -> Steps:
    """Read an embedding, a function."""
    weights = view.given_weights(embeddings=(1, "weight"))
    rows, features = weights["embeddings"].shape
    return [Step("embedding", {"input_dim": rows, "output_dim": features}, weights=weights)]


def multi_head_attention(view: View) -> Made:
    """Read attention with its projections."""
    it = view.module
    query, key, value = (view.argument(number, name) for number, name in enumerate(("query", "key", "value")))
    if it.bias_k is not None or it.add_zero_attn:
        raise NotUnderstoodError("adds a position to its keys")
    if view.used != [view.output]:
        raise NotUnderstoodError("gives its scores")
    fields: dict[str, Any] = {"num_heads": it.num_heads, "key_dim": it.head_dim}
    if it.dropout:
        fields["dropout"] = it.dropout
    if it.in_proj_bias is None:
        fields["bias"] = False
    if view.argument(7, "is_causal", False):
        fields["causal"] = True
    inputs = [query] if query is key is value else [query, value] if key is value else [query, value, key]
    return [Step("multi_head_attention", fields, tuple(inputs), view.all_weights, in_one=True)]


def recurrent(view: View) -> Made:
    """Read a stack of recurrent layers; the last states that it gives are the last steps of what each layer gives."""
    it, own = view.module, view.call.own
    outputs, states = view.call.output
    layout = view.layout(view.input)
    if layout.batch != (0 if it.batch_first else 1) or (layout.is_merged and not it.batch_first):
        raise NotUnderstoodError("takes no batch")
    if not all(value.is_constant for value in values_in(view.argument(1, "hx"))):
        raise NotUnderstoodError("begins with states that are computed")
    layers: list[Step] = []
    taken: tuple[Value | Step, ...] = (view.input, *own.get("begins_with", ()))
    for number in range(it.num_layers):
        if number and it.dropout:
            taken = (Step("dropout", {"rate": it.dropout}, taken),)
        suffixes = [f"l{number}", f"l{number}_reverse"]
        weights = {name: value for name, value in view.all_weights.items() if _suffix(name) in suffixes}
        step = _recurrent_layer(it, weights, own if number == it.num_layers - 1 else {})
        step = within(step) if layout.is_merged else step
        layers.append(step._replace(inputs=taken, states=len(taken) - 1))
        taken = (layers[-1],)
    if own.get("gives_states"):
        return {outputs: [layers[-1]._replace(gives=view.shape(outputs)[1:])]}
    made: dict[Value, Steps] = {outputs: [layers[-1]]}
    hidden = next(iter(values_in(states)), None)
    if hidden and not layout.is_merged:
        made[hidden] = [_last_states(layers, it.bidirectional, getattr(it, "proj_size", 0) or it.hidden_size)]
    return made


def _last_states(layers: list[Step], is_bidirectional: bool, size: int) -> Step:
    """Return the last states of all layers; one that goes backwards ends at the first step."""
    states = []
    for layer in layers:
        if is_bidirectional:
            ends = (({"start": -1}, {"stop": size}), ({"stop": 1}, {"start": size}))
            for step, part in ends:
                states.append(Step("slice", {"axis": 2, **part}, (Step("slice", {"axis": 1, **step}, (layer,)),)))
        else:
            states.append(Step("slice", {"axis": 1, "start": -1}, (layer,)))
    return states[0] if len(states) == 1 else Step("concatenate", {"axis": 1}, tuple(states))


def _suffix(name: str) -> str:
    return name[name.rindex("_l") + 1 :]


def _recurrent_layer(it: Any, weights: dict[str, Value], own: Mapping[str, Any]) -> Step:
    kind = _RECURRENT[it.mode.partition("_")[0]]
    fields: dict[str, Any] = {"units": it.hidden_size, "return_sequences": own.get("return_sequences", True)}
    if not it.bias:
        fields["bias"] = False
    elif kind != "gru" and any(name.startswith("bias_hh") for name in weights):
        fields["bias"] = "double"
    if it.mode == "RNN_RELU":
        fields["activation"] = "relu"
    if getattr(it, "proj_size", 0):
        fields["proj_size"] = it.proj_size
    if not it.bidirectional:
        return Step(kind, fields, weights=weights, in_one=True)
    held = layer_class(kind).model_validate(fields)
    merged = without_defaults({"merge_mode": own.get("merge_mode", "concat")}, {"merge_mode": "concat"})
    return Step("bidirectional", {"layer": held, **merged}, weights=weights, in_one=True)


def cell(view: View) -> Steps:
    """Refuse one step of a recurrent layer, of which is known what it multiplies: each of its kernels' elements."""
    raise NotUnderstoodError("is one step of a recurrent layer", sum(prod(it.shape) for it in _kernels(view)))


def _kernels(view: View) -> list[Value]:
    return [value for value in view.tensors if value.is_parameter and len(value.shape) == 2]


def scaled_dot_product(view: View) -> Steps:
    """Return attention without kernels; which positions a mask leaves out counts nothing."""
    query, key, value = (view.argument(number, name) for number, name in enumerate(("query", "key", "value")))
    mask, rate = view.argument(3, "attn_mask"), view.argument(4, "dropout_p", 0.0)
    if mask is not None and mask.learned:
        return _with_learned_mask(view, query, key, value, mask, rate)
    inputs: tuple[Value | Step, ...] = (query, value, key)
    heads, shared = view.shape(query)[:-2], view.shape(key)[:-2]
    if heads != shared:
        inputs = (query, _for_each_head(view, value, heads), _for_each_head(view, key, heads))
    elif key is value:
        inputs = (query,) if query is key else (query, value)
    stated = {"dropout": rate, "causal": bool(view.argument(5, "is_causal", False))}
    return [Step("attention", without_defaults(stated, {"dropout": 0.0, "causal": False}), inputs)]


def _for_each_head(view: View, shared: Value, heads: tuple[int, ...]) -> Step:
    """Return the heads of key or value, each as often as the query's heads take it."""
    *outer, few, length, features = view.shape(shared)
    if len(heads) != len(outer) + 1 or heads[-1] % few:
        raise NotUnderstoodError("attends to keys of other samples")
    many = heads[-1] // few
    apart = Step("reshape", {"target_shape": [*outer, few, 1, length, features]}, (shared,))
    tiled = Step("tile", {"repeats": [*[1] * len(outer), 1, many, 1, 1]}, (apart,))
    return Step("reshape", {"target_shape": [*heads, length, features]}, (tiled,))


def _with_learned_mask(view: View, query: Value, key: Value, value: Value, mask: Value, rate: float) -> Steps:
    rank = len(view.shape(key))
    turned = Step("permute", {"dims": [*range(1, rank - 1), rank, rank - 1]}, (key,))
    scores = Step("elementwise", {"function": "multiply"}, (Step("matmul", {}, (query, turned)),))
    biased = Step("add", {}, (scores, mask), aligned=True)
    weights = Step("softmax", {}, (biased,))
    if rate:
        weights = Step("dropout", {"rate": rate}, (weights,))
    return [Step("matmul", {}, (weights, value))]
