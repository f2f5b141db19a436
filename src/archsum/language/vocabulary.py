"""Words of PyTorch, of Keras's Python and of older tools, and what they are called here; only errors use them."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

_KINDS = {
    "linear": "dense",
    "fullyconnected": "dense",
    "fc": "dense",
    "innerproduct": "dense",
    "conv": "conv2d",
    "convolution": "conv2d",
    "convtranspose1d": "conv1d_transpose",
    "convtranspose2d": "conv2d_transpose",
    "convtranspose3d": "conv3d_transpose",
    "deconv2d": "conv2d_transpose",
    "maxpool1d": "max_pooling1d",
    "maxpool2d": "max_pooling2d",
    "maxpool3d": "max_pooling3d",
    "maxpool": "max_pooling2d",
    "maxpooling": "max_pooling2d",
    "pool": "max_pooling2d",
    "avgpool1d": "average_pooling1d",
    "avgpool2d": "average_pooling2d",
    "avgpool3d": "average_pooling3d",
    "avgpool": "average_pooling2d",
    "averagepooling": "average_pooling2d",
    "adaptiveavgpool1d": "adaptive_average_pooling1d",
    "adaptiveavgpool2d": "adaptive_average_pooling2d",
    "adaptiveavgpool3d": "adaptive_average_pooling3d",
    "adaptivemaxpool1d": "adaptive_max_pooling1d",
    "adaptivemaxpool2d": "adaptive_max_pooling2d",
    "adaptivemaxpool3d": "adaptive_max_pooling3d",
    "globalavgpool1d": "global_average_pooling1d",
    "globalavgpool2d": "global_average_pooling2d",
    "globalavgpool3d": "global_average_pooling3d",
    "globalmaxpool1d": "global_max_pooling1d",
    "globalmaxpool2d": "global_max_pooling2d",
    "globalmaxpool3d": "global_max_pooling3d",
    "batchnorm": "batch_normalization",
    "batchnorm1d": "batch_normalization",
    "batchnorm2d": "batch_normalization",
    "batchnorm3d": "batch_normalization",
    "bn": "batch_normalization",
    "layernorm": "layer_normalization",
    "groupnorm": "group_normalization",
    "dropout1d": "spatial_dropout1d",
    "dropout2d": "spatial_dropout2d",
    "dropout3d": "spatial_dropout3d",
    "upsample": "up_sampling2d",
    "upsamplingnearest2d": "up_sampling2d",
    "zeropad2d": "zero_padding2d",
    "unflatten": "reshape",
    "view": "reshape",
    "identity": "activation: {activation: linear}",
    **{
        name: f"activation: {{activation: {name}}}"
        for name in ("sigmoid", "tanh", "gelu", "silu", "swish", "mish", "selu", "softplus")
    },
}
"""Kinds by another name, without case and punctuation."""

_FIELDS = {
    "out_channels": "filters",
    "num_filters": "filters",
    "num_output": "filters",
    "kernel": "kernel_size",
    "filter_size": "kernel_size",
    "stride": "strides",
    "dilation": "dilation_rate",
    "pad": "padding",
    "out_features": "units",
    "use_bias": "bias",
    "untie_biases": "bias",
    "tied_biases": "bias",
    "num_embeddings": "input_dim",
    "embedding_dim": "output_dim",
    "eps": "epsilon",
    "p": "rate",
    "num_groups": "groups",
    "scale_factor": "size",
    "start_dim": None,
    "negative_slope": "negative_slope",
    "inplace": None,
    "in_channels": None,
    "in_features": None,
    "num_features": None,
    "normalized_shape": None,
    "input_shape": None,
    "kernel_initializer": None,
    "kernel_regularizer": None,
    "bias_initializer": None,
    "dtype": None,
}
"""Fields by another name; None where the field is not needed here."""

_HINTS = {
    "in_channels": "leave it out: the channels come from the layer before",
    "in_features": "leave it out: the features come from the layer before",
    "num_features": "leave it out: the channels come from the layer before",
    "normalized_shape": "leave it out: the sizes come from the layer before; `axis` says which axes are normalized",
    "input_shape": "leave it out: the shape comes from the layer before, the first from `input` at the top of the file",
    "use_bias": "write `bias: tied`, `bias: untied` or `bias: false`",
    "untie_biases": "write `bias: untied`",
    "tied_biases": "write `bias: tied` or `bias: untied`",
}


def suggest_kind(word: str, kinds: Iterable[str]) -> str | None:
    """Return what to write instead of an unknown kind."""
    plain = {_plain(kind): kind for kind in kinds}
    if _plain(word) in ("input", "inputlayer"):
        return "the input is not a layer here: state `input` at the top of the file"
    found = plain.get(_plain(word)) or _KINDS.get(_plain(word))
    if found is None:
        found = next(iter(get_close_matches(_plain(word), plain, 1, 0.75)), None)
        found = plain[found] if found else None
        return (
            f"did you mean `{found}`?" if found else "`archsum layers` lists the kinds; `custom` states its own numbers"
        )
    return f"write `{found}`"


def renamed_field(word: str) -> str | None:
    """Return what a field of another framework is called here."""
    return _FIELDS.get(word)


def suggest_field(word: str, fields: Iterable[str]) -> str | None:
    """Return what to write instead of an unknown field, of those that there are."""
    fields = list(fields)
    known = _FIELDS.get(word)
    if word in _HINTS and (known is None or known in fields):
        return _HINTS[word]
    if known in fields:
        return f"write `{known}`"
    if word in _FIELDS and known is None:
        return "leave it out: it does not change the counts"
    return suggest(word, fields) or (f"its fields are {', '.join(fields)}" if fields else None)


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Return "did you mean" where a known word is close."""
    close = get_close_matches(word, list(known), 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else None


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
