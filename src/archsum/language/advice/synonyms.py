"""Words of PyTorch, of Keras's Python and of older tools, and what they are called here; only errors use them."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from archsum.errors import closest, quote, suggest
from archsum.language.spec.items import PLACEMENT

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
    "zeropad1d": "zero_padding1d",
    "zeropad3d": "zero_padding3d",
    "unflatten": "reshape",
    "view": "reshape",
    "rmsnorm": "rms_normalization",
    "cat": "concatenate",
    "concat": "concatenate",
    "eltwise": "add",
    "sub": "subtract",
    "mul": "multiply",
    "bmm": "dot",
    "matmul": "dot",
    "batchdot": "dot",
    "chunk": "split",
    "narrow": "slice",
    "pixelshuffle": "depth_to_space",
    "pixelunshuffle": "space_to_depth",
    "classtoken": "parameter",
    "positionembedding": "parameter",
    "droppath": "stochastic_depth",
    "parallel": "branch",
    "branches": "branch",
    "skip": "residual",
    "skipconnection": "residual",
    "shortcut": "residual",
    "resblock": "residual",
    "residualblock": "residual",
    "loop": "repeat",
    "for": "repeat",
    "foreach": "repeat",
    "sum": "add",
    "plus": "add",
    "product": "multiply",
    "mean": "average",
    "avg": "average",
    "max": "maximum",
    "min": "minimum",
    "rnn": "simple_rnn",
    "rnncell": "simple_rnn",
    "simplernncell": "simple_rnn",
    "lstmcell": "lstm",
    "cudnnlstm": "lstm",
    "grucell": "gru",
    "cudnngru": "gru",
    "bilstm": "bidirectional",
    "bigru": "bidirectional",
    "mha": "multi_head_attention",
    "selfattention": "multi_head_attention",
    "multiheadselfattention": "multi_head_attention",
    "gqa": "grouped_query_attention",
    "groupqueryattention": "grouped_query_attention",
    "multiqueryattention": "grouped_query_attention",
    **{
        name: f"activation: {{activation: {name}}}"
        for name in ("sigmoid", "tanh", "gelu", "silu", "swish", "mish", "selu", "softplus", "relu6")
    },
}
"""Kinds by another name, without case and punctuation."""

_LONGEST = 50
"""Of a longer word, which can be megabytes, the beginning will do: no word here is that long."""

_KIND_REASONS = {
    **dict.fromkeys(
        ("input", "inputlayer"),
        "leave it out: the input is not a layer here, `input` at the top of the file states it",
    ),
    **dict.fromkeys(
        ("transformer", "transformerencoder", "transformerencoderlayer", "transformerdecoderlayer"),
        "write its layers in a block: `multi_head_attention`, `layer_normalization` and `dense`",
    ),
    **dict.fromkeys(
        ("convlstm1d", "convlstm2d", "convlstm3d"),
        "recurrent convolutions are not in the language; `custom` can stand in",
    ),
    "merge": "write what merges them: `add`, `multiply`, `concatenate` …",
    **dict.fromkeys(
        ("sequential", "modulelist"),
        "write the layers one after another, or as a block under `blocks`, which is used like a layer",
    ),
}
"""Why there is no such kind, without case and punctuation."""

_OTHER_KINDS = "`archsum layers` lists the kinds; your own stand under `blocks`; `custom` states its own numbers"

_FIELDS: dict[str, tuple[str, ...]] = {
    "out_channels": ("filters", "units"),
    "num_filters": ("filters",),
    "num_output": ("filters", "units"),
    "kernel": ("kernel_size", "pool_size"),
    "kernel_size": ("pool_size",),
    "pool_size": ("kernel_size",),
    "filter_size": ("kernel_size", "pool_size"),
    "stride": ("strides",),
    "subsample": ("strides",),
    "dilation": ("dilation_rate",),
    "pad": ("padding",),
    "border_mode": ("padding",),
    "out_features": ("units",),
    "filters": ("units",),
    "use_bias": ("bias",),
    "use_bias: true": ("bias: true",),
    "use_bias: false": ("bias: false",),
    "untie_biases": ("bias",),
    "untie_biases: true": ("bias: untied",),
    "untie_biases: false": ("bias: tied",),
    "tied_biases": ("bias",),
    "tied_biases: true": ("bias: tied",),
    "tied_biases: false": ("bias: untied",),
    "num_embeddings": ("input_dim",),
    "vocab_size": ("input_dim",),
    "embedding_dim": ("output_dim",),
    "hidden_size": ("units",),
    "hidden_dim": ("units",),
    "nhead": ("num_heads", "num_query_heads"),
    "heads": ("num_heads", "num_query_heads"),
    "num_heads": ("num_query_heads",),
    "num_kv_heads": ("num_key_value_heads",),
    "head_dim": ("key_dim",),
    "head_size": ("key_dim", "head_dim"),
    "key_dim": ("head_dim",),
    "eps": ("epsilon",),
    "p": ("rate",),
    "num_groups": ("groups",),
    "scale_factor": ("size", "block_size"),
    "output_size": ("target_shape",),
    "shape": ("target_shape",),
    "size": ("shape",),
    "dim": ("axis",),
    "dims": ("axis", "axes"),
    "concat_axis": ("axis",),
    "upscale_factor": ("block_size",),
    "downscale_factor": ("block_size",),
    "chunks": ("parts",),
    "index": ("part",),
    "end": ("stop",),
    "drop_prob": ("rate",),
    "drop_rate": ("rate",),
    "function": ("activation",),
    "nonlinearity": ("activation",),
    "input": ("inputs",),
    "from": ("inputs",),
    "share": ("shared",),
    "shares": ("shared",),
    "when": ("if",),
    "condition": ("if",),
    "id": ("name",),
    "body": ("layers",),
    "main": ("layers",),
    "path": ("layers", "paths"),
    "paths": ("layers",),
    "branches": ("paths",),
    "layers": ("paths",),
    "skip": ("shortcut",),
    "identity": ("shortcut",),
    "projection": ("shortcut",),
    "downsample": ("shortcut",),
    "count": ("times",),
    "n": ("times",),
    "num": ("times",),
    "number": ("times",),
    "repeats": ("times",),
    "for": ("over",),
    "each": ("over",),
    "items": ("over",),
    "mode": ("merge",),
    "merge_mode": ("merge",),
    "args": ("parameters",),
    "arguments": ("parameters",),
    "params": ("max_params", "parameters"),
    "parameters": ("max_params",),
    "macs": ("max_macs",),
    "flops": ("max_flops",),
    "memory": ("max_weight_memory",),
    "max_memory": ("max_weight_memory",),
    "max_size": ("max_weight_memory",),
    "input_shape": ("input",),
    "inputs": ("input",),
    "model": ("layers",),
    "architecture": ("layers",),
    "network": ("layers",),
    "vars": ("variables",),
    "constants": ("variables",),
    "limits": ("budget",),
    "batch_size": ("batch",),
    "dtype": ("precision",),
    "gradient_checkpointing": ("checkpointing",),
    "max_ram": ("max_sram",),
}
"""What to write for a field by another name, or for one with a certain value; of several, what the layer has."""

_REASONS = {
    **dict.fromkeys(
        ("in_channels", "num_features", "num_parameters", "input_channels"),
        "leave it out: the channels come from the layer before",
    ),
    **dict.fromkeys(
        ("in_features", "input_dim", "input_size"), "leave it out: the features come from the layer before"
    ),
    **dict.fromkeys(
        ("embed_dim", "d_model"),
        "leave it out: the features come from the layer before; each head has `key_dim`, mostly features / heads",
    ),
    **dict.fromkeys(("kdim", "vdim"), "leave it out: the features come from the layers before"),
    "num_layers": "`repeat` the layer, with `return_sequences: true` in all but the last",
    "bidirectional": "write a layer that holds this one: `bidirectional: {layer: {lstm: {units: 64}}}`",
    "backward_layer": "write both layers by themselves, and `concatenate` what they give",
    "return_state": "leave it out: a layer has one output",
    "batch_first": "leave it out: shapes are without the batch",
    **dict.fromkeys(
        ("input_shape", "batch_input_shape", "batch_shape"),
        "leave it out: the shape comes from the layer before, the first from `input` at the top of the file",
    ),
    "normalized_shape": "leave it out: the sizes come from the layer before; `axis` says which axes are normalized",
    "affine": "write `center: false` and `scale: false` for a normalization without weights",
    "elementwise_affine": "write `center: false` and `scale: false` for a normalization without weights",
    **dict.fromkeys(PLACEMENT, "write it in the layers themselves: it says where one of them stands"),
    "name": "a name belongs to one layer",
    **dict.fromkeys(
        (
            "padding_mode", "inplace", "start_dim", "end_dim", "track_running_stats", "return_indices",
            "count_include_pad", "divisor_override", "align_corners", "mode", "dtype", "device", "seed",
            "synchronized", "sparse", "max_norm", "init_values", "projection_dim",
            "go_backwards", "stateful", "unroll", "implementation", "use_cudnn", "zero_output_for_mask", "time_major",
            "unit_forget_bias", "sliding_window", "flash_attention", "use_causal_mask", "is_causal",
            "return_attention_scores", "need_weights", "logit_soft_cap", "reverse_dtype", "input_length",
        ),
        "leave it out: it does not change the counts",
    ),
}  # fmt: skip
"""Why there is no such field: most often because it is not needed."""

_ENDINGS_WITHOUT_COUNTS = ("_initializer", "_regularizer", "_constraint")

_VALUES = {
    "no": "false", "off": "false", "none": "false", "yes": "tied", "on": "tied",
    "nchw": "channels_first", "nhwc": "channels_last", "channel_first": "channels_first",
    "channel_last": "channels_last", "shared": "tied", "unshared": "untied",
    "fp32": "float32", "float": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16", "amp": "mixed",
    "mixed_float16": "mixed", "mixed_bfloat16": "mixed",
}  # fmt: skip
"""Values by another name."""


def meant_kind(word: Any, kinds: Collection[str]) -> str | None:
    """Return the kind that certainly was meant by another word, such as `Conv2D` or `nn.Linear(8, 10)`."""
    known = _translate(word, kinds)
    return known if known in kinds else None


def suggest_kind(word: Any, kinds: Collection[str]) -> str:
    """Return what to write instead of an unknown kind."""
    if known := _translate(word, kinds):
        return f"write `{known}`"
    plain = _plain_kind(word)
    if plain in _KIND_REASONS:
        return _KIND_REASONS[plain]
    by_plain = {_plain(kind): kind for kind in kinds}
    close = closest(plain, by_plain, 0.75)
    return f"did you mean `{by_plain[close]}`?" if close else _OTHER_KINDS


def _translate(word: Any, kinds: Iterable[str]) -> str | None:
    plain = _plain_kind(word)
    return next((kind for kind in kinds if _plain(kind) == plain), None) or _KINDS.get(plain)


def meant_field(word: str, fields: Collection[str], stated: Collection[str] = ()) -> str | None:
    """Return the field that was meant by a word that is none; it is not one of those that are stated."""
    possible = [field for field in fields if field not in stated]
    renamed = next((field for field in _FIELDS.get(word, ()) if field in possible), None)
    return renamed or (None if _reason(word) else closest(word, possible, 0.7))


def suggest_field(word: str, value: Any, fields: Collection[str], stated: Collection[str] = ()) -> str:
    """Return what to write instead of an unknown field, of those that there are."""
    meant = meant_field(word, fields, stated)
    if meant in _FIELDS.get(word, ()):
        (written,) = _FIELDS.get(f"{word}: {quote(value)[1:-1]}", (meant,))
        return f"write `{written}`"
    if meant:
        return f"did you mean `{meant}`?"
    below = "; a layer's own fields stand below it, indented" if "input" in fields else ""
    return _reason(word) or f"its fields are {', '.join(fields)}{below}"


def suggest_value(word: str, values: Collection[str]) -> str:
    """Return what to write instead of an unknown word, of those that a field takes."""
    meant = _VALUES.get(word[:_LONGEST].lower())
    if meant in values:
        return f"write `{meant}`"
    others = f"it is one of {', '.join(values)}" if len(values) > 1 else f"write `{next(iter(values))}`"
    return suggest(word, values) or others


def _reason(word: str) -> str | None:
    ending = next((ending for ending in _ENDINGS_WITHOUT_COUNTS if word.endswith(ending)), None)
    return _REASONS["dtype"] if ending else _REASONS.get(word)


def _plain_kind(word: Any) -> str:
    return _plain(word[:_LONGEST].partition("(")[0].rpartition(".")[2]) if isinstance(word, str) else ""


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
