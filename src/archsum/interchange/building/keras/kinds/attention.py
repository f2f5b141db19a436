"""Attention, and embeddings that are also read backwards."""

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import LayerCall, Stage, Table
from archsum.interchange.building.source import Code, Keyword


def _projected(made: LayerCall, cls: str, positional: tuple[str, ...]) -> tuple[Stage, ...]:
    """Return attention of several heads, which takes query, value and key as arguments."""
    if not made.known("score_bias"):
        return (Stage(layer(made, cls, positional, score_bias=None), takes=_twice(len(made.inputs))),)
    count = len(made.inputs)
    bias = Keyword("bias", Code(made.inputs[-1]))
    written = own_layer(made, f"Biased{cls}", positional, score_bias=None)
    return (Stage(written, takes=_twice(count - 1), arguments=(bias,)),)


def _twice(count: int) -> tuple[int, ...]:
    """Return which inputs are query, value and key: a single one is all."""
    return (0, 0) if count == 1 else tuple(range(count))


def _multi_head(made: LayerCall) -> tuple[Stage, ...]:
    return _projected(made, "MultiHeadAttention", ("num_heads", "key_dim"))


def _grouped(made: LayerCall) -> tuple[Stage, ...]:
    return _projected(made, "GroupQueryAttention", ("head_dim", "num_query_heads", "num_key_value_heads"))


def _unprojected(made: LayerCall) -> tuple[Stage, ...]:
    cls = "Attention" if made.kind == "attention" else "AdditiveAttention"
    return (Stage(layer(made, cls), is_list=True, takes=_twice(len(made.inputs))),)


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
