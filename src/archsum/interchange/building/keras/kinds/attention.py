"""Attention, and embeddings that are also read backwards."""

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.keras.lacking import LackingError
from archsum.interchange.building.source import Code, Keyword


def _require_no_steps(made: LayerCall, cure: str) -> None:
    if made.step.wrappers:
        raise LackingError("has no attention within `time_distributed`", cure)


def _projected(made: LayerCall, cls: str, positional: tuple[str, ...]) -> tuple[Stage, ...]:
    """Return attention of several heads, which takes query, value and key as arguments."""
    _require_no_steps(made, f"write it by itself, with `attention_axes: {len(made.step.wrappers) + 1}`")
    count, causal = len(made.inputs), _causal(made)
    if causal and made.rank > 2 and made.known("attention_axes") != (1,):
        cure = "`permute` or `reshape` the positions to the first axis before it, and write `attention_axes: 1`"
        raise LackingError("has causal attention along the first axis alone", cure)
    if not made.known("score_bias"):
        return (Stage(layer(made, cls, positional), takes=_twice(count), arguments=causal),)
    bias = Keyword("bias", Code(made.inputs[-1]))
    written = own_layer(made, f"Biased{cls}", positional)
    return (Stage(written, takes=_twice(count - 1), arguments=(bias, *causal)),)


def _causal(made: LayerCall) -> tuple[Keyword, ...]:
    """Return what hides later positions: Keras's layers are told when they are called."""
    is_stated = made.has("causal") and made.fields["causal"] is not False
    return (Keyword("use_causal_mask", made.get("causal")),) if is_stated else ()


def _twice(count: int) -> tuple[int, ...]:
    """Return which inputs are query, value and key: a single one is all."""
    return (0, 0) if count == 1 else tuple(range(count))


def _multi_head(made: LayerCall) -> tuple[Stage, ...]:
    return _projected(made, "MultiHeadAttention", ("num_heads", "key_dim"))


def _grouped(made: LayerCall) -> tuple[Stage, ...]:
    return _projected(made, "GroupQueryAttention", ("head_dim", "num_query_heads", "num_key_value_heads"))


def _unprojected(made: LayerCall) -> tuple[Stage, ...]:
    _require_no_steps(made, "write `multi_head_attention` by itself, with the axis of the steps as `attention_axes`")
    cls = "Attention" if made.kind == "attention" else "AdditiveAttention"
    return (Stage(layer(made, cls), is_list=True, takes=_twice(len(made.inputs)), arguments=_causal(made)),)


def _reversible(made: LayerCall) -> tuple[Stage, ...]:
    written = layer(made, "ReversibleEmbedding", ("input_dim", "output_dim"), reverse=None)
    backwards = (Keyword("reverse", Code("True")),) if made.known("reverse") else ()
    return (Stage(written, arguments=backwards),)


TABLE: Table = {
    "multi_head_attention": _multi_head,
    "grouped_query_attention": _grouped,
    "attention": _unprojected,
    "additive_attention": _unprojected,
    "reversible_embedding": _reversible,
}
