"""Layers of sequences: embeddings, recurrent layers and attention."""

from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Made, Step, Steps, View, within, without_defaults
from archsum.interchange.torch.tracing import Value
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
    inputs = [query] if query is key is value else [query, value] if key is value else [query, value, key]
    return [Step("multi_head_attention", fields, tuple(inputs), view.all_weights, in_one=True)]


def recurrent(view: View) -> Made:
    """Return the layers of a stack, one after another; what is after the last step is a part of the last one's."""
    it = view.module
    outputs, *_ = view.call.output
    if view.argument(1, "hx") is not None:
        raise NotUnderstoodError("is given a state to begin with")
    if set(view.used) - {outputs}:
        raise NotUnderstoodError("gives its states")
    layout = view.layout(view.input)
    if layout.batch != (0 if it.batch_first else 1) or (layout.is_merged and not it.batch_first):
        raise NotUnderstoodError("takes no batch")
    steps: list[Step] = []
    for number in range(it.num_layers):
        if number and it.dropout:
            steps.append(Step("dropout", {"rate": it.dropout}))
        suffixes = [f"l{number}", f"l{number}_reverse"]
        weights = {name: value for name, value in view.all_weights.items() if _suffix(name) in suffixes}
        step = _recurrent_layer(it, weights)
        steps.append(within(step) if layout.is_merged else step)
    return {outputs: steps}


def _suffix(name: str) -> str:
    return name[name.rindex("_l") + 1 :]


def _recurrent_layer(it: Any, weights: dict[str, Value]) -> Step:
    kind = _RECURRENT[it.mode.partition("_")[0]]
    fields: dict[str, Any] = {"units": it.hidden_size, "return_sequences": True}
    if not it.bias:
        fields["bias"] = False
    elif kind != "gru":
        fields["bias"] = "double"
    if it.mode == "RNN_RELU":
        fields["activation"] = "relu"
    if getattr(it, "proj_size", 0):
        fields["proj_size"] = it.proj_size
    if not it.bidirectional:
        return Step(kind, fields, weights=weights, in_one=True)
    held = layer_class(kind).model_validate(fields)
    return Step("bidirectional", {"layer": held}, weights=weights, in_one=True)


def scaled_dot_product(view: View) -> Steps:
    """Return attention without kernels; which positions it leaves out counts nothing."""
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
    return [Step("attention", without_defaults({"dropout": rate}, {"dropout": 0.0}), inputs)]


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
    scale = view.argument(6, "scale") or query.shape[-1] ** -0.5
    scores = Step("rescaling", {"scale": scale}, (Step("matmul", {}, (query, turned)),))
    biased = Step("add", {}, (scores, mask), aligned=True)
    weights = Step("softmax", {}, (biased,))
    if rate:
        weights = Step("dropout", {"rate": rate}, (weights,))
    return [Step("matmul", {}, (weights, value))]
