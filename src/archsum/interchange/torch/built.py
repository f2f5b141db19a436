"""The modules that `archsum build` writes into files, read back as the layers that they are."""

from collections.abc import Callable
from math import prod
from typing import Any

from torch import nn

from archsum.interchange.torch import kernels
from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.pieces import PIECES
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.unfinished import is_unfinished, unfinished
from archsum.interchange.torch.written import is_written
from archsum.layers.written import fields_of_layer

_ALSO = {"Conv": kernels.convolution, "MaxPool": kernels.max_pooling, "AvgPool": kernels.average_pooling}


def built(module: Any) -> Reader | None:
    """Return what reads a module of a file that `archsum build` has written, or of one that is called alike.

    That is one that pads as TensorFlow does, which others, such as timm, call so too, or attends.
    """
    cls = type(module)
    if (reads_piece := PIECES.get(cls.__name__)) and is_written(module):
        return reads_piece
    if is_unfinished(module):
        return unfinished
    if cls.__name__ == "MultiHeadAttention" and vars(module).keys() >= {"num_heads", "key_heads", "dropout", "causal"}:
        return _attention
    if cls.__name__ == "RelativePositionBias" and vars(module).keys() >= {"window_size"}:
        return _position_bias
    for word, read in _ALSO.items():
        for rank in (1, 2, 3):
            if cls.__name__ == f"{word}{rank}dSame" and isinstance(module, getattr(nn, f"{word}{rank}d")):
                return _padded_as_same(read)
    return None


def _padded_as_same(read: Callable[[View], Steps]) -> Reader:
    def read_same(view: View) -> Steps:
        return [_of_same(step) for step in read(view)]

    return read_same


def _of_same(step: Step) -> Step:
    held = step.fields.get("layer")
    if held is None:
        return step._replace(fields={**step.fields, "padding": "same"})
    return step._replace(fields={"layer": type(held).model_validate({**fields_of_layer(held), "padding": "same"})})


def _attention(view: View) -> Steps:
    """Read attention whose projections are linear layers: query, key, value, output, and a gate."""
    it = view.module
    query, key, value = it.query.out_features, it.key.out_features, it.value.out_features
    key_dim, value_dim = query // it.num_heads, value // it.key_heads
    fields: dict[str, Any] = {"dropout": it.dropout} if it.dropout else {}
    fields |= {} if it.query.bias is not None else {"bias": False}
    fields |= {"use_gate": True} if it.gate is not None else {}
    fields |= {"causal": True} if it.causal else {}
    names = ("query", "key", "value")
    taken = [view.argument(number, name) for number, name in enumerate(names)]
    bias = view.argument(3, "score_bias")
    given = [one for one in (taken[0], taken[2], taken[1]) if one is not None]
    inputs = given[: 1 if taken[1] is taken[0] else 2 if taken[1] is taken[2] else 3]
    if bias is not None:
        fields["score_bias"] = True
        inputs.append(bias)
    rank = len(view.shape(view.input))
    if rank > 2:
        fields["attention_axes"] = [rank - 1]
    if it.key_heads != it.num_heads:
        heads = {"num_query_heads": it.num_heads, "num_key_value_heads": it.key_heads, "head_dim": key_dim}
        return [Step("grouped_query_attention", {**heads, **fields}, tuple(inputs), view.all_weights, in_one=True)]
    fields |= {"num_heads": it.num_heads, "key_dim": key_dim}
    fields |= {} if value_dim == key_dim else {"value_dim": value_dim}
    output = it.attention_output.out_features
    fields |= {} if output == it.query.in_features else {"output_shape": output}
    assert key == it.key_heads * key_dim
    return [Step("multi_head_attention", fields, tuple(inputs), view.all_weights, in_one=True)]


def _position_bias(view: View) -> Steps:
    """Read a learned number for each head and each distance between two places of a window."""
    weights, window_size = view.weights(table="table"), [*view.module.window_size]
    rows, heads = weights["table"].shape
    if rows != prod(2 * size - 1 for size in window_size):
        raise NotUnderstoodError("has a table of other distances than those within its window")
    return [Step("relative_position_bias", {"num_heads": heads, "window_size": window_size}, (), weights)]
